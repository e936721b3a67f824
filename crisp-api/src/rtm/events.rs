//! The stream of events, and its items.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use futures_core::Stream;
use tokio::task::coop;

use super::handle::Handle;
use super::packet;
use super::queue::{Batch, Consumer, Entry, Next};
use crate::client::Crisp;
use crate::error::Error;
use crate::generated::Event;

/// The events of a realtime socket in the order of their arrival: a [`Stream`].
///
/// [`next`](Self::next) needs no trait. Each item is an [`Item`], an event or a gap, or an [`Error`],
/// which is the last item. An event whose payload does not have the known form is
/// [`Event::Invalid`], and one that this version does not know [`Event::Unknown`]: neither is an
/// error.
///
/// Events are decoded when they are read, in the task that reads them.
#[must_use = "dropping the stream closes the connection"]
pub struct Events {
    consumer: Consumer,
    /// Taken from the queue.
    batch: Batch,
    /// When the first frame that cannot be decoded was received, until a gap covers it.
    malformed_at: Option<SystemTime>,
    ended: bool,
    handle: Handle,
    /// For its credentials, which no error may contain.
    crisp: Crisp,
}

/// An item of [`Events`].
///
/// It is exhaustive on purpose: a `match` without an arm for [`Gap`](Self::Gap) does not compile.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "no wildcard arm may hide the handling of a gap"
)]
pub enum Item {
    /// An event.
    Event(Event),
    /// The connection was lost and is open again. Events in between are missing from the stream.
    Gap(Gap),
}

/// A period of which events may be missing from the stream: the connection was lost and opened again.
///
/// The gap comes after the last event of the old connection and before the first of the new one. To
/// catch up, list what changed since [`start`](Self::start), for example the messages of the open
/// conversations.
///
/// Both times are of this machine's clock. Begin to list a minute earlier, to allow for the
/// difference from Crisp's clock and for events that were on their way, and expect to see events
/// again that came before the gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Gap {
    /// When something was last received on the old connection while the stream kept up with it.
    pub start: SystemTime,
    /// When the new connection was authenticated.
    pub end: SystemTime,
}

impl Gap {
    /// Creates a gap, for tests of programs that handle one. `start` is not after `end`: if it is,
    /// both are `end`.
    pub fn new(start: SystemTime, end: SystemTime) -> Self {
        Self {
            start: start.min(end),
            end,
        }
    }
}

impl Events {
    pub(super) fn new(consumer: Consumer, handle: Handle, crisp: Crisp) -> Self {
        Self {
            consumer,
            batch: Batch::default(),
            malformed_at: None,
            ended: false,
            handle,
            crisp,
        }
    }

    /// Returns the next item, or `None` at the end of the stream.
    ///
    /// Cancel safe: when the future is dropped before it is ready, as by `tokio::select!`, no item is
    /// lost.
    pub async fn next(&mut self) -> Option<Result<Item, Error>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// Returns a handle that changes the subscription and reports the state of the connection.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Item, Error>>> {
        // A reader that always finds an event must leave time to other tasks.
        let coop = ready!(coop::poll_proceed(cx));
        let item = ready!(self.poll_decoded(cx));
        coop.made_progress();
        Poll::Ready(item)
    }

    fn poll_decoded(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Item, Error>>> {
        loop {
            if let Some(event) = self.next_event() {
                return Poll::Ready(Some(Ok(Item::Event(event))));
            }
            if self.ended {
                return Poll::Ready(None);
            }
            match ready!(self.consumer.poll_next(cx)) {
                Next::Entry(Entry::Batch(batch)) => self.batch = batch,
                Next::Entry(Entry::Gap(Gap { start, end })) => {
                    let malformed_at = self.malformed_at.take().unwrap_or(start);
                    let gap = Gap::new(start.min(malformed_at), end);
                    return Poll::Ready(Some(Ok(Item::Gap(gap))));
                }
                Next::End(error) => {
                    self.ended = true;
                    if let Some(error) = error {
                        return Poll::Ready(Some(Err(error)));
                    }
                }
            }
        }
    }

    /// Decodes the next event of the batch. One that cannot be decoded is skipped and ends the
    /// connection, so that a gap follows.
    fn next_event(&mut self) -> Option<Event> {
        while let Some((array, received)) = self.batch.next() {
            match packet::decode(array) {
                Ok(event) => return Some(event),
                Err(malformed) => {
                    self.malformed_at.get_or_insert(received);
                    self.consumer
                        .reject(malformed.to_error(&self.crisp), received);
                }
            }
        }
        None
    }
}

impl Stream for Events {
    type Item = Result<Item, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(cx)
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("state", &self.handle.state())
            .finish_non_exhaustive()
    }
}
