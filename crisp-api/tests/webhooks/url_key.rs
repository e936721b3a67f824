//! Website webhooks, which have a key in their URL.

use crisp_api::webhooks::{UrlKeyVerifier, VerifyError};
use crisp_api::{EventName, HeaderMap, StatusCode};

use super::{SECRET, message, rejection};

#[test]
fn the_key_must_be_in_the_query() {
    let verifier = UrlKeyVerifier::new("long & rändom+");
    let body = message().to_string();
    let verify = |query: &str| verifier.verify(query, &HeaderMap::new(), body.as_bytes());

    for query in [
        "key=long%20%26%20r%C3%A4ndom%2B",
        "a=1&key=long+%26+r%C3%A4ndom%2B&b",
    ] {
        let delivery = verify(query).unwrap();
        assert_eq!(delivery.event.name(), EventName::MessageSend);
    }
    for query in ["", "keys=long", "a=key", "KEY=long%20%26%20r%C3%A4ndom%2B"] {
        let error = rejection(verify(query));
        assert!(
            matches!(error, VerifyError::MissingKey),
            "{query}: {error:?}"
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
        let error = rejection(verify(query));
        assert!(matches!(error, VerifyError::WrongKey), "{query}: {error:?}");
        assert_eq!(error.status(), StatusCode::UNAUTHORIZED);
    }
}

#[test]
fn a_key_may_be_percent_encoded_or_verbatim() {
    let verifier = UrlKeyVerifier::new("q8+Zk/3w%3d==");
    let body = message().to_string();
    for query in ["key=q8+Zk/3w%3d==", "a&key=q8%2BZk%2F3w%253d%3D%3D"] {
        let delivery = verifier.verify(query, &HeaderMap::new(), body.as_bytes());
        assert!(delivery.is_ok(), "{query}: {delivery:?}");
    }
}

#[test]
fn during_rotation_each_key_is_accepted_and_no_other() {
    let verifier = UrlKeyVerifier::new("current").key("previous").key("oldest");
    let body = message().to_string();
    let verify = |query: &str| verifier.verify(query, &HeaderMap::new(), body.as_bytes());
    for query in ["key=current", "key=previous", "key=oldest"] {
        assert!(verify(query).is_ok(), "{query}");
    }
    for query in ["key=", "key=other", "key=currentprevious"] {
        let error = rejection(verify(query));
        assert!(matches!(error, VerifyError::WrongKey), "{query}: {error:?}");
    }
}

#[test]
fn an_empty_key_rejects_everything() {
    let body = message().to_string();
    for verifier in [
        UrlKeyVerifier::new(""),
        UrlKeyVerifier::new("").key("current"),
        UrlKeyVerifier::new("current").key(""),
    ] {
        for query in ["key=", "key=current"] {
            let error = rejection(verifier.verify(query, &HeaderMap::new(), body.as_bytes()));
            assert!(matches!(error, VerifyError::NoSecret), "{error:?}");
        }
    }
}

#[test]
fn debug_output_has_no_key() {
    let debug = format!("{:?}", UrlKeyVerifier::new(SECRET).key("previous key"));
    assert!(
        !debug.contains(SECRET) && !debug.contains("previous"),
        "{debug}"
    );
}
