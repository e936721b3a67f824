//! Commands with and without a connection.

use std::time::Duration;

use crisp_api::rtm::State;
use crisp_api::{Error, EventName};
use serde_json::json;
use tokio::time::timeout;

use crate::peer::{Peer, Settings};
use crate::script::{HANDSHAKE, Script};
use crate::sessions::{open, until_reconnecting};
use crate::{LIMIT, client, quick};

#[tokio::test]
async fn the_subscription_can_be_changed() {
    let Some(mut peer) = Peer::start(Settings::default()).await else {
        return;
    };
    let (_server, crisp) = client(&peer.endpoint()).await;
    let events = quick(&crisp).connect().await.unwrap();
    peer.expect_report("authentication").await;
    let handle = events.handle();

    handle
        .subscribe([EventName::MessageReceived])
        .await
        .unwrap();
    assert_eq!(
        peer.expect_report("socket:bind:push").await,
        json!({ "events": ["message:received"] })
    );
    handle.unsubscribe([EventName::MessageSend]).await.unwrap();
    assert_eq!(
        peer.expect_report("socket:bind:pop").await,
        json!({ "events": ["message:send"] })
    );
    handle
        .set_events([EventName::SessionSetState])
        .await
        .unwrap();
    assert_eq!(
        peer.expect_report("socket:bind").await,
        json!({ "events": ["session:set_state"] })
    );
    for rejected in [
        handle.unsubscribe([EventName::SessionSetState]).await,
        handle.set_events([]).await,
        handle.subscribe([]).await,
    ] {
        let error = rejected.expect_err("no event");
        assert!(matches!(error, Error::InvalidArgument { .. }), "{error:?}");
    }

    handle.rebind().await.unwrap();
    assert_eq!(peer.expect_report("socket:bind").await, json!({}));
}

#[tokio::test]
async fn commands_while_reconnecting_apply_to_the_next_session() {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let (events, connection) = open(&crisp, &script).await;
    drop(connection);
    let handle = events.handle();
    until_reconnecting(&handle).await;
    // The server has not accepted the connection yet.
    let commands = async {
        handle
            .set_events([EventName::SessionSetState])
            .await
            .unwrap();
        handle.rebind().await.unwrap();
    };
    timeout(LIMIT, commands).await.expect("no reply");
    let mut connection = script.accept_client().await;
    // It was authenticated with the subscription from before.
    assert_eq!(
        connection.receive().await,
        r#"42["socket:bind",{"events":["session:set_state"]}]"#
    );
    assert_eq!(connection.receive().await, r#"42["socket:bind",{}]"#);
}

#[tokio::test]
async fn a_waiting_rebind_is_completed_by_the_next_session() {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let (events, connection) = open(&crisp, &script).await;
    let handle = events.handle();
    handle.rebind().await.unwrap();
    let waiting = tokio::spawn(async move { handle.rebind().await });
    // It reaches the session, which keeps the interval.
    tokio::time::sleep(Duration::from_millis(100)).await;
    drop(connection);
    let done = timeout(LIMIT, waiting).await;
    done.expect("no reply").unwrap().unwrap();
}

#[tokio::test]
async fn commands_during_the_authentication_are_sent_after_it() {
    let rebind = r#"42["socket:bind",{}]"#;
    let set = r#"42["socket:bind",{"events":["message:send","message:received"]}]"#;
    // The rebind must survive a command that follows it.
    for (subscribe, expected) in [(false, vec![rebind]), (true, vec![set, rebind])] {
        let script = Script::start().await;
        let (_server, crisp) = client(&script.endpoint()).await;
        let (events, connection) = open(&crisp, &script).await;
        drop(connection);
        let mut connection = script.accept().await;
        connection.send(HANDSHAKE).await;
        assert_eq!(connection.receive().await, "40");
        connection.send(r#"40{"sid":"b"}"#).await;
        let sent = connection.receive().await;
        assert!(sent.starts_with(r#"42["authentication","#), "{sent}");
        let handle = events.handle();
        let commands = async {
            handle.rebind().await.unwrap();
            if subscribe {
                let names = [EventName::MessageReceived];
                handle.subscribe(names).await.unwrap();
            }
        };
        timeout(LIMIT, commands).await.expect("no reply");
        connection.send(r#"42["authenticated",true]"#).await;
        for expected in expected {
            assert_eq!(connection.receive().await, expected);
        }
    }
}

#[tokio::test]
async fn a_dropped_stream_is_closed_before_the_server_reacts() {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let (events, _connection) = open(&crisp, &script).await;
    let handle = events.handle();
    drop(events);
    // Sooner than the closing handshake times out.
    let ended = timeout(Duration::from_millis(1_500), handle.rebind()).await;
    ended.expect("no reply").expect_err("it has ended");
    assert!(matches!(handle.state(), State::Closed));
}
