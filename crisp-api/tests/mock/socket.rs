//! The realtime socket, with a client that implements the protocol itself.

use std::time::Duration;

use crisp_api::EventName;
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::*;

pub(super) const LIMIT: Duration = Duration::from_secs(20);
const ELSEWHERE: &str = "11111111-1111-4111-8111-111111111111";

pub(super) struct Client(pub(super) WebSocketStream<TcpStream>);

impl Client {
    /// Connects to the namespace, at the URL that the mock responds with.
    pub(super) async fn connect(mock: &Mock) -> Self {
        let mut client = Self::open(mock).await;
        client.0.send(Message::text("40")).await.unwrap();
        let connected = client.frame().await.unwrap();
        assert!(connected.starts_with("40{"), "{connected}");
        client
    }

    /// Opens the connection without connecting to the namespace.
    pub(super) async fn open(mock: &Mock) -> Self {
        let endpoints = get(mock, "/plugin/connect/endpoints").await;
        let address = endpoints["socket"]["app"].as_str().unwrap();
        assert_eq!(address, mock.socket_url());
        let address = address.replace("http://", "ws://");
        let host = address["ws://".len()..].split('/').next().unwrap();
        let stream = TcpStream::connect(host).await.unwrap();
        let url = format!("{address}?EIO=4&transport=websocket");
        let opened = tokio_tungstenite::client_async(url, stream).await;
        let (socket, _) = opened.unwrap();
        let mut client = Self(socket);
        let opened = client.frame().await.unwrap();
        let opened = opened.strip_prefix('0').unwrap();
        let opened = serde_json::from_str::<Value>(opened).unwrap();
        assert!(opened["pingInterval"].is_u64(), "{opened}");
        client
    }

    /// Connects and authenticates with the fields of a subscription.
    pub(super) async fn authenticated(mock: &Mock, subscription: Value) -> Self {
        let mut client = Self::connect(mock).await;
        let mut sent = json!({ "username": "identifier", "password": "key", "tier": "plugin" });
        for (field, value) in subscription.as_object().unwrap() {
            sent[field] = value.clone();
        }
        client.send("authentication", sent).await;
        assert_eq!(client.event().await, json!(["authenticated", true]));
        client
    }

    pub(super) async fn send(&mut self, name: &str, data: Value) {
        let packet = format!("42{}", json!([name, data]));
        self.0.send(Message::text(packet)).await.unwrap();
    }

    /// Returns the next text that is not a ping; `None` when the connection ends.
    pub(super) async fn frame(&mut self) -> Option<String> {
        loop {
            let next = tokio::time::timeout(LIMIT, self.0.next());
            match next.await.expect("a frame in time") {
                Some(Ok(Message::Text(text))) if text == "2" => {
                    self.0.send(Message::text("3")).await.unwrap();
                }
                Some(Ok(Message::Text(text))) => return Some(text.to_string()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(other)) => panic!("{other:?}"),
            }
        }
    }

    /// Returns the name and the data of the next event.
    pub(super) async fn event(&mut self) -> Value {
        let frame = self.frame().await.unwrap();
        let event = frame.strip_prefix("42").expect(&frame);
        serde_json::from_str(event).unwrap()
    }

    /// Returns the names of the events before the one named `last`.
    async fn until(&mut self, last: &str) -> Vec<String> {
        let mut names = Vec::new();
        loop {
            let event = self.event().await;
            match event[0].as_str().unwrap() {
                name if name == last => return names,
                name => names.push(name.to_owned()),
            }
        }
    }
}

#[tokio::test]
async fn an_event_reaches_its_subscribers() {
    let mock = Mock::start().await.unwrap();
    let subscription = json!({ "events": ["message:send", "unknown:event"] });
    let mut client = Client::authenticated(&mock, subscription).await;
    let mut other =
        Client::authenticated(&mock, json!({ "events": ["session:set_state", "end"] })).await;
    let _unauthenticated = Client::connect(&mock).await;

    let data = mock::example_event("message:send").unwrap();
    let text = serde_json::value::to_raw_value(&data).unwrap();
    let event = crisp_api::Event::parse("message:send", &text);
    assert_eq!(mock.emit(event.name(), &event), 1);
    assert_eq!(mock.emit("unknown:event", json!(["any", "data"])), 1);
    let long = "x".repeat(2_000_000);
    assert_eq!(mock.emit("unknown:event", &long), 1);
    assert_eq!(mock.emit(EventName::MessageRemoved, json!({})), 0);
    assert_eq!(mock.emit("end", Value::Null), 1);

    assert_eq!(client.event().await, json!(["message:send", data]));
    let unknown = json!(["unknown:event", ["any", "data"]]);
    assert_eq!(client.event().await, unknown);
    assert!(client.event().await == json!(["unknown:event", long]));
    assert_eq!(other.until("end").await, Vec::<String>::new());
}

#[tokio::test]
async fn ten_thousand_events_arrive_in_order() {
    let mock = Mock::start().await.unwrap();
    let mut client = Client::authenticated(&mock, json!({ "events": ["count"] })).await;
    for number in 0..10_000 {
        assert_eq!(mock.emit("count", number), 1);
    }
    for number in 0..10_000 {
        assert_eq!(client.event().await, json!(["count", number]));
    }
}

#[tokio::test]
async fn invalid_authentications_are_rejected() {
    let mock = Mock::start().await.unwrap();
    let good = json!({ "username": "a", "password": "b", "tier": "plugin", "events": ["a"] });
    for (field, value, message) in [
        (
            "username",
            json!(""),
            "username: is missing, empty or not a string",
        ),
        (
            "password",
            json!(12_345),
            "password: is missing, empty or not a string",
        ),
        (
            "tier",
            Value::Null,
            "tier: is missing, empty or not a string",
        ),
        (
            "tier",
            json!("admin"),
            "tier: is not user, website or plugin",
        ),
        ("events", json!("a"), "events: is not a list of strings"),
        ("rooms", json!([1]), "rooms: is not a list of strings"),
    ] {
        let mut client = Client::connect(&mock).await;
        let mut sent = good.clone();
        sent[field] = value;
        client.send("authentication", sent).await;
        let rejection = json!(["unauthorized", { "message": message }]);
        assert_eq!(client.event().await, rejection);
        assert_eq!(client.frame().await.as_deref(), Some("41"));
        assert_eq!(mock.emit("a", Value::Null), 0);
    }
}

#[tokio::test]
async fn a_client_changes_its_subscription() {
    let mock = Mock::start().await.unwrap();
    let mut client = Client::authenticated(&mock, json!({ "events": ["a"] })).await;
    for (number, (name, sent, subscribed)) in [
        ("socket:bind", json!({}), vec!["a"]),
        (
            "socket:bind",
            json!({ "events": ["b", "c"] }),
            vec!["b", "c"],
        ),
        (
            "socket:bind:push",
            json!({ "events": ["a", "c"] }),
            vec!["a", "b", "c"],
        ),
        (
            "socket:bind:pop",
            json!({ "events": ["b"] }),
            vec!["a", "c"],
        ),
        ("socket:bind", json!({ "events": "b" }), vec!["a", "c"]),
    ]
    .into_iter()
    .enumerate()
    {
        client.send(name, sent.clone()).await;
        // There is no response. Messages are handled in order, so the effect of the next one is awaited.
        let done = format!("done:{number}");
        let push = json!({ "events": [done] });
        client.send("socket:bind:push", push).await;
        let handled = async {
            while mock.emit(done.as_str(), Value::Null) == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(LIMIT, handled).await.expect(name);
        assert_eq!(client.event().await[0], done);
        for event in ["a", "b", "c"] {
            let reached = mock.emit(event, Value::Null);
            let expected = usize::from(subscribed.contains(&event));
            assert_eq!(reached, expected, "{event} after {name} {sent}");
        }
        for event in subscribed {
            assert_eq!(client.event().await[0], event, "after {name} {sent}");
        }
    }
}

#[tokio::test]
async fn rooms_and_inboxes_filter_events() {
    let mock = Mock::start().await.unwrap();
    let in_room = json!({ "events": ["a"], "rooms": [WEBSITE] });
    let in_inbox = json!({ "events": ["a"], "rooms": [], "inboxes": [INBOX] });
    let mut room = Client::authenticated(&mock, in_room).await;
    let mut inbox = Client::authenticated(&mock, in_inbox).await;
    for (number, (data, reached)) in [
        (json!({ "website_id": WEBSITE, "inbox_id": null }), 1),
        (json!({ "website_id": ELSEWHERE, "inbox_id": INBOX }), 1),
        (json!({ "website_id": WEBSITE, "inbox_id": INBOX }), 2),
        (json!({ "website_id": ELSEWHERE }), 1),
        (json!({}), 2),
    ]
    .into_iter()
    .enumerate()
    {
        let mut data = data;
        data["number"] = number.into();
        assert_eq!(mock.emit("a", &data), reached, "{data}");
    }
    for number in [0, 2, 4] {
        assert_eq!(room.event().await[1]["number"], number);
    }
    for number in [1, 2, 3, 4] {
        assert_eq!(inbox.event().await[1]["number"], number);
    }
}

#[tokio::test]
async fn only_websockets_are_served() {
    let mock = Mock::start().await.unwrap();
    let polling = format!("{}?EIO=4&transport=polling", mock.socket_url());
    let status = HTTP.get(polling).send().await.unwrap().status();
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_dropped_mock_ends_its_connections() {
    let mock = Mock::start().await.unwrap();
    let mut client = Client::authenticated(&mock, json!({ "events": ["a"] })).await;
    drop(mock);
    while let Some(frame) = client.frame().await {
        assert!(frame == "41" || frame == "1", "{frame}");
    }
}

#[tokio::test]
async fn disconnected_clients_can_reconnect() {
    let mock = Mock::start().await.unwrap();
    let subscription = json!({ "events": ["unknown:event"] });
    let mut client = Client::authenticated(&mock, subscription.clone()).await;
    assert_eq!(mock.disconnect(), 1);
    assert_eq!(client.frame().await.as_deref(), Some("41"));
    assert_eq!(mock.emit("unknown:event", json!(1)), 0);
    assert_eq!(mock.disconnect(), 0);

    let mut client = Client::authenticated(&mock, subscription).await;
    assert_eq!(mock.emit("unknown:event", json!(2)), 1);
    assert_eq!(client.event().await, json!(["unknown:event", 2]));
}

#[tokio::test]
async fn operations_emit_events() {
    let mock = Mock::start().await.unwrap();
    let names = EventName::all().map(|name| name.as_str().to_owned());
    let subscription = json!({ "events": names.collect::<Vec<_>>() });
    let mut client = Client::authenticated(&mock, subscription).await;
    let path = create(&mock).await;
    let fingerprint = send_text(&mock, &path, "user", "Hello").await["fingerprint"].clone();
    send_text(&mock, &path, "operator", "What can I do?").await;
    patch(
        &mock,
        &format!("{path}/state"),
        json!({ "state": "resolved" }),
    )
    .await;

    let session = path.rsplit('/').next();
    for (name, field, value) in [
        ("session:request:initiated", "website_id", json!(WEBSITE)),
        ("message:send", "fingerprint", fingerprint),
        ("message:received", "content", json!("What can I do?")),
        ("session:set_state", "state", json!("resolved")),
    ] {
        let event = client.event().await;
        assert_eq!((&event[0], &event[1][field]), (&json!(name), &value));
        assert_eq!(event[1]["session_id"].as_str(), session);
    }
}
