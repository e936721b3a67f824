//! Decoding of verified deliveries.

use crisp_api::webhooks::{ATTEMPT_HEADER, ATTEMPT_LIMIT_HEADER, ORIGIN_HEADER, VerifyError};
use crisp_api::{Event, EventName, StatusCode};
use serde_json::{Value, json};

use super::{WEBSITE, deliver, message, message_with, rejection, signed, verifier};

#[test]
fn a_delivery_has_the_metadata_of_envelope_and_headers() {
    let body = message().to_string();
    let mut headers = signed(body.as_bytes());
    let bare = verifier().verify(&headers, body.as_bytes()).unwrap();
    assert_eq!(
        (bare.origin, bare.attempt, bare.attempt_limit),
        (None, None, None)
    );

    headers.insert(ORIGIN_HEADER, "plugin/rtm acme production".parse().unwrap());
    headers.insert(ATTEMPT_HEADER, "2".parse().unwrap());
    headers.insert(ATTEMPT_LIMIT_HEADER, "5".parse().unwrap());
    let delivery = verifier().verify(&headers, body.as_bytes()).unwrap();
    assert_eq!(delivery.event.name(), EventName::MessageSend);
    assert_eq!(delivery.website_id.as_deref(), Some(WEBSITE));
    assert_eq!(delivery.timestamp, Some(1_763_812_800_001));
    assert_eq!(
        delivery.origin.as_deref(),
        Some("plugin/rtm acme production")
    );
    assert_eq!(
        (delivery.attempt, delivery.attempt_limit),
        (Some(2), Some(5))
    );
    assert!(delivery.extra.is_empty());

    // These headers are not signed: an odd one must not lose the event.
    headers.insert(ATTEMPT_HEADER, "second".parse().unwrap());
    let odd = verifier().verify(&headers, body.as_bytes()).unwrap();
    assert_eq!(odd.attempt, None);
}

#[test]
fn a_timestamp_is_decoded_from_an_integer_a_float_or_a_text() {
    for (json, expected) in [
        ("1763812800000", 1_763_812_800_000),
        ("1763812800000.0", 1_763_812_800_000),
        ("1763812800000.9", 1_763_812_800_000),
        ("1.7638128e12", 1_763_812_800_000),
        (r#""1763812800000""#, 1_763_812_800_000),
        (r#""1763812800000.0""#, 1_763_812_800_000),
        ("-1", -1),
        ("0", 0),
        ("9223372036854775807", i64::MAX),
    ] {
        let body = format!(r#"{{"event":"acme:made","timestamp":{json}}}"#);
        let delivery = deliver(body).unwrap();
        assert_eq!(delivery.timestamp, Some(expected), "{json}");
        assert!(delivery.extra.is_empty(), "{json}");
    }
}

#[test]
fn a_timestamp_that_cannot_be_interpreted_is_preserved() {
    for value in [
        json!("now"),
        json!("2025-11-22T12:00:00Z"),
        json!(""),
        json!("NaN"),
        json!("inf"),
        json!(1e300),
        json!(u64::MAX),
        json!(true),
        json!([1]),
        json!({ "ms": 1 }),
    ] {
        let delivery = deliver(message_with("timestamp", value.clone())).unwrap();
        assert_eq!(delivery.event.name(), EventName::MessageSend);
        assert_eq!(delivery.timestamp, None, "{value}");
        assert_eq!(
            Value::Object(delivery.extra.into()),
            json!({ "timestamp": value })
        );
    }
}

#[test]
fn a_website_id_that_is_not_text_is_preserved() {
    for value in [json!(7), json!(7.5), json!(false), json!([]), json!({})] {
        let delivery = deliver(message_with("website_id", value.clone())).unwrap();
        assert_eq!(delivery.event.name(), EventName::MessageSend);
        assert_eq!(delivery.website_id, None, "{value}");
        assert_eq!(
            Value::Object(delivery.extra.into()),
            json!({ "website_id": value })
        );
    }
}

#[test]
fn values_that_rust_cannot_represent_do_not_reject_a_delivery() {
    for (name, json) in [
        ("website_id", r#""\ud800""#),
        ("timestamp", r#""\ud800""#),
        ("timestamp", "1e999"),
        ("new", r#"["\ud800", 1e999]"#),
    ] {
        let delivery = deliver(format!(r#"{{"event":"acme:made","{name}":{json}}}"#)).unwrap();
        assert_eq!(delivery.event.name().as_str(), "acme:made");
        // The JSON as text, because no `Value` can hold it.
        assert_eq!(Value::Object(delivery.extra.into()), json!({ name: json }));
    }
}

#[test]
fn an_envelope_needs_only_the_event() {
    for body in [
        json!({ "event": "acme:made", "data": 5 }),
        json!({ "event": "acme:made", "data": 5, "website_id": null, "timestamp": null }),
    ] {
        let delivery = deliver(body.to_string()).unwrap();
        assert_eq!((delivery.website_id, delivery.timestamp), (None, None));
        assert_eq!(delivery.event.name().as_str(), "acme:made");
        assert!(delivery.extra.is_empty());
    }
}

#[test]
fn unknown_events_and_fields_are_delivered() {
    let body = r#"{"event":"acme\u003amade","new":[1],"timestamp":-1,"website_id":"w\u0031"}"#;
    let delivery = deliver(body).unwrap();
    let unknown = Event::Unknown {
        name: "acme:made".into(),
        data: Value::Null,
    };
    assert_eq!(delivery.event, unknown);
    assert_eq!(
        (delivery.website_id.as_deref(), delivery.timestamp),
        (Some("w1"), Some(-1))
    );
    assert_eq!(Value::Object(delivery.extra.into()), json!({ "new": [1] }));
}

#[test]
fn the_last_of_duplicate_fields_wins() {
    let body = r#"{"event":"a:a","event":"b:b","timestamp":1,"timestamp":2,"website_id":7,
        "website_id":"w","data":1,"data":2}"#;
    let delivery = deliver(body).unwrap();
    let event = Event::Unknown {
        name: "b:b".into(),
        data: json!(2),
    };
    assert_eq!(delivery.event, event);
    assert_eq!(delivery.timestamp, Some(2));
    assert_eq!(delivery.website_id.as_deref(), Some("w"));
    assert!(delivery.extra.is_empty());
}

#[test]
fn a_body_that_is_not_json_is_rejected() {
    let two = format!("{} {}", message(), message());
    let mut torn = message().to_string();
    torn.pop();
    let bodies: [&[u8]; 6] = [
        b"",
        b"event=message:send",
        torn.as_bytes(),
        two.as_bytes(),
        b"{\"website_id\":\"\xff\",\"event\":\"x\",\"timestamp\":1}",
        b"{\"website_id\":\"w\",\"event\":\"x\",\"timestamp\":1,\"data\":\"\xff\"}",
    ];
    for body in bodies {
        let error = rejection(deliver(body));
        assert!(
            matches!(error, VerifyError::InvalidJson { .. }),
            "{error:?}"
        );
        assert_eq!(error.status(), StatusCode::BAD_REQUEST);
    }
}

#[test]
fn a_body_without_an_event_name_is_rejected_with_the_path() {
    let mut without_event = message();
    without_event.as_object_mut().unwrap().remove("event");
    for (body, expected) in [
        ("[]".to_owned(), "."),
        ("null".to_owned(), "."),
        (r#"["w","message:send",1,{}]"#.to_owned(), "."),
        (without_event.to_string(), "."),
        (message_with("event", json!(null)), "event"),
        (message_with("event", json!(7)), "event"),
    ] {
        match rejection(deliver(&body)) {
            VerifyError::Decode { path, .. } => assert_eq!(path, expected, "{body}"),
            other => panic!("{body}: {other:?}"),
        }
    }
}

#[test]
fn an_invalid_payload_is_delivered_and_preserved() {
    for data in [json!({"content": 7}), json!(null), json!("text")] {
        match deliver(message_with("data", data.clone())).unwrap().event {
            Event::Invalid {
                name,
                data: received,
                ..
            } => {
                assert_eq!((name, received), (EventName::MessageSend, data));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_deeply_nested_value_does_not_overflow_the_stack() {
    let depth = 200_000;
    let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for field in ["data", "website_id", "timestamp", "new"] {
        let body = format!(r#"{{"event":"message:send","{field}":{deep}}}"#);
        let delivery = deliver(body).unwrap();
        assert!(matches!(delivery.event, Event::Invalid { .. }), "{field}");
    }
}
