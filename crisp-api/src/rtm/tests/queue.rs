use std::task::Waker;
use std::time::Duration;

use super::*;
use crate::rtm::socket_error;

fn bounds(events: usize, bytes: usize) -> Bounds {
    Bounds { events, bytes }
}

/// A batch of events with these lengths of text.
fn batch(lengths: impl IntoIterator<Item = usize>) -> Batch {
    let mut batch = Batch::default();
    for len in lengths {
        batch.push(&"x".repeat(len));
    }
    batch
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn gap(start: u64, end: u64) -> Gap {
    Gap::new(at(start), at(end))
}

fn room(producer: &Producer) -> Room {
    producer
        .room(&Context::from_waker(Waker::noop()))
        .expect("a reader")
}

fn poll(consumer: &Consumer) -> Poll<Next> {
    consumer.poll_next(&Context::from_waker(Waker::noop()))
}

/// Takes the next entry, and returns its lengths of text, 0 for a gap.
fn take_entry(consumer: &Consumer) -> Vec<usize> {
    match poll(consumer) {
        Poll::Ready(Next::Entry(Entry::Batch(mut batch))) => {
            let mut lengths = Vec::new();
            while let Some((array, _)) = batch.next() {
                lengths.push(array.len());
            }
            lengths
        }
        Poll::Ready(Next::Entry(Entry::Gap(_))) => vec![0],
        Poll::Ready(Next::End(_)) | Poll::Pending => Vec::new(),
    }
}

fn take_gap(consumer: &Consumer) -> Gap {
    match poll(consumer) {
        Poll::Ready(Next::Entry(Entry::Gap(gap))) => gap,
        _ => panic!("no gap"),
    }
}

#[test]
fn the_bound_of_events_counts_those_that_the_reader_has_taken() {
    let (producer, consumer) = queue(bounds(3, 1 << 20));
    producer.push(batch([1, 2, 3]));
    assert!(room(&producer).is_empty());
    assert_eq!(take_entry(&consumer), [1, 2, 3]);
    assert!(room(&producer).is_empty(), "they are not read yet");
    assert!(take_entry(&consumer).is_empty());
    assert_eq!(room(&producer).events, 3);
}

#[test]
fn the_bound_of_bytes_counts_all_memory_of_an_event() {
    let (producer, consumer) = queue(bounds(100, 10_000));
    let mut filled = 0;
    while !room(&producer).is_empty() {
        producer.push(batch([1_000]));
        filled += 1;
    }
    assert_eq!(filled, 10_000_usize.div_ceil(1_000 + OVERHEAD));
    while !take_entry(&consumer).is_empty() {}
    let empty = room(&producer);
    assert_eq!(empty.bytes, 10_000);
    assert!(!empty.is_filled_by(&batch([9_999 - OVERHEAD])));
    assert!(empty.is_filled_by(&batch([10_000 - OVERHEAD])));
    // An empty event takes memory, too.
    producer.push(batch([0]));
    assert_eq!(room(&producer).bytes, 10_000 - OVERHEAD);
}

#[test]
fn a_full_queue_has_no_room_until_half_of_it_is_free() {
    let (producer, consumer) = queue(bounds(4, 1 << 20));
    for len in 1..=4 {
        producer.push(batch([len]));
    }
    assert!(room(&producer).is_empty());
    // The third call frees the second event.
    for _ in 1..=2 {
        take_entry(&consumer);
        assert!(room(&producer).is_empty());
    }
    take_entry(&consumer);
    assert_eq!(room(&producer).events, 2);
    // It was not full since.
    producer.push(batch([5]));
    assert_eq!(room(&producer).events, 1);
}

#[test]
fn entries_are_taken_in_order() {
    let (producer, consumer) = queue(bounds(1_000, 1 << 20));
    producer.push(batch(1..=50));
    producer.push(batch([]));
    producer.push_gap(gap(1, 2));
    producer.push(batch([51]));
    assert_eq!(take_entry(&consumer), (1..=50).collect::<Vec<_>>());
    assert_eq!(take_entry(&consumer), [0]);
    assert_eq!(take_entry(&consumer), [51]);
    assert!(poll(&consumer).is_pending());
}

#[test]
fn gaps_without_events_between_them_take_no_memory() {
    let (producer, consumer) = queue(bounds(10, 1 << 20));
    for second in 1..1_000 {
        producer.push_gap(gap(second, second + 1));
    }
    assert_eq!(take_gap(&consumer), gap(1, 1_000));
    assert!(poll(&consumer).is_pending());
}

#[test]
fn the_error_follows_the_entries() {
    let (producer, consumer) = queue(bounds(10, 1 << 20));
    producer.push(batch([1]));
    producer.fail(socket_error("over"));
    assert_eq!(take_entry(&consumer), [1]);
    let Poll::Ready(Next::End(Some(error))) = poll(&consumer) else {
        panic!("no error");
    };
    assert!(error.to_string().contains("over"), "{error}");
    assert!(matches!(poll(&consumer), Poll::Ready(Next::End(None))));
}

#[test]
fn a_malformed_frame_stops_the_connection_that_it_came_from() {
    let (producer, consumer) = queue(bounds(10, 1 << 20));
    let context = Context::from_waker(Waker::noop());
    consumer.reject(socket_error("junk"), at(5));
    let stop = producer.room(&context);
    assert!(matches!(stop, Err(Stop::Malformed(_, received)) if received == at(5)));
    assert!(producer.room(&context).is_ok(), "once is enough");

    // That connection has been replaced: the gap is there already.
    producer.push_gap(gap(7, 8));
    consumer.reject(socket_error("junk"), at(5));
    assert!(producer.room(&context).is_ok());
}

#[test]
fn a_gap_covers_a_malformed_frame_of_the_connection_before() {
    let (producer, consumer) = queue(bounds(10, 1 << 20));
    consumer.reject(socket_error("junk"), at(5));
    producer.push_gap(gap(7, 8));
    assert!(producer.room(&Context::from_waker(Waker::noop())).is_ok());
    assert_eq!(take_gap(&consumer), gap(5, 8));
}

#[test]
fn a_dropped_reader_stops_the_connection() {
    let (producer, consumer) = queue(bounds(10, 1 << 20));
    let context = Context::from_waker(Waker::noop());
    assert!(producer.poll_dropped(&context).is_pending());
    drop(consumer);
    assert!(matches!(producer.room(&context), Err(Stop::Dropped)));
    assert!(producer.poll_dropped(&context).is_ready());
}
