//! One connection: opened through the HTTP client, then packets in and out.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::header::{
    CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION,
    UPGRADE, USER_AGENT,
};
use reqwest::{Method, StatusCode, Upgraded, Url, Version};
use serde::Serialize;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Utf8Bytes};

use super::packet::{self, Handshake, Named, Packet};
use super::{OPERATION, broken};
use crate::client::Crisp;
use crate::error::{Error, TransportError};

/// The longest message that is taken. What Crisp sends is a thousandth of it.
const LONGEST: usize = 8 << 20;

/// How long the server may take to see that it is left.
const FAREWELL: Duration = Duration::from_secs(2);

pub(super) struct Socket {
    stream: WebSocketStream<Upgraded>,
    /// How long a send may take.
    patience: Duration,
    pub(super) handshake: Handshake,
    /// When the server was last heard.
    pub(super) heard: Instant,
    /// When it was last told that this side is alive.
    pub(super) ponged: Instant,
    /// For its credentials, which no error may hold.
    crisp: Crisp,
}

impl Socket {
    /// Opens the socket and joins the default namespace.
    pub(super) async fn open(
        crisp: &Crisp,
        http: &reqwest::Client,
        url: Url,
    ) -> Result<Self, Error> {
        let patience = crisp.inner.timeout;
        let opening = async {
            let mut stream = upgrade(crisp, http, url).await?;
            let text = text(&mut stream, &mut Instant::now()).await?;
            let Packet::Open(handshake) = parse(crisp, &text)? else {
                return Err(broken("the server does not begin with a handshake"));
            };
            let mut socket = Self {
                stream,
                patience,
                handshake,
                heard: Instant::now(),
                ponged: Instant::now(),
                crisp: crisp.clone(),
            };
            socket.send(packet::CONNECT.into()).await?;
            loop {
                let text = socket.read().await?;
                match parse(crisp, &text)? {
                    Packet::Connected => return Ok(socket),
                    Packet::Refused(why) => {
                        let why = super::said(crisp, why);
                        return Err(broken(format!("the server refuses the connection: {why}")));
                    }
                    Packet::Ping(payload) => socket.pong(payload).await?,
                    Packet::Closed => return Err(ended()),
                    Packet::Idle | Packet::Open(_) | Packet::Event(_) => {}
                }
            }
        };
        timeout(patience, opening)
            .await
            .unwrap_or_else(|_| Err(broken(format!("it was not open within {patience:?}"))))
    }

    /// The next text frame. Nothing is lost when this is not waited for.
    pub(super) async fn read(&mut self) -> Result<Utf8Bytes, Error> {
        text(&mut self.stream, &mut self.heard).await
    }

    /// What `text` tells, if it is an event. A ping is answered.
    pub(super) async fn event<'a>(&mut self, text: &'a str) -> Result<Option<Named<'a>>, Error> {
        match parse(&self.crisp, text)? {
            Packet::Event(event) => Ok(Some(event)),
            Packet::Ping(payload) => self.pong(payload).await.map(|()| None),
            Packet::Closed => Err(ended()),
            Packet::Idle | Packet::Open(_) | Packet::Connected | Packet::Refused(_) => Ok(None),
        }
    }

    pub(super) async fn pong(&mut self, payload: &str) -> Result<(), Error> {
        self.ponged = Instant::now();
        self.send(format!("{}{payload}", packet::PONG)).await
    }

    pub(super) async fn emit(
        &mut self,
        name: &str,
        argument: &impl Serialize,
    ) -> Result<(), Error> {
        let text = packet::event(name, argument)
            .map_err(|error| broken(format!("{name} cannot be written: {error}")))?;
        self.send(text).await
    }

    async fn send(&mut self, text: String) -> Result<(), Error> {
        let patience = self.patience;
        timeout(patience, self.stream.send(Message::text(text)))
            .await
            .map_err(|_| broken(format!("the server takes nothing for {patience:?}")))?
            .map_err(failed)
    }

    /// Leaves the server in the way that both protocols ask for, as far as it listens.
    pub(super) async fn close(mut self) {
        let _ = timeout(FAREWELL, async {
            self.stream.send(Message::text(packet::DISCONNECT)).await?;
            self.stream.close(None).await?;
            while self.stream.next().await.transpose()?.is_some() {}
            Ok::<_, tungstenite::Error>(())
        })
        .await;
    }
}

/// Opens the websocket with the HTTP client, so that it takes the same way as the requests: the
/// same proxy, the same certificates, one implementation of TLS.
async fn upgrade(
    crisp: &Crisp,
    http: &reqwest::Client,
    url: Url,
) -> Result<WebSocketStream<Upgraded>, Error> {
    let transport = |error: reqwest::Error| {
        let error = TransportError::from_reqwest(OPERATION.into(), Method::GET, error);
        Error::Transport(Box::new(error))
    };
    let key = generate_key();
    let accept = derive_accept_key(key.as_bytes());
    let answer = http
        .get(url)
        .version(Version::HTTP_11)
        .header(USER_AGENT, crisp.inner.user_agent.clone())
        .header(CONNECTION, HeaderValue::from_static("Upgrade"))
        .header(UPGRADE, HeaderValue::from_static("websocket"))
        .header(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"))
        .header(SEC_WEBSOCKET_KEY, key)
        .send()
        .await
        .map_err(transport)?;
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        let status = answer.status();
        return Err(broken(format!("the server answers {status} and no socket")));
    }
    let accepted = answer.headers().get(SEC_WEBSOCKET_ACCEPT);
    if accepted.is_none_or(|value| value.as_bytes() != accept.as_bytes()) {
        return Err(broken("what answers is not a websocket"));
    }
    let upgraded = answer.upgrade().await.map_err(transport)?;
    let config = WebSocketConfig::default()
        .max_message_size(Some(LONGEST))
        .max_frame_size(Some(LONGEST));
    Ok(WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await)
}

/// The next text frame. Binary ones are skipped: they are parts of an event that was told before.
async fn text(
    stream: &mut WebSocketStream<Upgraded>,
    heard: &mut Instant,
) -> Result<Utf8Bytes, Error> {
    loop {
        let message = stream.next().await;
        *heard = Instant::now();
        match message {
            Some(Ok(Message::Text(text))) => return Ok(text),
            Some(Ok(Message::Close(_))) | None => return Err(ended()),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(failed(error)),
        }
    }
}

fn parse<'a>(crisp: &Crisp, text: &'a str) -> Result<Packet<'a>, Error> {
    packet::parse(text).map_err(|packet::Malformed { reason, text }| {
        // The reason may quote the text.
        let (reason, text) = (crisp.shown(&reason), crisp.shown(text));
        broken(format!("a frame is not understood: {reason}: `{text}`"))
    })
}

fn ended() -> Error {
    broken("the server ended it")
}

fn failed(error: tungstenite::Error) -> Error {
    broken(error.to_string())
}
