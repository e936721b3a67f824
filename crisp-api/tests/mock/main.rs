//! The mock server over HTTP: rejections, state, limits, and every example of the description.

// Clippy lets tests unwrap, but not the functions that they share.
#![allow(clippy::unwrap_used)]

mod deliveries;
mod examples;
mod limits;
#[path = "../node/mod.rs"]
mod node;
mod official;
mod rejections;
mod socket;
mod state;

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

/// Shared, as building a client reads the certificates of the system. It pools no connections: they would belong to the
/// runtime of one test.
static HTTP: LazyLock<reqwest::Client> = LazyLock::new(|| {
    // Without another provider, reqwest needs one of the process.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy();
    http.pool_max_idle_per_host(0).build().unwrap()
});

/// Returns a request with only the headers that reqwest always sends.
fn bare(mock: &Mock, method: Method, path: &str) -> RequestBuilder {
    HTTP.request(method, format!("{}{path}", mock.url()))
}

/// Returns a request with the headers of a client of the tier.
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
    let response = request.send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    let body = if text.is_empty() { "null" } else { &text };
    (status, serde_json::from_str(body).unwrap())
}

/// Sends a request that must be rejected, and returns the message.
async fn rejected(request: RequestBuilder, status: u16, reason: &str) -> String {
    let (got, body) = send(request).await;
    assert_eq!((got.as_u16(), &body["error"]), (status, &json!(true)));
    assert_eq!(body["reason"], reason);
    body["data"]["message"].as_str().unwrap().to_owned()
}

/// Returns the `data` of the response to a GET request.
async fn get(mock: &Mock, path: &str) -> Value {
    let (status, body) = send(request(mock, Method::GET, path)).await;
    assert_eq!(
        (status.as_u16(), &body["error"]),
        (200, &json!(false)),
        "{path}: {body}"
    );
    body["data"].clone()
}

/// Returns the `data` of the response to a request with a body.
async fn change(mock: &Mock, method: Method, path: &str, body: Value) -> Value {
    let (status, response) = send(with_body(request(mock, method, path), &body)).await;
    assert!(status.is_success(), "{path}: {response}");
    response["data"].clone()
}

async fn patch(mock: &Mock, path: &str, body: Value) {
    change(mock, Method::PATCH, path, body).await;
}

/// Creates a conversation, and returns its path.
async fn create(mock: &Mock) -> String {
    let path = format!("/website/{WEBSITE}/conversation");
    let (status, body) = send(request(mock, Method::POST, &path)).await;
    assert_eq!((status.as_u16(), &body["reason"]), (201, &json!("added")));
    format!("{path}/{}", body["data"]["session_id"].as_str().unwrap())
}

/// Sends a text message to the conversation at a path, and returns the data of the response.
async fn send_text(mock: &Mock, path: &str, from: &str, content: &str) -> Value {
    let message = json!({ "type": "text", "from": from, "origin": "chat", "content": content });
    change(mock, Method::POST, &format!("{path}/message"), message).await
}

/// Returns the values of a field in a list of objects.
fn each(list: &Value, field: &str) -> Value {
    let list = list.as_array().unwrap().iter();
    list.map(|one| one[field].clone()).collect()
}

#[tokio::test]
async fn accepted_requests_are_recorded_without_credentials() {
    let mock = Mock::start().await.unwrap();
    let path = create(&mock).await;
    rejected(request(&mock, Method::GET, "/nowhere"), 404, "not_found").await;
    let resolved = json!({ "state": "resolved" });
    patch(&mock, &format!("{path}/state"), resolved.clone()).await;
    let list =
        format!("/website/{WEBSITE}/conversations/1?search_query=Jane%20Doe&filter_resolved=0");
    let list = request(&mock, Method::GET, &list);
    let list = list
        .header("Cookie", "secret")
        .header("Proxy-Authorization", "secret");
    assert_eq!(send(list).await.0, 200);

    let recorded = mock.requests();
    let [created, changed, listed] = &recorded[..] else {
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
    let debug = format!("{:?}", mock.requests()).to_lowercase();
    for secret in ["authorization", "secret", &TOKEN[6..].to_lowercase()] {
        assert!(!debug.contains(secret), "{debug}");
    }

    assert_eq!(mock.take_requests(), recorded);
    assert_eq!((mock.requests(), mock.request_count()), (Vec::new(), 3));
}

#[tokio::test]
async fn a_dropped_mock_accepts_no_connections() {
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
        .expect("the listener is closed");
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
