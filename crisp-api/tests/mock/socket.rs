//! The realtime socket, with a client that speaks the protocol by hand.

use std::time::Duration;

use crisp_api::EventName;
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::*;

const LIMIT: Duration = Duration::from_secs(20);
const ELSEWHERE: &str = "11111111-1111-4111-8111-111111111111";

struct Client(WebSocketStream<TcpStream>);

impl Client {
    /// Connects to the address that the mock tells, and not further.
    async fn connect(mock: &Mock) -> Self {
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
        client.0.send(Message::text("40")).await.unwrap();
        let connected = client.frame().await.unwrap();
        assert!(connected.starts_with("40{"), "{connected}");
        client
    }

    /// Connects and authenticates, wanting what `wants` says.
    async fn authenticated(mock: &Mock, wants: Value) -> Self {
        let mut client = Self::connect(mock).await;
        let mut sent = json!({ "username": "identifier", "password": "key", "tier": "plugin" });
        for (field, value) in wants.as_object().unwrap() {
            sent[field] = value.clone();
        }
        client.send("authentication", sent).await;
        assert_eq!(client.event().await, json!(["authenticated", true]));
        client
    }

    async fn send(&mut self, name: &str, data: Value) {
        let packet = format!("42{}", json!([name, data]));
        self.0.send(Message::text(packet)).await.unwrap();
    }

    /// The next text that is no ping; `None` when the connection ends.
    async fn frame(&mut self) -> Option<String> {
        loop {
            let next = tokio::time::timeout(LIMIT, self.0.next());
            match next.await.expect("something in time") {
                Some(Ok(Message::Text(text))) if text == "2" => {
                    self.0.send(Message::text("3")).await.unwrap();
                }
                Some(Ok(Message::Text(text))) => return Some(text.to_string()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(other)) => panic!("{other:?}"),
            }
        }
    }

    /// The next event: its name and its data.
    async fn event(&mut self) -> Value {
        let frame = self.frame().await.unwrap();
        let event = frame.strip_prefix("42").expect(&frame);
        serde_json::from_str(event).unwrap()
    }

    /// The names of the events that come before the one with the given name.
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
async fn any_event_reaches_those_who_want_it() {
    let mock = Mock::start().await.unwrap();
    let wants = json!({ "events": ["message:send", "of:tomorrow"] });
    let mut client = Client::authenticated(&mock, wants).await;
    let mut other =
        Client::authenticated(&mock, json!({ "events": ["session:set_state", "end"] })).await;
    let _silent = Client::connect(&mock).await;

    let data = mock::example_event("message:send").unwrap();
    let text = serde_json::value::to_raw_value(&data).unwrap();
    let event = crisp_api::Event::read("message:send", &text);
    assert_eq!(mock.emit(event.name(), &event), 1);
    assert_eq!(mock.emit("of:tomorrow", json!(["as", "it", "is"])), 1);
    let long = "x".repeat(2_000_000);
    assert_eq!(mock.emit("of:tomorrow", &long), 1);
    assert_eq!(mock.emit(EventName::MessageRemoved, json!({})), 0);
    assert_eq!(mock.emit("end", Value::Null), 1);

    assert_eq!(client.event().await, json!(["message:send", data]));
    let unknown = json!(["of:tomorrow", ["as", "it", "is"]]);
    assert_eq!(client.event().await, unknown);
    assert!(client.event().await == json!(["of:tomorrow", long]));
    assert_eq!(other.until("end").await, Vec::<String>::new());
}

#[tokio::test]
async fn ten_thousand_events_come_in_order() {
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
async fn credentials_are_refused() {
    let mock = Mock::start().await.unwrap();
    let good = json!({ "username": "a", "password": "b", "tier": "plugin", "events": ["a"] });
    for (field, value, message) in [
        (
            "username",
            json!(""),
            "username: is missing, empty or no text",
        ),
        (
            "password",
            json!(12_345),
            "password: is missing, empty or no text",
        ),
        ("tier", Value::Null, "tier: is missing, empty or no text"),
        (
            "tier",
            json!("admin"),
            "tier: is none of user, website and plugin",
        ),
        ("events", json!("a"), "events: is no list of texts"),
        ("rooms", json!([1]), "rooms: is no list of texts"),
    ] {
        let mut client = Client::connect(&mock).await;
        let mut sent = good.clone();
        sent[field] = value;
        client.send("authentication", sent).await;
        let refused = json!(["unauthorized", { "message": message }]);
        assert_eq!(client.event().await, refused);
        assert_eq!(client.frame().await.as_deref(), Some("41"));
        assert_eq!(mock.emit("a", Value::Null), 0);
    }
}

#[tokio::test]
async fn a_client_changes_what_it_wants() {
    let mock = Mock::start().await.unwrap();
    let mut client = Client::authenticated(&mock, json!({ "events": ["a"] })).await;
    for (number, (name, sent, wanted)) in [
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
        // Nothing answers; but what is sent next is handled next, and that shows.
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
            let expected = usize::from(wanted.contains(&event));
            assert_eq!(reached, expected, "{event} after {name} {sent}");
        }
        for event in wanted {
            assert_eq!(client.event().await[0], event, "after {name} {sent}");
        }
    }
}

#[tokio::test]
async fn rooms_and_inboxes_filter() {
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
async fn clients_are_disconnected_and_may_come_again() {
    let mock = Mock::start().await.unwrap();
    let wants = json!({ "events": ["of:tomorrow"] });
    let mut client = Client::authenticated(&mock, wants.clone()).await;
    assert_eq!(mock.disconnect(), 1);
    assert_eq!(client.frame().await.as_deref(), Some("41"));
    assert_eq!(mock.emit("of:tomorrow", json!(1)), 0);
    assert_eq!(mock.disconnect(), 0);

    let mut client = Client::authenticated(&mock, wants).await;
    assert_eq!(mock.emit("of:tomorrow", json!(2)), 1);
    assert_eq!(client.event().await, json!(["of:tomorrow", 2]));
}

#[tokio::test]
async fn actions_cause_events() {
    let mock = Mock::start().await.unwrap();
    let names = EventName::all().map(|name| name.as_str().to_owned());
    let wants = json!({ "events": names.collect::<Vec<_>>() });
    let mut client = Client::authenticated(&mock, wants).await;
    let path = create(&mock).await;
    let fingerprint = say(&mock, &path, "user", "Hello").await["fingerprint"].clone();
    say(&mock, &path, "operator", "What can I do?").await;
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
