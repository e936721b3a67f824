//! Errors: their construction, statuses and messages.

use std::collections::HashMap;
use std::time::Duration;

use crisp_api::webhooks::{TIMESTAMP_HEADER, VerifyError};
use crisp_api::{Error, StatusCode};
use serde::Deserialize;

use super::{deliver, headers, rejection, signed, verifier};

/// Text that forges and garbles log lines.
const HOSTILE: &str = "x\r\n2025-01-01 ERROR forged \u{1b}[31m\u{202e}\u{2066}\u{0}";

/// Asserts that a message is short, and has nothing that changes how a log is displayed.
fn assert_harmless(message: &str) {
    assert!(message.len() < 600, "{} bytes", message.len());
    let harmful =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!message.contains(harmful), "{message:?}");
}

#[test]
fn each_error_can_be_constructed_and_has_a_status() {
    let (age, tolerance) = (Duration::from_secs(301), Duration::from_secs(300));
    for (error, status) in [
        (
            VerifyError::MissingHeader {
                name: TIMESTAMP_HEADER,
            },
            401,
        ),
        (VerifyError::InvalidSignature, 401),
        (VerifyError::SignatureMismatch, 401),
        (VerifyError::InvalidTimestamp, 401),
        (VerifyError::TooOld { age, tolerance }, 401),
        (
            VerifyError::InFuture {
                ahead: age,
                tolerance,
            },
            401,
        ),
        (VerifyError::MissingKey, 401),
        (VerifyError::WrongKey, 401),
        (VerifyError::NoSecret, 500),
        (
            VerifyError::InvalidJson {
                message: "expected value".into(),
            },
            400,
        ),
        (
            VerifyError::Decode {
                path: "event".into(),
                message: "expected value".into(),
            },
            400,
        ),
        (
            VerifyError::Body {
                status: StatusCode::PAYLOAD_TOO_LARGE,
                message: "too large".into(),
            },
            413,
        ),
    ] {
        assert_eq!(error.status(), status, "{error:?}");
        let message = error.to_string();
        assert_harmless(&message);
        assert_eq!(
            Error::Webhook(error).to_string(),
            format!("webhook: {message}")
        );
    }
}

#[test]
fn messages_name_the_limits() {
    let (age, tolerance) = (Duration::from_secs(301), Duration::from_secs(300));
    let message = VerifyError::TooOld { age, tolerance }.to_string();
    assert!(
        message.contains("signed 301 s ago") && message.contains("at most 300 s"),
        "{message}"
    );
    let ahead = age;
    let message = VerifyError::InFuture { ahead, tolerance }.to_string();
    assert!(
        message.contains("signed 301 s in the future") && message.contains("at most 300 s"),
        "{message}"
    );
}

#[test]
fn a_hostile_body_gives_a_short_and_escaped_message() {
    #[derive(Debug, Deserialize)]
    enum Known {}

    // Half of the text, because the body has it twice.
    let text = serde_json::to_string(&HOSTILE.repeat(5_000_000 / HOSTILE.len())).unwrap();
    let error = deliver(format!(r#"{{"event":{text}"#)).unwrap_err();
    assert!(matches!(
        error,
        Error::Webhook(VerifyError::InvalidJson { .. })
    ));
    assert_harmless(&error.to_string());

    // The path has the key, and the decoder's message has the value.
    let body = format!(r#"{{{text}:{text}}}"#);
    let body = body.as_bytes();
    let result = verifier().verify_widget::<HashMap<String, Known>>(&signed(body), body);
    let error = match result {
        Err(Error::Webhook(error)) => error,
        other => panic!("{:?}", other.is_ok()),
    };
    let message = error.to_string();
    assert_harmless(&message);
    let VerifyError::Decode { path, .. } = error else {
        panic!("{message}");
    };
    assert!(path.len() > 4_000_000);
    let escaped = r"x\r\n2025-01-01 ERROR forged \u{1b}[31m\u{202e}\u{2066}\u{0}";
    assert!(message.contains(escaped), "{message}");
}

#[test]
fn a_hostile_header_gives_a_short_and_escaped_message() {
    // Control characters cannot be in a header, but other bytes can.
    let text = "\u{202e}forged".repeat(1_000_000);
    let text = text.as_bytes();
    for (timestamp, signature) in [(text, &b"0"[..]), (b"1763812800000", text)] {
        let error = rejection(verifier().verify(&headers(timestamp, signature), b"{}"));
        assert!(
            matches!(
                error,
                VerifyError::InvalidTimestamp | VerifyError::InvalidSignature
            ),
            "{error:?}"
        );
        assert_harmless(&format!("{error} {error:?}"));
    }
}

#[test]
fn a_hostile_reason_gives_a_short_and_escaped_message() {
    let error = VerifyError::Body {
        status: StatusCode::BAD_REQUEST,
        message: HOSTILE.repeat(10_000_000 / HOSTILE.len()),
    };
    assert_harmless(&error.to_string());
}
