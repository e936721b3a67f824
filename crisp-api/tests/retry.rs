//! What is sent again and what is not, counted where it arrives.
#![cfg(feature = "client")]
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use crisp_api::{Error, Method, Retry};
use serde_json::json;
use support::{Reply, Server, builder};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpSocket};

const WRITES: [Method; 4] = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

#[tokio::test]
async fn reads_are_repeated_after_passing_failures() {
    for status in [502, 503, 504] {
        let server =
            Server::start([Reply::error(status, "unavailable"), Reply::data(json!(7))]).await;
        let crisp = server.builder().build().unwrap();
        assert_eq!(crisp.request::<u8>(Method::GET, "/plans").await.unwrap(), 7);
        assert_eq!(server.count(), 2);
    }
    let server = Server::start([Reply::new(503, ""), Reply::new(200, "")]).await;
    let crisp = server.builder().build().unwrap();
    assert!(crisp.request::<bool>(Method::HEAD, "/plans").await.unwrap());
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn reads_are_given_up_after_the_set_number() {
    for (retry, sent) in [
        (Retry::default(), 3),
        (Retry::times(1), 2),
        (Retry::none(), 1),
    ] {
        let server = Server::start(vec![Reply::new(503, ""); 5]).await;
        let crisp = server.builder().retry(retry).build().unwrap();
        let error = crisp
            .request::<u8>(Method::GET, "/plans")
            .await
            .unwrap_err();
        assert_eq!(error.status().unwrap(), 503);
        assert_eq!(server.count(), sent);
    }
}

#[tokio::test]
async fn other_failures_are_not_repeated() {
    for status in [400, 401, 403, 404, 500, 501] {
        let server = Server::start([Reply::error(status, "no")]).await;
        let crisp = server.builder().build().unwrap();
        crisp
            .request::<u8>(Method::GET, "/plans")
            .await
            .unwrap_err();
        assert_eq!(server.count(), 1, "{status}");
    }
}

#[tokio::test]
async fn writes_are_not_repeated_after_a_server_failure() {
    for method in WRITES {
        for status in [500, 502, 503, 504] {
            let server = Server::start([Reply::error(status, "unavailable")]).await;
            let crisp = server.builder().build().unwrap();
            let error = crisp
                .request::<u8>(method.clone(), "/plans")
                .await
                .unwrap_err();
            assert_eq!(error.status().unwrap(), status);
            assert_eq!(server.count(), 1, "{method}");
        }
    }
}

#[tokio::test]
async fn only_reads_are_repeated_after_a_timeout() {
    let slow = Reply::data(json!(7)).after(Duration::from_secs(5));
    let timeout = Duration::from_millis(500);
    for method in WRITES {
        let server = Server::start([slow.clone()]).await;
        let crisp = server.builder().timeout(timeout).build().unwrap();
        let error = crisp
            .request::<u8>(method.clone(), "/plans")
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
        assert!(error.to_string().contains("Builder::timeout"), "{error}");
        assert_eq!(server.count(), 1, "{method}");
    }
    let server = Server::start([slow, Reply::data(json!(7))]).await;
    let crisp = server.builder().timeout(timeout).build().unwrap();
    assert_eq!(crisp.request::<u8>(Method::GET, "/plans").await.unwrap(), 7);
    assert_eq!(server.count(), 2);
}

/// Takes a request and closes the connection instead of answering.
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
async fn only_reads_are_repeated_after_a_broken_connection() {
    for method in WRITES {
        let (base_url, count) = closing().await;
        let crisp = builder(&base_url).build().unwrap();
        let error = crisp
            .request::<u8>(method.clone(), "/plans")
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Transport { .. }), "{error:?}");
        assert!(
            !format!("{error} {error:?}").contains("127.0.0.1"),
            "{error:?}"
        );
        assert_eq!(count.load(Ordering::SeqCst), 1, "{method}");
    }
    let (base_url, count) = closing().await;
    let crisp = builder(&base_url).build().unwrap();
    crisp
        .request::<u8>(Method::GET, "/plans")
        .await
        .unwrap_err();
    assert_eq!(count.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn what_never_left_is_repeated() {
    for method in [Method::GET, Method::POST] {
        // Bound but not listening: connections are refused until it does.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let base_url = format!("http://{}", socket.local_addr().unwrap());
        let crisp = builder(&base_url).retry(Retry::times(4)).build().unwrap();
        let request = tokio::spawn(crisp.request::<u8>(method, "/plans").into_future());
        tokio::time::sleep(Duration::from_millis(100)).await;
        let server = Server::on(socket.listen(16).unwrap(), [Reply::data(json!(7))]);
        assert_eq!(request.await.unwrap().unwrap(), 7);
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn what_cannot_leave_says_so() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let base_url = format!("http://{}", socket.local_addr().unwrap());
    let crisp = builder(&base_url).retry(Retry::times(1)).build().unwrap();
    let error = crisp
        .request::<u8>(Method::POST, "/plans")
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    assert!(error.to_string().contains("nothing was sent"), "{error}");
    assert_eq!((error.status(), error.reason()), (None, None));
}

#[tokio::test]
async fn too_many_requests_wait_as_asked() {
    for (method, status) in [
        (Method::GET, 429),
        (Method::POST, 420),
        (Method::DELETE, 429),
    ] {
        let refused = Reply::error(status, "rate_limited").header("retry-after", 1);
        let server = Server::start([refused, Reply::data(json!(7))]).await;
        let crisp = server.builder().build().unwrap();
        let started = Instant::now();
        assert_eq!(crisp.request::<u8>(method, "/plans").await.unwrap(), 7);
        assert!(started.elapsed() >= Duration::from_secs(1));
        assert_eq!(server.count(), 2);
    }
}

#[tokio::test]
async fn too_long_a_wait_is_told_at_once() {
    let later = SystemTime::now() + Duration::from_secs(7200);
    let past = SystemTime::now() - Duration::from_secs(60);
    for (header, asked) in [
        ("3600".to_owned(), 3600..=3600),
        ("99999999999999999999".to_owned(), u64::MAX..=u64::MAX),
        (httpdate::fmt_http_date(later), 7190..=7200),
    ] {
        let refused = Reply::error(429, "rate_limited").header("retry-after", header);
        let server = Server::start([refused]).await;
        let crisp = server.builder().build().unwrap();
        let error = crisp
            .request::<u8>(Method::GET, "/plans")
            .await
            .unwrap_err();
        assert!(error.to_string().contains("rate_limited: wait "), "{error}");
        assert_eq!(
            (error.status().unwrap().as_u16(), error.reason()),
            (429, Some("rate_limited"))
        );
        let Error::RateLimited {
            retry_after: Some(time),
            ..
        } = error
        else {
            panic!("{error:?}")
        };
        assert!(asked.contains(&time.as_secs()), "{time:?}");
        assert_eq!(server.count(), 1);
    }
    for (header, asked) in [
        (httpdate::fmt_http_date(past), Some(Duration::ZERO)),
        ("soon".to_owned(), None),
        ("-5".to_owned(), None),
    ] {
        let refused = Reply::error(429, "rate_limited").header("retry-after", header);
        let server = Server::start([refused]).await;
        let error = server
            .client()
            .request::<u8>(Method::GET, "/plans")
            .await
            .unwrap_err();
        let Error::RateLimited { retry_after, .. } = error else {
            panic!("{error:?}")
        };
        assert_eq!(retry_after, asked);
    }
}
