//! The extractors, in an axum server on loopback.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::routing::post;
use crisp_api::webhooks::{
    ATTEMPT_HEADER, Delivery, SIGNATURE_HEADER, TIMESTAMP_HEADER, UrlKeyDelivery, UrlKeyVerifier,
    Verifier, VerifyError, Widget,
};
use crisp_api::{Error, HeaderMap};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{SECRET, message, message_with, now, signed, signed_with};

#[derive(Clone)]
struct App {
    verifier: Verifier,
    url_key: UrlKeyVerifier,
}

impl FromRef<App> for Verifier {
    fn from_ref(app: &App) -> Self {
        app.verifier.clone()
    }
}

impl FromRef<App> for UrlKeyVerifier {
    fn from_ref(app: &App) -> Self {
        app.url_key.clone()
    }
}

fn router(secret: &str) -> Router {
    async fn plugin(delivery: Delivery) -> String {
        format!("{} {:?}", delivery.event.name(), delivery.attempt)
    }
    async fn website(UrlKeyDelivery(delivery): UrlKeyDelivery) -> String {
        delivery.event.name().to_string()
    }
    async fn widget(Widget(request): Widget<Value>) -> String {
        request["session_id"].to_string()
    }
    async fn result(delivery: Result<Delivery, Error>) -> &'static str {
        match delivery {
            Ok(_) => "accepted",
            Err(Error::Webhook(VerifyError::SignatureMismatch)) => "forged",
            Err(_) => "rejected",
        }
    }
    // Fails with an error of another kind.
    #[cfg(feature = "client")]
    async fn failing(_: Delivery) -> Result<(), Error> {
        "nobody".parse::<crisp_api::Tier>().map(drop)
    }

    let router = Router::new();
    #[cfg(feature = "client")]
    let router = router.route("/failing", post(failing));
    router
        .route("/plugin", post(plugin))
        .route("/website", post(website))
        .route("/widget", post(widget))
        .route("/result", post(result))
        .layer(DefaultBodyLimit::max(10_000))
        .with_state(App {
            verifier: Verifier::new(secret),
            url_key: UrlKeyVerifier::new("long-and-random"),
        })
}

/// Posts to a server with these routes, with `body` as the beginning of a body of `length` bytes.
/// Returns the status and body of the response, or `None` if there is none within a time.
async fn post_part(
    router: Router,
    target: &str,
    headers: &HeaderMap,
    body: &str,
    length: usize,
    timeout: Duration,
) -> Option<(u16, String)> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });

    let mut request = format!(
        "POST {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n",
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    request.push_str(&format!("\r\n{body}"));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    let read = tokio::time::timeout(timeout, stream.read_to_string(&mut response)).await;
    server.abort();
    read.ok()?.unwrap();

    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Some((status, body.to_owned()))
}

async fn post_to(router: Router, target: &str, headers: &HeaderMap, body: &str) -> (u16, String) {
    let timeout = Duration::from_secs(30);
    post_part(router, target, headers, body, body.len(), timeout)
        .await
        .unwrap()
}

async fn send(target: &str, headers: &HeaderMap, body: &str) -> (u16, String) {
    post_to(router(SECRET), target, headers, body).await
}

#[tokio::test]
async fn a_delivery_is_extracted() {
    let body = message().to_string();
    let mut headers = signed(body.as_bytes());
    headers.insert(ATTEMPT_HEADER, 3.into());
    let response = send("/plugin", &headers, &body).await;
    assert_eq!(response, (200, "message:send Some(3)".to_owned()));
    assert_eq!(send("/result", &headers, &body).await.1, "accepted");
}

#[tokio::test]
async fn an_unverified_delivery_gets_401() {
    let body = message().to_string();
    let (status, text) = send("/plugin", &HeaderMap::new(), &body).await;
    assert_eq!(status, 401);
    assert!(
        text.contains("x-crisp-request-timestamp is missing"),
        "{text}"
    );

    let other = body.replace("Hello", "Hullo");
    let headers = signed(body.as_bytes());
    let (status, text) = send("/plugin", &headers, &other).await;
    assert_eq!(status, 401);
    assert!(text.contains("does not match"), "{text}");
    let response = send("/result", &headers, &other).await;
    assert_eq!(response, (200, "forged".to_owned()));
}

#[tokio::test]
async fn bad_headers_are_rejected_before_the_body_arrives() {
    let (length, timeout) = (5_000, Duration::from_secs(30));
    let with = |name: &'static str, value: &str| {
        let mut headers = signed(b"{}");
        headers.insert(name, value.parse().unwrap());
        headers
    };
    let without = |name: &str| {
        let mut headers = signed(b"{}");
        headers.remove(name);
        headers
    };
    let minute = 60_000;
    for (headers, expected) in [
        (HeaderMap::new(), "is missing"),
        (without(TIMESTAMP_HEADER), "is missing"),
        (without(SIGNATURE_HEADER), "is missing"),
        (with(TIMESTAMP_HEADER, "1;2"), "is not a number"),
        (with(SIGNATURE_HEADER, "00"), "64 lowercase hexadecimal"),
        (signed_with(SECRET, now() - 6 * minute, b"{}"), "s ago"),
        (
            signed_with(SECRET, now() + 6 * minute, b"{}"),
            "in the future",
        ),
    ] {
        for target in ["/plugin", "/widget"] {
            let response = post_part(router(SECRET), target, &headers, "{", length, timeout).await;
            let (status, text) = response.expect("a response before the body is complete");
            assert_eq!(status, 401, "{text}");
            assert!(text.contains(expected), "{text}");
        }
    }

    for target in ["/website", "/website?key=other"] {
        let headers = HeaderMap::new();
        let response = post_part(router(SECRET), target, &headers, "{", length, timeout).await;
        assert_eq!(response.expect("a response").0, 401, "{target}");
    }

    // With plausible headers the body is needed: this response can never come.
    let (headers, short) = (signed(b"{}"), Duration::from_millis(50));
    let response = post_part(router(SECRET), "/plugin", &headers, "{", length, short).await;
    assert_eq!(response, None);
}

#[tokio::test]
async fn a_body_that_cannot_be_decoded_gets_400() {
    for (body, expected) in [
        ("{".to_owned(), "not JSON"),
        (message_with("event", json!(7)), "`event`"),
    ] {
        let (status, text) = send("/plugin", &signed(body.as_bytes()), &body).await;
        assert_eq!(status, 400);
        assert!(text.contains(expected), "{text}");
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_gets_413() {
    let body = " ".repeat(10_001);
    let (status, _) = send("/plugin", &signed(body.as_bytes()), &body).await;
    assert_eq!(status, 413);
}

#[tokio::test]
async fn a_receiver_without_a_secret_responds_with_500() {
    let body = message().to_string();
    let headers = signed(body.as_bytes());
    let (status, text) = post_to(router(""), "/plugin", &headers, &body).await;
    assert_eq!(status, 500);
    assert!(text.contains("is empty"), "{text}");
}

#[tokio::test]
async fn a_website_webhook_is_extracted_by_its_key() {
    let (body, none) = (message().to_string(), HeaderMap::new());
    let response = send("/website?key=long-and-random", &none, &body).await;
    assert_eq!(response, (200, "message:send".to_owned()));
    for target in ["/website", "/website?key=other"] {
        assert_eq!(send(target, &none, &body).await.0, 401, "{target}");
    }
    // A signature does not replace the key.
    assert_eq!(
        send("/website", &signed(body.as_bytes()), &body).await.0,
        401
    );
}

#[tokio::test]
async fn a_widget_request_is_extracted() {
    let body = json!({"session_id": "session_1"}).to_string();
    let response = send("/widget", &signed(body.as_bytes()), &body).await;
    assert_eq!(response, (200, "\"session_1\"".to_owned()));
    assert_eq!(send("/widget", &HeaderMap::new(), &body).await.0, 401);
}

#[cfg(feature = "client")]
#[tokio::test]
async fn other_errors_get_500_without_a_message() {
    let body = message().to_string();
    let response = send("/failing", &signed(body.as_bytes()), &body).await;
    assert_eq!(response, (500, String::new()));
}
