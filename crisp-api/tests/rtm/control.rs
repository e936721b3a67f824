//! What is asked of a socket while it is open, and while it is not.

use std::time::Duration;

use crisp_api::rtm::State;
use crisp_api::{Error, EventName};
use serde_json::json;
use tokio::time::{Instant, timeout};

use crate::peer::{Peer, Settings};
use crate::script::{HANDSHAKE, Script};
use crate::sessions::{open, until_reconnecting};
use crate::{client, quick};

#[tokio::test]
async fn what_is_listened_to_can_be_changed() {
    let Some(mut peer) = Peer::start(Settings::default()).await else {
        return;
    };
    let (_server, crisp) = client(&peer.endpoint()).await;
    let events = quick(&crisp).connect().await.unwrap();
    peer.told("authentication").await;
    let control = events.control();

    control
        .bind_push([EventName::MessageReceived])
        .await
        .unwrap();
    assert_eq!(
        peer.told("socket:bind:push").await,
        json!({ "events": ["message:received"] })
    );
    control.bind_pop([EventName::MessageSend]).await.unwrap();
    assert_eq!(
        peer.told("socket:bind:pop").await,
        json!({ "events": ["message:send"] })
    );
    control.bind([EventName::SessionSetState]).await.unwrap();
    assert_eq!(
        peer.told("socket:bind").await,
        json!({ "events": ["session:set_state"] })
    );
    for refused in [
        control.bind_pop([EventName::SessionSetState]).await,
        control.bind([]).await,
        control.bind_push([]).await,
    ] {
        let error = refused.expect_err("no event");
        assert!(matches!(error, Error::InvalidArgument { .. }), "{error:?}");
    }

    let started = Instant::now();
    control.rebind().await.unwrap();
    assert_eq!(peer.told("socket:bind").await, json!({}));
    assert!(started.elapsed() < Duration::from_secs(1));
    // Given up, it takes nobody's turn.
    let given_up = timeout(Duration::from_millis(50), control.rebind()).await;
    assert!(given_up.is_err());
    control.clone().rebind().await.unwrap();
    assert_eq!(peer.told("socket:bind").await, json!({}));
    let waited = started.elapsed();
    assert!(waited >= Duration::from_millis(2_500), "{waited:?}");
    assert!(waited < Duration::from_millis(4_500), "{waited:?}");
}

#[tokio::test]
async fn commands_are_noted_while_it_reconnects() {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let (events, connection) = open(&crisp, &script).await;
    drop(connection);
    let control = events.control();
    until_reconnecting(&control).await;
    // The server has not accepted it yet.
    let noted = async {
        control.bind([EventName::SessionSetState]).await.unwrap();
        control.rebind().await.unwrap();
    };
    timeout(Duration::from_secs(1), noted)
        .await
        .expect("it waits");
    let mut connection = script.welcome().await;
    // It had begun with what was bound before.
    assert_eq!(
        connection.hear().await,
        r#"42["socket:bind",{"events":["session:set_state"]}]"#
    );
    assert_eq!(connection.hear().await, r#"42["socket:bind",{}]"#);
}

#[tokio::test]
async fn rebinding_keeps_its_distance_whoever_gives_up() {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let (events, mut connection) = open(&crisp, &script).await;
    let control = events.control();
    control.rebind().await.unwrap();
    assert_eq!(connection.hear().await, r#"42["socket:bind",{}]"#);
    let asked = Instant::now();
    for _ in 0..3 {
        let given_up = timeout(Duration::from_millis(20), control.rebind()).await;
        assert!(given_up.is_err(), "{given_up:?}");
    }
    let (first, second) = tokio::join!(control.rebind(), control.rebind());
    first.and(second).unwrap();
    assert!(
        asked.elapsed() > Duration::from_millis(2_400),
        "{:?}",
        asked.elapsed()
    );
    assert_eq!(connection.hear().await, r#"42["socket:bind",{}]"#);
    let more = timeout(Duration::from_millis(300), connection.hear()).await;
    assert!(more.is_err(), "one asking is enough: {more:?}");
}

#[tokio::test]
async fn a_rebind_that_waits_is_done_with_the_next_session() {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let (events, connection) = open(&crisp, &script).await;
    let control = events.control();
    control.rebind().await.unwrap();
    let waiting = tokio::spawn(async move { control.rebind().await });
    // It has come to the session, which keeps its distance.
    tokio::time::sleep(Duration::from_millis(100)).await;
    drop(connection);
    let done = timeout(Duration::from_secs(1), waiting).await;
    done.expect("it waits").unwrap().unwrap();
}

#[tokio::test]
async fn a_rebind_during_the_authentication_is_sent_after_it() {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let (events, connection) = open(&crisp, &script).await;
    drop(connection);
    let mut connection = script.accept().await;
    connection.say(HANDSHAKE).await;
    assert_eq!(connection.hear().await, "40");
    connection.say(r#"40{"sid":"b"}"#).await;
    let sent = connection.hear().await;
    assert!(sent.starts_with(r#"42["authentication","#), "{sent}");
    let control = events.control();
    let noted = timeout(Duration::from_secs(1), control.rebind()).await;
    noted.expect("it waits").unwrap();
    connection.say(r#"42["authenticated",true]"#).await;
    assert_eq!(connection.hear().await, r#"42["socket:bind",{}]"#);
}

#[tokio::test]
async fn a_stream_that_is_dropped_is_closed_before_the_server_takes_notice() {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let (events, _connection) = open(&crisp, &script).await;
    let control = events.control();
    drop(events);
    let ended = timeout(Duration::from_millis(500), control.rebind()).await;
    ended.expect("it waits").expect_err("it has ended");
    assert!(matches!(control.state(), State::Closed));
}
