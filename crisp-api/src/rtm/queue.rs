//! The queue between a connection and the reader of its events, bounded by events and by bytes.
//!
//! The connection stops reading when the queue is full. Events are queued in batches, so that an
//! allocation, a lock and a wake-up serve many of them.

use std::collections::VecDeque;
use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::SystemTime;

use super::events::Gap;
use crate::error::Error;

/// Memory that a queued event takes beside its text: at most the entry of a batch of its own, two
/// allocations and its end.
const OVERHEAD: usize = size_of::<Entry>() + 2 * 16 + size_of::<usize>();

/// The most entries whose memory an empty queue keeps.
const MAX_IDLE_CAPACITY: usize = 256;

/// The bounds of a queue. Reading stops once either is reached, so that the last message may exceed
/// the bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) events: usize,
    pub(super) bytes: usize,
}

/// An item for the reader.
#[derive(Debug)]
pub(super) enum Entry {
    Batch(Batch),
    Gap(Gap),
}

/// Events that are not decoded yet, in the order of their arrival.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// The arguments of the events, JSON arrays, one after another. They have an allocation of their
    /// own, because slices of the read buffer would keep all of that buffer in memory, uncounted.
    text: String,
    /// The end of each array in `text`.
    ends: Vec<usize>,
    /// When the first one was received.
    received: Option<SystemTime>,
    /// The number of events that were read.
    read: usize,
}

impl Batch {
    pub(super) fn push(&mut self, array: &str) {
        self.text.push_str(array);
        self.ends.push(self.text.len());
        self.received.get_or_insert_with(SystemTime::now);
    }

    /// Returns the arguments of the next event, and when it was received.
    pub(super) fn next(&mut self) -> Option<(&str, SystemTime)> {
        let end = *self.ends.get(self.read)?;
        let start = match self.read.checked_sub(1) {
            Some(last) => *self.ends.get(last)?,
            None => 0,
        };
        self.read += 1;
        Some((self.text.get(start..end)?, self.received?))
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns the length of all arrays.
    pub(super) fn text_len(&self) -> usize {
        self.text.len()
    }

    fn size(&self) -> usize {
        self.text.len() + self.ends.len() * OVERHEAD
    }
}

/// How many events, and bytes of them, can be queued now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Room {
    events: usize,
    bytes: usize,
}

impl Room {
    pub(super) fn is_empty(self) -> bool {
        self.events == 0 || self.bytes == 0
    }

    /// Returns whether `batch` takes all of the room.
    pub(super) fn is_filled_by(self, batch: &Batch) -> bool {
        self.events <= batch.len() || self.bytes <= batch.size()
    }
}

/// A reason for the connection to end that comes from the reader.
#[derive(Debug)]
pub(super) enum Stop {
    /// The stream was dropped.
    Dropped,
    /// A frame that was received at this time cannot be decoded.
    Malformed(Error, SystemTime),
}

struct State {
    bounds: Bounds,
    entries: VecDeque<Entry>,
    /// Events and bytes of `entries` and of the batch that the reader took last.
    events: usize,
    bytes: usize,
    /// The part of these that is in the batch of the reader.
    taken_events: usize,
    taken_bytes: usize,
    /// Whether a bound was reached, and less than half of the queue is free since.
    full: bool,
    malformed: Option<(Error, SystemTime)>,
    /// The connection is gone; the error follows the entries.
    closed: bool,
    error: Option<Error>,
    dropped: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl State {
    /// Returns the room: none from when a bound is reached until half of the queue is free.
    /// Otherwise a connection that is faster than its reader would be woken for every batch.
    fn room(&mut self) -> Room {
        let room = Room {
            events: self.bounds.events.saturating_sub(self.events),
            bytes: self.bounds.bytes.saturating_sub(self.bytes),
        };
        let is_half_free =
            self.events <= self.bounds.events / 2 && self.bytes <= self.bounds.bytes / 2;
        self.full = room.is_empty() || self.full && !is_half_free;
        if self.full { Room::default() } else { room }
    }
}

type Shared = Arc<Mutex<State>>;

/// Both ends of an empty queue.
pub(super) fn queue(bounds: Bounds) -> (Producer, Consumer) {
    let shared = Arc::new(Mutex::new(State {
        bounds,
        entries: VecDeque::new(),
        events: 0,
        bytes: 0,
        taken_events: 0,
        taken_bytes: 0,
        full: false,
        malformed: None,
        closed: false,
        error: None,
        dropped: false,
        reader: None,
        writer: None,
    }));
    (Producer(Arc::clone(&shared)), Consumer(shared))
}

/// A panic while the lock was held leaves counters and entries that agree: none is possible between
/// their updates.
fn lock(shared: &Shared) -> MutexGuard<'_, State> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

fn register(slot: &mut Option<Waker>, cx: &Context<'_>) {
    match slot {
        Some(waker) => waker.clone_from(cx.waker()),
        None => *slot = Some(cx.waker().clone()),
    }
}

/// The end of the connection.
pub(super) struct Producer(Shared);

impl Producer {
    /// Returns the room in the queue, or why the connection is to end. The task is woken when a full
    /// queue has room again and when there is a reason to end.
    pub(super) fn room(&self, cx: &Context<'_>) -> Result<Room, Stop> {
        let mut state = lock(&self.0);
        if state.dropped {
            return Err(Stop::Dropped);
        }
        if let Some((error, received)) = state.malformed.take() {
            return Err(Stop::Malformed(error, received));
        }
        register(&mut state.writer, cx);
        Ok(state.room())
    }

    /// Is ready when the reader is gone.
    pub(super) fn poll_dropped(&self, cx: &Context<'_>) -> Poll<()> {
        let mut state = lock(&self.0);
        if state.dropped {
            return Poll::Ready(());
        }
        register(&mut state.writer, cx);
        Poll::Pending
    }

    /// Queues a batch. Returns whether the reader waited for it.
    pub(super) fn push(&self, mut batch: Batch) -> bool {
        if batch.len() == 0 {
            return false;
        }
        // What is queued is counted by its length.
        batch.text.shrink_to_fit();
        batch.ends.shrink_to_fit();
        let mut state = lock(&self.0);
        state.events += batch.len();
        state.bytes += batch.size();
        state.entries.push_back(Entry::Batch(batch));
        let reader = state.reader.take();
        drop(state);
        let was_waiting = reader.is_some();
        wake(reader);
        was_waiting
    }

    /// Queues a gap. One that follows another becomes part of it, so that connections that come and
    /// go while nobody reads take no memory.
    pub(super) fn push_gap(&self, gap: Gap) {
        let mut state = lock(&self.0);
        // The connection that a malformed frame was to end has ended.
        let start = match state.malformed.take() {
            Some((_, received)) => gap.start.min(received),
            None => gap.start,
        };
        match state.entries.back_mut() {
            Some(Entry::Gap(last)) => *last = Gap::new(last.start.min(start), gap.end),
            _ => state
                .entries
                .push_back(Entry::Gap(Gap::new(start, gap.end))),
        }
        let reader = state.reader.take();
        drop(state);
        wake(reader);
    }

    /// Ends the stream with `error`, after what is queued.
    pub(super) fn fail(self, error: Error) {
        lock(&self.0).error = Some(error);
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        let mut state = lock(&self.0);
        state.closed = true;
        let reader = state.reader.take();
        drop(state);
        wake(reader);
    }
}

/// The end of the reader.
pub(super) struct Consumer(Shared);

/// The front of the queue.
pub(super) enum Next {
    Entry(Entry),
    /// There will be no more entries.
    End(Option<Error>),
}

impl Consumer {
    /// Takes the next entry. The room of the last one becomes free.
    pub(super) fn poll_next(&self, cx: &Context<'_>) -> Poll<Next> {
        let mut state = lock(&self.0);
        state.events -= take(&mut state.taken_events);
        state.bytes -= take(&mut state.taken_bytes);
        let writer = match state.full && !state.room().is_empty() {
            true => state.writer.take(),
            false => None,
        };
        let poll = match state.entries.pop_front() {
            Some(entry) => {
                if let Entry::Batch(batch) = &entry {
                    state.taken_events = batch.len();
                    state.taken_bytes = batch.size();
                }
                Poll::Ready(Next::Entry(entry))
            }
            None if state.closed => Poll::Ready(Next::End(state.error.take())),
            None => {
                register(&mut state.reader, cx);
                Poll::Pending
            }
        };
        // A burst must not keep its memory for ever.
        if state.entries.is_empty() && state.entries.capacity() > MAX_IDLE_CAPACITY {
            state.entries = VecDeque::new();
        }
        drop(state);
        wake(writer);
        poll
    }

    /// Has the connection end because of a frame that cannot be decoded, unless another was opened
    /// since.
    pub(super) fn reject(&self, error: Error, received: SystemTime) {
        let mut state = lock(&self.0);
        let replaced = |entry: &Entry| matches!(entry, Entry::Gap(_));
        if state.closed || state.entries.iter().any(replaced) {
            return;
        }
        state.malformed.get_or_insert((error, received));
        let writer = state.writer.take();
        drop(state);
        wake(writer);
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        let mut state = lock(&self.0);
        state.dropped = true;
        let entries = take(&mut state.entries);
        let writer = state.writer.take();
        drop(state);
        drop(entries);
        wake(writer);
    }
}

#[cfg(test)]
#[path = "tests/queue.rs"]
mod tests;
