//! When a request is sent again, and how long it waits before.

use std::time::Duration;

use backon::ExponentialBuilder;
use reqwest::{Method, StatusCode};

use crate::error::Error;

/// The longest that a request waits because Crisp asks it to. Asked for more, it fails at once and
/// says how long.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How often a request is sent again after it failed: twice unless set otherwise.
///
/// A read (GET, HEAD) is repeated when the connection could not be opened or broke, when the
/// answer did not come in time, and on 502, 503 and 504. Any other request is repeated only when
/// it certainly never reached Crisp, because the connection could not be opened: so **no message
/// is ever sent twice**. Both are repeated when Crisp refuses them for their
/// [number](https://docs.crisp.chat/guides/rest-api/rate-limits/) (429, 420), after the time that
/// it asks for if that is 30 s at most.
///
/// The first repetition waits 250 to 500 ms, each further one twice as long, up to 8 to 16 s.
///
/// ```
/// use crisp_api::{Crisp, Retry};
///
/// let patient = Crisp::builder().retry(Retry::times(5)).build()?;
/// let once = Crisp::builder().retry(Retry::none()).build()?;
/// # Ok::<(), crisp_api::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    times: u32,
}

impl Default for Retry {
    fn default() -> Self {
        Self::times(2)
    }
}

impl Retry {
    /// Every request is sent once.
    pub const fn none() -> Self {
        Self::times(0)
    }

    /// A request is repeated at most `times` times: it is sent `times + 1` times at most.
    pub const fn times(times: u32) -> Self {
        Self { times }
    }

    /// The times to wait, as many as there may be repetitions.
    pub(crate) fn delays(self) -> ExponentialBuilder {
        ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(250))
            .with_max_delay(Duration::from_secs(8))
            .with_max_times(self.times as usize)
            .with_jitter()
    }
}

/// Whether `error` leaves no doubt that sending the request again does no harm.
pub(crate) fn may_repeat(method: &Method, error: &Error) -> bool {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    match error {
        Error::RateLimited { retry_after, .. } => {
            retry_after.is_none_or(|time| time <= LONGEST_WAIT)
        }
        Error::Transport { source, .. } | Error::Timeout { source, .. } => {
            source.is_connect() || reads
        }
        Error::Api { status, .. } => {
            reads
                && matches!(
                    *status,
                    StatusCode::BAD_GATEWAY
                        | StatusCode::SERVICE_UNAVAILABLE
                        | StatusCode::GATEWAY_TIMEOUT
                )
        }
        _ => false,
    }
}

/// How long to wait before the repetition that `planned` belongs to; none when no repetition is
/// left.
pub(crate) fn delay(error: &Error, planned: Option<Duration>) -> Option<Duration> {
    match error {
        Error::RateLimited {
            retry_after: Some(asked),
            ..
        } => planned.map(|time| time.max(*asked)),
        _ => planned,
    }
}
