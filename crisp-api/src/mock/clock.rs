//! Timestamps and fingerprints.

use std::time::{SystemTime, UNIX_EPOCH};

/// A strictly increasing clock, and a counter of fingerprints.
#[derive(Debug, Default)]
pub(super) struct Clock {
    last: u64,
    fingerprints: u64,
}

impl Clock {
    /// Returns the time in milliseconds since 1970, always later than the previous one, so that lists ordered by time
    /// have one order.
    pub(super) fn now(&mut self) -> u64 {
        let elapsed = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let now = u64::try_from(elapsed.as_millis()).unwrap_or_default();
        self.last = now.max(self.last + 1);
        self.last
    }

    /// Returns a new fingerprint in the range of Crisp's, which exceed 32 bits.
    pub(super) fn fingerprint(&mut self) -> u64 {
        self.fingerprints += 1;
        100_000_000_000_000 + self.fingerprints
    }
}
