//! The time at which a request was signed, and the window in which it is accepted.

use std::time::{Duration, SystemTime};

use http::HeaderValue;

use super::VerifyError;

/// The smallest number read as milliseconds; smaller ones are seconds.
///
/// As milliseconds it is March 1973, as seconds the year 5138, so no current time is ambiguous.
const MIN_MILLISECONDS: u64 = 100_000_000_000;

/// The number of digits of `u64::MAX`. Bounds leading zeros.
const MAX_DIGITS: usize = 20;

/// Parses a timestamp header into the time since the Unix epoch.
pub(super) fn parse(header: &HeaderValue) -> Result<Duration, VerifyError> {
    let digits = header.as_bytes();
    // `u64::from_str` accepts a leading `+`.
    if digits.len() > MAX_DIGITS || !digits.iter().all(u8::is_ascii_digit) {
        return Err(VerifyError::InvalidTimestamp);
    }
    let number: u64 = header
        .to_str()
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or(VerifyError::InvalidTimestamp)?;
    Ok(if number < MIN_MILLISECONDS {
        Duration::from_secs(number)
    } else {
        Duration::from_millis(number)
    })
}

/// Rejects a request signed more than `tolerance` before or after `now`. Both times are counted from
/// the Unix epoch.
pub(super) fn check_window(
    signed: Duration,
    now: Duration,
    tolerance: Duration,
) -> Result<(), VerifyError> {
    let (age, ahead) = (now.saturating_sub(signed), signed.saturating_sub(now));
    if age > tolerance {
        return Err(VerifyError::TooOld { age, tolerance });
    }
    if ahead > tolerance {
        return Err(VerifyError::InFuture { ahead, tolerance });
    }
    Ok(())
}

/// The current time since the Unix epoch; zero if the clock is before it.
pub(super) fn now() -> Duration {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_text(text: &str) -> Option<Duration> {
        parse(&HeaderValue::from_str(text).unwrap()).ok()
    }

    #[test]
    fn the_unit_is_decided_by_magnitude() {
        let seconds = |number| Some(Duration::from_secs(number));
        let milliseconds = |number| Some(Duration::from_millis(number));
        assert_eq!(parse_text("0"), seconds(0));
        assert_eq!(parse_text("1763812800"), seconds(1_763_812_800));
        assert_eq!(parse_text("99999999999"), seconds(99_999_999_999));
        assert_eq!(parse_text("100000000000"), milliseconds(100_000_000_000));
        assert_eq!(parse_text("1763812800123"), milliseconds(1_763_812_800_123));
        assert_eq!(parse_text("18446744073709551615"), milliseconds(u64::MAX));
    }

    #[test]
    fn only_digits_that_fit_are_a_timestamp() {
        for text in [
            "",
            " ",
            " 1",
            "1 ",
            "+1",
            "-1",
            "1;2",
            "1.0",
            "1e3",
            "0x1",
            "1_000",
            "now",
            "18446744073709551616",
            "000000001763812800000",
        ] {
            assert_eq!(parse_text(text), None, "{text:?}");
        }
        // Digits of other scripts.
        assert!(parse(&HeaderValue::from_bytes("١٢".as_bytes()).unwrap()).is_err());
    }

    #[test]
    fn the_window_includes_its_ends_on_both_sides() {
        let now = Duration::from_millis(1_763_812_800_123);
        let tolerance = Duration::from_secs(300);
        let step = Duration::from_millis(1);
        for signed in [now, now - tolerance, now + tolerance] {
            assert!(check_window(signed, now, tolerance).is_ok(), "{signed:?}");
        }
        match check_window(now - tolerance - step, now, tolerance) {
            Err(VerifyError::TooOld { age, tolerance: t }) => {
                assert_eq!((age, t), (tolerance + step, tolerance));
            }
            other => panic!("{other:?}"),
        }
        match check_window(now + tolerance + step, now, tolerance) {
            Err(VerifyError::InFuture {
                ahead,
                tolerance: t,
            }) => assert_eq!((ahead, t), (tolerance + step, tolerance)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_extremes_of_the_tolerance_do_not_overflow() {
        let (zero, now, last) = (
            Duration::ZERO,
            Duration::from_millis(1_763_812_800_123),
            Duration::from_millis(u64::MAX),
        );
        for (signed, now) in [(zero, now), (last, now), (zero, last), (last, zero)] {
            assert!(check_window(signed, now, Duration::MAX).is_ok());
            assert!(check_window(signed, now, Duration::ZERO).is_err());
        }
        assert!(check_window(now, now, Duration::ZERO).is_ok());
    }
}
