//! Which failed requests are retried, when, and how many in total.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

use crate::error::Error;

/// The longest `Retry-After` that is waited for. A request that is to wait longer fails at once, and
/// its error has the time.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(30);

/// How often a failed request is retried. The default is 4 times.
///
/// - A read (GET, HEAD) is retried if the connection could not be established or was lost, after a
///   timeout, and on the statuses 408, 425, 500, 502, 503, 504, 520 to 524 and 529.
/// - Any other request is retried only if it certainly never reached Crisp, because no connection
///   was established. **No message is ever sent twice by a retry.**
/// - Both are retried if Crisp rejected them because of its
///   [rate limits](https://docs.crisp.chat/guides/rest-api/rate-limits/): 429, 420, or 423 with the
///   reason `quota_limit_exceeded`.
///
/// # Backoff
/// The first retry waits 250 to 500 ms, each further one twice as long, up to 8 to 16 s. A retry
/// waits at least as long as a `Retry-After` header says, on any status; if that is more than 30 s,
/// the request fails at once, and [`Error::retry_after`] returns the time.
///
/// # Budget
/// All clones of a client share a budget of 100 retries, so that an outage does not multiply the load
/// on Crisp: a retry uses one, and gives it back if it succeeds. Each request that succeeds without a
/// retry adds a fifth. While the budget is empty, requests are not retried.
///
/// ```
/// use crisp_api::{Crisp, Retry};
///
/// let patient = Crisp::builder().retry(Retry::times(8)).build()?;
/// let once = Crisp::builder().retry(Retry::none()).build()?;
/// # Ok::<(), crisp_api::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    times: u32,
}

impl Default for Retry {
    fn default() -> Self {
        Self::times(4)
    }
}

impl Retry {
    /// Never retries.
    pub const fn none() -> Self {
        Self::times(0)
    }

    /// Retries at most `times` times: a request has at most `times + 1` attempts.
    pub const fn times(times: u32) -> Self {
        Self { times }
    }

    /// The delays before each retry.
    fn delays(self) -> ExponentialBackoff {
        ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(250))
            .with_max_delay(Duration::from_secs(8))
            .with_max_times(self.times as usize)
            .with_jitter()
            .build()
    }
}

/// Calls `attempt` until it succeeds or its error is not to be retried.
pub(super) async fn run<T, F: Future<Output = Result<T, Error>>>(
    retry: Retry,
    budget: &RetryBudget,
    mut attempt: impl FnMut() -> F,
) -> Result<T, Error> {
    let mut delays = None;
    loop {
        let error = match attempt().await {
            Ok(success) => {
                budget.deposit(delays.is_some());
                return Ok(success);
            }
            Err(error) => error,
        };
        let delays = delays.get_or_insert_with(|| retry.delays());
        match delay(&error, delays) {
            Some(delay) if budget.withdraw() => tokio::time::sleep(delay).await,
            _ => return Err(error),
        }
    }
}

/// Returns how long to wait before the next attempt, or `None` if there is none.
fn delay(error: &Error, delays: &mut ExponentialBackoff) -> Option<Duration> {
    let retry_after = error.retry_after().unwrap_or_default();
    if !error.is_retryable() || retry_after > MAX_RETRY_AFTER {
        return None;
    }
    Some(delays.next()?.max(retry_after))
}

/// A token bucket that limits the retries of a client and its clones, as in the AWS SDKs.
#[derive(Debug)]
pub(crate) struct RetryBudget(AtomicU32);

impl RetryBudget {
    const CAPACITY: u32 = 500;
    const RETRY_COST: u32 = 5;

    /// Pays for a retry, unless the budget is used up.
    fn withdraw(&self) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| {
                tokens.checked_sub(Self::RETRY_COST)
            })
            .is_ok()
    }

    /// Notes a success: of a retry, whose cost is refunded, or of a first attempt.
    fn deposit(&self, was_retry: bool) {
        let tokens = if was_retry { Self::RETRY_COST } else { 1 };
        // Usually full: nothing is written then, which would slow down requests on other threads.
        if self.0.load(Ordering::Relaxed) < Self::CAPACITY {
            let _ = self
                .0
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |old| {
                    Some((old + tokens).min(Self::CAPACITY))
                });
        }
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self(AtomicU32::new(Self::CAPACITY))
    }
}
