//! The official Node client, connected to the mock.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::ChildStdout;

use super::*;

async fn line(lines: &mut Lines<BufReader<ChildStdout>>) -> Value {
    let next = tokio::time::timeout(Duration::from_secs(30), lines.next_line());
    let line = next.await.expect("a line in time").unwrap();
    serde_json::from_str(&line.expect("the script goes on")).unwrap()
}

#[tokio::test]
async fn the_official_client_receives_the_events_it_subscribed_to() {
    let mock = Mock::start().await.unwrap();
    let host = mock.url();
    let arguments = [
        host.trim_end_matches("/v1"),
        "message:send",
        "message:received",
        "session:set_state",
    ];
    let Some(mut script) = node::run("events.js", arguments) else {
        return;
    };
    let mut lines = BufReader::new(script.stdout.take().unwrap()).lines();
    assert_eq!(
        line(&mut lines).await,
        json!({ "name": "authenticated", "data": true })
    );

    let picker = mock::example_event("message:received").unwrap();
    assert_eq!(mock.emit("message:received", &picker), 1);
    assert_eq!(mock.emit("session:set_block", json!({})), 0);
    let path = create(&mock).await;
    let sent = send_text(&mock, &path, "user", "Grüße 👋").await;
    send_text(&mock, &path, "operator", "Hello").await;
    let state = json!({ "state": "resolved" });
    patch(&mock, &format!("{path}/state"), state).await;

    let emitted = line(&mut lines).await;
    assert_eq!(
        emitted,
        json!({ "name": "message:received", "data": picker })
    );
    let message = line(&mut lines).await;
    assert_eq!(message["name"], "message:send");
    assert_eq!(message["data"]["content"], "Grüße 👋");
    assert_eq!(message["data"]["fingerprint"], sent["fingerprint"]);
    let reply = line(&mut lines).await;
    assert_eq!(
        (&reply["name"], &reply["data"]["content"]),
        (&json!("message:received"), &json!("Hello"))
    );
    let resolved = line(&mut lines).await;
    assert_eq!(
        (&resolved["name"], &resolved["data"]["state"]),
        (&json!("session:set_state"), &json!("resolved"))
    );

    let [first, ..] = &mock.requests()[..] else {
        panic!("no request for the connect endpoints");
    };
    assert_eq!(first.operation, "plugin.get_connect_endpoints");
    assert!(
        first.headers["user-agent"]
            .to_str()
            .unwrap()
            .contains("crisp")
    );
    drop(script.stdin.take());
    let limit = Duration::from_secs(30);
    let ended = tokio::time::timeout(limit, script.wait()).await;
    assert!(ended.expect("it ends").unwrap().success());
}
