//! The realtime socket: what happens in Crisp, as a stream of events.
//!
//! ```no_run
//! use crisp_api::{Crisp, Event, EventName, Tier};
//! use futures_util::StreamExt as _;
//!
//! #[tokio::main]
//! async fn main() -> Result<(), crisp_api::Error> {
//!     let crisp = Crisp::builder().credentials(Tier::Plugin, "identifier", "key").build()?;
//!     let names = [EventName::MessageSend, EventName::SessionSetState];
//!     let mut events = crisp.rtm(names).connect().await?;
//!     while let Some(event) = events.next().await {
//!         match event? {
//!             Event::MessageSend(message) => println!("{}: {:?}", message.session_id, message.content),
//!             Event::Unknown { name, data } => println!("{name}: {data}"),
//!             other => println!("{}", other.name()),
//!         }
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # The connection
//! [`Rtm::connect`] asks Crisp where the socket is, opens it and authenticates, once. From then on a
//! lost connection is made again by itself, for ever unless [`Reconnect::times`] says otherwise, and
//! the stream goes on. What happened in Crisp between two connections is not told later: to catch
//! up, watch [`Control::states`], and list what has changed when it is [`State::Connected`] again.
//!
//! A connection is lost when the server closes it or disconnects the namespace, when nothing is
//! heard for as long as the server said that it would be heard, when a frame is not one of the
//! protocol, and when a message is longer than 8 MiB. None of this ends the stream or stops the
//! program. An event with binary parts is given with placeholders for them; the parts themselves,
//! and acknowledgements, which this client never asks for, are skipped.
//!
//! The stream ends with an error when Crisp refuses the credentials ([`Error::Unauthorized`], or 401
//! or 403 to the question where the socket is), and when the attempts that [`Reconnect`] allows are
//! used up.
//!
//! # Slow readers
//! At most 33 events wait for the reader of the stream. When it takes none, nothing more is read from
//! the server, which is held up by that; the connection is kept alive all the while. Waiting for the
//! next event can be given up at any time, as in `tokio::select!`: no event is lost by it.
//!
//! Dropping the stream closes the connection.

mod control;
mod link;
mod packet;
mod session;
mod socket;
#[cfg(test)]
mod tests;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use futures_core::Stream;
use serde::Deserialize;
use tokio::sync::{mpsc, watch};

pub use control::Control;

use crate::client::{Credentials, Crisp};
use crate::error::Error;
use crate::generated::{Event, EventName};
use link::{Link, Status};
use session::Session;

/// How errors name what is done here.
pub(crate) const OPERATION: &str = "rtm";

/// How many events wait for their reader.
const WAITING: usize = 32;

/// The longest time to wait for an attempt, whatever is asked for: far within what clocks can count.
const LONGEST_WAIT: Duration = Duration::from_secs(30 * 86_400);

impl Crisp {
    /// The realtime socket, listening to `events`: see [`rtm`](crate::rtm).
    pub fn rtm(&self, events: impl IntoIterator<Item = EventName>) -> Rtm {
        Rtm {
            crisp: self.clone(),
            events: events.into_iter().collect(),
            rooms: Vec::new(),
            inboxes: Vec::new(),
            reconnect: Reconnect::default(),
        }
    }
}

/// A realtime socket that is not yet connected.
#[derive(Clone, Debug)]
#[must_use = "a socket is opened only by `connect`"]
pub struct Rtm {
    crisp: Crisp,
    events: Vec<EventName>,
    rooms: Vec<String>,
    inboxes: Vec<String>,
    reconnect: Reconnect,
}

impl Rtm {
    /// Listens to these websites only, by their identifiers: all that the token may reach, unless
    /// one is named.
    pub fn rooms(mut self, website_ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.rooms = website_ids.into_iter().map(Into::into).collect();
        self
    }

    /// Listens to these inboxes only, by their identifiers: all of them, unless one is named.
    pub fn inboxes(mut self, inbox_ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.inboxes = inbox_ids.into_iter().map(Into::into).collect();
        self
    }

    /// How a lost connection is made again.
    pub fn reconnect(mut self, reconnect: Reconnect) -> Self {
        self.reconnect = reconnect;
        self
    }

    /// Opens the socket and authenticates.
    ///
    /// Opening it, and authenticating, may each take as long as
    /// [`Builder::timeout`](crate::Builder::timeout) says, 10 s unless set otherwise. To ask where it
    /// is may take that long too, and is repeated as any request is: see [`Retry`](crate::Retry). All
    /// of it goes through HTTP clients of [`Builder::http_client`](crate::Builder::http_client), with its
    /// proxy and its certificates.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] when the credentials are refused, [`Error::Socket`] and
    /// [`Error::Transport`] when it cannot be opened, any [`Error`] of a request when Crisp does not
    /// say where it is, [`Error::InvalidArgument`] when no event was named, and [`Error::Config`]
    /// when the client has no credentials.
    pub async fn connect(self) -> Result<Events, Error> {
        let bound = control::some(self.events)?;
        let settings = Arc::new(Settings {
            http: self.crisp.inner.socket_client()?,
            crisp: self.crisp,
            rooms: self.rooms,
            inboxes: self.inboxes,
            reconnect: self.reconnect,
        });
        let session = Session::open(&settings, &bound).await?;
        let (events, waiting) = mpsc::channel(WAITING);
        let (commander, commands) = mpsc::channel(1);
        let (state, watched) = watch::channel(State::Connected);
        let link = Link {
            settings,
            bound,
            events,
            held: None,
            commands,
            rebinds: Vec::new(),
            renew: false,
            state: Status(state),
        };
        tokio::spawn(link.run(session));
        Ok(Events {
            waiting,
            control: Control::new(commander, watched),
        })
    }
}

/// The events of a realtime socket, as they happen: a [`Stream`].
///
/// An event of which the payload does not have the known form is [`Event::Invalid`], and one that
/// this version does not know [`Event::Unknown`]: neither is an error. An error is the last item.
#[derive(Debug)]
#[must_use = "dropping the stream closes the connection"]
pub struct Events {
    waiting: mpsc::Receiver<Result<Event, Error>>,
    control: Control,
}

impl Events {
    /// A handle that changes what is listened to and tells how the connection is.
    pub fn control(&self) -> Control {
        self.control.clone()
    }
}

impl Stream for Events {
    type Item = Result<Event, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.waiting.poll_recv(cx)
    }
}

/// How a connection is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum State {
    /// Open and authenticated.
    Connected,
    /// There is none. The next attempt begins after a time.
    #[non_exhaustive]
    Lost {
        /// Why the connection, or the last attempt at one, is no more.
        cause: Arc<Error>,
        /// The time from the loss to the next attempt.
        wait: Duration,
    },
    /// It is being made again.
    #[non_exhaustive]
    Reconnecting {
        /// 1 for the first attempt since the connection was lost.
        attempt: u32,
    },
    /// There will be none: the stream was dropped, or ends with an error.
    Closed,
}

/// When a lost connection is made again: after 5 s, then every 10 s, for ever, unless set otherwise.
///
/// To each of these times a random one is added, up to as long again, so that many programs that
/// were cut off together don't come back together.
///
/// ```
/// use std::time::Duration;
/// use crisp_api::rtm::Reconnect;
///
/// let impatient = Reconnect::after(Duration::from_secs(1), Duration::from_secs(30)).times(20);
/// let never = Reconnect::default().times(0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reconnect {
    first: Duration,
    longest: Duration,
    times: Option<usize>,
}

impl Default for Reconnect {
    fn default() -> Self {
        Self::after(Duration::from_secs(5), Duration::from_secs(10))
    }
}

impl Reconnect {
    /// The first attempt waits for `first`, each further one twice as long, up to `longest`, or as
    /// long as the first where that is longer. Neither is longer than 30 days.
    pub const fn after(first: Duration, longest: Duration) -> Self {
        Self {
            first: bounded(first),
            longest: bounded(longest),
            times: None,
        }
    }

    /// Gives up after `times` attempts in a row: the stream ends with the error of the last one.
    ///
    /// An attempt has been in vain, too, when its connection does not live longer than a server may be
    /// silent: 45 s, unless the server says otherwise.
    pub const fn times(mut self, times: usize) -> Self {
        self.times = Some(times);
        self
    }

    fn waits(self) -> ExponentialBackoff {
        let builder = ExponentialBuilder::new()
            .with_min_delay(self.first)
            .with_max_delay(self.longest)
            .with_jitter();
        match self.times {
            Some(times) => builder.with_max_times(times),
            None => builder.without_max_times(),
        }
        .build()
    }
}

const fn bounded(wait: Duration) -> Duration {
    if wait.as_secs() < LONGEST_WAIT.as_secs() {
        wait
    } else {
        LONGEST_WAIT
    }
}

/// What every session of a stream is opened with.
struct Settings {
    crisp: Crisp,
    http: reqwest::Client,
    rooms: Vec<String>,
    inboxes: Vec<String>,
    reconnect: Reconnect,
}

impl Settings {
    fn credentials(&self) -> Result<&Credentials, Error> {
        let credentials = self.crisp.inner.credentials.as_ref();
        credentials.ok_or_else(|| Error::config("credentials", "the realtime socket needs them"))
    }
}

/// Reads a frame as a connection does, for a fuzzer.
#[cfg(fuzzing)]
#[doc(hidden)]
pub fn fuzz_frame(text: &str) {
    let _ = packet::parse(text);
}

fn broken(reason: impl Into<String>) -> Error {
    Error::Socket {
        message: reason.into(),
    }
}

/// What a server says in `json`: a text, an object with a `message`, or something else.
fn said(crisp: &Crisp, json: &str) -> String {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Said {
        Text(String),
        Object { message: String },
    }

    match serde_json::from_str(json) {
        Ok(Said::Text(message) | Said::Object { message }) => crisp.shown(&message),
        Err(_) => crisp.shown(json),
    }
}
