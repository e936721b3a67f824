//! Paths that would reach another route are rejected, and nothing is sent.
#![cfg(feature = "client")]

mod support;

use crisp_api::{Error, Method};
use serde_json::{Value, json};
use support::{Reply, Server};

#[tokio::test]
async fn rejects_paths_that_reach_another_route() {
    let server = Server::start([]).await;
    let crisp = server.client();
    for (path, why) in [
        ("", "must begin with a slash"),
        ("website/w", "must begin with a slash"),
        ("/", "empty part"),
        ("//evil.example/x", "empty part"),
        ("/website//x", "empty part"),
        ("/website/w/", "empty part"),
        ("/website/../plan", "`.` or `..`"),
        ("/website/./w", "`.` or `..`"),
        ("/website/%2e%2E/plan", "`.` or `..`"),
        ("/website/%252e./plan", "`.` or `..`"),
        ("/website/..\\plan", "`.` or `..`"),
        ("/website/w%2f..%2fplan", "`.` or `..`"),
        ("/website/a\nb", "control character"),
        ("/website/a%00b", "control character"),
        ("/website/w?key=1", "Request::query"),
        ("/website/w#x", "Request::query"),
    ] {
        let error = crisp
            .request::<Value>(Method::DELETE, path)
            .await
            .unwrap_err();
        let shown = error.to_string();
        assert!(
            matches!(error, Error::InvalidArgument { .. }),
            "{path}: {error:?}"
        );
        assert!(
            shown.contains(why) && shown.contains("`path`"),
            "{path}: {shown}"
        );
        assert!(!shown.contains("key=1"), "{shown}");
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn percent_encodes_plain_text() {
    let server = Server::start([Reply::data(json!(null))]).await;
    let request = server
        .client()
        .request::<()>(Method::GET, "/website/a b/100%/jane@acme.example");
    request
        .query("search", "a&b=c d")
        .query("page", 1)
        .query("page", 2)
        .await
        .unwrap();
    assert_eq!(
        server.only().uri,
        "/v1/website/a%20b/100%25/jane%40acme.example?search=a%26b%3Dc+d&page=2"
    );
}

#[tokio::test]
async fn rejects_paths_and_queries_that_are_too_long() {
    let server = Server::start([]).await;
    let request = server
        .builder()
        .build()
        .unwrap()
        .request::<()>(Method::GET, "/website/w");
    let error = request
        .query("search", "x".repeat(70_000))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::InvalidArgument { .. }), "{error:?}");
    assert!(error.to_string().len() < 250, "{error}");
    // Decoding it completely would take fifty thousand passes.
    let path = format!("/website/%{}", "25".repeat(50_000));
    let error = server.client().request::<()>(Method::GET, &path);
    let error = error.await.unwrap_err().to_string();
    assert!(
        error.contains("longer than 2048 bytes") && error.len() < 200_000,
        "{}",
        error.len()
    );
    assert_eq!(server.count(), 0);
}
