//! Properties that hold for any secret, timestamp and body.

use std::time::Duration;

use crisp_api::webhooks::{
    SIGNATURE_HEADER, TIMESTAMP_HEADER, UrlKeyVerifier, Verifier, VerifyError,
};
use crisp_api::{Error, EventName, HeaderMap};
use http::HeaderValue;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{SECRET, deliver, now, signed, signed_text, signed_with, verifier};

/// Any JSON.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((any::<String>(), inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// The name of a known event, or any text.
fn name() -> impl Strategy<Value = String> {
    let known: Vec<String> = EventName::all().map(|name| name.to_string()).collect();
    prop_oneof![proptest::sample::select(known), any::<String>()]
}

fn mismatch<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Webhook(VerifyError::SignatureMismatch)))
}

proptest! {
    #[test]
    fn only_the_signed_combination_is_accepted(
        secret in "[ -~]{1,100}",
        other in "[ -~]{1,100}",
        timestamp: u64,
        later: u64,
        body in value(),
        extra: u8,
    ) {
        let mut body = body.to_string().into_bytes();
        let headers = signed_with(&secret, timestamp, &body);
        let verifier = Verifier::new(secret.as_str()).tolerance(Duration::MAX);

        let decoded: Value = verifier.verify_widget(&headers, &body).unwrap();
        prop_assert_eq!(decoded, serde_json::from_slice::<Value>(&body).unwrap());

        let other_secret = Verifier::new(other.as_str()).tolerance(Duration::MAX);
        let result = other_secret.verify_widget::<Value>(&headers, &body);
        prop_assert_eq!(mismatch(&result), other != secret);
        let rotating = other_secret.secret(secret.as_str());
        prop_assert!(rotating.verify_widget::<Value>(&headers, &body).is_ok());

        let mut other_time = headers.clone();
        other_time.insert(TIMESTAMP_HEADER, later.into());
        let result = verifier.verify_widget::<Value>(&other_time, &body);
        prop_assert_eq!(mismatch(&result), later != timestamp);

        body.push(extra);
        prop_assert!(mismatch(&verifier.verify_widget::<Value>(&headers, &body)));
    }

    #[test]
    fn only_digits_are_a_timestamp(text in prop_oneof!["[ -~]{0,25}", "[0-9]{0,25}"]) {
        let result = verifier().tolerance(Duration::MAX).verify(&signed_text(&text, b"{}"), b"{}");
        let digits = (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        prop_assert_eq!(
            matches!(result, Err(Error::Webhook(VerifyError::InvalidTimestamp))),
            !(digits && text.parse::<u64>().is_ok())
        );
    }

    #[test]
    fn any_event_is_delivered_and_its_payload_preserved(name in name(), data in value()) {
        let body = json!({"website_id": "w", "event": name, "timestamp": 1, "data": data});
        let body = body.to_string();
        let delivery = deliver(&body).unwrap();
        prop_assert_eq!(delivery.event.name(), EventName::from(name));
        let received: Value = serde_json::from_str(&body).unwrap();
        prop_assert_eq!(&serde_json::to_value(&delivery.event).unwrap(), &received["data"]);
    }

    #[test]
    fn no_envelope_field_rejects_a_delivery(
        website_id in value(),
        timestamp in value(),
        name: String,
        unknown in value(),
    ) {
        let mut body = json!({"website_id": website_id, "timestamp": timestamp});
        body[&name] = unknown;
        body["event"] = "acme:made".into();
        let received: Value = serde_json::from_str(&body.to_string()).unwrap();
        let delivery = deliver(body.to_string()).unwrap();
        prop_assert_eq!(delivery.event.name(), EventName::from("acme:made"));
        for (name, value) in &delivery.extra {
            prop_assert_eq!(value, &received[name]);
        }
        if let Value::String(text) = &received["website_id"] {
            prop_assert_eq!(delivery.website_id.as_ref(), Some(text));
        } else {
            prop_assert_eq!(delivery.website_id, None);
            let preserved = delivery.extra.contains_key("website_id");
            prop_assert_eq!(preserved, !received["website_id"].is_null());
        }
        let interpreted = delivery.timestamp.is_some() || received["timestamp"].is_null();
        prop_assert_eq!(delivery.extra.contains_key("timestamp"), !interpreted);
    }

    #[test]
    fn no_request_causes_a_panic(
        timestamp in prop_oneof![
            vec(any::<u8>(), 0..40),
            Just(now().to_string().into_bytes()),
        ],
        signature in prop_oneof![
            vec(any::<u8>(), 0..80),
            "[0-9a-f]{64}".prop_map(String::into_bytes),
        ],
        query: String,
        body in vec(any::<u8>(), 0..400),
    ) {
        let mut headers = HeaderMap::new();
        for (name, value) in [(TIMESTAMP_HEADER, &timestamp), (SIGNATURE_HEADER, &signature)] {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                headers.insert(name, value);
            }
        }
        prop_assert!(verifier().verify(&headers, &body).is_err());
        prop_assert!(UrlKeyVerifier::new(SECRET).verify(&query, &headers, &body).is_err());
        // Decoding after successful verification.
        let _ = verifier().verify(&signed(&body), &body);
    }
}
