//! How responses are decoded: successes, error responses, and everything else.
#![cfg(feature = "client")]

mod support;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use crisp_api::{Error, Method, Reason, Retry};
use serde::Deserialize;
use serde_json::{Value, json};
use support::{Endless, Reply, Server};

async fn get<T: serde::de::DeserializeOwned + 'static>(reply: Reply) -> Result<T, Error> {
    let server = Server::start([reply]).await;
    server
        .client()
        .request::<T>(Method::GET, "/website/w")
        .await
}

#[tokio::test]
async fn returns_the_data() {
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
async fn response_returns_status_headers_and_reason() {
    let body = json!({ "error": false, "reason": "dispatched", "data": 5 }).to_string();
    let server = Server::start([Reply::new(202, body).header("bloom-status", "HIT")]).await;
    let response = server
        .client()
        .request::<u8>(Method::POST, "/website/w")
        .response()
        .await
        .unwrap();
    assert_eq!(
        (
            response.status.as_u16(),
            response.reason.as_str(),
            response.data
        ),
        (202, "dispatched", 5)
    );
    assert_eq!(response.headers["bloom-status"], "HIT");
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
            matches!(&error, Error::Decode(decode) if decode.path == "body"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn half_of_a_surrogate_pair_is_replaced_and_loses_nothing_else() {
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
    let Error::Api(api) = error else {
        panic!("{error:?}")
    };
    assert_eq!(api.message, "no \u{fffd} in \"x\"");
    // Another error in the same data is still found.
    let wrong = r#"{"data":["half \ud83d", 5]}"#;
    let error = get::<Vec<String>>(Reply::new(200, wrong))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Decode(decode) if decode.path == "data[1]"),
        "{error:?}"
    );
}

#[tokio::test]
async fn missing_data_is_null() {
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
            matches!(&error, Error::Decode(decode) if decode.path == "data"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn existence_is_a_bool() {
    for (status, exists) in [(200, true), (404, false)] {
        for kind in [None, Some("application/json; charset=utf-8")] {
            let mut reply = Reply::new(status, "");
            if let Some(kind) = kind {
                reply = reply.header("content-type", kind);
            }
            let server = Server::start([reply]).await;
            let request = server
                .client()
                .request::<bool>(Method::HEAD, "/website/w/people/p");
            assert_eq!(request.await.unwrap(), exists);
            assert_eq!(server.only().method, Method::HEAD);
        }
    }
    let server = Server::start([Reply::new(403, ""), Reply::new(404, "")]).await;
    let error = server
        .client()
        .request::<bool>(Method::HEAD, "/website/w")
        .await
        .unwrap_err();
    assert_eq!(error.status().unwrap(), 403);
    // Only a `bool` can express that the resource does not exist.
    let error = server
        .client()
        .request::<()>(Method::HEAD, "/website/w")
        .await
        .unwrap_err();
    assert!(error.is_not_found());
    // Only HEAD checks for existence.
    assert!(!get::<bool>(Reply::data(json!(false))).await.unwrap());
    assert!(
        get::<bool>(Reply::error(404, "not_found"))
            .await
            .unwrap_err()
            .is_not_found()
    );
}

#[tokio::test]
async fn a_head_response_that_is_not_from_crisp_is_an_error() {
    for status in [200, 404] {
        let page = Reply::new(status, "").header("content-type", "text/html");
        let server = Server::start([page]).await;
        let request = server
            .client()
            .request::<bool>(Method::HEAD, "/website/w/people/p");
        let error = request.await.unwrap_err();
        assert!(
            matches!(&error, Error::Decode(decode) if decode.path == "headers"),
            "{error:?}"
        );
        assert!(error.to_string().contains("text/html"), "{error}");
        assert!(!error.is_not_found());
    }
}

#[tokio::test]
async fn error_responses_have_the_reason_and_message_of_crisp() {
    let body = json!({ "error": true, "reason": "invalid_data", "data": { "message": "no type", "n": 1 } });
    let error = get::<Value>(Reply::new(400, body.to_string()))
        .await
        .unwrap_err();
    assert_eq!(
        (error.status().unwrap().as_u16(), error.reason()),
        (400, Some(&Reason::InvalidData))
    );
    assert_eq!(error.operation(), Some("GET /website/w"));
    assert_eq!(
        error.to_string(),
        "GET /website/w: 400 invalid_data (no type): compare the arguments with the reference of \
         this operation"
    );
    let Error::Api(api) = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (api.message.as_str(), api.data),
        ("no type", json!({ "message": "no type", "n": 1 }))
    );

    let error = get::<Value>(Reply::error(200, "not_subscribed"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.status().unwrap().as_u16(), error.reason()),
        (200, Some(&Reason::NotSubscribed))
    );
    // An error is recognized whatever its data is.
    let odd = r#"{"error":true,"reason":"brand_new","data":[5]}"#;
    let error = get::<u8>(Reply::new(200, odd)).await.unwrap_err();
    assert_eq!(error.reason(), Some(&Reason::Unknown("brand_new".into())));
}

#[tokio::test]
async fn an_exceeded_quota_is_a_rate_limit() {
    for (status, reason, expected) in [
        (423, "quota_limit_exceeded", true),
        (423, "locked", false),
        (429, "rate_limited", true),
        (420, "rate_limited", true),
    ] {
        let reply = Reply::error(status, reason).header("retry-after", "61.5");
        let error = get::<Value>(reply).await.unwrap_err();
        assert_eq!(error.is_rate_limited(), expected, "{status} {reason}");
        assert_eq!(error.is_retryable(), expected, "{status} {reason}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs_f64(61.5)));
        assert!(error.to_string().ends_with("; retry after 62 s"), "{error}");
    }
}

#[tokio::test]
async fn retry_after_is_read_on_any_status() {
    let later = SystemTime::now() + Duration::from_secs(7200);
    let past = SystemTime::now() - Duration::from_secs(60);
    for (header, expected) in [
        ("0", Some(0.0..=0.0)),
        ("31", Some(31.0..=31.0)),
        ("1.5", Some(1.5..=1.5)),
        (&*httpdate::fmt_http_date(later), Some(7190.0..=7200.0)),
        (&*httpdate::fmt_http_date(past), Some(0.0..=0.0)),
        ("99999999999999999999", Some(1e19..=1e20)),
        ("soon", None),
        ("-5", None),
        ("1.2.3", None),
        ("", None),
    ] {
        for status in [400, 429, 503, 529] {
            let reply = Reply::error(status, "no").header("retry-after", header);
            let wait = get::<u8>(reply).await.unwrap_err().retry_after();
            match &expected {
                Some(expected) => {
                    let wait = wait.unwrap_or_else(|| panic!("{header}: no time"));
                    assert!(expected.contains(&wait.as_secs_f64()), "{header}: {wait:?}");
                }
                None => assert_eq!(wait, None, "{header}"),
            }
        }
    }
}

#[tokio::test]
async fn errors_that_are_not_from_crisp_have_the_beginning_of_their_body() {
    let html = format!("<html>{}</html>", "é".repeat(300));
    let error = get::<Value>(Reply::new(502, html)).await.unwrap_err();
    let Error::Api(api) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (api.status.as_u16(), api.reason.as_str(), &api.data),
        (502, "bad_gateway", &Value::Null)
    );
    assert!(api.message.starts_with("<html>éé"), "{api:?}");
    assert_eq!(api.message.chars().count(), 200);

    for (status, reason) in [
        (404, "not_found"),
        (401, "unauthorized"),
        (598, "status_598"),
    ] {
        let error = get::<Value>(Reply::new(status, "")).await.unwrap_err();
        assert_eq!(error.reason().map(Reason::as_str), Some(reason));
        assert_eq!(error.is_not_found(), status == 404);
    }
    let error = get::<Value>(Reply::new(500, r#"{"error":true,"data":"no more"}"#));
    let Error::Api(api) = error.await.unwrap_err() else {
        panic!("an error response")
    };
    assert_eq!(
        (api.message.as_str(), api.data),
        ("no more", json!("no more"))
    );
    for body in ["[]", "{}", "null", r#"{"reason":5}"#, "\u{0}"] {
        let error = get::<Value>(Reply::new(500, body)).await.unwrap_err();
        let reason = error.reason().map(Reason::as_str);
        assert_eq!(reason, Some("internal_server_error"), "{body}");
    }
}

/// The server counts what it could send: the client stops reading, and closes the connection.
#[tokio::test]
async fn no_more_is_read_than_the_limits_allow() {
    for (status, limit, read) in [("200 OK", 1 << 20, 1 << 20), ("500 No", 1 << 20, 64 << 10)] {
        for method in [Method::GET, Method::POST] {
            let server = Endless::start(status).await;
            let crisp = support::builder(&server.base_url)
                .retry(Retry::none())
                .max_response_size(limit)
                .build()
                .unwrap();
            let error = crisp.request::<Value>(method, "/plans").await.unwrap_err();
            match error {
                Error::ResponseTooLarge { limit: shown, .. } => {
                    assert_eq!((shown, status), (limit, "200 OK"));
                }
                Error::Api(api) => assert_eq!((api.status.as_u16(), status), (500, "500 No")),
                other => panic!("{other:?}"),
            }
            drop(crisp);
            // Beyond what was read, the buffers of both sides were filled.
            let sent = server.sent().await;
            assert!((read..read + (16 << 20)).contains(&sent), "{sent} bytes");
        }
    }
}

#[tokio::test]
async fn a_body_is_limited_to_32_mib_by_default_and_may_have_exactly_the_limit() {
    let server = Endless::start("200 OK").await;
    let crisp = support::builder(&server.base_url)
        .retry(Retry::none())
        .build()
        .unwrap();
    let error = crisp.request::<Value>(Method::GET, "/plans").await;
    let error = error.unwrap_err();
    assert!(
        matches!(error, Error::ResponseTooLarge { limit, .. } if limit == 32 << 20),
        "{error:?}"
    );
    assert!(error.to_string().contains("Builder::max_response_size"));

    let body = r#"{"error":false,"reason":"","data":[1,2,3]}"#;
    for (limit, fits) in [(body.len(), true), (body.len() - 1, false)] {
        let server = Server::start([Reply::new(200, body)]).await;
        let crisp = server.builder().max_response_size(limit).build().unwrap();
        let result = crisp.request::<Vec<u8>>(Method::GET, "/plans").await;
        assert_eq!(result.is_ok(), fits, "{result:?}");
    }
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only read to fail")]
struct Person {
    meta: BTreeMap<String, u32>,
}

#[tokio::test]
async fn a_decode_error_shows_the_place_and_not_the_value() {
    let mut people = vec![json!({ "meta": { "age": 1 } }); 40];
    people[30] = json!({ "meta": { "âge": "très âgé" } });
    let error = get::<Vec<Person>>(Reply::data(json!(people)))
        .await
        .unwrap_err();
    let shown = error.to_string();
    assert_eq!(
        shown,
        "GET /website/w: unexpected response at `data[30].meta.âge`: invalid type: string, expected \
         u32; Crisp::request can decode it as serde_json::Value"
    );
    let Error::Decode(decode) = error else {
        panic!("{error:?}")
    };
    let excerpt = decode.excerpt;
    assert!(excerpt.contains(r#"{"âge":"très âgé"}"#), "{excerpt}");
    assert!(excerpt.chars().count() <= 200);

    let pretty = format!("{{\"data\":[\n{}\n\"wrong\"]}}", "1,\n".repeat(500));
    let error = get::<Vec<u8>>(Reply::new(200, pretty)).await.unwrap_err();
    let Error::Decode(decode) = error else {
        panic!("{error:?}")
    };
    assert_eq!(decode.path, "data[500]");
    assert!(decode.excerpt.contains("wrong"), "{decode:?}");

    let error = get::<Value>(Reply::new(200, "{\"data\": [1, 2"))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Decode(decode) if decode.path == "body"),
        "{error:?}"
    );

    let login = Reply::new(200, "<html>").header("content-type", "text/html");
    let error = get::<Value>(login).await.unwrap_err();
    assert!(error.to_string().contains("`text/html`"), "{error}");
}
