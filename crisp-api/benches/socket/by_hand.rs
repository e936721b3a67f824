//! Loops that are written by hand for one event, without heartbeats, bounds and reconnection.

use std::net::SocketAddr;

use futures_util::{SinkExt as _, StreamExt as _};
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::net::TcpStream;

use super::Stopwatch;

/// The fields of the payload of `message:send` in crisp-api.
#[derive(Deserialize)]
#[expect(dead_code, reason = "most fields are only decoded")]
struct MessageEvent {
    website_id: String,
    session_id: String,
    inbox_id: Option<String>,
    routing_ids: Option<Vec<String>>,
    r#type: MessageType,
    from: MessageSender,
    origin: MessageOrigin,
    content: Value,
    mentions: Option<Vec<String>>,
    stamped: Option<bool>,
    timestamp: u64,
    fingerprint: u64,
    user: MessageUser,
    references: Option<Vec<MessageReference>>,
    original: Option<MessageOriginal>,
    properties: Option<Map<String, Value>>,
    edited: Option<bool>,
    translated: Option<bool>,
    automated: Option<bool>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum MessageType {
    Text,
    Note,
    File,
    Animation,
    Audio,
    Picker,
    Field,
    Carousel,
    Event,
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum MessageSender {
    User,
    Operator,
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum MessageOrigin {
    Chat,
    Email,
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "the fields are only decoded")]
struct MessageUser {
    r#type: Option<String>,
    user_id: Option<String>,
    nickname: Option<String>,
    avatar: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "the fields are only decoded")]
struct MessageReference {
    r#type: Option<String>,
    name: Option<String>,
    target: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "the fields are only decoded")]
struct MessageOriginal {
    original_id: Option<String>,
}

/// Decodes one frame. Returns whether it is an event.
fn decode(frame: &str) -> bool {
    let Some(event) = frame.strip_prefix("42") else {
        return false;
    };
    let (name, message): (&str, MessageEvent) = serde_json::from_str(event).unwrap();
    assert!(name == "message:send" && message.r#type == MessageType::Text);
    true
}

/// Sends the packets of the handshake through `socket`, a stream and sink of `Message`.
macro_rules! join {
    ($socket:ident, $text:expr) => {
        for packet in ["40", r#"42["authentication",{}]"#] {
            $socket.next().await.unwrap().unwrap();
            $socket.send($text(packet)).await.unwrap();
        }
        // The response to the authentication.
        $socket.next().await.unwrap().unwrap();
    };
}

/// Receives `count` events, and returns the times from the first to the last.
pub(crate) async fn tungstenite(address: SocketAddr, count: usize) -> String {
    use tokio_tungstenite::tungstenite::Message;

    let stream = TcpStream::connect(address).await.unwrap();
    let (mut socket, _) = tokio_tungstenite::client_async(url(address), stream)
        .await
        .unwrap();
    join!(socket, Message::text);
    let mut first = None;
    let mut received = 0;
    while received < count {
        let frame = socket.next().await.unwrap().unwrap();
        received += usize::from(decode(frame.to_text().unwrap()));
        first.get_or_insert_with(Stopwatch::start);
    }
    first.unwrap().stop()
}

/// Receives `count` events, and returns the times from the first to the last.
pub(crate) async fn websockets(address: SocketAddr, count: usize) -> String {
    use tokio_websockets::{ClientBuilder, Message};

    let uri = url(address).parse().unwrap();
    let (mut socket, _) = ClientBuilder::from_uri(uri).connect().await.unwrap();
    join!(socket, Message::text);
    let mut first = None;
    let mut received = 0;
    while received < count {
        let frame = socket.next().await.unwrap().unwrap();
        received += usize::from(decode(frame.as_text().unwrap()));
        first.get_or_insert_with(Stopwatch::start);
    }
    first.unwrap().stop()
}

fn url(address: SocketAddr) -> String {
    format!("ws://{address}/w/xx/?EIO=4&transport=websocket")
}
