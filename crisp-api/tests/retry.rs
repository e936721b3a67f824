//! Retries that need real connections: requests are counted where they arrive. The rules are tested
//! with paused time, beside the code.
#![cfg(feature = "client")]
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crisp_api::{Error, Method, Retry, TransportError, TransportErrorKind};
use futures_util::future::join_all;
use serde_json::json;
use support::{Reply, Server, builder};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpSocket};

const WRITES: [Method; 4] = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

fn transport(error: Error) -> TransportError {
    match error {
        Error::Transport(transport) => *transport,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_retried_request_is_sent_as_the_first_time() {
    let replies = || [Reply::error(429, "rate_limited"), Reply::data(json!(7))];
    join_all(WRITES.map(async |method| {
        let server = Server::start(replies()).await;
        let crisp = server.builder().build().unwrap();
        let request = crisp.request::<u8>(method, "/plans").query("a", "b");
        assert_eq!(request.body(&json!({ "c": 1 })).await.unwrap(), 7);
        let seen = server.seen();
        assert_eq!(seen.len(), 2);
        assert_eq!(format!("{:?}", seen[0]), format!("{:?}", seen[1]));
        assert_eq!(
            (&*seen[1].uri, &*seen[1].body),
            ("/v1/plans?a=b", r#"{"c":1}"#)
        );
    }))
    .await;
}

#[tokio::test]
async fn only_reads_are_retried_after_a_timeout() {
    let slow = Reply::data(json!(7)).after(Duration::from_secs(5));
    let timeout = Duration::from_millis(500);
    join_all(WRITES.map(async |method| {
        let server = Server::start([slow.clone()]).await;
        let crisp = server.builder().timeout(timeout).build().unwrap();
        let error = crisp
            .request::<u8>(method.clone(), "/plans")
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
        assert!(error.to_string().contains("Builder::timeout"), "{error}");
        assert_eq!(server.count(), 1, "{method}");
    }))
    .await;
    let server = Server::start([slow, Reply::data(json!(7))]).await;
    let crisp = server.builder().timeout(timeout).build().unwrap();
    assert_eq!(crisp.request::<u8>(Method::GET, "/plans").await.unwrap(), 7);
    assert_eq!(server.count(), 2);
}

/// Reads a byte of each request, and closes the connection instead of responding.
async fn closing() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut first = [0; 1];
            if stream.read_exact(&mut first).await.is_ok() {
                counter.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    (base_url, count)
}

#[tokio::test]
async fn only_reads_are_retried_after_a_lost_connection() {
    for method in WRITES {
        let (base_url, count) = closing().await;
        let crisp = builder(&base_url).build().unwrap();
        let error = crisp.request::<u8>(method.clone(), "/plans").await;
        let error = transport(error.unwrap_err());
        assert!(error.sent, "{error:?}");
        assert!(
            !format!("{error} {error:?}").contains("127.0.0.1"),
            "{error:?}"
        );
        assert_eq!(count.load(Ordering::SeqCst), 1, "{method}");
    }
    let (base_url, count) = closing().await;
    let crisp = builder(&base_url).retry(Retry::times(2)).build().unwrap();
    let error = crisp.request::<u8>(Method::GET, "/plans").await;
    transport(error.unwrap_err());
    assert_eq!(count.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_request_that_was_not_sent_is_retried() {
    for method in [Method::GET, Method::POST] {
        // Bound but not listening: connections are refused until it does.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let base_url = format!("http://{}", socket.local_addr().unwrap());
        let crisp = builder(&base_url).build().unwrap();
        let request = tokio::spawn(crisp.request::<u8>(method, "/plans").into_future());
        tokio::time::sleep(Duration::from_millis(100)).await;
        let server = Server::on(socket.listen(16).unwrap(), [Reply::data(json!(7))]);
        assert_eq!(request.await.unwrap().unwrap(), 7);
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_refused_connection_is_named() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let base_url = format!("http://{}", socket.local_addr().unwrap());
    let crisp = builder(&base_url).retry(Retry::none()).build().unwrap();
    let error = crisp
        .request::<u8>(Method::POST, "/plans")
        .await
        .unwrap_err();
    assert!(error.is_retryable());
    assert_eq!((error.status(), error.reason()), (None, None));
    let error = transport(error);
    assert_eq!(
        (error.kind, error.sent),
        (TransportErrorKind::ConnectionRefused, false)
    );
    assert!(
        error
            .to_string()
            .contains("connection refused; nothing was sent"),
        "{error}"
    );
}

/// A client whose connections are never established: the server does not take part in the TLS
/// handshake.
#[cfg(feature = "__rustls")]
async fn hanging(timeout: Duration, connect_timeout: Duration) -> (TcpListener, crisp_api::Crisp) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("https://{}", listener.local_addr().unwrap());
    let builder = builder(&base_url).timeout(timeout);
    let builder = builder.connect_timeout(connect_timeout);
    let crisp = builder.retry(Retry::times(1)).build().unwrap();
    (listener, crisp)
}

#[cfg(feature = "__rustls")]
#[tokio::test]
async fn a_connect_timeout_is_certain_not_to_have_sent_the_request() {
    let long = Duration::from_secs(60);
    let short = Duration::from_millis(400);
    // The connect timeout expires first, even if the timeout of the request is shorter.
    join_all(
        [(long, short), (short, long)].map(async |(timeout, connect_timeout)| {
            let (listener, crisp) = hanging(timeout, connect_timeout).await;
            let request = crisp.request::<u8>(Method::POST, "/plans").into_future();
            let request = tokio::spawn(request);
            // Not sent, so a POST is retried too.
            let first = listener.accept().await.unwrap();
            let second = listener.accept().await.unwrap();
            let error = request.await.unwrap().unwrap_err();
            assert!(error.is_timeout() && error.is_retryable());
            let error = transport(error);
            assert_eq!(
                (error.kind, error.sent),
                (TransportErrorKind::ConnectTimeout, false)
            );
            drop((first, second));
        }),
    )
    .await;
}

#[tokio::test]
async fn clones_share_one_budget_of_retries() {
    let (base_url, count) = closing().await;
    let crisp = builder(&base_url).retry(Retry::times(2)).build().unwrap();
    let requests = (0..60).map(|_| {
        let crisp = crisp.clone();
        tokio::spawn(crisp.request::<u8>(Method::GET, "/plans").into_future())
    });
    for request in requests.collect::<Vec<_>>() {
        request.await.unwrap().unwrap_err();
    }
    assert_eq!(count.load(Ordering::SeqCst), 60 + 100);
}
