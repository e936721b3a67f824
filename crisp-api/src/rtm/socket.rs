//! One connection: opened through the HTTP client, then packets in both directions.

use std::future::poll_fn;
use std::io;
use std::mem::take;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_core::Stream as _;
use futures_util::{Sink as _, SinkExt as _};
use reqwest::header::{
    CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION,
    UPGRADE, USER_AGENT,
};
use reqwest::{Method, StatusCode, Upgraded, Url, Version};
use serde::Serialize;
use tokio::io::{AsyncRead, AsyncWrite, BufReader};
use tokio::time::{Instant, timeout};
use tokio_websockets::{ClientBuilder, Limits, Message, WebSocketStream};

use super::packet::{self, Arguments, Handshake, Packet};
use super::transport::Transport;
use super::{OPERATION, server_message, socket_error};
use crate::client::Crisp;
use crate::error::{Error, TransportError};

/// The longest message that is accepted. Events of Crisp are a few KiB.
pub(super) const MAX_MESSAGE_SIZE: usize = 8 << 20;

/// How much is read from the connection at once. The buffer of the websocket library is 8 KiB, so that
/// a burst of events would take several times as many system calls.
const READ_SIZE: usize = 32 << 10;

/// How long to wait for the server's part of the closing handshake.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// The state of a websocket ping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Probe {
    /// There is none, or its pong was received.
    None,
    /// It is sent with the next pong.
    Due,
    Sent,
}

/// A connection in the default namespace, over an HTTP connection or, in tests, in memory.
pub(super) struct Socket<T = Upgraded> {
    stream: WebSocketStream<Transport<BufReader<T>>>,
    /// Whether there may be output that is not flushed.
    unflushed: bool,
    /// Since when the server accepts no output.
    blocked_since: Option<Instant>,
    /// The longest time that the server may accept no output.
    send_timeout: Duration,
    handshake: Handshake,
    /// Whether anything was received since the last [`take_received`](Self::take_received).
    received: bool,
    last_pong: Instant,
    probe: Probe,
    /// The number of websocket pings that were sent.
    probes: u64,
    /// For its credentials, which no error may contain.
    crisp: Crisp,
}

impl<T: AsyncRead + AsyncWrite + Unpin> Socket<T> {
    /// Joins the default namespace over `io`, an open websocket connection.
    pub(super) async fn join(crisp: &Crisp, io: T) -> Result<Self, Error> {
        let limits = Limits::default().max_payload_len(Some(MAX_MESSAGE_SIZE));
        let mut socket = Self {
            stream: ClientBuilder::new()
                .limits(limits)
                .take_over(Transport::new(BufReader::with_capacity(READ_SIZE, io))),
            unflushed: false,
            blocked_since: None,
            send_timeout: crisp.inner.timeout,
            handshake: Handshake::default(),
            received: false,
            last_pong: Instant::now(),
            probe: Probe::None,
            probes: 0,
            crisp: crisp.clone(),
        };
        let first = socket.next().await?;
        match socket.parse(&first)? {
            Packet::Open(handshake) => socket.handshake = handshake,
            _ => {
                return Err(socket_error(
                    "connection failed: the server does not begin with a handshake of Engine.IO 4",
                ));
            }
        }
        socket.send(Message::text(packet::CONNECT));
        loop {
            let message = socket.next().await?;
            match socket.parse(&message)? {
                Packet::Connected => return Ok(socket),
                Packet::ConnectError(json) => {
                    let reason = server_message(crisp, json);
                    return Err(socket_error(format!(
                        "connection rejected by the server: {reason}"
                    )));
                }
                Packet::Ping(payload) => socket.pong(payload),
                Packet::Closed => return Err(closed()),
                Packet::Ignored | Packet::Open(_) | Packet::Event(_) => {}
            }
        }
    }

    /// Returns the next text message. Cancel safe.
    pub(super) async fn next(&mut self) -> Result<Message, Error> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// Returns the next text message, after flushing the output. Binary messages are skipped: they
    /// are attachments of events that were received before.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Message, Error>> {
        loop {
            // Nothing is read while output is blocked, so that the server cannot have it pile up.
            ready!(self.poll_flush(cx));
            let message = match ready!(Pin::new(&mut self.stream).poll_next(cx)) {
                Some(Ok(message)) => message,
                Some(Err(error)) => return Poll::Ready(Err(self.lost(&error))),
                None => return Poll::Ready(Err(closed())),
            };
            self.received = true;
            if message.is_text() {
                return Poll::Ready(Ok(message));
            }
            if let Some((code, reason)) = message.as_close() {
                let code = u16::from(code);
                let reason = self.crisp.shown(reason);
                return Poll::Ready(Err(socket_error(match reason.as_str() {
                    "" => format!("connection lost: closed by the server (code {code})"),
                    _ => format!("connection lost: closed by the server (code {code}: {reason})"),
                })));
            }
            if message.is_pong()
                && self.probe == Probe::Sent
                && message.as_payload()[..] == self.probes.to_be_bytes()
            {
                self.probe = Probe::None;
            }
            // The library has queued the pong.
            self.unflushed |= message.is_ping();
        }
    }

    /// Returns whether anything was received since the last call, be it a heartbeat.
    pub(super) fn take_received(&mut self) -> bool {
        take(&mut self.received)
    }

    /// Writes the output. After a failure there is none any more, and input remains to be read.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.unflushed {
            return Poll::Ready(());
        }
        if Pin::new(&mut self.stream).poll_flush(cx).is_pending() {
            self.blocked_since.get_or_insert_with(Instant::now);
            return Poll::Pending;
        }
        self.unflushed = false;
        self.blocked_since = None;
        Poll::Ready(())
    }

    /// Returns the event in a text message, if it contains one. Queues the pong for a ping.
    pub(super) fn event<'a>(
        &mut self,
        message: &'a Message,
    ) -> Result<Option<Arguments<'a>>, Error> {
        match self.parse(message)? {
            Packet::Event(event) => Ok(Some(event)),
            Packet::Ping(payload) => {
                self.pong(payload);
                Ok(None)
            }
            Packet::Closed => Err(closed()),
            Packet::Ignored | Packet::Open(_) | Packet::Connected | Packet::ConnectError(_) => {
                Ok(None)
            }
        }
    }

    fn parse<'a>(&self, message: &'a Message) -> Result<Packet<'a>, Error> {
        let text = message.as_text().unwrap_or_default();
        packet::parse(text).map_err(|malformed| malformed.to_error(&self.crisp))
    }

    pub(super) fn pong(&mut self, payload: &str) {
        self.last_pong = Instant::now();
        self.send(Message::text(format!("{}{payload}", packet::PONG)));
        if self.probe == Probe::Due {
            self.probe = Probe::Sent;
            self.probes += 1;
            self.send(Message::ping(self.probes.to_be_bytes().to_vec()));
        }
    }

    /// Sends a websocket ping with the next pong. All that the server sent before it responds is
    /// received before the response.
    ///
    /// It is not sent at once, because output that meets a connection that the server has closed
    /// makes the server's system discard what it still has to send.
    pub(super) fn begin_probe(&mut self) {
        self.probe = Probe::Due;
    }

    pub(super) fn cancel_probe(&mut self) {
        self.probe = Probe::None;
    }

    /// Whether the last probe has no response yet.
    pub(super) fn is_probing(&self) -> bool {
        self.probe != Probe::None
    }

    /// Sends an event.
    pub(super) fn emit(&mut self, name: &str, argument: &impl Serialize) {
        // Texts and lists of them can always be encoded.
        if let Ok(text) = packet::event(name, argument) {
            self.send(Message::text(text));
        }
    }

    /// Queues a message, which leaves with the next flush.
    fn send(&mut self, message: Message) {
        if !self.is_writable() {
            return;
        }
        // Only a closed stream rejects it, and that is known when it is read.
        let _ = Pin::new(&mut self.stream).start_send(message);
        self.unflushed = true;
    }

    /// Gives up on sending, because the server accepts no data.
    pub(super) fn fail_writes(&mut self) {
        let timeout = self.send_timeout;
        self.stream.get_mut().fail_writes(io::Error::new(
            io::ErrorKind::TimedOut,
            format!("the server accepted no data for {timeout:?}"),
        ));
    }

    /// Returns when the server will have accepted no data for too long.
    pub(super) fn send_deadline(&self) -> Option<Instant> {
        self.blocked_since.map(|since| since + self.send_timeout)
    }

    /// Returns when the next unsolicited pong is due.
    pub(super) fn pong_deadline(&self) -> Instant {
        self.last_pong + self.handshake.pong_interval()
    }

    /// Whether messages still reach the server.
    pub(super) fn is_writable(&self) -> bool {
        self.stream.get_ref().write_error().is_none()
    }

    /// Returns the longest silence of a server that is alive.
    pub(super) fn heartbeat_timeout(&self) -> Duration {
        self.handshake.heartbeat_timeout()
    }

    /// Returns the error of a connection on which nothing was received for too long.
    pub(super) fn silent(&self) -> Error {
        let timeout = self.heartbeat_timeout();
        socket_error(match self.stream.get_ref().write_error() {
            None => format!("connection lost: nothing received for {timeout:?}"),
            Some(error) => format!("connection lost: {error}, and sent nothing for {timeout:?}"),
        })
    }

    fn lost(&self, error: &tokio_websockets::Error) -> Error {
        socket_error(match error {
            tokio_websockets::Error::PayloadTooLong { len, max_len } => format!(
                "connection lost: the server sent a message of {len} bytes, and {max_len} are accepted"
            ),
            error if error.to_string() == "bytes remaining on stream" => {
                "connection lost: closed by the server in the middle of a message".to_owned()
            }
            error => format!("connection lost: {error}"),
        })
    }

    /// Closes the connection as both protocols require, as far as the server cooperates.
    pub(super) async fn close(mut self) {
        self.send(Message::text(packet::DISCONNECT));
        let _ = timeout(CLOSE_TIMEOUT, self.stream.close()).await;
    }
}

impl Socket {
    /// Opens the socket at `url` and joins the default namespace.
    pub(super) async fn open(
        crisp: &Crisp,
        http: &reqwest::Client,
        url: Url,
    ) -> Result<Self, Error> {
        let limit = crisp.inner.timeout;
        let opening = async { Self::join(crisp, upgrade(crisp, http, url).await?).await };
        timeout(limit, opening).await.unwrap_or_else(|_| {
            Err(socket_error(format!(
                "connection failed: not open within {limit:?}"
            )))
        })
    }
}

/// Opens the websocket with the HTTP client, so that it shares the proxy, the certificates and the
/// TLS implementation of the requests.
async fn upgrade(crisp: &Crisp, http: &reqwest::Client, url: Url) -> Result<Upgraded, Error> {
    let transport = |error: reqwest::Error| {
        let error = TransportError::from_reqwest(OPERATION.into(), Method::GET, error);
        Error::Transport(Box::new(error))
    };
    let key = BASE64_STANDARD.encode(fastrand::u128(..).to_be_bytes());
    let accept = accept_value(&key);
    let response = http
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
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let status = response.status();
        return Err(socket_error(format!(
            "connection failed: the server responded {status} instead of opening a websocket"
        )));
    }
    let accepted = response.headers().get(SEC_WEBSOCKET_ACCEPT);
    if accepted.is_none_or(|value| value.as_bytes() != accept.as_bytes()) {
        return Err(socket_error(
            "connection failed: the response has no valid Sec-WebSocket-Accept header",
        ));
    }
    response.upgrade().await.map_err(transport)
}

/// Returns the `Sec-WebSocket-Accept` of a server that has understood `key` (RFC 6455, 4.2.2).
pub(super) fn accept_value(key: &str) -> String {
    let mut sha1 = sha1_smol::Sha1::from(key);
    sha1.update(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    BASE64_STANDARD.encode(sha1.digest().bytes())
}

fn closed() -> Error {
    socket_error("connection lost: closed by the server")
}
