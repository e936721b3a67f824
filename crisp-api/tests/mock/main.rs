//! The mock server, over HTTP: what it refuses, what it remembers, and every example of the description.

// Clippy lets tests unwrap, but not the functions that they share.
#![allow(clippy::unwrap_used)]

mod deliveries;
mod examples;
mod memory;
#[path = "../node/mod.rs"]
mod node;
mod official;
mod refusals;
mod socket;

use std::sync::LazyLock;

use crisp_api::mock::{self, Mock};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

const WEBSITE: &str = "8c842203-7ed8-4e29-a608-7cf78a7d2fcc";
const EXAMPLE_SESSION: &str = "session_700c65e1-85e2-465a-b9ac-ecb5ec2c9881";
const OPERATOR: &str = "a4c32c68-be91-4e29-b86a-5f9b4ec1d3c7";
const INBOX: &str = "bf6935c9-43b3-4f8e-87ea-175c1e1ed1a9";
/// `identifier:key`
const TOKEN: &str = "Basic aWRlbnRpZmllcjprZXk=";

/// Shared, as setting one up reads the certificates of the system. Each test has a runtime of its own, which ends the
/// connections it opened: none is kept for another.
static HTTP: LazyLock<reqwest::Client> = LazyLock::new(|| {
    let http = reqwest::Client::builder().no_proxy();
    http.pool_max_idle_per_host(0).build().unwrap()
});

/// A request with no header but those that reqwest can't do without.
fn bare(mock: &Mock, method: Method, path: &str) -> RequestBuilder {
    HTTP.request(method, format!("{}{path}", mock.url()))
}

/// A request as a client of the tier sends it.
fn as_tier(tier: &str, mock: &Mock, method: Method, path: &str) -> RequestBuilder {
    bare(mock, method, path)
        .header("Authorization", TOKEN)
        .header("X-Crisp-Tier", tier)
        .header("User-Agent", "test")
        .header("Accept", "application/json")
}

fn request(mock: &Mock, method: Method, path: &str) -> RequestBuilder {
    as_tier("plugin", mock, method, path)
}

fn with_body(request: RequestBuilder, body: &Value) -> RequestBuilder {
    let request = request.header("Content-Type", "application/json");
    request.body(body.to_string())
}

async fn send(request: RequestBuilder) -> (StatusCode, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    let body = if text.is_empty() { "null" } else { &text };
    (status, serde_json::from_str(body).unwrap())
}

/// Sends a request that is to be refused; gives the message.
async fn refused(request: RequestBuilder, status: u16, reason: &str) -> String {
    let (got, body) = send(request).await;
    assert_eq!((got.as_u16(), &body["error"]), (status, &json!(true)));
    assert_eq!(body["reason"], reason);
    body["data"]["message"].as_str().unwrap().to_owned()
}

/// The `data` that is answered to a GET.
async fn get(mock: &Mock, path: &str) -> Value {
    let (status, body) = send(request(mock, Method::GET, path)).await;
    assert_eq!(
        (status.as_u16(), &body["error"]),
        (200, &json!(false)),
        "{path}: {body}"
    );
    body["data"].clone()
}

/// The `data` that is answered to a request with a body.
async fn change(mock: &Mock, method: Method, path: &str, body: Value) -> Value {
    let (status, answer) = send(with_body(request(mock, method, path), &body)).await;
    assert!(status.is_success(), "{path}: {answer}");
    answer["data"].clone()
}

async fn patch(mock: &Mock, path: &str, body: Value) {
    change(mock, Method::PATCH, path, body).await;
}

/// Creates a conversation; gives its path.
async fn create(mock: &Mock) -> String {
    let path = format!("/website/{WEBSITE}/conversation");
    let (status, body) = send(request(mock, Method::POST, &path)).await;
    assert_eq!((status.as_u16(), &body["reason"]), (201, &json!("added")));
    format!("{path}/{}", body["data"]["session_id"].as_str().unwrap())
}

/// Sends a text message to the conversation with the path.
async fn say(mock: &Mock, path: &str, from: &str, content: &str) -> Value {
    let message = json!({ "type": "text", "from": from, "origin": "chat", "content": content });
    change(mock, Method::POST, &format!("{path}/message"), message).await
}

/// The values of a field in a list.
fn each(list: &Value, field: &str) -> Value {
    let list = list.as_array().unwrap().iter();
    list.map(|one| one[field].clone()).collect()
}

#[tokio::test]
async fn accepted_requests_are_kept_without_credentials() {
    let mock = Mock::start().await.unwrap();
    let path = create(&mock).await;
    refused(request(&mock, Method::GET, "/nowhere"), 404, "not_found").await;
    let resolved = json!({ "state": "resolved" });
    patch(&mock, &format!("{path}/state"), resolved.clone()).await;
    let list = format!("/website/{WEBSITE}/conversations/1");
    get(
        &mock,
        &format!("{list}?search_query=Jane%20Doe&filter_resolved=0"),
    )
    .await;

    let [created, changed, listed] = &mock.requests()[..] else {
        panic!("three were accepted");
    };
    assert_eq!(created.operation, "website.create_new_conversation");
    assert_eq!(created.body, Value::Null);
    assert_eq!(changed.operation, "website.change_conversation_state");
    assert_eq!(
        (changed.method.as_str(), &changed.body),
        ("PATCH", &resolved)
    );
    assert_eq!(changed.path, format!("/v1{path}/state"));
    let query = [("search_query", "Jane Doe"), ("filter_resolved", "0")];
    let query = query.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(listed.query, query);
    assert_eq!(listed.headers["x-crisp-tier"], "plugin");
    let shown = format!("{:?}", mock.requests()).to_lowercase();
    assert!(!shown.contains("authorization") && !shown.contains(&TOKEN[6..].to_lowercase()));
}

#[tokio::test]
async fn a_dropped_mock_stops() {
    let mock = Mock::start().await.unwrap();
    let address = mock.url();
    let address = address
        .trim_start_matches("http://")
        .trim_end_matches("/v1");
    drop(mock);
    let stopped = async {
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    let limit = std::time::Duration::from_secs(10);
    tokio::time::timeout(limit, stopped)
        .await
        .expect("it takes no connection any more");
}

#[tokio::test]
async fn a_client_of_the_mock_is_accepted() {
    let mock = Mock::start().await.unwrap();
    let path = format!("/website/{WEBSITE}");
    let client = mock.client().unwrap();
    let website = client.request::<Value>(Method::GET, &path).await.unwrap();
    assert_eq!(
        Some(website),
        crisp_api::mock::example("website.get_website")
    );
    let unknown = client
        .request::<Value>(Method::GET, "/nowhere")
        .await
        .unwrap_err();
    assert!(unknown.is_not_found(), "{unknown}");
}
