//! A websocket server that sends what a test wants, in the protocol or not.

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
        let (stream, _) = accepted.expect("no client connects").unwrap();
        let stream = tokio_tungstenite::accept_async(stream).await.unwrap();
        Connection { stream }
    }

    /// Accepts a client and authenticates it.
    pub(crate) async fn accept_client(&self) -> Connection {
        self.accept_client_with(HANDSHAKE).await
    }

    pub(crate) async fn accept_client_with(&self, handshake: &str) -> Connection {
        let mut connection = self.accept().await;
        connection.send(handshake).await;
        assert_eq!(connection.receive().await, "40");
        connection.send(r#"40{"sid":"b"}"#).await;
        assert!(
            connection
                .receive()
                .await
                .starts_with(r#"42["authentication",{"#)
        );
        connection.send(r#"42["authenticated",true]"#).await;
        connection
    }
}

impl Connection {
    pub(crate) async fn send(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    /// Receives the next text: `closed` if there is none.
    pub(crate) async fn receive(&mut self) -> String {
        loop {
            match timeout(Duration::from_secs(10), self.stream.next()).await {
                Ok(Some(Ok(Message::Text(text)))) => return text.to_string(),
                Ok(Some(Ok(Message::Ping(_)))) => {}
                Ok(Some(Ok(Message::Close(_))) | None) => return "closed".into(),
                other => panic!("{other:?}"),
            }
        }
    }
}
