//! What the official Node wrapper takes: vectors.mjs writes vectors.json.

use crisp_api::Event;
use crisp_api::types::MessageContent;
use crisp_api::webhooks::{Verifier, VerifyError, sign};
use crisp_api::{Error, HeaderMap};
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
}

#[test]
fn each_is_signed_alike() {
    for v in vectors() {
        let signature = sign(&v.secret, v.timestamp, v.body.as_bytes());
        assert_eq!(signature, v.signature, "{}", v.name);
    }
}

#[test]
fn each_is_taken_and_its_payload_is_kept() {
    #[derive(Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        data: &'a RawValue,
    }

    for v in vectors() {
        let delivery = Verifier::new(v.secret.as_str())
            .verify(&v.headers(), v.body.as_bytes())
            .unwrap();
        assert_eq!(delivery.website_id.as_deref(), Some(WEBSITE), "{}", v.name);
        assert_eq!(delivery.timestamp, Some(1_763_812_800_001), "{}", v.name);
        let data = serde_json::from_str::<Body<'_>>(&v.body).unwrap().data;
        if v.name == "lone surrogate" {
            // No Rust text can hold it: the event says so, and keeps what came.
            let Event::Invalid { data: kept, .. } = delivery.event else {
                panic!("{:?}", delivery.event);
            };
            assert_eq!(kept, Value::from(data.get()));
            continue;
        }
        assert!(
            !matches!(delivery.event, Event::Invalid { .. }),
            "{}",
            v.name
        );
        let written = serde_json::to_value(&delivery.event).unwrap();
        let came: Value = serde_json::from_str(data.get()).unwrap();
        assert_eq!(written, came, "{}", v.name);
    }
}

#[test]
fn a_message_is_read_as_its_type() {
    let v = vector("unicode");
    let delivery = Verifier::new(v.secret.as_str())
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
fn each_is_a_widget_request_too() {
    for v in vectors().iter().filter(|v| v.name != "lone surrogate") {
        let body: Value = Verifier::new(v.secret.as_str())
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

#[test]
fn every_flipped_bit_is_refused() {
    for name in ["plain", "unicode", "floats", "unicode secret"] {
        let v = vector(name);
        let hooks = Verifier::new(v.secret.as_str());
        let (timestamp, body) = (v.timestamp.to_string(), v.body.as_bytes());

        for other in flipped(body) {
            let refused = hooks.verify(&v.headers(), &other);
            assert!(
                matches!(refused, Err(Error::Webhook(VerifyError::SignatureMismatch))),
                "{name}: {refused:?}"
            );
        }

        let (mut sent, mut malformed) = (0, 0);
        for other in flipped(timestamp.as_bytes()) {
            // What no header can hold does not arrive.
            if HeaderValue::from_bytes(&other).is_err() {
                continue;
            }
            sent += 1;
            let refused = hooks.verify(&headers(&other, v.signature.as_bytes()), body);
            assert!(
                matches!(refused, Err(Error::Webhook(VerifyError::SignatureMismatch))),
                "{name}: {refused:?}"
            );
        }
        assert!(sent > timestamp.len() * 6, "{sent}");

        for other in flipped(v.signature.as_bytes()) {
            if HeaderValue::from_bytes(&other).is_err() {
                continue;
            }
            match hooks.verify(&headers(timestamp.as_bytes(), &other), body) {
                Err(Error::Webhook(VerifyError::InvalidSignature)) => malformed += 1,
                Err(Error::Webhook(VerifyError::SignatureMismatch)) => {}
                other => panic!("{name}: {other:?}"),
            }
        }
        assert!(malformed > 0);
    }
}
