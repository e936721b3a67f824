//! The realtime socket: the events of Crisp as a stream.
//!
//! ```no_run
//! use crisp_api::rtm::Item;
//! use crisp_api::{Crisp, Event, EventName, Tier};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), crisp_api::Error> {
//!     let crisp = Crisp::builder().credentials(Tier::Plugin, "identifier", "key").build()?;
//!     let names = [EventName::MessageSend, EventName::SessionSetState];
//!     let mut events = crisp.rtm(names).connect().await?;
//!     while let Some(item) = events.next().await {
//!         match item? {
//!             Item::Event(Event::MessageSend(message)) => {
//!                 println!("{}: {:?}", message.session_id, message.content);
//!             }
//!             Item::Event(other) => println!("{}", other.name()),
//!             Item::Gap(gap) => println!("list what changed since {:?}", gap.start),
//!         }
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Reconnecting
//! [`Rtm::connect`] requests the address of the socket from Crisp, opens it and authenticates, once.
//! From then on a lost connection is replaced, without end unless [`Reconnect::max_attempts`] is set,
//! and the stream continues. [`Handle::states`] reports each step.
//!
//! Crisp does not repeat the events that happened between two connections. In their place the stream
//! has a [`Gap`] with the time to catch up from. All events that the server sent before a connection
//! ended come before it, however slowly the stream is read.
//!
//! A connection is lost when the server closes it or disconnects the namespace, when nothing is
//! received for as long as the server's heartbeat allows (4 minutes at most, whatever the server
//! says), when a frame is malformed, and when a message is longer than 8 MiB. None of this ends the
//! stream. An event with binary attachments has placeholders for them; the attachments, and
//! acknowledgements, are skipped.
//!
//! The stream ends with an error when Crisp rejects the credentials ([`Error::Unauthorized`], or 401
//! or 403 from the request for the address), and after the attempts that [`Reconnect`] allows.
//!
//! # Slow readers
//! Events are buffered for the reader of the stream: up to 4,096 events or 16 MiB, unless
//! [`Rtm::buffer`] sets other bounds. When the buffer is full, reading from the server stops
//! (backpressure) but heartbeats continue, so that the connection stays alive while the operating
//! system's buffers, and then the server, hold the events. It continues when half of the buffer is
//! free, and all of them follow. If the server closes the connection before it could send them all, or discards some, the
//! rest is lost, and the gap that follows begins before the first of them.
//!
//! There is no signal that the buffer is full. To notice that a program falls behind, compare the
//! `timestamp` of messages with the clock; to keep up, move the work to tasks of its own.
//!
//! Waiting for the next item can be cancelled at any time, as by `tokio::select!`: no event is lost.
//!
//! Dropping the stream closes the connection.
//!
//! # Limits
//!
//! | limit | default | setting |
//! |---|---|---|
//! | buffered events | 4,096 | [`Rtm::buffer`] |
//! | bytes of them | 16 MiB | [`Rtm::buffer`] |
//! | a message of the server | 8 MiB | |
//! | opening the socket, and authenticating, each | 10 s | [`Builder::timeout`](crate::Builder::timeout) |
//! | sending, while the server accepts nothing | 10 s | [`Builder::timeout`](crate::Builder::timeout) |
//! | silence of the server | as it says, 4 minutes at most | |
//! | delay before a reconnection | 5 s, then 10 s, and up to as much again | [`Reconnect::after`] |
//! | reconnections in a row | unlimited | [`Reconnect::max_attempts`] |
//!
//! # Security
//! The key is sent to the host of the [base URL](crate::Builder::base_url) or to `crisp.chat` and its
//! subdomains only, unless [`Rtm::allow_host`] names another, and only over TLS unless the base URL
//! is not TLS either.

mod endpoint;
mod events;
mod handle;
mod packet;
mod queue;
mod reconnect;
mod session;
mod socket;
mod supervisor;
#[cfg(test)]
mod tests;
mod transport;

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::watch;

pub use events::{Events, Gap, Item};
pub use handle::Handle;
pub use reconnect::Reconnect;

use crate::client::{Credentials, Crisp};
use crate::error::Error;
use crate::generated::EventName;
use queue::Bounds;
use session::Session;
use supervisor::{Status, Supervisor};

/// The operation that errors name.
pub(crate) const OPERATION: &str = "rtm";

impl Crisp {
    /// Creates a realtime socket that subscribes to `events`: see [`rtm`](crate::rtm).
    #[doc(alias = "setRtmMode")]
    #[doc(alias = "Listen")]
    pub fn rtm(&self, events: impl IntoIterator<Item = EventName>) -> Rtm {
        Rtm {
            crisp: self.clone(),
            events: events.into_iter().collect(),
            websites: Vec::new(),
            inboxes: Vec::new(),
            allowed_hosts: Vec::new(),
            bounds: Bounds {
                events: 4_096,
                bytes: 16 << 20,
            },
            reconnect: Reconnect::default(),
        }
    }
}

/// A realtime socket that is not connected yet.
#[derive(Clone, Debug)]
#[must_use = "a socket is opened only by `connect`"]
pub struct Rtm {
    crisp: Crisp,
    events: Vec<EventName>,
    websites: Vec<String>,
    inboxes: Vec<String>,
    allowed_hosts: Vec<String>,
    bounds: Bounds,
    reconnect: Reconnect,
}

impl Rtm {
    /// Limits the events to those of these websites, by ID. Without a limit they are those of all
    /// websites of the token.
    #[doc(alias = "rooms")]
    pub fn websites(mut self, website_ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.websites = website_ids.into_iter().map(Into::into).collect();
        self
    }

    /// Limits the events to those of these inboxes, by ID. Without a limit they are those of all
    /// inboxes.
    pub fn inboxes(mut self, inbox_ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.inboxes = inbox_ids.into_iter().map(Into::into).collect();
        self
    }

    /// Allows the socket to be on `host`, a domain or an IP address without port, in addition to
    /// `crisp.chat`, its subdomains and the host of the base URL. The key is sent to that host.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.allowed_hosts.push(host.into().to_ascii_lowercase());
        self
    }

    /// Sets how much is buffered for a slow reader: up to `events` events or `bytes` bytes of memory,
    /// by default 4,096 events or 16 MiB. Each bound is at least 1.
    ///
    /// Reading from the server stops when either bound is reached. The event that reaches the bound
    /// of bytes may exceed it, by 8 MiB at most; another 8 MiB at most are the read buffer.
    pub fn buffer(mut self, events: usize, bytes: usize) -> Self {
        self.bounds = Bounds {
            events: events.max(1),
            bytes: bytes.max(1),
        };
        self
    }

    /// Sets when to reconnect.
    pub fn reconnect(mut self, reconnect: Reconnect) -> Self {
        self.reconnect = reconnect;
        self
    }

    /// Opens the socket and authenticates.
    ///
    /// Opening and authenticating are each limited to
    /// [`Builder::timeout`](crate::Builder::timeout), 10 s by default. The request for the address
    /// has that timeout too, and is retried as [`Retry`](crate::Retry) allows. All connections are
    /// made by clients from [`Builder::http_client`](crate::Builder::http_client), with their proxy
    /// and certificates.
    ///
    /// # Errors
    /// - [`Error::Unauthorized`] if the credentials are rejected
    /// - [`Error::Socket`] or [`Error::Transport`] if the socket cannot be opened
    /// - any [`Error`] of a request, from the request for the address
    /// - [`Error::InvalidArgument`] if there is no event to subscribe to
    /// - [`Error::Config`] if the client has no credentials
    pub async fn connect(self) -> Result<Events, Error> {
        let events = handle::distinct(self.events)?;
        let settings = Arc::new(Settings {
            http: self.crisp.inner.socket_client()?,
            crisp: self.crisp.clone(),
            websites: self.websites,
            inboxes: self.inboxes,
            allowed_hosts: self.allowed_hosts,
            reconnect: self.reconnect,
        });
        let session = Session::open(&settings, &events).await?;
        let (status, state) = watch::channel(State::Connected);
        let (queue, consumer) = queue::queue(self.bounds);
        let (handle, commands) = handle::handle(events, state);
        let supervisor = Supervisor {
            settings,
            queue,
            commands,
            status: Status(status),
        };
        tokio::spawn(supervisor.run(session));
        Ok(Events::new(consumer, handle, self.crisp))
    }
}

/// The state of a connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum State {
    /// Open and authenticated.
    Connected,
    /// Lost. The next attempt begins after a delay.
    Disconnected {
        /// The reason why the connection was lost, or the last attempt failed.
        error: Arc<Error>,
        /// The delay before the next attempt.
        retry_in: Duration,
    },
    /// Being opened again.
    Reconnecting {
        /// The number of the attempt since the connection was lost, from 1.
        attempt: u32,
    },
    /// Closed for good: the stream was dropped, or ends with an error.
    Closed,
}

/// The settings of all sessions of a stream.
struct Settings {
    crisp: Crisp,
    http: reqwest::Client,
    websites: Vec<String>,
    inboxes: Vec<String>,
    allowed_hosts: Vec<String>,
    reconnect: Reconnect,
}

impl Settings {
    fn credentials(&self) -> Result<&Credentials, Error> {
        let credentials = self.crisp.inner.credentials.as_ref();
        credentials.ok_or_else(|| {
            Error::config(
                "credentials",
                "are missing, and the realtime socket needs them",
            )
        })
    }
}

/// Parses and decodes a frame as a connection and its reader do, for a fuzzer.
#[cfg(fuzzing)]
#[doc(hidden)]
pub fn fuzz_frame(text: &str) {
    if let Ok(packet::Packet::Event(arguments)) = packet::parse(text) {
        let _ = packet::decode(arguments.array);
    }
}

fn socket_error(message: impl Into<String>) -> Error {
    Error::Socket {
        message: message.into(),
    }
}

/// Returns the message in `json` from the server: a string, an object with a `message`, or the JSON
/// itself.
fn server_message(crisp: &Crisp, json: &str) -> String {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Payload {
        Text(String),
        Object { message: String },
    }

    match serde_json::from_str(json) {
        Ok(Payload::Text(message) | Payload::Object { message }) => crisp.shown(&message),
        Err(_) => crisp.shown(json),
    }
}
