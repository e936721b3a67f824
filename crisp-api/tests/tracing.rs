//! The log events of requests: what they show, and what they must not.
#![cfg(feature = "tracing")]

mod support;

use std::io;
use std::sync::{Arc, Mutex};

use crisp_api::Method;
use serde_json::{Value, json};
use support::{ENCODED, IDENTIFIER, KEY, Reply, Server};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .expect("a test stops at the first panic")
            .write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn each_request_logs_one_event_without_secrets() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .without_time()
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);

    let echo = format!("{KEY} {ENCODED}");
    let server = Server::start([
        Reply::data(json!("private")),
        Reply::error(403, "jane@acme.example private"),
        Reply::new(403, echo),
        Reply::new(404, "<html>private</html>"),
        Reply::data(json!("private")),
    ])
    .await;
    let crisp = server.client();
    let path = "/website/w/people/profile/jane@acme.example";
    crisp
        .request::<Value>(Method::POST, path)
        .body("hush")
        .query("q", "quiet")
        .await
        .unwrap();
    for _ in 0..4 {
        crisp.request::<u8>(Method::GET, path).await.unwrap_err();
    }
    drop(guard);

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let own: Vec<_> = log
        .lines()
        .filter(|line| line.contains(" crisp_api: "))
        .collect();
    assert_eq!(own.len(), 5, "{log}");
    for part in [
        "DEBUG",
        r#"operation="POST /website/w/people/profile/{…}""#,
        r#"method="POST""#,
        "status=200",
        " ms=",
    ] {
        assert!(own[0].contains(part), "{part} in {}", own[0]);
    }
    assert!(
        own[1].contains("status=403") && own[1].contains(r#"error="api""#),
        "{}",
        own[1]
    );
    // Data that cannot be decoded is an error, not a success.
    assert!(
        own[4].contains("failed") && own[4].contains(r#"error="decode""#),
        "{}",
        own[4]
    );
    for secret in [KEY, ENCODED, IDENTIFIER, "private", "hush", "quiet", "jane"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}
