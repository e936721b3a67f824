//! How answers are read: successes, failures, and what is neither.
#![cfg(feature = "client")]

mod support;

use std::collections::BTreeMap;
use std::error::Error as _;

use crisp_api::{Error, Method};
use serde::Deserialize;
use serde_json::{Value, json};
use support::{ENCODED, KEY, Reply, Server};

async fn get<T: serde::de::DeserializeOwned + 'static>(reply: Reply) -> Result<T, Error> {
    let server = Server::start([reply]).await;
    server
        .client()
        .request::<T>(Method::GET, "/website/w")
        .await
}

#[tokio::test]
async fn gives_the_data() {
    assert_eq!(
        get::<Vec<u8>>(Reply::data(json!([1, 2]))).await.unwrap(),
        [1, 2]
    );
    assert_eq!(
        get::<Value>(Reply::data(json!({ "a": 1 }))).await.unwrap(),
        json!({ "a": 1 })
    );
    let spaced =
        "\n { \"data\" : [ 3 ] , \"reason\" : \"liste\\u0064\", \"error\":false, \"more\": 1 }\n";
    assert_eq!(get::<Vec<u8>>(Reply::new(206, spaced)).await.unwrap(), [3]);
}

#[tokio::test]
async fn gives_status_headers_and_reason_on_request() {
    let body = json!({ "error": false, "reason": "dispatched", "data": 5 }).to_string();
    let server = Server::start([Reply::new(202, body).header("bloom-status", "HIT")]).await;
    let answer = server
        .client()
        .request::<u8>(Method::POST, "/website/w")
        .response()
        .await
        .unwrap();
    assert_eq!(
        (answer.status.as_u16(), answer.reason.as_str(), answer.data),
        (202, "dispatched", 5)
    );
    assert_eq!(answer.headers["bloom-status"], "HIT");
}

#[tokio::test]
async fn unit_ignores_the_data() {
    for reply in [
        Reply::data(json!({ "anything": true })),
        Reply::data(json!(null)),
        Reply::new(200, r#"{"error":false,"reason":"updated"}"#),
        Reply::new(204, ""),
    ] {
        get::<()>(reply).await.unwrap();
    }
    for body in [
        "<html>Log in to the airport</html>",
        r#"{"login":"required"}"#,
        "{}",
        "[]",
        "null",
    ] {
        let error = get::<()>(Reply::new(200, body)).await.unwrap_err();
        assert!(
            matches!(&error, Error::Decode { path, .. } if path == "body"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_text_that_was_cut_within_a_character_loses_nothing_else() {
    let page = r#"{"error":false,"reason":"listed","data":[
        "\ud83d\ude00", "half \ud83d", "\ude00 and \\ud83d", "\ud83d\u0041", "\ud83d\ud83d\ude00"]}"#;
    let read = get::<Vec<String>>(Reply::new(200, page)).await.unwrap();
    assert_eq!(
        read,
        [
            "😀",
            "half \u{fffd}",
            "\u{fffd} and \\ud83d",
            "\u{fffd}A",
            "\u{fffd}😀"
        ]
    );
    let failure =
        r#"{"error":true,"reason":"invalid_data","data":{"message":"no \ud83d in \"x\""}}"#;
    let error = get::<u8>(Reply::new(400, failure)).await.unwrap_err();
    let Error::Api { message, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(message, "no \u{fffd} in \"x\"");
    // What is wrong besides is told as it was.
    let wrong = r#"{"data":["half \ud83d", 5]}"#;
    let error = get::<Vec<String>>(Reply::new(200, wrong))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Decode { path, .. } if path == "data[0]"),
        "{error:?}"
    );
}

#[tokio::test]
async fn data_that_is_missing_is_null() {
    for body in [
        "",
        r#"{"error":false,"reason":"listed"}"#,
        r#"{"error":false,"data":null}"#,
    ] {
        assert_eq!(
            get::<Option<String>>(Reply::new(200, body)).await.unwrap(),
            None
        );
        let error = get::<String>(Reply::new(200, body)).await.unwrap_err();
        assert!(
            matches!(&error, Error::Decode { path, .. } if path == "data"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn existence_is_a_bool() {
    for (status, exists) in [(200, true), (404, false)] {
        let server = Server::start([Reply::new(status, "")]).await;
        let request = server
            .client()
            .request::<bool>(Method::HEAD, "/website/w/people/p");
        assert_eq!(request.await.unwrap(), exists);
        assert_eq!(server.only().method, Method::HEAD);
    }
    let server = Server::start([Reply::new(403, ""), Reply::new(404, "")]).await;
    let error = server
        .client()
        .request::<bool>(Method::HEAD, "/website/w")
        .await
        .unwrap_err();
    assert_eq!(error.status().unwrap(), 403);
    // Only a `bool` can say that there is none.
    let error = server
        .client()
        .request::<()>(Method::HEAD, "/website/w")
        .await
        .unwrap_err();
    assert!(error.is_not_found());
    // And only HEAD asks for existence.
    assert!(!get::<bool>(Reply::data(json!(false))).await.unwrap());
    assert!(
        get::<bool>(Reply::error(404, "not_found"))
            .await
            .unwrap_err()
            .is_not_found()
    );
}

#[tokio::test]
async fn failures_are_in_the_words_of_crisp() {
    let body = json!({ "error": true, "reason": "invalid_data", "data": { "message": "no type", "n": 1 } });
    let error = get::<Value>(Reply::new(400, body.to_string()))
        .await
        .unwrap_err();
    assert_eq!(
        (error.status().unwrap().as_u16(), error.reason()),
        (400, Some("invalid_data"))
    );
    assert_eq!(error.operation(), Some("GET /website/w"));
    assert_eq!(
        error.to_string(),
        "GET /website/w: Crisp answered 400 invalid_data (no type): \
         a value is not one that Crisp takes: compare the arguments with the reference"
    );
    let Error::Api { message, data, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (message.as_str(), *data),
        ("no type", json!({ "message": "no type", "n": 1 }))
    );

    let error = get::<Value>(Reply::error(200, "not_subscribed"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.status().unwrap().as_u16(), error.reason()),
        (200, Some("not_subscribed"))
    );
}

#[tokio::test]
async fn failures_of_others_keep_what_they_say() {
    let html = format!("<html>{}</html>", "é".repeat(300));
    let error = get::<Value>(Reply::new(502, html)).await.unwrap_err();
    let Error::Api {
        status,
        reason,
        message,
        data,
        ..
    } = &error
    else {
        panic!("{error:?}")
    };
    assert_eq!(
        (status.as_u16(), reason.as_str(), &**data),
        (502, "bad_gateway", &Value::Null)
    );
    assert!(message.starts_with("<html>éé"), "{message}");
    assert_eq!(message.chars().count(), 200);

    for (status, reason) in [
        (404, "not_found"),
        (401, "unauthorized"),
        (598, "status_598"),
    ] {
        let error = get::<Value>(Reply::new(status, "")).await.unwrap_err();
        assert_eq!(error.reason(), Some(reason));
        assert_eq!(error.is_not_found(), status == 404);
    }
    let error = get::<Value>(Reply::new(500, r#"{"error":true,"data":"no more"}"#));
    let Error::Api { message, data, .. } = error.await.unwrap_err() else {
        panic!("a failure of Crisp's")
    };
    assert_eq!((message.as_str(), *data), ("no more", json!("no more")));
    let error = get::<Value>(Reply::new(404, "x".repeat(10 << 20))).await;
    assert!(error.unwrap_err().to_string().len() < 400);
    for body in ["[]", "{}", "null", r#"{"reason":5}"#, "\u{0}"] {
        let error = get::<Value>(Reply::new(500, body)).await.unwrap_err();
        assert_eq!(error.reason(), Some("internal_server_error"), "{body}");
    }
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only read to fail")]
struct Person {
    meta: BTreeMap<String, u32>,
}

#[tokio::test]
async fn what_is_not_understood_is_shown_with_its_place() {
    let mut people = vec![json!({ "meta": { "age": 1 } }); 40];
    people[30] = json!({ "meta": { "âge": "très âgé" } });
    let error = get::<Vec<Person>>(Reply::data(json!(people)))
        .await
        .unwrap_err();
    let shown = error.to_string();
    assert!(shown.contains("`data[30].meta.âge`"), "{shown}");
    assert!(shown.contains("très âgé"), "{shown}");
    assert!(error.source().is_some());
    let Error::Decode { excerpt, .. } = error else {
        panic!("{error:?}")
    };
    assert!(excerpt.contains(r#"{"âge":"très âgé"}"#), "{excerpt}");
    assert!(excerpt.chars().count() <= 200);

    let pretty = format!("{{\"data\":[\n{}\n\"wrong\"]}}", "1,\n".repeat(500));
    let error = get::<Vec<u8>>(Reply::new(200, pretty)).await.unwrap_err();
    let Error::Decode { path, excerpt, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(path, "data[500]");
    assert!(excerpt.contains("wrong"), "{excerpt}");

    let error = get::<Value>(Reply::new(200, "{\"data\": [1, 2"))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Decode { path, .. } if path == "body"),
        "{error:?}"
    );
}

/// A proxy that shows the request it got must not carry the key into a log.
#[tokio::test]
async fn an_answer_that_repeats_the_credentials_does_not_show_them() {
    let echo = format!("Authorization: Basic {ENCODED}, or {KEY}");
    let envelope =
        json!({ "error": true, "reason": KEY, "data": { "message": echo, "headers": [echo] } });
    let replies = [
        Reply::new(500, &echo),
        Reply::new(500, envelope.to_string()),
        Reply::new(429, envelope.to_string()),
        Reply::new(200, &echo),
        Reply::data(json!(echo)),
    ];
    for reply in replies {
        let error = get::<u8>(reply).await.unwrap_err();
        let source = error.source().map(|source| format!("{source} {source:?}"));
        let shown = format!("{error} {error:?} {error:#?} {source:?}");
        assert!(!shown.contains(KEY) && !shown.contains(ENCODED), "{shown}");
        assert!(shown.contains("[redacted]"), "{shown}");
    }
    // Written as other languages escape it, or as the name of a field.
    let escaped = envelope
        .to_string()
        .replace(KEY, &KEY.replace('-', "\\u002d"));
    let named = json!({ "error": false, "data": { KEY: "x" } }).to_string();
    for reply in [Reply::new(400, &escaped), Reply::new(200, &escaped)] {
        let error = get::<u8>(reply).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains(KEY), "{error:?}");
    }
    let error = get::<BTreeMap<String, u8>>(Reply::new(200, named));
    let error = error.await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains(KEY), "{error:?}");
    // What is asked for is given as it is.
    assert_eq!(get::<String>(Reply::data(json!(KEY))).await.unwrap(), KEY);
}
