#![allow(unreachable_pub, reason = "the macros make public types")]

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::support::{Reply, Seen, Server};
use crate::macros::request;
use crate::{Crisp, Error, Method, Request, Response};

/// A change with options.
#[derive(Debug, Clone)]
pub(crate) struct Change(pub(crate) Request<Vec<Option<String>>>);

request!(Change(Request<Vec<Option<String>>>));

impl Change {
    fn new(crisp: &Crisp, state: &str) -> Self {
        let path = "/website/{website_id}/conversation/{session_id}/state";
        let inner = Request::new(crisp, Method::PATCH, "website.change", path, &[&"w", &"s"]);
        Self(inner.field("state", state))
    }

    fn inbox_id(self, value: Option<&str>) -> Self {
        Self(self.0.field("inbox_id", &value))
    }
}

/// What cannot be written as JSON.
struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("it is on fire"))
    }
}

async fn sent(make: impl FnOnce(&Crisp) -> Request<()>) -> Seen {
    let server = Server::start([Reply::data(json!({}))]).await;
    make(&server.client()).await.unwrap();
    server.only()
}

fn operation(crisp: &Crisp, method: Method) -> Request<()> {
    Request::new(
        crisp,
        method,
        "website.test",
        "/website/{website_id}",
        &[&"w"],
    )
}

#[tokio::test]
async fn a_named_request_is_awaited_as_its_inner_one() {
    let server = Server::start(vec![Reply::data(json!(["a", null])); 2]).await;
    let change = Change::new(&server.client(), "resolved");
    let data = change.clone().await.unwrap();
    let Response {
        data: again,
        status,
        ..
    } = change.inbox_id(None).response().await.unwrap();
    assert_eq!(
        (data.clone(), status.as_u16()),
        (vec![Some("a".to_owned()), None], 200)
    );
    assert_eq!(again, data);

    let seen = server.seen();
    assert_eq!(seen[0].method, Method::PATCH);
    assert_eq!(seen[0].uri, "/v1/website/w/conversation/s/state");
    assert_eq!(seen[0].header("content-type"), Some("application/json"));
    assert_eq!(seen[0].body, r#"{"state":"resolved"}"#);
    assert_eq!(seen[1].body, r#"{"state":"resolved","inbox_id":null}"#);
}

#[tokio::test]
async fn a_field_set_again_is_replaced() {
    let server = Server::start([Reply::data(json!([]))]).await;
    let change = Change::new(&server.client(), "resolved")
        .inbox_id(None)
        .inbox_id(Some("i"));
    change.await.unwrap();
    assert_eq!(server.only().body, r#"{"state":"resolved","inbox_id":"i"}"#);
}

#[tokio::test]
async fn a_body_is_sent_as_json() {
    let body = json!({ "type": "text", "content": "é\"\n" });
    let seen = sent(|crisp| operation(crisp, Method::POST).body(&body)).await;
    assert_eq!(
        (seen.json(), seen.header("content-type")),
        (body, Some("application/json"))
    );
    let seen = sent(|crisp| operation(crisp, Method::DELETE).field("verify", "x")).await;
    assert_eq!(seen.json(), json!({ "verify": "x" }));
}

#[tokio::test]
async fn without_a_body_writes_send_an_empty_object() {
    for method in [Method::POST, Method::PUT, Method::PATCH] {
        assert_eq!(
            sent(|crisp| operation(crisp, method)).await.json(),
            json!({})
        );
    }
    for method in [Method::GET, Method::DELETE] {
        let seen = sent(|crisp| operation(crisp, method)).await;
        assert_eq!(
            (seen.body.as_str(), seen.header("content-type")),
            ("", None)
        );
    }
}

#[tokio::test]
async fn query_parameters_have_their_forms() {
    let seen = sent(|crisp| {
        operation(crisp, Method::GET)
            .query("per_page", 20)
            .flag("filter_unread", true)
            .flag("filter_resolved", false)
            .json_query("search_query", "jane doe")
            .json_query("search_filter", &[json!({ "a": 1 })])
            .query("per_page", 50)
    })
    .await;
    let query = "per_page=50&filter_unread=1&filter_resolved=0&search_query=jane+doe\
                 &search_filter=%5B%7B%22a%22%3A1%7D%5D";
    assert_eq!(seen.uri, format!("/v1/website/w?{query}"));
}

#[tokio::test]
async fn an_invalid_argument_is_an_error_and_not_sent() {
    let server = Server::start([]).await;
    let crisp = server.client();
    let start = || operation(&crisp, Method::POST);
    let missing = Request::<()>::new(
        &crisp,
        Method::GET,
        "website.test",
        "/website/{website_id}",
        &[&".."],
    );
    for (request, argument, why) in [
        (
            start().in_range("per_page", 51, 20..=50),
            "per_page",
            "is 51: it must be 20 to 50",
        ),
        (
            start().in_range("per_page", 19, 20..=50),
            "per_page",
            "is 19: it must be 20 to 50",
        ),
        (start().field("user", &Unwritable), "user", "it is on fire"),
        (
            start().json_query("filter", &Unwritable),
            "filter",
            "it is on fire",
        ),
        (start().body(&Unwritable), "body", "it is on fire"),
        (missing, "website_id", "another route"),
        // The first one counts.
        (
            start().field("user", &Unwritable).in_range("n", 0, 1..=2),
            "user",
            "it is on fire",
        ),
    ] {
        let error = request.await.unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(&format!("website.test: `{argument}` ")),
            "{error}"
        );
        assert!(error.to_string().contains(why), "{error}");
        assert!(matches!(error, Error::InvalidArgument { .. }), "{error:?}");
    }
    assert_eq!(server.count(), 0);
    for value in [20, 50] {
        sent(|crisp| operation(crisp, Method::GET).in_range("per_page", value, 20..=50)).await;
    }
}

#[tokio::test]
async fn errors_name_the_operation() {
    let server = Server::start([Reply::error(404, "not_found")]).await;
    let request = Request::<Value>::new(
        &server.client(),
        Method::GET,
        "website.get",
        "/website",
        &[],
    );
    assert!(format!("{request:?}").contains("website.get"));
    let error = request.await.unwrap_err();
    assert_eq!(error.operation(), Some("website.get"));
    assert!(
        error
            .to_string()
            .starts_with("website.get: 404 not_found: "),
        "{error}"
    );
}
