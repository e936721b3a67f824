//! The queue between a connection and the reader of its events, bounded by events and by bytes.
//!
//! The connection stops reading when the queue is full. The reader takes entries in batches, so
//! that a lock and a wake-up serve many events.

use std::collections::VecDeque;
use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::SystemTime;

use super::events::Gap;
use crate::error::Error;

/// The most entries that the reader takes at once: they count as queued until all are read.
const BATCH: usize = 32;

/// Memory that a queued event takes beside its text: the entry, and the allocator's share.
const OVERHEAD: usize = size_of::<Entry>() + 16;

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
    Event(Frame),
    Gap(Gap),
}

/// An event that is not decoded yet.
#[derive(Debug)]
pub(super) struct Frame {
    /// The arguments of the event, a JSON array. It has an allocation of its own, because a slice
    /// of the read buffer would keep all of that buffer in memory, uncounted.
    pub(super) array: Box<str>,
    pub(super) received: SystemTime,
}

impl Frame {
    fn size(&self) -> usize {
        self.array.len() + OVERHEAD
    }
}

/// How many events, and bytes of them, can be queued now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    events: usize,
    bytes: usize,
}

impl Room {
    pub(super) fn is_empty(self) -> bool {
        self.events == 0 || self.bytes == 0
    }

    pub(super) fn subtract(&mut self, frame: &Frame) {
        self.events = self.events.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(frame.size());
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
    batch_events: usize,
    batch_bytes: usize,
    malformed: Option<(Error, SystemTime)>,
    /// The connection is gone; the error follows the entries.
    closed: bool,
    error: Option<Error>,
    dropped: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl State {
    fn room(&self) -> Room {
        Room {
            events: self.bounds.events.saturating_sub(self.events),
            bytes: self.bounds.bytes.saturating_sub(self.bytes),
        }
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
        batch_events: 0,
        batch_bytes: 0,
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

    /// Queues all `frames`, which is empty then.
    pub(super) fn push(&self, frames: &mut Vec<Frame>) {
        if frames.is_empty() {
            return;
        }
        let mut state = lock(&self.0);
        state.events += frames.len();
        state.bytes += frames.iter().map(Frame::size).sum::<usize>();
        state.entries.extend(frames.drain(..).map(Entry::Event));
        let reader = state.reader.take();
        drop(state);
        wake(reader);
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

/// A look at the queue.
pub(super) enum Batch {
    /// There are entries.
    Entries,
    /// There will be no more.
    End(Option<Error>),
}

impl Consumer {
    /// Takes the next entries into `batch`, which must be empty: the room of the last ones becomes
    /// free.
    pub(super) fn poll_batch(&self, cx: &Context<'_>, batch: &mut VecDeque<Entry>) -> Poll<Batch> {
        let mut state = lock(&self.0);
        let was_full = state.room().is_empty();
        state.events -= take(&mut state.batch_events);
        state.bytes -= take(&mut state.batch_bytes);
        let writer = match was_full && !state.room().is_empty() {
            true => state.writer.take(),
            false => None,
        };
        let count = state.entries.len().min(BATCH);
        batch.extend(state.entries.drain(..count));
        for entry in batch.iter() {
            if let Entry::Event(frame) = entry {
                state.batch_events += 1;
                state.batch_bytes += frame.size();
            }
        }
        // A burst must not keep its memory for ever.
        if state.entries.is_empty() && state.entries.capacity() > 8 * BATCH {
            state.entries = VecDeque::new();
        }
        let poll = if count > 0 {
            Poll::Ready(Batch::Entries)
        } else if state.closed {
            Poll::Ready(Batch::End(state.error.take()))
        } else {
            register(&mut state.reader, cx);
            Poll::Pending
        };
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
