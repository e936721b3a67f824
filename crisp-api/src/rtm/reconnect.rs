//! The policy for reconnecting.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

/// The longest delay before an attempt: far within the range of timers.
pub(super) const MAX_DELAY: Duration = Duration::from_secs(30 * 86_400);

/// When to reconnect: after 5 s, then every 10 s, without end, unless set otherwise.
///
/// A random time of up to the same length is added to each delay, so that programs that were
/// disconnected together do not return together.
///
/// ```
/// use std::time::Duration;
/// use crisp_api::rtm::Reconnect;
///
/// let quick = Reconnect::after(Duration::from_secs(1), Duration::from_secs(30)).max_attempts(20);
/// let never = Reconnect::default().max_attempts(0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reconnect {
    first: Duration,
    longest: Duration,
    max_attempts: Option<usize>,
}

impl Default for Reconnect {
    fn default() -> Self {
        Self::after(Duration::from_secs(5), Duration::from_secs(10))
    }
}

impl Reconnect {
    /// Waits for `first` before the first attempt and twice as long before each further one, up to
    /// `longest`; if `first` is longer than that, always for `first`. Both are limited to 30 days.
    pub const fn after(first: Duration, longest: Duration) -> Self {
        Self {
            first: limited(first),
            longest: limited(longest),
            max_attempts: None,
        }
    }

    /// Gives up after this number of failed attempts in a row: the stream ends with the error of the
    /// last one.
    ///
    /// An attempt has also failed if its connection is lost before it is as old as the longest
    /// silence that the server allows itself (45 s with the usual heartbeat).
    pub const fn max_attempts(mut self, attempts: usize) -> Self {
        self.max_attempts = Some(attempts);
        self
    }

    /// Returns the delays before the attempts.
    pub(super) fn delays(self) -> ExponentialBackoff {
        let builder = ExponentialBuilder::new()
            .with_min_delay(self.first)
            .with_max_delay(self.longest)
            .with_jitter();
        match self.max_attempts {
            Some(attempts) => builder.with_max_times(attempts),
            None => builder.without_max_times(),
        }
        .build()
    }
}

const fn limited(delay: Duration) -> Duration {
    if delay.as_secs() < MAX_DELAY.as_secs() {
        delay
    } else {
        MAX_DELAY
    }
}
