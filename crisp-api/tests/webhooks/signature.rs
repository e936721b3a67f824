//! Signatures, secrets and their rotation.

use std::time::Duration;

use crisp_api::webhooks::{SIGNATURE_HEADER, TIMESTAMP_HEADER, Verifier, VerifyError, sign};
use crisp_api::{EventName, StatusCode};
use serde::Deserialize;

use super::{SECRET, headers, message, now, rejection, signed, signed_with, verifier};

#[test]
fn a_missing_header_is_named() {
    for name in [TIMESTAMP_HEADER, SIGNATURE_HEADER] {
        let mut headers = signed(b"{}");
        headers.remove(name);
        match rejection(verifier().verify(&headers, b"{}")) {
            VerifyError::MissingHeader { name: missing } => assert_eq!(missing, name),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_signature_is_64_lowercase_hexadecimal_digits() {
    let timestamp = 1_763_812_801_234_u64;
    let signature = sign(SECRET, timestamp, b"{}");
    assert!(signature.contains(char::is_alphabetic));
    for other in [
        String::new(),
        signature.to_uppercase(),
        signature[..62].to_owned(),
        signature[..63].to_owned(),
        format!("{signature}00"),
        format!("{signature} "),
        format!("sha256={signature}"),
        "g".repeat(64),
        "é".repeat(32),
    ] {
        let headers = headers(timestamp.to_string().as_bytes(), other.as_bytes());
        let any_time = verifier().tolerance(Duration::MAX);
        let error = rejection(any_time.verify(&headers, b"{}"));
        assert!(
            matches!(error, VerifyError::InvalidSignature),
            "{other:?}: {error:?}"
        );
    }
}

#[test]
fn another_secret_is_rejected() {
    for secret in ["f7f9bb4a3f2d9f6c5b0b", "f7f9bb4a3f2d9f6c5b0", " "] {
        let error = rejection(Verifier::new(secret).verify(&signed(b"{}"), b"{}"));
        assert!(
            matches!(error, VerifyError::SignatureMismatch),
            "{secret}: {error:?}"
        );
    }
}

#[test]
fn during_rotation_each_secret_is_accepted_and_no_other() {
    let body = message().to_string();
    let body = body.as_bytes();
    let secrets = ["current", "previous", "oldest"];
    let rotating = Verifier::new(secrets[0])
        .secret(secrets[1])
        .secret(secrets[2]);
    for secret in secrets {
        let delivery = rotating.verify(&signed_with(secret, now(), body), body);
        assert_eq!(delivery.unwrap().event.name(), EventName::MessageSend);
    }
    for secret in ["", "currentprevious", "other"] {
        let error = rejection(rotating.verify(&signed_with(secret, now(), body), body));
        assert!(
            matches!(error, VerifyError::SignatureMismatch),
            "{secret}: {error:?}"
        );
    }

    let rotated = Verifier::new("current");
    let error = rejection(rotated.verify(&signed_with("previous", now(), body), body));
    assert!(matches!(error, VerifyError::SignatureMismatch), "{error:?}");
}

#[test]
fn an_empty_secret_rejects_everything() {
    for verifier in [
        Verifier::new(""),
        Verifier::new("").secret(SECRET),
        Verifier::new(SECRET).secret(""),
    ] {
        for secret in ["", SECRET] {
            let error = rejection(verifier.verify(&signed_with(secret, now(), b"{}"), b"{}"));
            assert!(matches!(error, VerifyError::NoSecret), "{error:?}");
            assert_eq!(error.status(), StatusCode::INTERNAL_SERVER_ERROR);
        }
    }
}

#[test]
fn debug_output_has_no_secret() {
    let verifier = Verifier::new(SECRET).secret("previous secret");
    let debug = format!("{verifier:?}");
    assert!(
        !debug.contains(SECRET) && !debug.contains("previous"),
        "{debug}"
    );
}

#[test]
fn a_widget_request_is_decoded_as_any_type() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Request {
        session_id: String,
        count: u8,
    }

    let body = br#"{"session_id":"session_1","count":7}"#;
    let request: Request = verifier().verify_widget(&signed(body), body).unwrap();
    assert_eq!(
        request,
        Request {
            session_id: "session_1".into(),
            count: 7
        }
    );

    let other = br#"{"session_id":"session_1","count":700}"#;
    let forged = verifier().verify_widget::<Request>(&signed(body), other);
    assert!(matches!(rejection(forged), VerifyError::SignatureMismatch));
    match rejection(verifier().verify_widget::<Request>(&signed(other), other)) {
        VerifyError::Decode { path, .. } => assert_eq!(path, "count"),
        other => panic!("{other:?}"),
    }
}
