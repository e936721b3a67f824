use std::task::Waker;
use std::time::Duration;

use super::*;
use crate::rtm::socket_error;

fn bounds(events: usize, bytes: usize) -> Bounds {
    Bounds { events, bytes }
}

fn frame(len: usize) -> Frame {
    Frame {
        array: "x".repeat(len).into(),
        received: SystemTime::UNIX_EPOCH,
    }
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

fn poll(consumer: &Consumer, batch: &mut VecDeque<Entry>) -> Poll<Batch> {
    consumer.poll_batch(&Context::from_waker(Waker::noop()), batch)
}

/// Takes the next batch, and returns its lengths of text, or 0 for a gap.
fn take_batch(consumer: &Consumer) -> Vec<usize> {
    let mut batch = VecDeque::new();
    let _ = poll(consumer, &mut batch);
    let length = |entry| match entry {
        Entry::Event(Frame { array, .. }) => array.len(),
        Entry::Gap(_) => 0,
    };
    batch.into_iter().map(length).collect()
}

#[test]
fn the_bound_of_events_counts_those_that_the_reader_has_taken() {
    let (producer, consumer) = queue(bounds(3, 1 << 20));
    let mut frames = vec![frame(1), frame(2), frame(3)];
    producer.push(&mut frames);
    assert!(frames.is_empty());
    assert!(room(&producer).is_empty());
    assert_eq!(take_batch(&consumer), [1, 2, 3]);
    assert!(room(&producer).is_empty(), "they are not read yet");
    assert!(take_batch(&consumer).is_empty());
    assert_eq!(room(&producer).events, 3);
}

#[test]
fn the_bound_of_bytes_counts_all_memory_of_an_event() {
    let (producer, consumer) = queue(bounds(100, 10_000));
    let mut filled = 0;
    while !room(&producer).is_empty() {
        producer.push(&mut vec![frame(1_000)]);
        filled += 1;
    }
    assert_eq!(filled, 10_000_usize.div_ceil(1_000 + OVERHEAD));
    let mut left = room(&producer);
    left.subtract(&frame(0));
    assert!(left.is_empty());
    take_batch(&consumer);
    take_batch(&consumer);
    assert_eq!(room(&producer).bytes, 10_000);
    // An empty event takes memory, too.
    producer.push(&mut vec![frame(0)]);
    assert_eq!(room(&producer).bytes, 10_000 - OVERHEAD);
}

#[test]
fn entries_are_taken_in_order_and_in_batches() {
    let (producer, consumer) = queue(bounds(1_000, 1 << 20));
    producer.push(&mut (1..=50).map(frame).collect());
    producer.push_gap(gap(1, 2));
    producer.push(&mut vec![frame(51)]);
    let mut lengths = Vec::new();
    loop {
        let batch = take_batch(&consumer);
        assert!(batch.len() <= BATCH);
        if batch.is_empty() {
            break;
        }
        lengths.extend(batch);
    }
    let expected: Vec<_> = (1..=50).chain([0, 51]).collect();
    assert_eq!(lengths, expected);
}

#[test]
fn gaps_without_events_between_them_take_no_memory() {
    let (producer, consumer) = queue(bounds(10, 1 << 20));
    for second in 1..1_000 {
        producer.push_gap(gap(second, second + 1));
    }
    let mut batch = VecDeque::new();
    assert!(poll(&consumer, &mut batch).is_ready());
    assert_eq!(batch.len(), 1);
    assert!(matches!(batch[0], Entry::Gap(only) if only == gap(1, 1_000)));
}

#[test]
fn the_error_follows_the_entries() {
    let (producer, consumer) = queue(bounds(10, 1 << 20));
    producer.push(&mut vec![frame(1)]);
    producer.fail(socket_error("over"));
    assert_eq!(take_batch(&consumer), [1]);
    let mut batch = VecDeque::new();
    let Poll::Ready(Batch::End(Some(error))) = poll(&consumer, &mut batch) else {
        panic!("no error");
    };
    assert!(error.to_string().contains("over"), "{error}");
    assert!(matches!(
        poll(&consumer, &mut batch),
        Poll::Ready(Batch::End(None))
    ));
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
    let mut batch = VecDeque::new();
    assert!(poll(&consumer, &mut batch).is_ready());
    assert!(matches!(batch[0], Entry::Gap(only) if only == gap(5, 8)));
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
