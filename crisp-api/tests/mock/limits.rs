//! The limits of sizes and times.

use std::time::Duration;

use futures_util::SinkExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::socket::{Client, LIMIT};
use super::*;

const MAX_BODY: usize = 2 * 1024 * 1024;

/// The head of a request to create a website, without its end and the headers of the body.
fn head(path: &str) -> String {
    format!(
        "POST /v1{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {TOKEN}\r\nX-Crisp-Tier: plugin\r\n\
         User-Agent: test\r\nAccept: */*\r\nContent-Type: application/json\r\n"
    )
}

/// Opens a connection and sends the start of a request.
async fn start(mock: &Mock, request: &str) -> TcpStream {
    let host = mock.url();
    let host = host.trim_start_matches("http://").trim_end_matches("/v1");
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Reads until the connection ends.
async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let end = timeout(2 * LIMIT, stream.read_to_end(&mut bytes));
    // A reset ends the connection too.
    let _ = end.await.expect("the connection ends");
    String::from_utf8(bytes).unwrap()
}

/// Moves the clock forward. It is paused only for that: with a paused clock, tokio fires timers while data is still on
/// its way between the sockets.
async fn advance(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

/// Returns whether a future is still pending after the other tasks have run.
async fn is_pending<T>(future: impl Future<Output = T> + Unpin) -> bool {
    timeout(Duration::from_millis(50), future).await.is_err()
}

/// Sends an endless body until the connection ends, and returns the response and the bytes sent.
async fn send_endless_body(mock: &Mock, head: &str) -> (String, usize) {
    let stream = start(mock, &format!("{head}Transfer-Encoding: chunked\r\n\r\n")).await;
    let (mut reader, mut writer) = stream.into_split();
    let response = tokio::spawn(async move {
        let mut bytes = vec![0; 4096];
        let count = reader.read(&mut bytes).await.unwrap();
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    });
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let mut sent = 0;
    let endless = async {
        while writer.write_all(chunk.as_bytes()).await.is_ok() {
            sent += chunk.len();
        }
    };
    timeout(LIMIT, endless).await.expect("the connection ends");
    (response.await.unwrap(), sent)
}

/// A request to send a text message whose body has a size.
fn message(mock: &Mock, path: &str, size: usize) -> RequestBuilder {
    let mut body = json!({ "type": "text", "from": "user", "origin": "chat", "content": "" });
    let content = "x".repeat(size - body.to_string().len());
    body["content"] = content.into();
    with_body(
        request(mock, Method::POST, &format!("{path}/message")),
        &body,
    )
}

#[tokio::test]
async fn the_size_of_a_body_is_limited() {
    let mock = Mock::start().await.unwrap();
    let path = create(&mock).await;
    assert_eq!(send(message(&mock, &path, MAX_BODY)).await.0, 202);
    for size in [MAX_BODY + 1, 4 * MAX_BODY] {
        let large = message(&mock, &path, size);
        let message = rejected(large, 413, "payload_too_large").await;
        assert_eq!(message, "body: is larger than 2097152 bytes");
    }
}

#[tokio::test]
async fn an_endless_body_ends_the_connection() {
    let mock = Mock::start().await.unwrap();
    let unknown = head("/unknown").replace("Authorization", "X-Other");
    let anonymous =
        head(&format!("/website/{WEBSITE}/conversation")).replace("Authorization", "X-Other");
    let valid = head(&format!(
        "/website/{WEBSITE}/conversation/{EXAMPLE_SESSION}/message"
    ));
    for (head, status) in [(unknown, 404), (anonymous, 401), (valid, 413)] {
        let (response, sent) = send_endless_body(&mock, &head).await;
        let expected = format!("HTTP/1.1 {status} ");
        assert!(response.starts_with(&expected), "{response}");
        // The mock reads up to 18 MiB; the buffers of the system hold the rest.
        assert!(sent < 64 * 1024 * 1024, "{sent} bytes");
    }
}

#[tokio::test]
async fn the_route_is_checked_before_the_body_is_received() {
    let mock = Mock::start().await.unwrap();
    let request = format!("{}Content-Length: 1000\r\n\r\n{{", head("/unknown"));
    let mut stream = start(&mock, &request).await;
    let mut status = [0; 12];
    let read = timeout(LIMIT, stream.read_exact(&mut status));
    read.await.expect("a response in time").unwrap();
    assert_eq!(&status, b"HTTP/1.1 404");
}

#[tokio::test]
async fn the_size_of_a_head_is_limited() {
    let mock = Mock::start().await.unwrap();
    let request = format!("{}X-Other: {}", head("/website"), "x".repeat(100 * 1024));
    let response = read_to_end(&mut start(&mock, &request).await).await;
    assert!(response.starts_with("HTTP/1.1 431 "), "{response}");
}

#[tokio::test]
async fn the_time_to_send_a_request_is_limited() {
    let mock = Mock::start().await.unwrap();
    let path = format!("/website/{WEBSITE}/conversation/{EXAMPLE_SESSION}/message");
    let half_body = format!("{}Content-Length: 1000\r\n\r\n{{", head(&path));
    let rejected_body = format!("{}Content-Length: 1000\r\n\r\n{{", head("/unknown"));
    for (request, status) in [
        (String::new(), ""),
        (head(&path), ""),
        (half_body, "HTTP/1.1 408 "),
        (rejected_body, "HTTP/1.1 404 "),
    ] {
        let mut stream = start(&mock, &request).await;
        let mut end = Box::pin(read_to_end(&mut stream));
        assert!(is_pending(&mut end).await, "{request:?}");
        advance(15).await;
        assert!(is_pending(&mut end).await, "{request:?}");
        advance(16).await;
        let response = end.await;
        assert!(response.starts_with(status), "{request:?}: {response}");
    }
}

#[tokio::test]
async fn a_dropped_mock_ends_unfinished_requests_and_sockets() {
    let mock = Mock::start().await.unwrap();
    let path = format!("/website/{WEBSITE}/conversation/{EXAMPLE_SESSION}/message");
    let half_body = format!("{}Content-Length: 1000\r\n\r\n{{", head(&path));
    let mut streams = Vec::new();
    for request in ["", &head(&path), &half_body] {
        streams.push(start(&mock, request).await);
    }
    let opened = Client::open(&mock).await;
    let connected = Client::connect(&mock).await;
    drop(mock);
    for mut stream in streams {
        let end = timeout(LIMIT, read_to_end(&mut stream)).await;
        assert_eq!(end.expect("the connection ends"), "");
    }
    for mut client in [opened, connected] {
        assert_eq!(client.frame().await, None);
    }
}

#[tokio::test]
async fn the_time_to_authenticate_is_limited() {
    let mock = Mock::start().await.unwrap();
    let subscription = json!({ "events": ["a"] });
    let mut authenticated = Client::authenticated(&mock, subscription).await;
    let opened = Client::open(&mock).await;
    let connected = Client::connect(&mock).await;
    let mut clients = [opened, connected];
    for client in &mut clients {
        assert!(is_pending(Box::pin(client.frame())).await);
    }
    advance(5).await;
    for client in &mut clients {
        assert!(is_pending(Box::pin(client.frame())).await);
    }
    advance(6).await;
    for mut client in clients {
        assert_eq!(client.frame().await, None);
    }
    assert_eq!(mock.emit("a", Value::Null), 1);
    assert_eq!(authenticated.event().await, json!(["a", null]));
}

#[tokio::test]
async fn the_size_of_a_message_to_the_socket_is_limited() {
    let mock = Mock::start().await.unwrap();
    let large = "x".repeat(2 * 1024 * 1024);
    let subscription = json!({ "events": ["a"] });
    let opened = Client::open(&mock).await;
    let connected = Client::connect(&mock).await;
    let authenticated = Client::authenticated(&mock, subscription.clone()).await;
    for mut client in [opened, connected, authenticated] {
        // The connection may end while the message is being sent.
        let _ = client
            .0
            .send(Message::text(format!("42[\"a\",\"{large}\"]")))
            .await;
        assert_eq!(client.frame().await, None);
    }
    // The limit is that of one message.
    let mut client = Client::authenticated(&mock, subscription).await;
    for _ in 0..5 {
        client.send("unknown", json!("x".repeat(500 * 1024))).await;
        client
            .send("socket:bind:push", json!({ "events": ["b"] }))
            .await;
    }
    let handled = async {
        while mock.emit("b", Value::Null) == 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(LIMIT, handled).await.expect("a subscription");
    assert_eq!(client.event().await, json!(["b", null]));
}

#[tokio::test]
async fn a_client_that_does_not_read_is_disconnected() {
    let mock = Mock::start().await.unwrap();
    let mut client = Client::authenticated(&mock, json!({ "events": ["a"] })).await;
    let data = "x".repeat(1024 * 1024);
    let mut sent = 0;
    // No task runs in between, so all events are queued.
    while mock.emit("a", &data) == 1 {
        sent += 1;
        assert!(sent < 64, "the queue is not limited");
    }
    assert_eq!(sent, 63);
    assert_eq!(mock.disconnect(), 0, "the client is forgotten");
    let mut received = 0;
    while client.frame().await.is_some() {
        received += 1;
    }
    assert!(received <= sent, "{received} events");
}

#[tokio::test]
async fn added_subscriptions_are_limited() {
    let mock = Mock::start().await.unwrap();
    let mut client = Client::authenticated(&mock, json!({ "events": [] })).await;
    let events = (0..1000).map(|number| number.to_string());
    let events = events.collect::<Vec<_>>();
    for events in [json!(events), json!(["more"])] {
        client
            .send("socket:bind:push", json!({ "events": events }))
            .await;
    }
    client
        .send("socket:bind:pop", json!({ "events": ["0"] }))
        .await;
    let handled = async {
        while mock.emit("1", Value::Null) == 0 || mock.emit("0", Value::Null) == 1 {
            tokio::task::yield_now().await;
        }
    };
    timeout(LIMIT, handled)
        .await
        .expect("the messages are handled");
    assert_eq!(mock.emit("999", Value::Null), 1);
    assert_eq!(mock.emit("more", Value::Null), 0);
}
