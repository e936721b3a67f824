//! Delivery: every event that the server sent is read, in order, however slowly, and a gap follows
//! where events may be missing.

use std::time::{Duration, SystemTime};

use crisp_api::Event;
use crisp_api::rtm::{Events, Item, Rtm, State};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::AsyncWriteExt as _;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use crate::script::{Connection, HANDSHAKE, Script};
use crate::{LIMIT, client, next, next_gap, quick};

/// A client that pauses sends a pong every 75 ms: some of them meet a closed connection.
const FREQUENT_PONGS: &str = r#"0{"sid":"a","upgrades":[],"pingInterval":100,"pingTimeout":1900}"#;

const COUNT: u64 = 2_000;

/// How a server ends a connection.
#[derive(Clone, Copy, Debug)]
enum Ending {
    /// With a closing handshake.
    Close,
    /// Without one: the end of the stream follows the events.
    Eof,
    /// With an RST that follows the events.
    Reset,
    /// At once, by a server that reads nothing: anything sent to it would discard its events.
    Drop,
}

/// Sends numbered events of at least `padding` bytes.
pub(crate) async fn send_numbers(
    connection: &mut Connection,
    numbers: std::ops::Range<u64>,
    padding: usize,
) {
    let padding = "x".repeat(padding);
    for number in numbers {
        let text = format!(r#"42["made:up",{{"number":{number},"padding":"{padding}"}}]"#);
        connection.stream.feed(Message::text(text)).await.unwrap();
    }
    connection.stream.flush().await.unwrap();
}

/// The number of the next event.
pub(crate) async fn sent_number(events: &mut Events) -> u64 {
    match next(events).await {
        Some(Ok(Item::Event(Event::Unknown { data, .. }))) => data["number"].as_u64().unwrap(),
        other => panic!("{other:?}"),
    }
}

async fn finish(connection: Connection, ending: Ending) {
    let mut stream = connection.stream;
    match ending {
        Ending::Close => {
            stream.close(None).await.unwrap();
            // Dropping it with unread pongs would discard what the kernel has not sent yet.
            while stream.next().await.is_some() {}
        }
        Ending::Eof => {
            let mut stream = stream.into_inner();
            stream.shutdown().await.unwrap();
            let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
        }
        Ending::Reset => {
            // An RST overtakes what the kernel has not sent yet.
            sleep(Duration::from_millis(200)).await;
            stream.into_inner().set_zero_linger().unwrap();
        }
        Ending::Drop => drop(stream),
    }
}

/// Has a server send `COUNT` events and end the connection while the reader pauses: all of them
/// must be read, then a gap, then the events of the next connection.
async fn nothing_is_lost(ending: Ending, padding: usize, configure: impl FnOnce(Rtm) -> Rtm) {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let socket = configure(quick(&crisp));
    let handshake = match ending {
        Ending::Drop => HANDSHAKE,
        Ending::Close | Ending::Eof | Ending::Reset => FREQUENT_PONGS,
    };
    let serve = script.accept_client_with(handshake);
    let (events, mut connection) = tokio::join!(socket.connect(), serve);
    let mut events = events.unwrap();

    let begin = SystemTime::now();
    let serve = tokio::spawn(async move {
        send_numbers(&mut connection, 0..COUNT, padding).await;
        finish(connection, ending).await;
        let mut connection = script.accept_client_with(HANDSHAKE).await;
        send_numbers(&mut connection, COUNT..COUNT + 1, 0).await;
        connection
    });
    // Several pongs meet the closed connection.
    sleep(Duration::from_millis(350)).await;
    for expected in 0..COUNT {
        assert_eq!(sent_number(&mut events).await, expected, "{ending:?}");
    }
    let gap = next_gap(&mut events).await;
    assert!(gap.start <= gap.end && gap.end <= SystemTime::now());
    assert!(gap.end >= begin);
    assert_eq!(sent_number(&mut events).await, COUNT);
    let _connection = serve.await.unwrap();
}

/// Bounds that the events exceed by far, so that the connection ends while reading has stopped.
fn small_buffer(socket: Rtm) -> Rtm {
    socket.buffer(32, 1 << 20)
}

#[tokio::test]
async fn a_slow_reader_receives_all_events_of_a_server_that_closes() {
    tokio::join!(
        nothing_is_lost(Ending::Close, 0, small_buffer),
        nothing_is_lost(Ending::Close, 0, |socket| socket),
    );
}

#[tokio::test]
async fn a_slow_reader_receives_all_events_of_a_server_that_ends_the_stream() {
    tokio::join!(
        nothing_is_lost(Ending::Eof, 0, small_buffer),
        nothing_is_lost(Ending::Eof, 0, |socket| socket),
    );
}

#[tokio::test]
async fn a_slow_reader_receives_all_events_before_a_reset() {
    tokio::join!(
        nothing_is_lost(Ending::Reset, 0, small_buffer),
        nothing_is_lost(Ending::Reset, 0, |socket| socket),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_receives_all_events_on_a_multi_thread_runtime() {
    tokio::join!(
        nothing_is_lost(Ending::Close, 0, small_buffer),
        nothing_is_lost(Ending::Eof, 0, small_buffer),
        nothing_is_lost(Ending::Reset, 0, small_buffer),
    );
}

/// 32 MB: more than the kernel buffers, so that the server is still sending when the reader returns.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_receives_all_large_events() {
    tokio::join!(
        nothing_is_lost(Ending::Close, 16 << 10, |socket| socket),
        nothing_is_lost(Ending::Eof, 16 << 10, small_buffer),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_receives_all_events_of_a_server_that_reads_nothing() {
    nothing_is_lost(Ending::Drop, 16 << 10, small_buffer).await;
}

#[tokio::test]
async fn a_gap_begins_before_the_first_event_that_is_missing() {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let serve = script.accept_client_with(FREQUENT_PONGS);
    let socket = quick(&crisp).buffer(4, 1 << 20);
    let (events, mut connection) = tokio::join!(socket.connect(), serve);
    let mut events = events.unwrap();
    send_numbers(&mut connection, 0..4, 0).await;
    sleep(Duration::from_millis(100)).await;
    let paused = SystemTime::now();
    // The kernels cannot hold this, and what the server's holds is discarded with the RST.
    let sending = tokio::spawn(async move {
        let sent = timeout(
            Duration::from_millis(300),
            send_numbers(&mut connection, 4..1_000, 64 << 10),
        );
        assert!(sent.await.is_err(), "64 MB went somewhere");
        connection.stream.into_inner().set_zero_linger().unwrap();
    });
    sending.await.unwrap();
    let resumed = SystemTime::now();
    let mut received = 0;
    let serve = script.accept_client();
    let read = async {
        loop {
            match next(&mut events).await {
                Some(Ok(Item::Event(_))) => received += 1,
                Some(Ok(Item::Gap(gap))) => return gap,
                other => panic!("{other:?}"),
            }
        }
    };
    let (_connection, gap) = tokio::join!(serve, read);
    assert!((4..1_000).contains(&received), "{received}");
    assert!(gap.start <= paused, "{gap:?} {paused:?}");
    assert!(gap.end >= resumed, "{gap:?} {resumed:?}");
}

#[tokio::test]
async fn connections_without_events_in_between_are_one_gap() {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let (events, connection) = tokio::join!(quick(&crisp).connect(), script.accept_client());
    let mut events = events.unwrap();
    drop(connection);
    drop(script.accept_client().await);
    drop(script.accept_client().await);
    let mut connection = script.accept_client().await;
    send_numbers(&mut connection, 0..1, 0).await;
    sleep(Duration::from_millis(100)).await;
    next_gap(&mut events).await;
    assert_eq!(sent_number(&mut events).await, 0);
}

#[tokio::test]
async fn a_full_buffer_stops_reading_and_keeps_the_connection_alive() {
    let script = Script::start().await;
    let (server, crisp) = client(&script.endpoint()).await;
    let serve = script.accept_client_with(FREQUENT_PONGS);
    let (events, mut connection) =
        tokio::join!(quick(&crisp).buffer(10_000, 1 << 20).connect(), serve);
    let mut events = events.unwrap();
    let started = Instant::now();
    let sending = tokio::spawn(async move {
        send_numbers(&mut connection, 0..500, 64 << 10).await;
        connection
    });
    // Several pongs.
    sleep(Duration::from_millis(400)).await;
    assert!(!sending.is_finished(), "32 MB went somewhere");
    assert!(matches!(events.handle().state(), State::Connected));
    for expected in 0..500 {
        assert_eq!(sent_number(&mut events).await, expected);
    }
    let elapsed = started.elapsed();
    let mut connection = timeout(LIMIT, sending).await.unwrap().unwrap();
    let pongs = async {
        let mut pongs = 0;
        while let Ok(text) = timeout(Duration::from_millis(20), connection.receive()).await {
            assert_eq!(text, "3");
            pongs += 1;
        }
        pongs
    };
    let pongs = pongs.await;
    // One every 75 ms at most.
    let most = elapsed.as_millis() / 75 + 2;
    assert!((2..=most).contains(&pongs), "{pongs} pongs in {elapsed:?}");
    assert_eq!(server.count(), 1, "one session was enough");
}
