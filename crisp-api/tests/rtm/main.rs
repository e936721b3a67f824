//! The realtime socket against the real socket.io server, and against servers that misbehave.

#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

mod delivery;
mod frames;
mod handle;
#[path = "../node/mod.rs"]
mod node;
mod peer;
mod script;
mod sessions;
mod socketio;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

use crisp_api::rtm::{Events, Gap, Item, Reconnect, Rtm, State};
use crisp_api::{Crisp, Error, Event, EventName};
use futures_util::{Stream, StreamExt as _};
use serde_json::json;
use support::{Reply, Server};
use tokio::time::timeout;

/// Far longer than anything takes.
const LIMIT: Duration = Duration::from_secs(30);

/// A client whose requests for the endpoint all return `endpoint`.
async fn client(endpoint: &str) -> (Server, Crisp) {
    client_with(endpoint, Duration::from_secs(10)).await
}

async fn client_with(endpoint: &str, timeout: Duration) -> (Server, Crisp) {
    let reply = Reply::data(json!({ "socket": { "app": endpoint } }));
    let server = Server::start(vec![reply; 1_000]).await;
    let crisp = server.builder().timeout(timeout).build().unwrap();
    (server, crisp)
}

/// A socket that reconnects quickly.
fn quick(crisp: &Crisp) -> Rtm {
    let delay = Duration::from_millis(20);
    crisp
        .rtm([EventName::MessageSend])
        .reconnect(Reconnect::after(delay, delay))
}

async fn next(events: &mut Events) -> Option<Result<Item, Error>> {
    timeout(LIMIT, events.next()).await.expect("no item")
}

async fn next_event(events: &mut Events) -> Event {
    match next(events).await {
        Some(Ok(Item::Event(event))) => event,
        other => panic!("{other:?}"),
    }
}

async fn next_gap(events: &mut Events) -> Gap {
    match next(events).await {
        Some(Ok(Item::Gap(gap))) => gap,
        other => panic!("{other:?}"),
    }
}

async fn last_error(events: &mut Events) -> Error {
    let error = match next(events).await {
        Some(Err(error)) => error,
        other => panic!("{other:?}"),
    };
    assert!(next(events).await.is_none());
    error
}

/// The number of the next event, which must be a message.
async fn number(events: &mut Events) -> u64 {
    match next_event(events).await {
        Event::MessageSend(message) => message.fingerprint,
        other => panic!("{other:?}"),
    }
}

/// The error of the next state that has one.
async fn disconnected(states: &mut (impl Stream<Item = State> + Unpin)) -> String {
    let wait = async {
        loop {
            match states.next().await {
                Some(State::Disconnected { error, .. }) => return error.to_string(),
                Some(State::Connected | State::Reconnecting { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
    };
    timeout(LIMIT, wait).await.expect("still connected")
}

async fn connected(states: &mut (impl Stream<Item = State> + Unpin)) {
    let wait =
        async { while !matches!(states.next().await.expect("a state"), State::Connected) {} };
    timeout(LIMIT, wait).await.expect("no connection");
}
