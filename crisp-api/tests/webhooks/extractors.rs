//! The extractors, in an axum server on this machine.

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::routing::post;
use crisp_api::webhooks::{
    Delivery, UrlKeyDelivery, UrlKeyVerifier, Verifier, VerifyError, Widget,
};
use crisp_api::{Error, HeaderMap};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{SECRET, message, signed};

#[derive(Clone)]
struct App {
    hooks: Verifier,
    keyed: UrlKeyVerifier,
}

impl FromRef<App> for Verifier {
    fn from_ref(app: &App) -> Self {
        app.hooks.clone()
    }
}

impl FromRef<App> for UrlKeyVerifier {
    fn from_ref(app: &App) -> Self {
        app.keyed.clone()
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
    async fn told(delivery: Result<Delivery, Error>) -> &'static str {
        match delivery {
            Ok(_) => "taken",
            Err(Error::Webhook(VerifyError::SignatureMismatch)) => "forged",
            Err(_) => "refused",
        }
    }
    // Any error that is no fault of the delivery.
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
        .route("/told", post(told))
        .layer(DefaultBodyLimit::max(10_000))
        .with_state(App {
            hooks: Verifier::new(secret),
            keyed: UrlKeyVerifier::new("long-and-random"),
        })
}

/// Posts to a server with these routes, and gives the status and the body of its answer.
async fn post_to(router: Router, target: &str, headers: &HeaderMap, body: &str) -> (u16, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });

    let mut request = format!(
        "POST {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    request.push_str(&format!("\r\n{body}"));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    server.abort();

    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}

async fn ask(target: &str, headers: &HeaderMap, body: &str) -> (u16, String) {
    post_to(router(SECRET), target, headers, body).await
}

#[tokio::test]
async fn a_delivery_is_extracted() {
    let body = message().to_string();
    let mut headers = signed(body.as_bytes());
    headers.insert(crisp_api::webhooks::ATTEMPT_HEADER, 3.into());
    let answer = ask("/plugin", &headers, &body).await;
    assert_eq!(answer, (200, "message:send Some(3)".to_owned()));
    assert_eq!(ask("/told", &headers, &body).await.1, "taken");
}

#[tokio::test]
async fn a_delivery_that_proves_nothing_is_answered_with_401() {
    let body = message().to_string();
    let (status, told) = ask("/plugin", &HeaderMap::new(), &body).await;
    assert_eq!(status, 401);
    assert!(
        told.contains("x-crisp-request-timestamp is missing"),
        "{told}"
    );

    let other = body.replace("Hello", "Hullo");
    let headers = signed(body.as_bytes());
    let (status, told) = ask("/plugin", &headers, &other).await;
    assert_eq!(status, 401);
    assert!(told.contains("does not match"), "{told}");
    let answer = ask("/told", &headers, &other).await;
    assert_eq!(answer, (200, "forged".to_owned()));
}

#[tokio::test]
async fn a_body_that_is_not_understood_is_answered_with_400() {
    for (body, place) in [("{", "not JSON"), (r#"{"website_id":7}"#, "`website_id`")] {
        let (status, told) = ask("/plugin", &signed(body.as_bytes()), body).await;
        assert_eq!(status, 400);
        assert!(told.contains(place), "{told}");
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_answered_with_413() {
    let body = " ".repeat(10_001);
    let (status, _) = ask("/plugin", &signed(body.as_bytes()), &body).await;
    assert_eq!(status, 413);
}

#[tokio::test]
async fn a_receiver_without_a_secret_answers_with_500() {
    let body = message().to_string();
    let headers = signed(body.as_bytes());
    let (status, told) = post_to(router(""), "/plugin", &headers, &body).await;
    assert_eq!(status, 500);
    assert!(told.contains("is empty"), "{told}");
}

#[tokio::test]
async fn a_website_hook_is_extracted_by_its_key() {
    let (body, none) = (message().to_string(), HeaderMap::new());
    let answer = ask("/website?key=long-and-random", &none, &body).await;
    assert_eq!(answer, (200, "message:send".to_owned()));
    for target in ["/website", "/website?key=other"] {
        assert_eq!(ask(target, &none, &body).await.0, 401, "{target}");
    }
    // A signature is no key.
    assert_eq!(
        ask("/website", &signed(body.as_bytes()), &body).await.0,
        401
    );
}

#[tokio::test]
async fn a_widget_request_is_extracted() {
    let body = json!({"session_id": "session_1"}).to_string();
    let answer = ask("/widget", &signed(body.as_bytes()), &body).await;
    assert_eq!(answer, (200, "\"session_1\"".to_owned()));
    assert_eq!(ask("/widget", &HeaderMap::new(), &body).await.0, 401);
}

#[cfg(feature = "client")]
#[tokio::test]
async fn what_else_fails_is_answered_with_500_and_told_to_nobody() {
    let body = message().to_string();
    let answer = ask("/failing", &signed(body.as_bytes()), &body).await;
    assert_eq!(answer, (500, String::new()));
}
