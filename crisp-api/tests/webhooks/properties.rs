//! What holds for any secret, timestamp and body.

use crisp_api::webhooks::{
    SIGNATURE_HEADER, TIMESTAMP_HEADER, UrlKeyVerifier, Verifier, VerifyError, sign,
};
use crisp_api::{Error, EventName, HeaderMap};
use http::HeaderValue;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{SECRET, headers, signed};

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

/// The name of an event that is known, or any other.
fn name() -> impl Strategy<Value = String> {
    let known: Vec<String> = EventName::all().map(|name| name.to_string()).collect();
    prop_oneof![proptest::sample::select(known), any::<String>()]
}

fn forged<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Webhook(VerifyError::SignatureMismatch)))
}

proptest! {
    #[test]
    fn what_is_signed_is_taken_and_nothing_else_is(
        secret in "[ -~]{1,100}",
        other in "[ -~]{1,100}",
        timestamp: u64,
        later: u64,
        body in value(),
        extra: u8,
    ) {
        let mut body = body.to_string().into_bytes();
        let signature = sign(&secret, timestamp, &body);
        let at = |time: u64| headers(time.to_string().as_bytes(), signature.as_bytes());
        let hooks = Verifier::new(secret.as_str());

        let read: Value = hooks.verify_widget(&at(timestamp), &body).unwrap();
        prop_assert_eq!(read, serde_json::from_slice::<Value>(&body).unwrap());

        let taken = Verifier::new(other.as_str()).verify_widget::<Value>(&at(timestamp), &body);
        prop_assert_eq!(forged(&taken), other != secret);
        let taken = hooks.verify_widget::<Value>(&at(later), &body);
        prop_assert_eq!(forged(&taken), later != timestamp);
        body.push(extra);
        prop_assert!(forged(&hooks.verify_widget::<Value>(&at(timestamp), &body)));
    }

    #[test]
    fn any_event_is_delivered_and_its_payload_kept(name in name(), data in value()) {
        let body = json!({"website_id": "w", "event": name, "timestamp": 1, "data": data});
        let body = body.to_string();
        let hooks = Verifier::new(SECRET);
        let delivery = hooks.verify(&signed(body.as_bytes()), body.as_bytes()).unwrap();
        prop_assert_eq!(delivery.event.name(), EventName::from(name));
        let came: Value = serde_json::from_str(&body).unwrap();
        prop_assert_eq!(&serde_json::to_value(&delivery.event).unwrap(), &came["data"]);
    }

    #[test]
    fn nothing_that_arrives_makes_it_panic(
        timestamp in vec(any::<u8>(), 0..40),
        signature in vec(any::<u8>(), 0..80),
        query: String,
        body in vec(any::<u8>(), 0..400),
    ) {
        let mut headers = HeaderMap::new();
        for (name, value) in [(TIMESTAMP_HEADER, &timestamp), (SIGNATURE_HEADER, &signature)] {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                headers.insert(name, value);
            }
        }
        prop_assert!(Verifier::new(SECRET).verify(&headers, &body).is_err());
        prop_assert!(UrlKeyVerifier::new(SECRET).verify(&query, &headers, &body).is_err());
        // What is read once it has proved to come from Crisp.
        let _ = Verifier::new(SECRET).verify(&signed(&body), &body);
    }
}
