//! A websocket server that says what it is told to, and what becomes of the connection.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

pub(crate) const HANDSHAKE: &str =
    r#"0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000}"#;

pub(crate) struct Script {
    listener: TcpListener,
}

pub(crate) struct Connection {
    pub(crate) stream: WebSocketStream<TcpStream>,
}

impl Script {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { listener }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("ws://{}", self.listener.local_addr().unwrap())
    }

    pub(crate) async fn accept(&self) -> Connection {
        let accepted = timeout(Duration::from_secs(10), self.listener.accept()).await;
        let (stream, _) = accepted.expect("nobody connects").unwrap();
        let stream = tokio_tungstenite::accept_async(stream).await.unwrap();
        Connection { stream }
    }

    /// A client that has connected and is authenticated.
    pub(crate) async fn welcome(&self) -> Connection {
        self.welcome_with(HANDSHAKE).await
    }

    pub(crate) async fn welcome_with(&self, handshake: &str) -> Connection {
        let mut connection = self.accept().await;
        connection.say(handshake).await;
        assert_eq!(connection.hear().await, "40");
        connection.say(r#"40{"sid":"b"}"#).await;
        assert!(
            connection
                .hear()
                .await
                .starts_with(r#"42["authentication",{"#)
        );
        connection.say(r#"42["authenticated",true]"#).await;
        connection
    }
}

impl Connection {
    pub(crate) async fn say(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    /// The next text. `gone` when there is none.
    pub(crate) async fn hear(&mut self) -> String {
        match timeout(Duration::from_secs(10), self.stream.next()).await {
            Ok(Some(Ok(Message::Text(text)))) => text.to_string(),
            Ok(Some(Ok(Message::Close(_))) | None) => "gone".into(),
            other => panic!("{other:?}"),
        }
    }
}
