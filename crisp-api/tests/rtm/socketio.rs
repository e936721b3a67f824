//! Sessions with the real socket.io server.

use std::time::Duration;

use crisp_api::rtm::State;
use crisp_api::{Error, EventName};
use futures_util::StreamExt as _;
use serde_json::json;
use tokio::time::{Instant, timeout};

use crate::peer::{Peer, Settings};
use crate::support::{IDENTIFIER, KEY};
use crate::{client, connected, disconnected, last_error, next_gap, number, quick};

#[tokio::test]
async fn ten_thousand_events_arrive_once_and_in_order() {
    let Some(mut peer) = Peer::start(Settings::default()).await else {
        return;
    };
    let (server, crisp) = client(&peer.endpoint()).await;
    let websites = ["8c842203-7ed8-4e29-a608-7cf78a7d2fcc"];
    let inboxes = ["73328951-a207-4b50-8ca9-f87cc83a06a9"];
    let names = [
        EventName::MessageSend,
        EventName::SessionSetState,
        EventName::MessageSend,
    ];
    let mut events = crisp
        .rtm(names)
        .websites(websites)
        .inboxes(inboxes)
        .connect()
        .await
        .unwrap();
    assert_eq!(
        peer.expect_report("authentication").await,
        json!({
            "username": IDENTIFIER,
            "password": KEY,
            "tier": "plugin",
            "events": ["message:send", "session:set_state"],
            "rooms": websites,
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
    assert_eq!(
        peer.expect_report("disconnect").await,
        "client namespace disconnect"
    );
}

#[tokio::test]
async fn cancelling_next_loses_no_event() {
    let Some(mut peer) = Peer::start(Settings::default()).await else {
        return;
    };
    let (_server, crisp) = client(&peer.endpoint()).await;
    let mut events = quick(&crisp).connect().await.unwrap();
    peer.emit(0, 2_000, 0).await;
    // Each of these interrupts the reading.
    let handle = events.handle();
    let binding = tokio::spawn(async move {
        for _ in 0..200 {
            handle.set_events([EventName::MessageSend]).await.unwrap();
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
async fn reconnects_to_a_server_that_restarts() {
    let Some(mut peer) = Peer::start(Settings::default()).await else {
        return;
    };
    let (server, crisp) = client(&peer.endpoint()).await;
    let mut events = quick(&crisp).connect().await.unwrap();
    let mut states = events.handle().states();
    connected(&mut states).await;
    peer.expect_report("authentication").await;
    peer.emit(0, 3, 0).await;
    assert_eq!(number(&mut events).await, 0);
    tokio::time::sleep(Duration::from_millis(100)).await;

    let port = peer.port;
    peer.kill().await;
    let error = disconnected(&mut states).await;
    assert!(error.contains("connection lost"), "{error}");
    // The events from before are still there.
    assert_eq!(number(&mut events).await, 1);
    assert_eq!(number(&mut events).await, 2);
    // The subscription changes without a server.
    events
        .handle()
        .subscribe([EventName::MessageReceived])
        .await
        .unwrap();

    let mut peer = Peer::start(Settings {
        port,
        ..Settings::default()
    })
    .await
    .unwrap();
    connected(&mut states).await;
    let authentication = peer.expect_report("authentication").await;
    assert_eq!(
        authentication["events"],
        json!(["message:send", "message:received"])
    );
    peer.emit(7, 1, 0).await;
    next_gap(&mut events).await;
    assert_eq!(number(&mut events).await, 7);
    assert!(
        server.count() >= 2,
        "the endpoint is requested before each connection"
    );
}

#[tokio::test]
async fn a_frozen_server_is_disconnected() {
    let settings = Settings::pinging(300, 700);
    let Some(peer) = Peer::start(settings).await else {
        return;
    };
    let (_server, crisp) = client(&peer.endpoint()).await;
    let events = quick(&crisp).connect().await.unwrap();
    let mut states = events.handle().states();
    connected(&mut states).await;
    // Alive through many pings.
    let early = timeout(Duration::from_secs(1), states.next()).await;
    assert!(early.is_err(), "{early:?}");

    peer.freeze();
    let frozen = Instant::now();
    let error = disconnected(&mut states).await;
    assert!(error.contains("nothing received for 1s"), "{error}");
    assert!(
        frozen.elapsed() < Duration::from_secs(3),
        "{:?}",
        frozen.elapsed()
    );
}

#[tokio::test]
async fn rejected_credentials_are_an_error() {
    let settings = Settings {
        response: "unauthorized",
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
async fn credentials_rejected_on_reconnecting_end_the_stream() {
    let Some(peer) = Peer::start(Settings::default()).await else {
        return;
    };
    let (server, crisp) = client(&peer.endpoint()).await;
    let mut events = quick(&crisp).connect().await.unwrap();
    let handle = events.handle();
    let port = peer.port;
    peer.kill().await;
    let settings = Settings {
        port,
        response: "unauthorized",
        ..Settings::default()
    };
    let _peer = Peer::start(settings).await.unwrap();

    let error = last_error(&mut events).await;
    assert!(matches!(error, Error::Unauthorized { .. }), "{error:?}");
    assert!(matches!(handle.state(), State::Closed));
    let requests = server.count();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(server.count(), requests, "no attempt follows");
    let error = handle.rebind().await.expect_err("closed");
    assert!(error.to_string().contains("connect again"), "{error}");
}

#[tokio::test]
async fn a_reader_that_stops_slows_the_server_and_stays_connected() {
    let settings = Settings::pinging(300, 700);
    let Some(mut peer) = Peer::start(settings).await else {
        return;
    };
    let (_server, crisp) = client(&peer.endpoint()).await;
    // Far less than what the server sends.
    let socket = quick(&crisp).buffer(64, 1 << 20);
    let mut events = socket.connect().await.unwrap();
    let handle = events.handle();
    peer.expect_report("authentication").await;
    peer.emit(0, 800, 16 << 10).await;
    // Longer than the heartbeat of 1 s allows.
    tokio::time::sleep(Duration::from_millis(1_400)).await;
    // Commands are executed meanwhile.
    handle
        .subscribe([EventName::MessageReceived])
        .await
        .unwrap();
    assert_eq!(
        peer.expect_report("socket:bind:push").await,
        json!({ "events": ["message:received"] })
    );
    for expected in 0..800 {
        assert_eq!(number(&mut events).await, expected);
    }
    assert!(matches!(handle.state(), State::Connected));
    peer.emit(800, 1, 0).await;
    assert_eq!(number(&mut events).await, 800);
}

#[tokio::test]
async fn a_reader_that_is_slow_all_the_time_stays_connected() {
    let settings = Settings::pinging(300, 700);
    let Some(mut peer) = Peer::start(settings).await else {
        return;
    };
    let (server, crisp) = client(&peer.endpoint()).await;
    let socket = quick(&crisp).buffer(4, 1 << 20);
    let mut events = socket.connect().await.unwrap();
    peer.expect_report("authentication").await;
    // 1.2 s, and the heartbeat is 1 s.
    peer.emit(0, 80, 0).await;
    for expected in 0..80 {
        assert_eq!(number(&mut events).await, expected);
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
    peer.emit(80, 5, 0).await;
    for expected in 80..85 {
        assert_eq!(number(&mut events).await, expected);
    }
    assert_eq!(server.count(), 1, "one session was enough");
}
