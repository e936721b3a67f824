//! Sessions that end, and the ones that follow.

use std::time::Duration;

use crisp_api::rtm::{Events, Handle, Item, Reconnect, State};
use crisp_api::{Crisp, Error, EventName};
use futures_util::StreamExt as _;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::delivery::{send_numbers, sent_number};
use crate::script::{Connection, HANDSHAKE, Script};
use crate::support::{KEY, Reply, Server};
use crate::{client, connected, disconnected, last_error, next, next_gap, quick};

/// The heartbeat timeout is 200 ms.
const LIVELY: &str = r#"0{"sid":"a","upgrades":[],"pingInterval":100,"pingTimeout":100}"#;

pub(crate) async fn open(crisp: &Crisp, script: &Script) -> (Events, Connection) {
    open_with(crisp, script, HANDSHAKE).await
}

async fn open_with(crisp: &Crisp, script: &Script, handshake: &str) -> (Events, Connection) {
    let serve = script.accept_client_with(handshake);
    let (events, connection) = tokio::join!(quick(crisp).connect(), serve);
    (events.unwrap(), connection)
}

pub(crate) async fn until_reconnecting(handle: &Handle) {
    let wait = async {
        while !matches!(handle.state(), State::Reconnecting { .. }) {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(10), wait).await.unwrap();
}

#[tokio::test]
async fn received_frames_are_read_before_silence_counts() {
    let script = Script::start().await;
    let (server, crisp) = client(&script.endpoint()).await;
    let (mut events, mut connection) = open_with(&crisp, &script, LIVELY).await;
    for round in 0..3 {
        send_numbers(&mut connection, round..round + 1, 0).await;
        // This is the thread of the client, too.
        std::thread::sleep(Duration::from_millis(220));
        assert_eq!(sent_number(&mut events).await, round);
    }
    assert_eq!(server.count(), 1, "one session was enough");
}

#[tokio::test]
async fn credentials_rejected_in_a_session_end_the_stream_and_commands() {
    let script = Script::start().await;
    let (server, crisp) = client(&script.endpoint()).await;
    let (mut events, mut connection) = open(&crisp, &script).await;
    send_numbers(&mut connection, 0..33, 0).await;
    let handle = events.handle();
    handle.rebind().await.unwrap();
    let waiting = handle.clone();
    let waiting = tokio::spawn(async move { waiting.rebind().await });
    assert_eq!(sent_number(&mut events).await, 0);
    let unauthorized = format!(r#"42["unauthorized",{{"message":"{KEY} has expired"}}]"#);
    connection.send(&unauthorized).await;
    sleep(Duration::from_millis(200)).await;
    // Commands fail although the events before the error are not read yet.
    let result = handle.set_events([EventName::MessageSend]);
    let result = timeout(Duration::from_secs(5), result).await;
    let error = result.expect("no reply").expect_err("it has ended");
    assert!(error.to_string().contains("connect again"), "{error}");
    assert!(matches!(handle.state(), State::Closed));
    let waiting = timeout(Duration::from_secs(1), waiting).await;
    waiting
        .expect("no reply")
        .unwrap()
        .expect_err("it has ended");
    for expected in 1..33 {
        assert_eq!(sent_number(&mut events).await, expected);
    }
    let error = last_error(&mut events).await;
    assert!(
        matches!(&error, Error::Unauthorized { message, .. } if message == "[redacted] has expired"),
        "{error:?}"
    );
    assert_eq!(server.count(), 1, "no attempt follows");
}

#[tokio::test]
async fn attempts_are_limited_and_a_session_that_lasts_resets_their_number() {
    let delay = Duration::from_millis(50);
    let script = Script::start().await;
    let (server, crisp) = client(&script.endpoint()).await;
    let socket = quick(&crisp).reconnect(Reconnect::after(delay, delay).max_attempts(3));
    let (events, connection) = tokio::join!(socket.connect(), script.accept_client());
    let mut events = events.unwrap();
    let handle = events.handle();
    drop(connection);
    let handshake = HANDSHAKE.replace("25000", "100").replace("20000", "300");
    let mut connection = script.accept_client_with(&handshake).await;
    // Longer than its heartbeat timeout of 400 ms.
    for _ in 0..10 {
        sleep(Duration::from_millis(50)).await;
        connection.send("2").await;
    }
    sleep(Duration::from_millis(20)).await;
    let requests = server.count();
    drop((script, connection));
    next_gap(&mut events).await;
    let error = last_error(&mut events).await;
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    assert!(matches!(handle.state(), State::Closed));
    assert_eq!(server.count() - requests, 3);
}

#[tokio::test]
async fn sessions_shorter_than_the_heartbeat_use_up_the_attempts() {
    // The connection is closed at once, or nothing is ever sent on it.
    tokio::join!(
        attempts_are_used_up(HANDSHAKE, false),
        attempts_are_used_up(LIVELY, true)
    );
}

async fn attempts_are_used_up(handshake: &str, keep: bool) {
    let delay = Duration::from_millis(20);
    let script = Script::start().await;
    let (server, crisp) = client(&script.endpoint()).await;
    let socket = quick(&crisp).reconnect(Reconnect::after(delay, delay).max_attempts(3));
    let serve = async {
        let mut connections = Vec::new();
        loop {
            let connection = script.accept_client_with(handshake).await;
            connections.extend(keep.then_some(connection));
        }
    };
    let read = async move {
        let mut events = socket.connect().await.unwrap();
        loop {
            match next(&mut events).await.unwrap() {
                Ok(Item::Gap(_)) => {}
                Ok(other) => panic!("{other:?}"),
                Err(error) => return error,
            }
        }
    };
    let error = tokio::select! {
        () = serve => unreachable!("it does not end"),
        error = read => error,
    };
    assert!(matches!(error, Error::Socket { .. }), "{error:?}");
    assert_eq!(server.count(), 4);
}

/// A client whose first request for the endpoint succeeds, and whose further ones get `reply`.
async fn client_with_one_endpoint(script: &Script, reply: Reply) -> (Server, Crisp) {
    let endpoint = json!({ "socket": { "app": script.endpoint() } });
    let mut replies = vec![Reply::data(endpoint)];
    replies.resize(20, reply);
    let server = Server::start(replies).await;
    let crisp = server.builder().build().unwrap();
    (server, crisp)
}

#[tokio::test]
async fn credentials_rejected_by_the_rest_api_end_the_stream() {
    for status in [401, 403] {
        let script = Script::start().await;
        let (server, crisp) =
            client_with_one_endpoint(&script, Reply::error(status, "invalid_session")).await;
        let (mut events, connection) = open(&crisp, &script).await;
        drop(connection);
        let error = last_error(&mut events).await;
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!(server.count(), 2, "no attempt follows");
    }
}

#[tokio::test]
async fn retry_after_is_honoured_up_to_a_bound() {
    for (seconds, expected) in [(7_200, 7_200), (u64::MAX, 30 * 86_400)] {
        let script = Script::start().await;
        let limited = Reply::error(429, "rate_limited").header("retry-after", seconds);
        let (_server, crisp) = client_with_one_endpoint(&script, limited).await;
        let (events, connection) = open(&crisp, &script).await;
        let mut states = events.handle().states();
        drop(connection);
        let kept = async {
            loop {
                if let Some(State::Disconnected { error, retry_in }) = states.next().await
                    && matches!(*error, Error::RateLimited { .. })
                {
                    return retry_in;
                }
            }
        };
        let delay = timeout(Duration::from_secs(10), kept)
            .await
            .expect("no delay");
        assert_eq!(delay, Duration::from_secs(expected));
    }
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let never = Reconnect::after(Duration::MAX, Duration::MAX);
    let socket = quick(&crisp).reconnect(never);
    let (events, connection) = tokio::join!(socket.connect(), script.accept_client());
    let mut events = events.unwrap();
    drop(connection);
    let item = timeout(Duration::from_millis(200), events.next()).await;
    assert!(item.is_err(), "{item:?}");
    assert!(matches!(
        events.handle().state(),
        State::Disconnected { .. }
    ));
}

#[tokio::test]
async fn no_malformed_frame_brings_the_key_into_an_error() {
    let frames = [
        format!("junk {KEY}"),
        format!(r#"42["authentication",{{"password":"{KEY}"}}"#),
        // If it were truncated before the key is redacted, a part of the key would remain.
        format!("{}{KEY}", "x".repeat(190)),
        // The reason quotes these.
        format!(r#"42"{KEY}""#),
        format!(r#"0{{"pingInterval":"{KEY}","pingTimeout":1}}"#),
        format!(r#"42"{}""#, "x".repeat(1 << 20)),
        // The reader notices this one.
        format!(r#"42["made:up","{KEY}" "{KEY}"]"#),
    ];
    let mut tests = JoinSet::new();
    for frame in frames {
        tests.spawn(async move {
            let script = Script::start().await;
            let (_server, crisp) = client(&script.endpoint()).await;
            let (mut events, mut connection) = open(&crisp, &script).await;
            let mut states = events.handle().states();
            connected(&mut states).await;
            connection.send(&frame).await;
            let error = tokio::select! {
                error = disconnected(&mut states) => error,
                item = events.next() => panic!("{item:?}"),
            };
            assert!(error.contains("malformed frame"), "{error}");
            assert!(!error.contains(&KEY[..6]), "{error}");
            assert!(error.len() < 1_000, "{} bytes", error.len());
        });
    }
    while let Some(test) = tests.join_next().await {
        test.unwrap();
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let script = Script::start().await;
    let elsewhere = script.endpoint().replace("ws://", "http://");
    let redirect = Reply::new(307, "").header("location", format!("{elsewhere}/?EIO=4"));
    let relay = Server::start(vec![redirect]).await;
    let endpoint = json!({ "socket": { "app": relay.base_url } });
    let server = Server::start(vec![Reply::data(endpoint)]).await;
    let settings = crisp_api::reqwest::Client::builder;
    let crisp = server.builder().http_client(settings).build().unwrap();
    let error = quick(&crisp).connect().await.expect_err("redirected");
    assert!(error.to_string().contains("307"), "{error}");
    let reached = timeout(Duration::from_millis(200), script.accept()).await;
    assert!(reached.is_err());
}

#[test]
fn the_stream_is_closed_when_its_runtime_is() {
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap()
    };
    let (theirs, ours) = (runtime(), runtime());
    let (script, _server, crisp) = theirs.block_on(async {
        let script = Script::start().await;
        let (server, crisp) = client(&script.endpoint()).await;
        (script, server, crisp)
    });
    let connection = theirs.spawn(async move { script.accept_client().await });
    let mut events = ours.block_on(quick(&crisp).connect()).unwrap();
    let handle = events.handle();
    ours.shutdown_timeout(Duration::from_secs(5));
    theirs.block_on(async {
        connection.await.unwrap();
        assert!(next(&mut events).await.is_none());
        assert!(matches!(handle.state(), State::Closed));
        assert!(matches!(handle.states().next().await, Some(State::Closed)));
        handle.rebind().await.expect_err("it has ended");
    });
}
