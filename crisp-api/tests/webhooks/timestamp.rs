//! The timestamp header and the window in which a delivery is accepted.
//!
//! The clock moves between signing and verifying, so these tests keep a margin of a minute to the
//! ends of the window; its exact ends are tested next to the code.

use std::time::Duration;

use crisp_api::StatusCode;
use crisp_api::webhooks::{TIMESTAMP_HEADER, VerifyError};

use super::{SECRET, message, now, rejection, signed_text, signed_with, verifier};

const MINUTE: u64 = 60_000;

#[test]
fn by_default_a_delivery_is_accepted_within_5_minutes_of_its_timestamp() {
    let body = message().to_string();
    let body = body.as_bytes();
    for timestamp in [now(), now() - 4 * MINUTE, now() + 4 * MINUTE] {
        let headers = signed_with(SECRET, timestamp, body);
        verifier().verify(&headers, body).unwrap();
        verifier()
            .verify_widget::<serde_json::Value>(&headers, body)
            .unwrap();
    }

    let limit = Duration::from_secs(5 * 60);
    for timestamp in [now() - 6 * MINUTE, 1_577_836_800_000, 0] {
        match rejection(verifier().verify(&signed_with(SECRET, timestamp, body), body)) {
            VerifyError::TooOld { age, tolerance } => {
                assert!(age >= limit + Duration::from_secs(60), "{age:?}");
                assert_eq!(tolerance, limit);
            }
            other => panic!("{other:?}"),
        }
    }
    for timestamp in [now() + 6 * MINUTE, u64::MAX] {
        match rejection(verifier().verify(&signed_with(SECRET, timestamp, body), body)) {
            VerifyError::InFuture { ahead, tolerance } => {
                assert!(ahead > limit, "{ahead:?}");
                assert_eq!(tolerance, limit);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_window_can_be_widened_narrowed_and_disabled() {
    let body = message().to_string();
    let body = body.as_bytes();
    let verify = |tolerance, timestamp| {
        let headers = signed_with(SECRET, timestamp, body);
        verifier().tolerance(tolerance).verify(&headers, body)
    };

    let wide = Duration::from_secs(60 * 60);
    for timestamp in [now() - 59 * MINUTE, now() + 59 * MINUTE] {
        verify(wide, timestamp).unwrap();
    }
    for timestamp in [now() - 61 * MINUTE, now() + 61 * MINUTE] {
        let error = rejection(verify(wide, timestamp));
        assert_eq!(error.status(), StatusCode::UNAUTHORIZED, "{error:?}");
    }

    let narrow = Duration::from_secs(60);
    for timestamp in [now() - 2 * MINUTE, now() + 2 * MINUTE] {
        assert!(matches!(
            rejection(verify(narrow, timestamp)),
            VerifyError::TooOld { .. } | VerifyError::InFuture { .. }
        ));
    }

    for timestamp in [0, u64::MAX] {
        verify(Duration::MAX, timestamp).unwrap();
    }
}

#[test]
fn a_timestamp_in_seconds_is_accepted() {
    let body = message().to_string();
    let body = body.as_bytes();
    let headers = signed_with(SECRET, now() / 1000, body);
    verifier().verify(&headers, body).unwrap();
    let old = signed_with(SECRET, now() / 1000 - 360, body);
    assert!(matches!(
        rejection(verifier().verify(&old, body)),
        VerifyError::TooOld { .. }
    ));
}

#[test]
fn the_signature_covers_the_timestamp_as_received() {
    let body = message().to_string();
    let body = body.as_bytes();
    let (now, padded) = (now().to_string(), format!("000{}", now()));
    verifier()
        .verify(&signed_text(&padded, body), body)
        .unwrap();

    let mut headers = signed_text(&now, body);
    headers.insert(TIMESTAMP_HEADER, padded.parse().unwrap());
    assert!(matches!(
        rejection(verifier().verify(&headers, body)),
        VerifyError::SignatureMismatch
    ));
}

#[test]
fn a_malformed_timestamp_is_rejected_even_if_signed_and_without_a_window() {
    let body = message().to_string();
    let now = now();
    for timestamp in [
        String::new(),
        "soon".into(),
        "-1".into(),
        "+1".into(),
        " 1".into(),
        "1 ".into(),
        "1;2".into(),
        "1e12".into(),
        "0x1".into(),
        format!("+{now}"),
        format!(" {now}"),
        format!("{now}.0"),
        format!("{now};{now}"),
        // Beyond `u64`, and beyond its number of digits.
        "99999999999999999999".into(),
        format!("{now:021}"),
        "1".repeat(10_000),
    ] {
        let headers = signed_text(&timestamp, body.as_bytes());
        for verifier in [verifier(), verifier().tolerance(Duration::MAX)] {
            let error = rejection(verifier.verify(&headers, body.as_bytes()));
            assert!(
                matches!(error, VerifyError::InvalidTimestamp),
                "{timestamp:?}: {error:?}"
            );
        }
    }
}

#[test]
fn the_separator_of_the_signed_text_cannot_be_shifted() {
    // `[1;2;{}]` is both the timestamp `1` with the body `2;{}`, and `1;2` with `{}`.
    let headers = signed_text("1;2", b"{}");
    let lenient = verifier().tolerance(Duration::MAX);
    assert!(matches!(
        rejection(lenient.verify(&headers, b"{}")),
        VerifyError::InvalidTimestamp
    ));
}

#[test]
fn the_timestamp_is_checked_before_the_signature() {
    let mut headers = signed_with(SECRET, now(), b"{}");
    headers.insert(TIMESTAMP_HEADER, "1;2".parse().unwrap());
    assert!(matches!(
        rejection(verifier().verify(&headers, b"{}")),
        VerifyError::InvalidTimestamp
    ));
    headers.insert(TIMESTAMP_HEADER, 0.into());
    assert!(matches!(
        rejection(verifier().verify(&headers, b"{}")),
        VerifyError::TooOld { .. }
    ));
}
