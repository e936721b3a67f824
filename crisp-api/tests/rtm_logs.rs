//! No log of any crate contains the credentials of a realtime session. This is a test binary of its
//! own, because loggers are global.

#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

mod support;

use std::io;
use std::sync::Mutex;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crisp_api::rtm::{Item, Reconnect};
use crisp_api::{EventName, Tier};
use serde_json::json;
use support::{Reply, Server};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

const IDENTIFIER: &str = "5c0b8a9e-identifier";
const KEY: &str = "f00d+feed/secret=key";
const PERCENT_ENCODED: &str = "f00d%2Bfeed%2Fsecret%3Dkey";

static LOG: Mutex<String> = Mutex::new(String::new());

struct Logger;

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}\n", record.target(), record.args());
        LOG.lock().unwrap().push_str(&line);
    }

    fn flush(&self) {}
}

struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock()
            .unwrap()
            .push_str(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The forms in which the key may appear in text.
fn forms() -> Vec<String> {
    let mut forms = vec![KEY.to_owned(), PERCENT_ENCODED.to_owned()];
    let bytes: Vec<_> = KEY.bytes().map(|byte| byte.to_string()).collect();
    forms.push(bytes.join(", "));
    forms.push(BASE64_STANDARD.encode(format!("{IDENTIFIER}:{KEY}")));
    // In a longer text, the key begins at one of three positions within a group.
    for before in 0..3 {
        let text = format!("{}{KEY}", &"xx"[..before]);
        let encoded = BASE64_STANDARD.encode(&text);
        let first = if before == 0 { 0 } else { 4 };
        forms.push(encoded[first..text.len() / 3 * 4].to_owned());
    }
    forms
}

/// Returns the lines that contain the key.
fn leaks(log: &str) -> Vec<&str> {
    let forms = forms();
    log.lines()
        .filter(|line| forms.iter().any(|form| line.contains(form)))
        .collect()
}

/// A websocket server that logs nothing: the one of the other tests logs each frame.
struct Connection(BufReader<TcpStream>);

impl Connection {
    async fn accept(listener: &TcpListener) -> Self {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let mut key = String::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            match line.trim().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("sec-websocket-key") => {
                    key = value.to_owned();
                }
                None if line.trim().is_empty() => break,
                _ => {}
            }
        }
        let response = format!(
            "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-accept: {}\r\n\r\n",
            derive_accept_key(key.as_bytes())
        );
        stream.write_all(response.as_bytes()).await.unwrap();
        let mut connection = Self(stream);
        connection
            .send(r#"0{"sid":"a","pingInterval":25000,"pingTimeout":20000}"#)
            .await;
        assert_eq!(connection.receive().await, "40");
        connection.send(r#"40{"sid":"b"}"#).await;
        let authentication = connection.receive().await;
        assert!(authentication.contains(KEY), "{authentication}");
        connection.send(r#"42["authenticated",true]"#).await;
        connection.send(r#"42["made:up",{}]"#).await;
        connection
    }

    async fn send(&mut self, text: &str) {
        let length = u8::try_from(text.len()).unwrap();
        assert!(length < 126);
        let frame = [&[0x81, length], text.as_bytes()].concat();
        self.0.write_all(&frame).await.unwrap();
    }

    async fn receive(&mut self) -> String {
        let [_, length] = self.bytes().await;
        let length = match length & 0x7f {
            126 => u16::from_be_bytes(self.bytes().await).into(),
            length => usize::from(length),
        };
        let mask: [u8; 4] = self.bytes().await;
        let mut payload = vec![0; length];
        self.0.read_exact(&mut payload).await.unwrap();
        for (index, byte) in payload.iter_mut().enumerate() {
            *byte ^= mask[index % 4];
        }
        String::from_utf8(payload).unwrap()
    }

    async fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.read_exact(&mut bytes).await.unwrap();
        bytes
    }
}

#[test]
fn the_search_finds_each_form_of_the_key() {
    let mut encoded = BASE64_STANDARD.encode(format!("{{\"password\":\"{KEY}\"}}"));
    for _ in 0..3 {
        assert_eq!(leaks(&encoded).len(), 1, "{encoded}");
        encoded = BASE64_STANDARD.encode(format!("{}{{{KEY}}}", "x".repeat(encoded.len() % 3 + 1)));
    }
    for line in [KEY, PERCENT_ENCODED, &format!("{:?}", KEY.as_bytes())] {
        assert_eq!(leaks(line).len(), 1, "{line}");
    }
    assert!(leaks("f00d feed secret key").is_empty());
}

#[tokio::test]
async fn no_log_of_a_session_contains_the_key() {
    log::set_logger(&Logger).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(|| Writer)
        .with_ansi(false)
        .init();
    log::trace!("the logger works");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("ws://{}/w/", listener.local_addr().unwrap());
    let reply = Reply::data(json!({ "socket": { "app": endpoint } }));
    let server = Server::start(vec![reply; 3]).await;
    let crisp = server
        .builder()
        .credentials(Tier::Plugin, IDENTIFIER, KEY)
        .build()
        .unwrap();
    let delay = Duration::from_millis(20);
    let socket = crisp
        .rtm([EventName::MessageSend])
        .reconnect(Reconnect::after(delay, delay));
    let (events, connection) = tokio::join!(socket.connect(), Connection::accept(&listener));
    let mut events = events.unwrap();
    assert!(matches!(events.next().await, Some(Ok(Item::Event(_)))));
    drop(connection);
    let mut connection = Connection::accept(&listener).await;
    assert!(matches!(events.next().await, Some(Ok(Item::Gap(_)))));
    assert!(matches!(events.next().await, Some(Ok(Item::Event(_)))));
    drop(events);
    assert_eq!(connection.receive().await, "41");

    let log = LOG.lock().unwrap().clone();
    assert!(log.contains("the logger works"), "{log}");
    assert!(log.contains("TRACE"), "the subscriber has no event: {log}");
    let leaks = leaks(&log);
    assert!(leaks.is_empty(), "{leaks:#?}");
}
