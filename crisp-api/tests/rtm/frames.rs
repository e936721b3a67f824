//! What becomes of the connection when the server says what it should not.

use std::time::Duration;

use crisp_api::{Error, Event};
use futures_util::SinkExt as _;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;

use crate::script::{HANDSHAKE, Script};
use crate::support::KEY;
use crate::{cause, client, client_with, connected, next, quick};

/// Says `frame` to a client, which must leave for a reason that holds `expected`, come again, and
/// take events as before.
async fn is_left_after(frame: Message, expected: &str) {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let (events, connection) = tokio::join!(quick(&crisp).connect(), script.welcome());
    let (mut events, mut connection) = (events.unwrap(), connection);
    let mut states = events.control().states();
    connected(&mut states).await;

    // It may be left before it has said all of it.
    let _ = connection.stream.send(frame).await;
    let cause = cause(&mut states).await;
    assert!(cause.contains(expected), "{cause}");
    assert!(cause.len() < 500, "{cause}");

    let mut again = script.welcome().await;
    connected(&mut states).await;
    again.say(r#"42["mood",1]"#).await;
    is_event(next(&mut events).await, "mood");
}

fn is_event(item: Option<Result<Event, Error>>, name: &str) {
    match item {
        Some(Ok(event)) => assert_eq!(event.name().as_str(), name),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_torn_packet_loses_the_connection() {
    is_left_after(
        Message::text(r#"42["message:se"#),
        "a frame is not understood: EOF",
    )
    .await;
}

#[tokio::test]
async fn a_packet_of_no_protocol_loses_the_connection() {
    is_left_after(Message::text("junk"), "not a packet of Engine.IO: `junk`").await;
    is_left_after(Message::text("4junk"), "not a packet of Socket.IO: `junk`").await;
}

#[tokio::test]
async fn ten_megabytes_of_junk_lose_the_connection() {
    is_left_after(Message::text("x".repeat(10 << 20)), "too long").await;
    is_left_after(
        Message::text("x".repeat(4 << 20)),
        "not a packet of Engine.IO",
    )
    .await;
    is_left_after(Message::binary(vec![0; 10 << 20]), "too long").await;
}

#[tokio::test]
async fn a_disconnected_namespace_loses_the_connection() {
    is_left_after(Message::text("41"), "the server ended it").await;
    is_left_after(Message::text("1"), "the server ended it").await;
    is_left_after(Message::Close(None), "the server ended it").await;
}

#[tokio::test]
async fn a_frame_that_is_cut_off_loses_the_connection() {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let (events, connection) = tokio::join!(quick(&crisp).connect(), script.welcome());
    let mut states = events.as_ref().unwrap().control().states();
    connected(&mut states).await;
    // The head of a text of 100 bytes, and 4 of them.
    let mut stream = connection.stream.into_inner();
    stream.write_all(b"\x81\x6442[\"").await.unwrap();
    stream.shutdown().await.unwrap();
    drop(stream);
    let cause = cause(&mut states).await;
    assert!(cause.starts_with("rtm: "), "{cause}");
    let _again = script.welcome().await;
    connected(&mut states).await;
}

#[tokio::test]
async fn what_was_not_asked_for_is_skipped() {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let (events, connection) = tokio::join!(quick(&crisp).connect(), script.welcome());
    let (mut events, mut connection) = (events.unwrap(), connection);

    connection
        .stream
        .send(Message::binary(vec![1, 2, 3]))
        .await
        .unwrap();
    for idle in ["43[]", r#"430["done"]"#, r#"42/admin,["mood",1]"#, "6", "3"] {
        connection.say(idle).await;
    }
    connection
        .say(r#"451-["file",{"_placeholder":true,"num":0}]"#)
        .await;
    connection
        .stream
        .send(Message::binary(vec![4, 5, 6]))
        .await
        .unwrap();
    is_event(next(&mut events).await, "file");
    // A payload that doesn't fit is an event all the same.
    connection.say(r#"42["message:send",{"content":5}]"#).await;
    let invalid = next(&mut events).await.unwrap().unwrap();
    let Event::Invalid { data, .. } = invalid else {
        panic!("{invalid:?}");
    };
    assert_eq!(data, json!({ "content": 5 }));
    assert!(matches!(
        events.control().state(),
        crisp_api::rtm::State::Connected
    ));

    connection.say("2now").await;
    assert_eq!(connection.hear().await, "3now");
    drop(events);
    assert_eq!(connection.hear().await, "41");
    assert_eq!(connection.hear().await, "gone");
}

#[tokio::test]
async fn a_server_that_begins_otherwise_is_an_error() {
    for (first, expected) in [
        ("40", "does not begin with a handshake"),
        ("0{}", "a frame is not understood: missing field"),
        ("", "a frame is not understood"),
    ] {
        let script = Script::start().await;
        let (_server, crisp) = client(&script.endpoint()).await;
        let serve = async {
            let mut connection = script.accept().await;
            connection.say(first).await;
            connection
        };
        let (events, _connection) = tokio::join!(quick(&crisp).connect(), serve);
        let error = events.expect_err("no handshake");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_refused_namespace_is_an_error_with_its_reason() {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let serve = async {
        let mut connection = script.accept().await;
        connection.say(HANDSHAKE).await;
        connection.hear().await;
        connection
            .say(&format!(r#"44{{"message":"not with {KEY}"}}"#))
            .await;
        connection
    };
    let (events, _connection) = tokio::join!(quick(&crisp).connect(), serve);
    let error = events.expect_err("refused").to_string();
    assert!(
        error.ends_with("refuses the connection: not with [redacted]"),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_no_socket_is_an_error() {
    // A server of HTTP alone.
    let (server, _) = client("").await;
    let (_server, crisp) = client(&server.base_url).await;
    let error = quick(&crisp).connect().await.expect_err("no socket");
    assert!(
        error
            .to_string()
            .contains("the server answers 200 OK and no socket"),
        "{error}"
    );

    // A server that takes the connection and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let (_server, crisp) = client_with(&address, Duration::from_millis(300)).await;
    let error = quick(&crisp).connect().await.expect_err("no answer");
    assert!(
        error.to_string().contains("it was not open within 300ms"),
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
            error.to_string().contains("answered an address that is"),
            "{error}"
        );
    }
}
