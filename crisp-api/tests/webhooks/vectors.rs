//! Deliveries that the official Node wrapper accepts: vectors.mjs writes vectors.json.

use std::time::Duration;

use crisp_api::types::MessageContent;
use crisp_api::webhooks::{Verifier, VerifyError, sign};
use crisp_api::{Error, Event, HeaderMap};
use http::HeaderValue;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{WEBSITE, headers};

#[derive(Deserialize)]
struct Vector {
    name: String,
    secret: String,
    timestamp: u64,
    body: String,
    signature: String,
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

fn vector(name: &str) -> Vector {
    vectors().into_iter().find(|v| v.name == name).unwrap()
}

impl Vector {
    fn headers(&self) -> HeaderMap {
        headers(
            self.timestamp.to_string().as_bytes(),
            self.signature.as_bytes(),
        )
    }

    /// A verifier that accepts the vector's fixed timestamp.
    fn verifier(&self) -> Verifier {
        Verifier::new(self.secret.as_str()).tolerance(Duration::MAX)
    }
}

#[test]
fn signatures_equal_those_of_the_wrapper() {
    for v in vectors() {
        let signature = sign(&v.secret, v.timestamp, v.body.as_bytes());
        assert_eq!(signature, v.signature, "{}", v.name);
    }
}

#[test]
fn each_vector_is_accepted_and_its_payload_preserved() {
    #[derive(Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        data: &'a RawValue,
    }

    for v in vectors() {
        let delivery = v
            .verifier()
            .verify(&v.headers(), v.body.as_bytes())
            .unwrap();
        assert_eq!(delivery.website_id.as_deref(), Some(WEBSITE), "{}", v.name);
        assert_eq!(delivery.timestamp, Some(1_763_812_800_001), "{}", v.name);
        let data = serde_json::from_str::<Body<'_>>(&v.body).unwrap().data;
        if v.name == "lone surrogate" {
            // A Rust string cannot hold it, so the JSON is preserved as text.
            let Event::Invalid { data: received, .. } = delivery.event else {
                panic!("{:?}", delivery.event);
            };
            assert_eq!(received, Value::from(data.get()));
            continue;
        }
        assert!(
            !matches!(delivery.event, Event::Invalid { .. }),
            "{}",
            v.name
        );
        let written = serde_json::to_value(&delivery.event).unwrap();
        let received: Value = serde_json::from_str(data.get()).unwrap();
        assert_eq!(written, received, "{}", v.name);
    }
}

#[test]
fn a_message_is_decoded_as_its_type() {
    let v = vector("unicode");
    let delivery = v
        .verifier()
        .verify(&v.headers(), v.body.as_bytes())
        .unwrap();
    let Event::MessageSend(message) = delivery.event else {
        panic!("{:?}", delivery.event);
    };
    let MessageContent::Text(text) = &message.content else {
        panic!("{:?}", message.content);
    };
    assert!(text.starts_with("Grüße, 世界! 👩‍👩‍👧"), "{text}");
    assert!(text.ends_with("\0\u{1f}\u{7f} \"\\/ </script>"), "{text}");
}

#[test]
fn each_vector_is_accepted_as_a_widget_request() {
    for v in vectors().iter().filter(|v| v.name != "lone surrogate") {
        let body: Value = v
            .verifier()
            .verify_widget(&v.headers(), v.body.as_bytes())
            .unwrap();
        assert_eq!(body["website_id"], WEBSITE, "{}", v.name);
    }
}

/// Every text that differs from `bytes` in one bit.
fn flipped(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..bytes.len() * 8).map(|bit| {
        let mut other = bytes.to_vec();
        other[bit / 8] ^= 1 << (bit % 8);
        other
    })
}

/// As [`flipped`], without texts that cannot be in a header.
fn flipped_header(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    flipped(bytes).filter(|other| HeaderValue::from_bytes(other).is_ok())
}

#[test]
fn every_flipped_bit_is_rejected() {
    for name in ["plain", "unicode", "floats", "unicode secret"] {
        let v = vector(name);
        let verifier = v.verifier();
        let (timestamp, body) = (v.timestamp.to_string(), v.body.as_bytes());

        for other in flipped(body) {
            let result = verifier.verify(&v.headers(), &other);
            assert!(
                matches!(result, Err(Error::Webhook(VerifyError::SignatureMismatch))),
                "{name}: {result:?}"
            );
        }

        let (mut malformed, mut mismatched) = (0, 0);
        for other in flipped_header(timestamp.as_bytes()) {
            let digits = other.iter().all(u8::is_ascii_digit);
            match verifier.verify(&headers(&other, v.signature.as_bytes()), body) {
                Err(Error::Webhook(VerifyError::InvalidTimestamp)) if !digits => malformed += 1,
                Err(Error::Webhook(VerifyError::SignatureMismatch)) if digits => mismatched += 1,
                other => panic!("{name}: {other:?}"),
            }
        }
        // Of each digit, at least 3 flips are a digit and 3 others are not.
        assert!(
            malformed >= timestamp.len() * 3 && mismatched >= timestamp.len(),
            "{malformed} {mismatched}"
        );

        let (mut malformed, mut mismatched) = (0, 0);
        for other in flipped_header(v.signature.as_bytes()) {
            match verifier.verify(&headers(timestamp.as_bytes(), &other), body) {
                Err(Error::Webhook(VerifyError::InvalidSignature)) => malformed += 1,
                Err(Error::Webhook(VerifyError::SignatureMismatch)) => mismatched += 1,
                other => panic!("{name}: {other:?}"),
            }
        }
        assert!(malformed > 0 && mismatched > 0, "{malformed} {mismatched}");
    }
}
