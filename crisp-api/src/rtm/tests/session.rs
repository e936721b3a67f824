//! Sessions with the clock paused: times are exact.

use std::time::SystemTime;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use super::super::session::{self, End};
use super::super::*;
use super::harness::{lost, number, start, start_default, start_with_pipe};

const SECOND: Duration = Duration::from_secs(1);
const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(45);

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_disconnected_after_its_heartbeat_timeout() {
    let mut running = start_default().await;
    let begin = Instant::now();
    for _ in 0..100 {
        sleep(44 * SECOND).await;
        running.server.send("2probe").await;
        assert_eq!(running.server.receive().await, "3probe");
    }
    assert!(!running.session.is_finished());
    let last = Instant::now();
    let (error, uptime) = lost(running.session).await;
    assert!(error.contains("nothing received for 45s"), "{error}");
    let silence = last.elapsed();
    assert!(
        silence >= HEARTBEAT_TIMEOUT && silence < HEARTBEAT_TIMEOUT + SECOND,
        "{silence:?}"
    );
    assert!(
        uptime <= last - begin && uptime > 99 * 44 * SECOND,
        "{uptime:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn rebinding_keeps_its_interval_and_coalesces_calls() {
    let mut running = start_default().await;
    let handle = &running.handle;
    let begin = Instant::now();
    handle.rebind().await.expect("sent");
    assert_eq!(running.server.receive().await, r#"42["socket:bind",{}]"#);
    assert_eq!(begin.elapsed(), Duration::ZERO);
    for _ in 0..3 {
        let cancelled = timeout(Duration::from_millis(20), handle.rebind()).await;
        assert!(cancelled.is_err(), "{cancelled:?}");
    }
    let (first, second) = tokio::join!(handle.rebind(), handle.rebind());
    first.and(second).expect("sent");
    let waited = begin.elapsed();
    assert!(
        waited >= session::REBIND_INTERVAL && waited < session::REBIND_INTERVAL + SECOND / 10,
        "{waited:?}"
    );
    assert_eq!(running.server.receive().await, r#"42["socket:bind",{}]"#);
    let more = timeout(10 * SECOND, running.server.receive()).await;
    assert!(more.is_err(), "one message is enough: {more:?}");
}

#[tokio::test(start_paused = true)]
async fn pongs_are_sent_unsolicited_while_the_queue_is_full() {
    let bounds = Bounds {
        events: 2,
        bytes: 1 << 20,
    };
    let mut running = start(bounds, 1 << 20).await;
    for number in 0..10 {
        running.server.send_number(number).await;
    }
    running.server.send("2").await;
    // Every 15 s, although the server's ping is not read.
    let hour = 3_600 * SECOND;
    assert_eq!(running.server.pongs_within(hour - SECOND).await, 239);
    for expected in 0..10 {
        assert_eq!(number(&mut running.events).await, expected);
    }
    // The pong for the ping, and none unsolicited once all was read.
    let waiting = timeout(40 * SECOND, running.events.next());
    let (pongs, item) = tokio::join!(running.server.pongs_within(40 * SECOND), waiting);
    assert_eq!(pongs, 1);
    assert!(item.is_err(), "{item:?}");
    let (error, _) = lost(running.session).await;
    assert!(error.contains("nothing received for 45s"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn commands_are_sent_while_the_queue_is_full() {
    let bounds = Bounds {
        events: 1,
        bytes: 1 << 20,
    };
    let mut running = start(bounds, 1 << 20).await;
    running.server.send_number(0).await;
    running.server.send_number(1).await;
    sleep(SECOND).await;
    let subscribed = running.handle.subscribe([EventName::MessageReceived]);
    subscribed.await.expect("sent");
    assert_eq!(
        running.server.receive().await,
        r#"42["socket:bind:push",{"events":["message:received"]}]"#
    );
}

#[tokio::test(start_paused = true)]
async fn input_is_read_to_its_end_after_a_write_has_failed() {
    let bounds = Bounds {
        events: 2,
        bytes: 1 << 20,
    };
    let mut running = start(bounds, 1 << 20).await;
    for number in 0..1_000 {
        running.server.send_number(number).await;
    }
    // From now on, the client's pongs fail.
    drop(running.server);
    sleep(60 * SECOND).await;
    for expected in 0..1_000 {
        assert_eq!(number(&mut running.events).await, expected);
    }
    assert!(running.events.next().await.is_none());
    let (error, _) = lost(running.session).await;
    assert!(error.contains("closed by the server"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn input_is_read_after_a_send_timeout() {
    let mut running = start_with_pipe(512).await;
    // The server reads nothing. Commands stop when the pipe is full.
    let handle = running.handle.clone();
    let commands = tokio::spawn(async move {
        for _ in 0..100 {
            handle.subscribe([EventName::MessageReceived]).await?;
        }
        Ok::<_, Error>(Instant::now())
    });
    let begin = Instant::now();
    sleep(SECOND).await;
    running.server.send_number(0).await;
    assert!(!commands.is_finished(), "output is unbounded");
    assert_eq!(number(&mut running.events).await, 0);
    let blocked = begin.elapsed();
    assert!(
        blocked >= 10 * SECOND && blocked < 11 * SECOND,
        "the timeout is 10 s, not {blocked:?}"
    );
    // Without a server to inform, commands only change the subscription.
    commands.await.expect("no panic").expect("executed");
    running.server.send_number(1).await;
    assert_eq!(number(&mut running.events).await, 1);
    let (error, _) = lost(running.session).await;
    assert!(error.contains("accepted no data for 10s"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn pings_of_a_server_that_reads_nothing_are_not_piled_up() {
    for ping in [Message::text("2"), Message::Ping("payload".into())] {
        let mut running = start_with_pipe(512).await;
        let mut sent = 0;
        let send = async {
            while sent < 100_000 {
                running.server.0.send(ping.clone()).await.expect("open");
                sent += 1;
            }
        };
        let done = timeout(5 * SECOND, send).await;
        assert!(done.is_err(), "all were read");
        // Both directions of the pipe and the read buffer hold fewer.
        assert!(sent < 10_000, "{sent} were read");
    }
}

#[tokio::test(start_paused = true)]
async fn the_bytes_of_queued_events_are_bounded() {
    let bounds = Bounds {
        events: 1_000_000,
        bytes: 100_000,
    };
    let mut running = start(bounds, 1_000).await;
    let mut sent = 0;
    let send = async {
        let padding = "x".repeat(1_000);
        while sent < 100_000 {
            let text = format!(r#"42["made:up",{{"number":{sent},"padding":"{padding}"}}]"#);
            running.server.send(text).await;
            sent += 1;
        }
    };
    assert!(timeout(SECOND, send).await.is_err(), "unbounded");
    // 100 kB in the queue, and at most 64 KiB in the buffers of both libraries and in the pipe.
    assert!((80..170).contains(&sent), "{sent} events of 1 kB");
    let mut received = 0;
    while let Ok(item) = timeout(SECOND, running.events.next()).await {
        assert!(matches!(item, Some(Ok(Item::Event(_)))), "{item:?}");
        received += 1;
    }
    assert!(received >= sent, "{received} of {sent}");
}

#[tokio::test(start_paused = true)]
async fn a_fragmented_message_is_one_event_and_pings_come_between_fragments() {
    use tokio_tungstenite::tungstenite::protocol::frame::Frame;
    use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

    let mut running = start_default().await;
    let fragment = |text: &str, kind, last| {
        Message::Frame(Frame::message(
            text.as_bytes().to_vec(),
            OpCode::Data(kind),
            last,
        ))
    };
    for message in [
        Message::binary(vec![1, 2, 3]),
        fragment(r#"42["mad"#, Data::Text, false),
        Message::Ping("between".into()),
        fragment(r#"e:up","#, Data::Continue, false),
        fragment("7]", Data::Continue, true),
    ] {
        running.server.0.send(message).await.expect("open");
    }
    assert_eq!(number(&mut running.events).await, 7);
    let pong = running
        .server
        .0
        .next()
        .await
        .expect("open")
        .expect("a pong");
    assert_eq!(pong, Message::Pong("between".into()));
}

#[tokio::test(start_paused = true)]
async fn messages_that_are_too_long_in_fragments_lose_the_connection() {
    use tokio_tungstenite::tungstenite::protocol::frame::Frame;
    use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

    let mut running = start_default().await;
    let megabyte = vec![b'x'; 1 << 20];
    for index in 0..9 {
        let kind = if index == 0 {
            Data::Text
        } else {
            Data::Continue
        };
        let frame = Frame::message(megabyte.clone(), OpCode::Data(kind), false);
        let _ = running.server.0.send(Message::Frame(frame)).await;
    }
    let (error, _) = lost(running.session).await;
    assert!(error.contains("a message of 9437184 bytes"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_malformed_event_ends_the_session_when_it_is_read() {
    let mut running = start_default().await;
    running.server.send_number(0).await;
    running.server.send(r#"42["made:up",{]"#).await;
    running.server.send_number(1).await;
    assert_eq!(number(&mut running.events).await, 0);
    assert_eq!(number(&mut running.events).await, 1);
    let (error, _) = lost(running.session).await;
    assert!(error.contains("malformed frame"), "{error}");
    assert!(error.contains(r#"["made:up",{]"#), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_session_is_current_after_a_pause_only_once_the_server_has_responded() {
    for responds in [false, true] {
        let bounds = Bounds {
            events: 2,
            bytes: 1 << 20,
        };
        let mut running = start(bounds, 1 << 20).await;
        // The last one is read with room for another.
        for number in 0..9 {
            running.server.send_number(number).await;
        }
        sleep(SECOND).await;
        // The clock of the system is not paused.
        std::thread::sleep(Duration::from_millis(5));
        let paused = SystemTime::now();
        std::thread::sleep(Duration::from_millis(5));
        for expected in 0..9 {
            assert_eq!(number(&mut running.events).await, expected);
        }
        // The ping follows the next unsolicited pong, after 15 s.
        let waiting = timeout(20 * SECOND, running.events.next());
        if responds {
            // Receiving sends the pong.
            let receive = running.server.pongs_within(20 * SECOND);
            let (item, pongs) = tokio::join!(waiting, receive);
            assert!(item.is_err() && pongs == 1, "{item:?}, {pongs} pongs");
        } else {
            assert!(waiting.await.is_err());
        }
        drop(running.server);
        assert!(running.events.next().await.is_none());
        let Ok((End::Lost(_, current_at), _)) = running.session.await else {
            panic!("not lost");
        };
        assert_eq!(current_at > paused, responds);
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_at_the_end_of_a_pause() {
    let bounds = Bounds {
        events: 2,
        bytes: 1 << 20,
    };
    let mut running = start(bounds, 1 << 20).await;
    for number in 0..9 {
        running.server.send_number(number).await;
    }
    sleep(SECOND).await;
    for expected in 0..9 {
        assert_eq!(number(&mut running.events).await, expected);
    }
    let waiting = timeout(10 * SECOND, running.events.next());
    let sent = timeout(10 * SECOND, running.server.0.next());
    let (item, sent) = tokio::join!(waiting, sent);
    assert!(item.is_err() && sent.is_err(), "{item:?}, {sent:?}");
}
