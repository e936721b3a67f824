//! A loopback server with prepared responses, which records the requests.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Response, Uri};
use crisp_api::{Builder, Crisp, Retry, Tier};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub(crate) const IDENTIFIER: &str = "5c0b8a9e-identifier";
pub(crate) const KEY: &str = "f00dfeed-secret-key";
/// `IDENTIFIER:KEY`, encoded.
pub(crate) const ENCODED: &str = "NWMwYjhhOWUtaWRlbnRpZmllcjpmMDBkZmVlZC1zZWNyZXQta2V5";

pub(crate) struct Server {
    pub(crate) base_url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) uri: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    delay: Duration,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
            delay: Duration::ZERO,
        }
    }

    /// A success in the envelope.
    pub(crate) fn data(data: Value) -> Self {
        Self::new(
            200,
            json!({ "error": false, "reason": "listed", "data": data }).to_string(),
        )
    }

    /// An error in the envelope.
    pub(crate) fn error(status: u16, reason: &str) -> Self {
        Self::new(
            status,
            json!({ "error": true, "reason": reason, "data": {} }).to_string(),
        )
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

impl Server {
    /// Responds with `replies` in order, and with 599 to each further request.
    pub(crate) async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), replies)
    }

    pub(crate) fn on(listener: TcpListener, replies: impl IntoIterator<Item = Reply>) -> Self {
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let replies = Arc::new(Mutex::new(replies.into_iter().collect::<VecDeque<_>>()));
        let log = seen.clone();
        let app = Router::new().fallback(
            async move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                let body = String::from_utf8(body.to_vec()).unwrap();
                log.lock().unwrap().push(Seen {
                    method,
                    uri: uri.to_string(),
                    headers,
                    body,
                });
                let reply = replies.lock().unwrap().pop_front();
                let reply = reply.unwrap_or_else(|| Reply::new(599, "no reply left"));
                tokio::time::sleep(reply.delay).await;
                let mut response = Response::builder().status(reply.status);
                for (name, value) in reply.headers {
                    response = response.header(name, value);
                }
                response.body(Body::from(reply.body)).unwrap()
            },
        );
        tokio::spawn(async { axum::serve(listener, app).await });
        Self { base_url, seen }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// The one request that was sent.
    pub(crate) fn only(&self) -> Seen {
        let seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:#?}");
        seen[0].clone()
    }

    pub(crate) fn builder(&self) -> Builder {
        builder(&self.base_url)
    }

    /// A client that sends everything once.
    pub(crate) fn client(&self) -> Crisp {
        self.builder().retry(Retry::none()).build().unwrap()
    }
}

/// A client of `base_url` with credentials, whatever the proxy of this machine. Loading its certificates would take
/// most of the time of a test.
pub(crate) fn builder(base_url: &str) -> Builder {
    Crisp::builder()
        .base_url(base_url)
        .credentials(Tier::Plugin, IDENTIFIER, KEY)
        .http_client(|| {
            let builder = crisp_api::reqwest::Client::builder().no_proxy();
            #[cfg(feature = "__rustls")]
            let builder = builder.tls_certs_only([]);
            builder
        })
}

/// A server that never ends the body of its response.
pub(crate) struct Endless {
    pub(crate) base_url: String,
    sent: oneshot::Receiver<usize>,
}

impl Endless {
    pub(crate) async fn start(status: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let (done, sent) = oneshot::channel();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            assert!(stream.read(&mut request).await.unwrap() > 0);
            let head = format!("HTTP/1.1 {status}\r\ntransfer-encoding: chunked\r\n\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            let chunk = format!("8000\r\n{}\r\n", " ".repeat(0x8000));
            let mut sent = 0;
            while sent < 1 << 30 && stream.write_all(chunk.as_bytes()).await.is_ok() {
                sent += 0x8000;
            }
            let _ = done.send(sent);
        });
        Self { base_url, sent }
    }

    /// How many bytes of the body were sent before the client closed the connection.
    pub(crate) async fn sent(self) -> usize {
        self.sent.await.unwrap()
    }
}
