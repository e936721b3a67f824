//! What is taken beside the plain case, and what is refused for which reason.

use std::time::{Duration, SystemTime};

use crisp_api::webhooks::{
    ATTEMPT_HEADER, ATTEMPT_LIMIT_HEADER, Delivery, ORIGIN_HEADER, SIGNATURE_HEADER,
    TIMESTAMP_HEADER, UrlKeyVerifier, Verifier, VerifyError,
};
use crisp_api::{Error, Event, EventName, HeaderMap, StatusCode};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{NOW, SECRET, WEBSITE, headers, message, signed, signed_at};

fn hooks() -> Verifier {
    Verifier::new(SECRET)
}

/// What is wrong, after a look at what the error says and gives away.
fn fault<T: std::fmt::Debug>(result: Result<T, Error>) -> VerifyError {
    let error = result.unwrap_err();
    let said = format!("{error} {error:?}");
    assert!(error.to_string().starts_with("webhook: "), "{said}");
    assert!(!said.contains(SECRET), "{said}");
    assert_eq!((error.operation(), error.status()), (None, None));
    match error {
        Error::Webhook(fault) => fault,
        other => panic!("{other:?}"),
    }
}

/// What is wrong with a body that is signed.
fn refused(body: &[u8]) -> VerifyError {
    fault(hooks().verify(&signed(body), body))
}

#[test]
fn a_delivery_says_how_it_came() {
    let body = message().to_string();
    let mut headers = signed(body.as_bytes());
    let bare = hooks().verify(&headers, body.as_bytes()).unwrap();
    assert_eq!(
        (bare.origin, bare.attempt, bare.attempt_limit),
        (None, None, None)
    );

    headers.insert(ORIGIN_HEADER, "plugin/rtm acme production".parse().unwrap());
    headers.insert(ATTEMPT_HEADER, "2".parse().unwrap());
    headers.insert(ATTEMPT_LIMIT_HEADER, "5".parse().unwrap());
    let Delivery {
        event,
        website_id,
        timestamp,
        origin,
        attempt,
        attempt_limit,
        ..
    } = hooks().verify(&headers, body.as_bytes()).unwrap();
    assert_eq!(event.name(), EventName::MessageSend);
    assert_eq!(website_id.as_deref(), Some(WEBSITE));
    assert_eq!(timestamp, Some(1_763_812_800_001));
    assert_eq!(origin.as_deref(), Some("plugin/rtm acme production"));
    assert_eq!((attempt, attempt_limit), (Some(2), Some(5)));

    // None of them is signed, so a strange one is no reason to lose the event.
    headers.insert(ATTEMPT_HEADER, "second".parse().unwrap());
    let odd = hooks().verify(&headers, body.as_bytes()).unwrap();
    assert_eq!(odd.attempt, None);
}

#[test]
fn a_missing_header_is_named() {
    for name in [TIMESTAMP_HEADER, SIGNATURE_HEADER] {
        let mut headers = signed(b"{}");
        headers.remove(name);
        match fault(hooks().verify(&headers, b"{}")) {
            VerifyError::MissingHeader { name: missing, .. } => assert_eq!(missing, name),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_signature_has_one_spelling() {
    let signature = signed(b"{}")[SIGNATURE_HEADER].to_str().unwrap().to_owned();
    assert!(signature.contains(char::is_alphabetic));
    for other in [
        String::new(),
        signature.to_uppercase(),
        signature[..62].to_owned(),
        signature[..63].to_owned(),
        format!("{signature}00"),
        format!("{signature} "),
        format!("sha256={signature}"),
        "é".repeat(32),
    ] {
        let headers = headers(NOW.to_string().as_bytes(), other.as_bytes());
        let fault = fault(hooks().verify(&headers, b"{}"));
        assert!(
            matches!(fault, VerifyError::InvalidSignature),
            "{other:?}: {fault:?}"
        );
    }
}

#[test]
fn another_secret_is_refused() {
    for secret in ["f7f9bb4a3f2d9f6c5b0b", "f7f9bb4a3f2d9f6c5b0", " "] {
        let fault = fault(Verifier::new(secret).verify(&signed(b"{}"), b"{}"));
        assert!(
            matches!(fault, VerifyError::SignatureMismatch),
            "{secret}: {fault:?}"
        );
    }
}

#[test]
fn an_empty_secret_takes_nothing() {
    let timestamp = NOW.to_string();
    let signature = crisp_api::webhooks::sign("", NOW, b"{}");
    let headers = headers(timestamp.as_bytes(), signature.as_bytes());
    let fault = fault(Verifier::new("").verify(&headers, b"{}"));
    assert!(matches!(fault, VerifyError::NoSecret), "{fault:?}");
    assert_eq!(fault.status(), StatusCode::INTERNAL_SERVER_ERROR);
}

#[test]
fn neither_the_secret_nor_the_key_is_shown() {
    assert!(!format!("{:?}", hooks()).contains(SECRET));
    assert!(!format!("{:?}", UrlKeyVerifier::new(SECRET)).contains(SECRET));
}

#[test]
fn what_was_signed_too_long_ago_is_refused_on_request() {
    let limit = Duration::from_secs(300);
    let strict = hooks().max_age(limit);
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    let at = |time: Duration| u64::try_from(time.as_millis()).unwrap();
    let body = message().to_string();
    let body = body.as_bytes();

    // A clock ahead of ours is no old delivery.
    for time in [now, now - limit / 2, now + limit * 2] {
        strict.verify(&signed_at(at(time), body), body).unwrap();
    }
    for time in [now - limit - Duration::from_secs(1), Duration::ZERO] {
        let old = signed_at(at(time), body);
        match fault(strict.verify(&old, body)) {
            VerifyError::TooOld {
                age, limit: told, ..
            } => {
                assert!(age >= now - time && told == limit, "{age:?} {told:?}");
            }
            other => panic!("{other:?}"),
        }
        hooks().verify(&old, body).unwrap();
    }

    // Forged is forged, at whatever age.
    let mut forged = signed_at(at(now), body);
    forged.insert(TIMESTAMP_HEADER, 0.into());
    assert!(matches!(
        fault(strict.verify(&forged, body)),
        VerifyError::SignatureMismatch
    ));
}

#[test]
fn a_timestamp_is_a_number_where_its_age_matters() {
    let body = message().to_string();
    for timestamp in [
        "",
        "soon",
        "-1",
        "1763812800000.5",
        "99999999999999999999999",
    ] {
        let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes())
            .unwrap()
            .chain_update(format!("[{timestamp};{body}]"));
        let signature = base16ct::lower::encode_string(&mac.finalize().into_bytes());
        let headers = headers(timestamp.as_bytes(), signature.as_bytes());
        hooks().verify(&headers, body.as_bytes()).unwrap();
        let strict = hooks().max_age(Duration::from_secs(300));
        let fault = fault(strict.verify(&headers, body.as_bytes()));
        assert!(
            matches!(fault, VerifyError::InvalidTimestamp),
            "{timestamp:?}: {fault:?}"
        );
    }
}

#[test]
fn a_body_that_is_not_json_is_refused() {
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
        let fault = refused(body);
        assert!(
            matches!(fault, VerifyError::InvalidJson { .. }),
            "{fault:?}"
        );
        assert_eq!(fault.status(), StatusCode::BAD_REQUEST);
    }
}

#[test]
fn an_envelope_of_another_form_is_refused_with_the_place() {
    let with = |name: &str, value: Value| {
        let mut body = message();
        body[name] = value;
        body
    };
    let without = |name: &str| {
        let mut body = message();
        body.as_object_mut().unwrap().remove(name);
        body
    };
    for (body, place) in [
        (json!([]), "."),
        (json!(null), "."),
        (with("website_id", json!(7)), "website_id"),
        (with("event", json!(null)), "event"),
        (with("timestamp", json!("now")), "timestamp"),
        (without("event"), "."),
    ] {
        match refused(body.to_string().as_bytes()) {
            VerifyError::Decode { path, .. } => assert_eq!(path, place, "{body}"),
            other => panic!("{body}: {other:?}"),
        }
    }
}

#[test]
fn an_envelope_needs_no_more_than_the_event() {
    for body in [
        json!({ "event": "acme:made", "data": 5 }),
        json!({ "event": "acme:made", "data": 5, "website_id": null, "timestamp": null }),
    ] {
        let body = body.to_string();
        let delivery = hooks()
            .verify(&signed(body.as_bytes()), body.as_bytes())
            .unwrap();
        assert_eq!((delivery.website_id, delivery.timestamp), (None, None));
        assert_eq!(delivery.event.name().as_str(), "acme:made");
    }
}

#[test]
fn a_payload_of_another_form_is_delivered_all_the_same() {
    for data in [json!({"content": 7}), json!(null), json!("text")] {
        let mut body = message();
        body["data"] = data.clone();
        let body = body.to_string();
        let delivery = hooks()
            .verify(&signed(body.as_bytes()), body.as_bytes())
            .unwrap();
        match delivery.event {
            Event::Invalid {
                name, data: kept, ..
            } => {
                assert_eq!((name, kept), (EventName::MessageSend, data));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_this_version_does_not_know_is_delivered() {
    let body = r#"{"event":"acme\u003amade","new":[1],"timestamp":-1,"website_id":"w\u0031"}"#;
    let delivery = hooks()
        .verify(&signed(body.as_bytes()), body.as_bytes())
        .unwrap();
    let unknown = Event::Unknown {
        name: "acme:made".into(),
        data: Value::Null,
    };
    assert_eq!(delivery.event, unknown);
    assert_eq!(
        (delivery.website_id.as_deref(), delivery.timestamp),
        (Some("w1"), Some(-1))
    );
}

#[test]
fn a_payload_nested_beyond_measure_does_no_harm() {
    let depth = 200_000;
    let body = format!(
        r#"{{"website_id":"w","event":"message:send","timestamp":1,"data":{}{}}}"#,
        "[".repeat(depth),
        "]".repeat(depth)
    );
    let delivery = hooks()
        .verify(&signed(body.as_bytes()), body.as_bytes())
        .unwrap();
    assert!(matches!(delivery.event, Event::Invalid { .. }));
}

#[test]
fn a_website_hook_has_the_key_in_its_address() {
    let hooks = UrlKeyVerifier::new("long & rändom+");
    let body = message().to_string();
    let verify = |query: &str| hooks.verify(query, &HeaderMap::new(), body.as_bytes());

    for query in [
        "key=long%20%26%20r%C3%A4ndom%2B",
        "a=1&key=long+%26+r%C3%A4ndom%2B&b",
    ] {
        let delivery = verify(query).unwrap();
        assert_eq!(delivery.event.name(), EventName::MessageSend);
    }
    for query in ["", "keys=long", "a=key", "KEY=long%20%26%20r%C3%A4ndom%2B"] {
        let fault = fault(verify(query));
        assert!(
            matches!(fault, VerifyError::MissingKey),
            "{query}: {fault:?}"
        );
    }
    for query in [
        "key",
        "key=",
        "key=long",
        "key=long%20%26%20r%C3%A4ndom",
        "key=long%20%26%20r%C3%A4ndom%2B%2B",
        "key=wrong&key=long%20%26%20r%C3%A4ndom%2B",
    ] {
        let fault = fault(verify(query));
        assert!(matches!(fault, VerifyError::WrongKey), "{query}: {fault:?}");
        assert_eq!(fault.status(), StatusCode::UNAUTHORIZED);
    }

    // As it is copied from where it was made.
    let hooks = UrlKeyVerifier::new("q8+Zk/3w%3d==");
    for query in ["key=q8+Zk/3w%3d==", "a&key=q8%2BZk%2F3w%253d%3D%3D"] {
        assert!(
            hooks
                .verify(query, &HeaderMap::new(), body.as_bytes())
                .is_ok(),
            "{query}"
        );
    }
    let fault = fault(UrlKeyVerifier::new("").verify("key=", &HeaderMap::new(), body.as_bytes()));
    assert!(matches!(fault, VerifyError::NoSecret), "{fault:?}");
}

#[test]
fn a_widget_request_is_read_as_any_type() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Request {
        session_id: String,
        count: u8,
    }

    let body = br#"{"session_id":"session_1","count":7}"#;
    let request: Request = hooks().verify_widget(&signed(body), body).unwrap();
    assert_eq!(
        request,
        Request {
            session_id: "session_1".into(),
            count: 7
        }
    );

    let other = br#"{"session_id":"session_1","count":700}"#;
    let forged = hooks().verify_widget::<Request>(&signed(body), other);
    assert!(matches!(fault(forged), VerifyError::SignatureMismatch));
    match fault(hooks().verify_widget::<Request>(&signed(other), other)) {
        VerifyError::Decode { path, .. } => assert_eq!(path, "count"),
        other => panic!("{other:?}"),
    }
}
