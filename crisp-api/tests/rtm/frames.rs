//! Frames that break the protocol, and those that are skipped.

use std::time::{Duration, SystemTime};

use crisp_api::{Error, Event};
use futures_util::SinkExt as _;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;

use crate::script::{HANDSHAKE, Script};
use crate::support::KEY;
use crate::{client, client_with, connected, disconnected, next_event, next_gap, quick};

/// Sends `frame` to a client, which must disconnect with an error that contains `expected`, reconnect,
/// and receive events as before.
async fn disconnects_after(frame: Message, expected: &str) {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let (events, connection) = tokio::join!(quick(&crisp).connect(), script.accept_client());
    let (mut events, mut connection) = (events.unwrap(), connection);
    let mut states = events.handle().states();
    connected(&mut states).await;

    // The client may disconnect before it has received all of it.
    let _ = connection.stream.send(frame).await;
    let error = disconnected(&mut states).await;
    assert!(error.contains(expected), "{error}");
    assert!(error.len() < 500, "{error}");

    let mut again = script.accept_client().await;
    connected(&mut states).await;
    again.send(r#"42["mood",1]"#).await;
    next_gap(&mut events).await;
    assert_eq!(next_event(&mut events).await.name().as_str(), "mood");
}

#[tokio::test]
async fn a_torn_packet_loses_the_connection() {
    disconnects_after(Message::text(r#"42["message:se"#), "malformed frame: EOF").await;
}

#[tokio::test]
async fn a_packet_of_no_protocol_loses_the_connection() {
    tokio::join!(
        disconnects_after(Message::text("junk"), "not a packet of Engine.IO: `junk`"),
        disconnects_after(Message::text("4junk"), "not a packet of Socket.IO: `junk`"),
    );
}

#[tokio::test]
async fn ten_megabytes_of_junk_lose_the_connection() {
    let text = |megabytes: usize| Message::text("x".repeat(megabytes << 20));
    let binary = Message::binary(vec![0; 10 << 20]);
    tokio::join!(
        disconnects_after(text(10), "a message of 10485760 bytes"),
        disconnects_after(text(4), "not a packet of Engine.IO"),
        disconnects_after(binary, "a message of 10485760 bytes"),
    );
}

#[tokio::test]
async fn a_disconnected_namespace_loses_the_connection() {
    tokio::join!(
        disconnects_after(Message::text("41"), "closed by the server"),
        disconnects_after(Message::text("1"), "closed by the server"),
        disconnects_after(Message::Close(None), "closed by the server"),
    );
}

#[tokio::test]
async fn a_frame_that_is_cut_off_loses_the_connection() {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let (events, connection) = tokio::join!(quick(&crisp).connect(), script.accept_client());
    let mut states = events.as_ref().unwrap().handle().states();
    connected(&mut states).await;
    // The head of a text of 100 bytes, and 4 of them.
    let mut stream = connection.stream.into_inner();
    stream.write_all(b"\x81\x6442[\"").await.unwrap();
    stream.shutdown().await.unwrap();
    drop(stream);
    let error = disconnected(&mut states).await;
    assert!(error.contains("connection lost"), "{error}");
    let _again = script.accept_client().await;
    connected(&mut states).await;
}

#[tokio::test]
async fn unrequested_frames_are_skipped() {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let (events, connection) = tokio::join!(quick(&crisp).connect(), script.accept_client());
    let (mut events, mut connection) = (events.unwrap(), connection);

    connection
        .stream
        .send(Message::binary(vec![1, 2, 3]))
        .await
        .unwrap();
    for idle in ["43[]", r#"430["done"]"#, r#"42/admin,["mood",1]"#, "6", "3"] {
        connection.send(idle).await;
    }
    connection
        .send(r#"451-["file",{"_placeholder":true,"num":0}]"#)
        .await;
    connection
        .stream
        .send(Message::binary(vec![4, 5, 6]))
        .await
        .unwrap();
    assert_eq!(next_event(&mut events).await.name().as_str(), "file");
    // An unexpected payload is an event, too.
    connection.send(r#"42["message:send",{"content":5}]"#).await;
    let invalid = next_event(&mut events).await;
    let Event::Invalid { data, .. } = invalid else {
        panic!("{invalid:?}");
    };
    assert_eq!(data, json!({ "content": 5 }));
    assert!(matches!(
        events.handle().state(),
        crisp_api::rtm::State::Connected
    ));

    connection.send("2now").await;
    assert_eq!(connection.receive().await, "3now");
    drop(events);
    assert_eq!(connection.receive().await, "41");
    assert_eq!(connection.receive().await, "closed");
}

#[tokio::test]
async fn a_missing_handshake_is_an_error() {
    for (first, expected) in [
        ("40", "does not begin with a handshake"),
        ("0{}", "malformed frame: missing field"),
        ("", "malformed frame"),
    ] {
        let script = Script::start().await;
        let (_server, crisp) = client(&script.endpoint()).await;
        let serve = async {
            let mut connection = script.accept().await;
            connection.send(first).await;
            connection
        };
        let (events, _connection) = tokio::join!(quick(&crisp).connect(), serve);
        let error = events.expect_err("no handshake");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_rejected_namespace_is_an_error_with_its_reason() {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let serve = async {
        let mut connection = script.accept().await;
        connection.send(HANDSHAKE).await;
        connection.receive().await;
        connection
            .send(&format!(r#"44{{"message":"not with {KEY}"}}"#))
            .await;
        connection
    };
    let (events, _connection) = tokio::join!(quick(&crisp).connect(), serve);
    let error = events.expect_err("rejected").to_string();
    assert!(
        error.ends_with("rejected by the server: not with [redacted]"),
        "{error}"
    );
}

#[tokio::test]
async fn an_endpoint_without_a_websocket_is_an_error() {
    // A server of HTTP alone.
    let (server, _) = client("").await;
    let (_server, crisp) = client(&server.base_url).await;
    let error = quick(&crisp).connect().await.expect_err("no socket");
    assert!(
        error
            .to_string()
            .contains("the server responded 200 OK instead of opening a websocket"),
        "{error}"
    );

    // A server that accepts the connection and sends nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let (_server, crisp) = client_with(&address, Duration::from_millis(150)).await;
    let error = quick(&crisp).connect().await.expect_err("no response");
    assert!(
        error.to_string().contains("not open within 150ms"),
        "{error}"
    );

    // No server.
    drop(silent);
    let error = quick(&crisp).connect().await.expect_err("nobody");
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");

    for strange in ["relay", "ftp://127.0.0.1/"] {
        let (_server, crisp) = client(strange).await;
        let error = quick(&crisp).connect().await.expect_err("no address");
        assert!(
            error
                .to_string()
                .contains("the endpoint from plugin.get_connect_endpoints is"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn authentication_has_a_timeout() {
    let script = Script::start().await;
    let (_server, crisp) = client_with(&script.endpoint(), Duration::from_millis(300)).await;
    let serve = async {
        let mut connection = script.accept().await;
        connection.send(HANDSHAKE).await;
        assert_eq!(connection.receive().await, "40");
        connection.send(r#"40{"sid":"b"}"#).await;
        connection
    };
    let (events, _connection) = tokio::join!(quick(&crisp).connect(), serve);
    let error = events.expect_err("no authentication");
    assert!(matches!(error, Error::Socket { .. }), "{error:?}");
    assert!(
        error
            .to_string()
            .contains("did not authenticate it within 300ms"),
        "{error}"
    );
}

#[tokio::test]
async fn the_key_is_sent_to_allowed_hosts_only() {
    let script = Script::start().await;
    // Another name of the same machine than that of the base URL.
    let endpoint = script.endpoint().replace("127.0.0.1", "localhost");
    let (_server, crisp) = client(&endpoint).await;
    let error = quick(&crisp).connect().await.expect_err("another host");
    assert!(
        error
            .to_string()
            .contains(r#"call Rtm::allow_host("localhost")"#),
        "{error}"
    );
    let socket = quick(&crisp).allow_host("LOCALHOST");
    let (events, _connection) = tokio::join!(socket.connect(), script.accept_client());
    let _events = events.expect("allowed");
}

#[tokio::test]
async fn a_malformed_payload_loses_the_connection_and_gives_a_gap() {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let (events, connection) = tokio::join!(quick(&crisp).connect(), script.accept_client());
    let (mut events, mut connection) = (events.unwrap(), connection);
    let before = SystemTime::now();
    connection.send(r#"42["mood",{]"#).await;
    connection.send(r#"42["weather",1]"#).await;
    assert_eq!(next_event(&mut events).await.name().as_str(), "weather");
    let mut again = script.accept_client().await;
    again.send(r#"42["mood",1]"#).await;
    let gap = next_gap(&mut events).await;
    assert!(gap.start >= before - Duration::from_secs(1));
    assert!(gap.start <= SystemTime::now() && gap.start <= gap.end);
    assert_eq!(next_event(&mut events).await.name().as_str(), "mood");
}
