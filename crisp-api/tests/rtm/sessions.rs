//! What passes from one session to the next, and how a slow reader is served.

use std::ops::Range;
use std::time::Duration;

use crisp_api::rtm::{Control, Events, Reconnect, State};
use crisp_api::{Crisp, Error, Event, EventName};
use futures_util::StreamExt as _;
use serde_json::json;
use tokio::time::{sleep, timeout};

use crate::peer::{Peer, Settings};
use crate::script::{Connection, HANDSHAKE, Script};
use crate::support::{KEY, Reply, Server};
use crate::{cause, client, connected, next, number, quick};

/// Heard at least every 200 ms.
const LIVELY: &str = r#"0{"sid":"a","upgrades":[],"pingInterval":100,"pingTimeout":100}"#;

pub(crate) async fn open(crisp: &Crisp, script: &Script) -> (Events, Connection) {
    open_with(crisp, script, HANDSHAKE).await
}

async fn open_with(crisp: &Crisp, script: &Script, handshake: &str) -> (Events, Connection) {
    let welcome = script.welcome_with(handshake);
    let (events, connection) = tokio::join!(quick(crisp).connect(), welcome);
    (events.unwrap(), connection)
}

/// Says events that carry these numbers.
async fn say_numbers(connection: &mut Connection, numbers: Range<u64>) {
    for number in numbers {
        connection.say(&format!(r#"42["made:up",{number}]"#)).await;
    }
}

pub(crate) async fn until_reconnecting(control: &Control) {
    let wait = async {
        while !matches!(control.state(), State::Reconnecting { .. }) {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(10), wait).await.unwrap();
}

/// The number that an event of no known name carries.
async fn datum(events: &mut Events) -> u64 {
    match next(events).await {
        Some(Ok(Event::Unknown { data, .. })) => data.as_u64().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_reader_that_is_slow_all_the_time_stays_connected() {
    let settings = Settings::pinging(1_000, 1_000);
    let Some(mut peer) = Peer::start(settings).await else {
        return;
    };
    let (server, crisp) = client(&peer.endpoint()).await;
    let mut events = quick(&crisp).connect().await.unwrap();
    peer.told("authentication").await;
    peer.emit(0, 120, 0).await;
    for expected in 0..120 {
        assert_eq!(number(&mut events).await, expected);
        sleep(Duration::from_millis(50)).await;
    }
    peer.emit(120, 5, 0).await;
    for expected in 120..125 {
        assert_eq!(number(&mut events).await, expected);
    }
    assert_eq!(server.count(), 1, "one session was enough");
}

#[tokio::test]
async fn a_reader_that_stops_holds_the_server_up() {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let (mut events, mut connection) = open(&crisp, &script).await;
    let sending = tokio::spawn(async move {
        let padding = "x".repeat(64 << 10);
        for number in 0..1_000 {
            let text = format!(r#"42["made:up",{{"number":{number},"padding":"{padding}"}}]"#);
            connection.say(&text).await;
        }
        connection
    });
    sleep(Duration::from_secs(2)).await;
    assert!(!sending.is_finished(), "64 MB went somewhere");
    for expected in 0..1_000 {
        let event = next(&mut events).await.unwrap().unwrap();
        let Event::Unknown { data, .. } = event else {
            panic!("{event:?}");
        };
        assert_eq!(data["number"], expected);
    }
    sending.await.unwrap();
}

#[tokio::test]
async fn an_event_without_room_outlives_its_session() {
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let (mut events, mut connection) = open_with(&crisp, &script, LIVELY).await;
    say_numbers(&mut connection, 0..33).await;
    sleep(Duration::from_millis(100)).await;
    drop(connection);
    let mut connection = script.welcome().await;
    say_numbers(&mut connection, 33..34).await;
    for expected in 0..34 {
        assert_eq!(datum(&mut events).await, expected);
    }
}

#[tokio::test]
async fn a_reader_that_comes_back_finds_its_connection() {
    let script = Script::start().await;
    let (server, crisp) = client(&script.endpoint()).await;
    let (mut events, mut connection) = open_with(&crisp, &script, LIVELY).await;
    say_numbers(&mut connection, 0..33).await;
    // Longer than the server may be silent. It hears from the client all the while, and not all the time.
    sleep(Duration::from_millis(600)).await;
    for expected in 0..33 {
        assert_eq!(datum(&mut events).await, expected);
    }
    sleep(Duration::from_millis(30)).await;
    say_numbers(&mut connection, 33..34).await;
    assert_eq!(datum(&mut events).await, 33);
    assert_eq!(server.count(), 1, "one session was enough");
    let mut pongs = 0;
    while let Ok(heard) = timeout(Duration::from_millis(20), connection.hear()).await {
        assert_eq!(heard, "3");
        pongs += 1;
    }
    assert!((2..20).contains(&pongs), "{pongs} pongs");
}

#[tokio::test]
async fn what_came_is_read_before_silence_counts() {
    let script = Script::start().await;
    let (server, crisp) = client(&script.endpoint()).await;
    let (mut events, mut connection) = open_with(&crisp, &script, LIVELY).await;
    for round in 0..20 {
        say_numbers(&mut connection, round..round + 1).await;
        // This is the thread of the client, too.
        std::thread::sleep(Duration::from_millis(220));
        assert_eq!(datum(&mut events).await, round);
    }
    assert_eq!(server.count(), 1, "one session was enough");
}

#[tokio::test]
async fn refused_in_a_session_it_ends_and_commands_do_too() {
    let script = Script::start().await;
    let (server, crisp) = client(&script.endpoint()).await;
    let (mut events, mut connection) = open(&crisp, &script).await;
    say_numbers(&mut connection, 0..33).await;
    let control = events.control();
    control.rebind().await.unwrap();
    let waiting = control.clone();
    let waiting = tokio::spawn(async move { waiting.rebind().await });
    assert_eq!(datum(&mut events).await, 0);
    let unauthorized = format!(r#"42["unauthorized",{{"message":"{KEY} has expired"}}]"#);
    connection.say(&unauthorized).await;
    sleep(Duration::from_millis(200)).await;
    // The queue is full, and nobody but the one who asks reads it.
    let bound = control.bind([EventName::MessageSend]);
    let bound = timeout(Duration::from_secs(5), bound).await;
    let error = bound.expect("it waits").expect_err("it has ended");
    assert!(error.to_string().contains("connect again"), "{error}");
    assert!(matches!(control.state(), State::Closed));
    let waiting = timeout(Duration::from_secs(1), waiting).await;
    waiting
        .expect("it waits")
        .unwrap()
        .expect_err("it has ended");
    for expected in 1..33 {
        assert_eq!(datum(&mut events).await, expected);
    }
    let error = next(&mut events).await.unwrap().expect_err("unauthorized");
    assert!(
        matches!(&error, Error::Unauthorized { message, .. } if message == "[redacted] has expired"),
        "{error:?}"
    );
    assert!(next(&mut events).await.is_none());
    assert_eq!(server.count(), 1, "no attempt follows");
}

#[tokio::test]
async fn sessions_that_do_not_hold_use_up_the_attempts() {
    let wait = Duration::from_millis(50);
    for (handshake, kept) in [(HANDSHAKE, false), (LIVELY, true)] {
        let script = Script::start().await;
        let (server, crisp) = client(&script.endpoint()).await;
        let socket = quick(&crisp).reconnect(Reconnect::after(wait, wait).times(3));
        let serve = async {
            let mut connections = Vec::new();
            loop {
                let connection = script.welcome_with(handshake).await;
                // It is closed at once, or nothing is ever heard on it.
                connections.extend(kept.then_some(connection));
            }
        };
        let read = async {
            let mut events = socket.connect().await.unwrap();
            next(&mut events)
                .await
                .unwrap()
                .expect_err("it does not hold")
        };
        let error = tokio::select! {
            () = serve => unreachable!("it serves for ever"),
            error = read => error,
        };
        assert!(matches!(error, Error::Socket { .. }), "{error:?}");
        assert_eq!(server.count(), 4);
    }
}

/// A client that is told where the socket is only once, and then `reply`.
async fn told_once(script: &Script, reply: Reply) -> (Server, Crisp) {
    let endpoint = json!({ "socket": { "app": script.endpoint() } });
    let mut replies = vec![Reply::data(endpoint)];
    replies.resize(20, reply);
    let server = Server::start(replies).await;
    let crisp = server.builder().build().unwrap();
    (server, crisp)
}

#[tokio::test]
async fn credentials_that_the_rest_api_refuses_end_the_stream() {
    for status in [401, 403] {
        let script = Script::start().await;
        let (server, crisp) = told_once(&script, Reply::error(status, "invalid_session")).await;
        let (mut events, connection) = open(&crisp, &script).await;
        drop(connection);
        let error = next(&mut events).await.unwrap().expect_err("refused");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert!(next(&mut events).await.is_none());
        assert_eq!(server.count(), 2, "no attempt follows");
    }
}

#[tokio::test]
async fn a_wait_that_is_asked_for_is_kept_and_has_a_bound() {
    for (seconds, expected) in [(7_200, 7_200), (u64::MAX, 30 * 86_400)] {
        let script = Script::start().await;
        let limited = Reply::error(429, "rate_limited").header("retry-after", seconds);
        let (_server, crisp) = told_once(&script, limited).await;
        let (events, connection) = open(&crisp, &script).await;
        let mut states = events.control().states();
        drop(connection);
        let kept = async {
            loop {
                if let Some(State::Lost { cause, wait, .. }) = states.next().await
                    && matches!(*cause, Error::RateLimited { .. })
                {
                    return wait;
                }
            }
        };
        let wait = timeout(Duration::from_secs(10), kept)
            .await
            .expect("no wait");
        assert_eq!(wait, Duration::from_secs(expected));
    }
    let script = Script::start().await;
    let (_server, crisp) = client(&script.endpoint()).await;
    let never = Reconnect::after(Duration::MAX, Duration::MAX);
    let socket = quick(&crisp).reconnect(never);
    let (events, connection) = tokio::join!(socket.connect(), script.welcome());
    let mut events = events.unwrap();
    drop(connection);
    let item = timeout(Duration::from_millis(500), events.next()).await;
    assert!(item.is_err(), "{item:?}");
    assert!(matches!(events.control().state(), State::Lost { .. }));
}

#[tokio::test]
async fn no_frame_brings_the_key_into_an_error() {
    for frame in [
        format!("junk {KEY}"),
        format!(r#"42["authentication",{{"password":"{KEY}"}}"#),
        // Cut off within the key, if it were cut off first.
        format!("{}{KEY}", "x".repeat(190)),
        // What the reason quotes.
        format!(r#"42"{KEY}""#),
        format!(r#"0{{"pingInterval":"{KEY}","pingTimeout":1}}"#),
        format!(r#"42"{}""#, "x".repeat(1 << 20)),
    ] {
        let script = Script::start().await;
        let (_server, crisp) = client(&script.endpoint()).await;
        let (events, mut connection) = open(&crisp, &script).await;
        let mut states = events.control().states();
        connected(&mut states).await;
        connection.say(&frame).await;
        let cause = cause(&mut states).await;
        assert!(cause.contains("a frame is not understood"), "{cause}");
        assert!(!cause.contains(&KEY[..6]), "{cause}");
        assert!(cause.len() < 1_000, "{} bytes", cause.len());
    }
}

#[tokio::test]
async fn the_key_goes_to_no_address_but_the_one_that_was_told() {
    let script = Script::start().await;
    let elsewhere = script.endpoint().replace("ws://", "http://");
    let redirect = Reply::new(307, "").header("location", format!("{elsewhere}/?EIO=4"));
    let relay = Server::start(vec![redirect]).await;
    let endpoint = json!({ "socket": { "app": relay.base_url } });
    let server = Server::start(vec![Reply::data(endpoint)]).await;
    let settings = crisp_api::reqwest::Client::builder;
    let crisp = server.builder().http_client(settings).build().unwrap();
    let error = quick(&crisp).connect().await.expect_err("redirected");
    assert!(error.to_string().contains("307"), "{error}");
    let reached = timeout(Duration::from_millis(200), script.accept()).await;
    assert!(reached.is_err());
}

#[test]
fn the_stream_is_closed_when_its_runtime_is() {
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap()
    };
    let (theirs, ours) = (runtime(), runtime());
    let (script, _server, crisp) = theirs.block_on(async {
        let script = Script::start().await;
        let (server, crisp) = client(&script.endpoint()).await;
        (script, server, crisp)
    });
    let connection = theirs.spawn(async move { script.welcome().await });
    let mut events = ours.block_on(quick(&crisp).connect()).unwrap();
    let control = events.control();
    ours.shutdown_timeout(Duration::from_secs(5));
    theirs.block_on(async {
        connection.await.unwrap();
        assert!(next(&mut events).await.is_none());
        assert!(matches!(control.state(), State::Closed));
        assert!(matches!(
            next(&mut control.states()).await,
            Some(State::Closed)
        ));
        control.rebind().await.expect_err("it has ended");
    });
}
