//! The text of errors: bounded, on one line, and without credentials.
#![cfg(feature = "client")]

mod support;

use std::collections::BTreeMap;
use std::error::Error as _;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use crisp_api::{
    ApiError, DecodeError, Error, Method, Reason, StatusCode, Tier, TransportError,
    TransportErrorKind,
};
use serde_json::{Value, json};
use support::{ENCODED, IDENTIFIER, KEY, Reply, Server};

async fn get<T: serde::de::DeserializeOwned + 'static>(reply: Reply) -> Result<T, Error> {
    let server = Server::start([reply]).await;
    server
        .client()
        .request::<T>(Method::GET, "/website/w")
        .await
}

/// Everything that a program can print of an error.
fn shown(error: &Error) -> String {
    let source = error.source().map(|source| format!("{source} {source:?}"));
    format!("{error} {error:?} {error:#?} {source:?}")
}

fn every_variant(text: &str) -> Vec<Error> {
    let operation = || text.to_owned();
    let mut api = ApiError::new(
        operation(),
        Method::GET,
        StatusCode::FORBIDDEN,
        Reason::from(text),
    );
    api.message = text.to_owned();
    api.retry_after = Some(Duration::MAX);
    let mut transport = TransportError::new(operation(), Method::POST, TransportErrorKind::Other);
    transport.source = Some(text.into());
    vec![
        Error::Api(Box::new(api.clone())),
        Error::RateLimited(Box::new(api)),
        Error::Transport(Box::new(transport)),
        Error::Timeout {
            operation: "website.get_website".into(),
            method: Method::GET,
        },
        Error::Decode(Box::new(DecodeError::new(operation(), text, text))),
        Error::ResponseTooLarge {
            operation: "website.get_website".into(),
            limit: 1,
        },
        Error::InvalidArgument {
            operation: "website.get_website".into(),
            argument: "page_number".into(),
            message: text.to_owned(),
        },
        Error::Socket {
            message: text.to_owned(),
        },
        Error::Unauthorized {
            message: text.to_owned(),
        },
        Error::Config {
            setting: "timeout",
            message: text.to_owned(),
        },
    ]
}

#[test]
fn each_variant_has_a_short_text_on_one_line_in_reading_order() {
    let hostile = "a\nERROR forged\r\u{1b}[2J\u{202e}\u{2066}\u{2028}\u{0}";
    let long = hostile.repeat(100_000);
    for error in every_variant(&long) {
        let text = error.to_string();
        assert!(
            text.chars().count() < 700,
            "{} characters",
            text.chars().count()
        );
        let unsafe_characters = |c: char| c.is_control() || "\u{202e}\u{2066}\u{2028}".contains(c);
        assert!(!text.contains(unsafe_characters), "{text:?}");
    }
    let text = every_variant("a\nb\u{202e}c")[0].to_string();
    assert!(text.contains(r"a\nb\u{202e}c"), "{text}");
}

#[tokio::test]
async fn no_response_makes_a_long_text() {
    let long = "x\n".repeat(500_000);
    let envelope = json!({ "error": true, "reason": long, "data": { "message": long } });
    for reply in [
        Reply::new(200, envelope.to_string()),
        Reply::new(403, envelope.to_string()),
        Reply::new(404, long.clone()),
        Reply::new(200, long.clone()),
        Reply::data(json!({ long.clone(): long })),
        Reply::new(200, "").header("retry-after", "9".repeat(300)),
    ] {
        let error = get::<BTreeMap<String, u8>>(reply).await.unwrap_err();
        let text = error.to_string();
        assert!(text.chars().count() < 500, "{} characters", text.len());
        assert!(!text.contains('\n'));
    }
}

#[test]
fn predicates_agree_with_the_documentation() {
    let api = |method, status| {
        let status = StatusCode::from_u16(status).unwrap();
        let api = ApiError::new("test", method, status, Reason::NotFound);
        Error::Api(Box::new(api))
    };
    let transport = |sent| {
        let mut error =
            TransportError::new("test", Method::POST, TransportErrorKind::ConnectTimeout);
        error.sent = sent;
        Error::Transport(Box::new(error))
    };
    let timeout = |method| Error::Timeout {
        operation: "test".into(),
        method,
    };
    // Error, retryable, timeout, not found.
    for (error, expected) in [
        (api(Method::GET, 503), [true, false, false]),
        (api(Method::POST, 503), [false, false, false]),
        (api(Method::GET, 504), [true, false, false]),
        (api(Method::GET, 404), [false, false, true]),
        (transport(false), [true, true, false]),
        (transport(true), [false, true, false]),
        (timeout(Method::GET), [true, true, false]),
        (timeout(Method::PUT), [false, true, false]),
    ] {
        let found = [
            error.is_retryable(),
            error.is_timeout(),
            error.is_not_found(),
        ];
        assert_eq!(found, expected, "{error:?}");
        assert!(!error.is_rate_limited());
    }
}

#[test]
fn a_403_names_the_scopes_that_the_operation_needs() {
    let mut api = ApiError::new(
        "website.list_people_profiles",
        Method::GET,
        StatusCode::FORBIDDEN,
        Reason::NotAllowed,
    );
    api.scopes = &["website:people:profiles (read)"];
    assert_eq!(
        Error::Api(Box::new(api)).to_string(),
        "website.list_people_profiles: 403 not_allowed: a plugin token needs the scope \
         website:people:profiles (read), and its plugin must be installed on the website"
    );
}

/// A proxy that repeats the request must not carry the key into a log.
#[tokio::test]
async fn a_response_that_repeats_the_credentials_does_not_show_them() {
    let echo = format!("Authorization: Basic {ENCODED}, or {KEY}");
    let envelope =
        json!({ "error": true, "reason": KEY, "data": { "message": echo, "headers": [echo] } });
    for reply in [
        Reply::new(500, &echo),
        Reply::new(500, envelope.to_string()),
        Reply::new(429, envelope.to_string()),
        Reply::new(200, &echo),
        Reply::data(json!(echo)),
    ] {
        let shown = shown(&get::<u8>(reply).await.unwrap_err());
        assert!(!shown.contains(KEY) && !shown.contains(ENCODED), "{shown}");
        assert!(shown.contains("[redacted]"), "{shown}");
    }
    // Escaped as other languages do, or as the name of a field.
    let escaped = envelope
        .to_string()
        .replace(KEY, &KEY.replace('-', "\\u002d"));
    let named = json!({ "error": true, "data": { KEY: { KEY: [KEY] } } }).to_string();
    let path = json!({ "error": false, "data": { KEY: "x" } }).to_string();
    for body in [&escaped, &named, &path] {
        for status in [200, 400] {
            let error = get::<BTreeMap<String, u8>>(Reply::new(status, body));
            let shown = shown(&error.await.unwrap_err());
            assert!(!shown.contains(KEY), "{shown}");
        }
    }
    // Data that is decoded is not changed.
    assert_eq!(get::<String>(Reply::data(json!(KEY))).await.unwrap(), KEY);
}

#[tokio::test]
async fn encoded_forms_of_the_key_are_removed() {
    let key = "p+ss/w0rd~key?&=";
    let encoded = [
        "p%2Bss%2Fw0rd~key%3F%26%3D".to_owned(),
        "p%2Bss%2Fw0rd%7Ekey%3F%26%3D".to_owned(),
        "p%2bss%2fw0rd%7ekey%3f%26%3d".to_owned(),
        BASE64_STANDARD.encode(key),
        BASE64_URL_SAFE_NO_PAD.encode(key),
        BASE64_STANDARD.encode(format!("{IDENTIFIER}:{key}")),
        BASE64_STANDARD.encode(format!("a:{key}")),
        BASE64_URL_SAFE_NO_PAD.encode(format!("ab:{key};")),
        BASE64_STANDARD.encode(format!("abc:{key}, and more")),
    ];
    // The middle of Base64 is the same for any text around the key.
    for text in encoded {
        let server = Server::start([Reply::new(500, format!("got {text}."))]).await;
        let builder = server.builder().retry(crisp_api::Retry::none());
        let crisp = builder
            .credentials(Tier::Plugin, IDENTIFIER, key)
            .build()
            .unwrap();
        let request = crisp.request::<Value>(Method::GET, "/website/w");
        let Error::Api(api) = request.await.unwrap_err() else {
            panic!("an error response")
        };
        assert!(api.message.contains("[redacted]"), "{}", api.message);
        let middle = &text[text.len() / 2 - 4..text.len() / 2 + 4];
        assert!(!api.message.contains(middle), "{}", api.message);
    }
}
