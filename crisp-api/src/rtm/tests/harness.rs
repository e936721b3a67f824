//! A session over a connection in memory, and the server at its other end.

use std::future::poll_fn;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::DuplexStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::super::session::End;
use super::super::socket::Socket;
use super::super::*;

/// Both ends of a session that runs.
pub(super) struct Running {
    pub(super) events: Events,
    pub(super) handle: Handle,
    pub(super) server: Server,
    pub(super) session: JoinHandle<(End, Duration)>,
}

pub(super) struct Server(pub(super) WebSocketStream<DuplexStream>);

impl Server {
    pub(super) async fn send(&mut self, text: impl Into<String>) {
        self.0.send(Message::text(text.into())).await.expect("sent");
    }

    /// Sends an event that carries a number.
    pub(super) async fn send_number(&mut self, number: usize) {
        self.send(format!(r#"42["made:up",{number}]"#)).await;
    }

    /// Receives the next text; websocket pings are skipped.
    pub(super) async fn receive(&mut self) -> String {
        loop {
            match self.0.next().await.expect("open").expect("a message") {
                Message::Text(text) => return text.to_string(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Receives nothing, or only texts that are pongs, for `duration`. Returns their number.
    pub(super) async fn pongs_within(&mut self, duration: Duration) -> usize {
        let mut pongs = 0;
        let receive = async {
            loop {
                assert_eq!(self.receive().await, "3");
                pongs += 1;
            }
        };
        assert!(timeout(duration, receive).await.is_err());
        pongs
    }
}

/// Starts a session over a pipe that holds `pipe` bytes in each direction.
pub(super) async fn start(bounds: Bounds, pipe: usize) -> Running {
    let crisp = Crisp::builder()
        .credentials(crate::Tier::Plugin, "identifier", "a-very-secret-key")
        .build()
        .expect("a client");
    let settings = Settings {
        http: crisp.inner.socket_client().expect("a client"),
        crisp: crisp.clone(),
        websites: Vec::new(),
        inboxes: Vec::new(),
        allowed_hosts: Vec::new(),
        reconnect: Reconnect::default(),
    };
    let (near, far) = tokio::io::duplex(pipe);
    let subscription = [EventName::MessageSend];
    let open = async {
        let socket = Socket::join(&crisp, near).await?;
        Session::authenticate(socket, &settings, &subscription).await
    };
    let serve = async {
        let mut server = Server(WebSocketStream::from_raw_socket(far, Role::Server, None).await);
        server
            .send(r#"0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000}"#)
            .await;
        assert_eq!(server.receive().await, "40");
        server.send(r#"40{"sid":"b"}"#).await;
        let authentication = server.receive().await;
        assert!(authentication.starts_with(r#"42["authentication",{"username":"identifier""#));
        server.send(r#"42["authenticated",true]"#).await;
        server
    };
    let (session, server) = tokio::join!(open, serve);
    let mut session = session.expect("a session");
    let (_, state) = watch::channel(State::Connected);
    let (queue, consumer) = queue::queue(bounds);
    let (handle, mut commands) = handle::handle(subscription.into(), state);
    let session = tokio::spawn(async move {
        let end = poll_fn(|cx| session.poll_run(cx, &mut commands, &queue)).await;
        (end, session.uptime())
    });
    Running {
        events: Events::new(consumer, handle.clone(), crisp),
        handle,
        server,
        session,
    }
}

pub(super) async fn start_default() -> Running {
    start_with_pipe(1 << 20).await
}

pub(super) async fn start_with_pipe(pipe: usize) -> Running {
    let bounds = Bounds {
        events: 1_000,
        bytes: 1 << 20,
    };
    start(bounds, pipe).await
}

pub(super) async fn number(events: &mut Events) -> usize {
    match events.next().await {
        Some(Ok(Item::Event(crate::Event::Unknown { data, .. }))) => {
            data.as_u64().expect("a number") as usize
        }
        other => panic!("{other:?}"),
    }
}

pub(super) async fn lost(session: JoinHandle<(End, Duration)>) -> (String, Duration) {
    match session.await.expect("no panic") {
        (End::Lost(error, _), uptime) => (error.to_string(), uptime),
        (End::Dropped, _) => panic!("dropped"),
    }
}
