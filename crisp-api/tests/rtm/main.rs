//! The realtime socket: against the real socket.io server, and against one that says what it should
//! not.

#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

mod control;
mod frames;
#[path = "../node/mod.rs"]
mod node;
mod peer;
mod script;
mod sessions;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

use crisp_api::rtm::{Events, Reconnect, Rtm, State};
use crisp_api::{Crisp, Error, Event, EventName};
use futures_util::{Stream, StreamExt as _};
use peer::{Peer, Settings};
use serde_json::json;
use support::{IDENTIFIER, KEY, Reply, Server};
use tokio::time::{Instant, timeout};

const PATIENCE: Duration = Duration::from_secs(30);

/// A client that is told that the socket is at `endpoint`, whenever it asks.
async fn client(endpoint: &str) -> (Server, Crisp) {
    client_with(endpoint, Duration::from_secs(10)).await
}

async fn client_with(endpoint: &str, patience: Duration) -> (Server, Crisp) {
    let reply = Reply::data(json!({ "socket": { "app": endpoint } }));
    let server = Server::start(vec![reply; 50]).await;
    let crisp = server.builder().timeout(patience).build().unwrap();
    (server, crisp)
}

/// A socket that is soon open again.
fn quick(crisp: &Crisp) -> Rtm {
    let wait = Duration::from_millis(100);
    crisp
        .rtm([EventName::MessageSend])
        .reconnect(Reconnect::after(wait, wait))
}

async fn next<T>(stream: &mut (impl Stream<Item = T> + Unpin)) -> Option<T> {
    timeout(PATIENCE, stream.next())
        .await
        .expect("nothing comes")
}

/// The number of the next event, which must be a message.
async fn number(events: &mut Events) -> u64 {
    match next(events).await {
        Some(Ok(Event::MessageSend(message))) => message.fingerprint,
        other => panic!("{other:?}"),
    }
}

/// Why the connection was lost: the next state but `Connected`, which must say so.
async fn cause(states: &mut (impl Stream<Item = State> + Unpin)) -> String {
    loop {
        match next(states).await {
            Some(State::Lost { cause, .. }) => return cause.to_string(),
            Some(State::Connected | State::Reconnecting { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
}

async fn connected(states: &mut (impl Stream<Item = State> + Unpin)) {
    let wait = async { while !matches!(next(states).await.expect("a state"), State::Connected) {} };
    timeout(PATIENCE, wait).await.expect("no connection");
}

#[tokio::test]
async fn ten_thousand_events_come_in_order_none_lost_or_doubled() {
    let Some(mut peer) = Peer::start(Settings::default()).await else {
        return;
    };
    let (server, crisp) = client(&peer.endpoint()).await;
    let rooms = ["8c842203-7ed8-4e29-a608-7cf78a7d2fcc"];
    let inboxes = ["73328951-a207-4b50-8ca9-f87cc83a06a9"];
    let names = [
        EventName::MessageSend,
        EventName::SessionSetState,
        EventName::MessageSend,
    ];
    let mut events = crisp
        .rtm(names)
        .rooms(rooms)
        .inboxes(inboxes)
        .connect()
        .await
        .unwrap();
    assert_eq!(
        peer.told("authentication").await,
        json!({
            "username": IDENTIFIER,
            "password": KEY,
            "tier": "plugin",
            "events": ["message:send", "session:set_state"],
            "rooms": rooms,
            "inboxes": inboxes,
        })
    );
    assert_eq!(server.only().uri, "/v1/plugin/connect/endpoints");

    peer.emit(0, 10_000, 0).await;
    for expected in 0..10_000 {
        assert_eq!(number(&mut events).await, expected);
    }
    let more = timeout(Duration::from_millis(200), events.next()).await;
    assert!(more.is_err(), "{more:?}");

    drop(events);
    assert_eq!(peer.told("disconnect").await, "client namespace disconnect");
}

#[tokio::test]
async fn waiting_can_be_given_up_without_losing_an_event() {
    let Some(mut peer) = Peer::start(Settings::default()).await else {
        return;
    };
    let (_server, crisp) = client(&peer.endpoint()).await;
    let mut events = quick(&crisp).connect().await.unwrap();
    peer.emit(0, 2_000, 0).await;
    // Each of these makes the connection stop reading for a moment.
    let control = events.control();
    let binding = tokio::spawn(async move {
        for _ in 0..200 {
            control.bind([EventName::MessageSend]).await.unwrap();
        }
    });
    let mut expected = 0;
    while expected < 2_000 {
        tokio::select! {
            biased;
            () = tokio::task::yield_now() => {}
            got = number(&mut events) => {
                assert_eq!(got, expected);
                expected += 1;
            }
        }
    }
    binding.await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_killed_and_comes_back_is_found_again() {
    let Some(mut peer) = Peer::start(Settings::default()).await else {
        return;
    };
    let (server, crisp) = client(&peer.endpoint()).await;
    let mut events = quick(&crisp).connect().await.unwrap();
    let mut states = events.control().states();
    connected(&mut states).await;
    peer.told("authentication").await;
    peer.emit(0, 3, 0).await;
    assert_eq!(number(&mut events).await, 0);
    tokio::time::sleep(Duration::from_millis(300)).await;

    let port = peer.port;
    peer.kill().await;
    let cause = cause(&mut states).await;
    assert!(cause.starts_with("rtm: "), "{cause}");
    // What had come before is still there.
    assert_eq!(number(&mut events).await, 1);
    assert_eq!(number(&mut events).await, 2);
    // While there is no server, what is bound is noted.
    events
        .control()
        .bind_push([EventName::MessageReceived])
        .await
        .unwrap();

    let mut peer = Peer::start(Settings {
        port,
        ..Settings::default()
    })
    .await
    .unwrap();
    connected(&mut states).await;
    let authentication = peer.told("authentication").await;
    assert_eq!(
        authentication["events"],
        json!(["message:send", "message:received"])
    );
    peer.emit(7, 1, 0).await;
    assert_eq!(number(&mut events).await, 7);
    assert!(
        server.count() >= 2,
        "the endpoint is asked for before each connection"
    );
}

#[tokio::test]
async fn attempts_that_are_used_up_end_the_stream() {
    let settings = Settings::pinging(300, 200);
    let Some(peer) = Peer::start(settings).await else {
        return;
    };
    let (server, crisp) = client(&peer.endpoint()).await;
    let wait = Duration::from_secs(1);
    let reconnect = Reconnect::after(wait, wait).times(3);
    let mut events = quick(&crisp).reconnect(reconnect).connect().await.unwrap();
    let control = events.control();
    let mut states = control.states();
    let port = peer.port;
    peer.kill().await;
    cause(&mut states).await;
    let peer = Peer::start(Settings { port, ..settings }).await.unwrap();
    connected(&mut states).await;

    // A connection that was made again, and held, has all its attempts before it.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let asked = server.count();
    peer.kill().await;
    let error = next(&mut events).await.unwrap().expect_err("no server");
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    assert!(next(&mut events).await.is_none());
    assert!(matches!(control.state(), State::Closed));
    assert_eq!(server.count() - asked, 3);
}

#[tokio::test]
async fn a_server_that_answers_no_more_is_left() {
    let settings = Settings::pinging(300, 200);
    let Some(peer) = Peer::start(settings).await else {
        return;
    };
    let (_server, crisp) = client(&peer.endpoint()).await;
    let events = quick(&crisp).connect().await.unwrap();
    let mut states = events.control().states();
    connected(&mut states).await;
    // Alive through many pings.
    let early = timeout(Duration::from_secs(2), states.next()).await;
    assert!(early.is_err(), "{early:?}");

    peer.freeze();
    let frozen = Instant::now();
    let cause = cause(&mut states).await;
    assert!(cause.contains("nothing was heard for 500ms"), "{cause}");
    assert!(
        frozen.elapsed() < Duration::from_secs(2),
        "{:?}",
        frozen.elapsed()
    );
}

#[tokio::test]
async fn a_server_that_never_authenticates_is_not_waited_for() {
    let settings = Settings {
        answer: "nothing",
        ..Settings::default()
    };
    let Some(peer) = Peer::start(settings).await else {
        return;
    };
    let (_server, crisp) = client_with(&peer.endpoint(), Duration::from_millis(800)).await;
    let started = Instant::now();
    let error = quick(&crisp)
        .connect()
        .await
        .expect_err("no authentication");
    assert!(matches!(error, Error::Socket { .. }), "{error:?}");
    assert!(
        error
            .to_string()
            .contains("did not authenticate it within 800ms"),
        "{error}"
    );
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn refused_credentials_are_an_error_at_once() {
    let settings = Settings {
        answer: "unauthorized",
        ..Settings::default()
    };
    let Some(peer) = Peer::start(settings).await else {
        return;
    };
    let (_server, crisp) = client(&peer.endpoint()).await;
    let error = quick(&crisp).connect().await.expect_err("unauthorized");
    assert!(
        matches!(&error, Error::Unauthorized { message, .. } if message == "invalid session"),
        "{error:?}"
    );
    assert!(!format!("{error:?} {error}").contains(KEY));
}

#[tokio::test]
async fn credentials_that_are_refused_later_end_the_stream() {
    let Some(peer) = Peer::start(Settings::default()).await else {
        return;
    };
    let (server, crisp) = client(&peer.endpoint()).await;
    let mut events = quick(&crisp).connect().await.unwrap();
    let control = events.control();
    let port = peer.port;
    peer.kill().await;
    let settings = Settings {
        port,
        answer: "unauthorized",
        ..Settings::default()
    };
    let _peer = Peer::start(settings).await.unwrap();

    let error = next(&mut events).await.unwrap().expect_err("unauthorized");
    assert!(matches!(error, Error::Unauthorized { .. }), "{error:?}");
    assert!(next(&mut events).await.is_none());
    assert!(matches!(control.state(), State::Closed));
    let asked = server.count();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(server.count(), asked, "no attempt follows");
    let error = control.rebind().await.expect_err("closed");
    assert!(error.to_string().contains("connect again"), "{error}");
}

#[tokio::test]
async fn a_slow_reader_slows_the_server_and_stays_connected() {
    let settings = Settings::pinging(1_000, 1_000);
    let Some(mut peer) = Peer::start(settings).await else {
        return;
    };
    let (_server, crisp) = client(&peer.endpoint()).await;
    let mut events = quick(&crisp).connect().await.unwrap();
    let control = events.control();
    peer.told("authentication").await;
    // Far more than the buffers on the way hold.
    peer.emit(0, 1_500, 16 << 10).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    // Commands are obeyed meanwhile, and the server heard from us all the time.
    control
        .bind_push([EventName::MessageReceived])
        .await
        .unwrap();
    assert_eq!(
        peer.told("socket:bind:push").await,
        json!({ "events": ["message:received"] })
    );
    for expected in 0..1_500 {
        assert_eq!(number(&mut events).await, expected);
    }
    assert!(matches!(control.state(), State::Connected));
    peer.emit(1_500, 1, 0).await;
    assert_eq!(number(&mut events).await, 1_500);
}
