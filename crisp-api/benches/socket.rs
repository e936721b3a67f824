//! Throughput and memory of events over the realtime socket.
//!
//! ```text
//! cargo bench -p crisp-api --features rtm --bench socket
//! ```
//!
//! A local server sends messages as fast as they are read, to one client after another, each a process of its own:
//! this crate, a hand-written loop that decodes each message to a `serde_json::Value`, and the official Node client if
//! Node is installed. The figures depend on the machine: compare those of one run only.

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

#[path = "../tests/node/mod.rs"]
mod node;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crisp_api::rtm::Item;
use crisp_api::{Crisp, Event, EventName, Tier};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::process::Command;
use tokio_tungstenite::tungstenite::{self, Message};

const DATA: &str = include_str!("message.json").trim_ascii();

/// The number of messages that a client reads, in thousands.
const THOUSANDS: usize = 200;
const COUNT: usize = THOUSANDS * 1000;

const ROUNDS: usize = 3;

#[tokio::main]
async fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    if let [_, client, address] = &arguments[..] {
        let elapsed = match client.as_str() {
            "crisp-api" => crisp_api(address, Duration::ZERO).await,
            "crisp-api, late" => crisp_api(address, Duration::from_secs(2)).await,
            _ => by_hand(address).await,
        };
        return println!("{} {}", elapsed.as_nanos(), peak());
    }

    let socket = serve_socket();
    let rest = serve_rest(socket);
    println!("{COUNT} messages of {} bytes, {ROUNDS} rounds", DATA.len());
    for _ in 0..ROUNDS {
        let rest_v1 = format!("http://{rest}/v1");
        // The late one begins to read 2 s after the server began to send: its memory must stay bounded.
        for name in ["crisp-api", "crisp-api, late"] {
            measure(name, this([name, &rest_v1])).await;
        }
        measure(
            "by hand",
            this(["by hand", &format!("ws://{socket}/w/xx/")]),
        )
        .await;
        let count = COUNT.to_string();
        if let Some(child) = node::run("count.js", [&format!("http://{rest}"), &count]) {
            measure("node crisp-api", child).await;
        }
    }
}

/// Starts another process of this program.
fn this(arguments: [&str; 2]) -> tokio::process::Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Prints the figures that a client reports.
async fn measure(name: &str, child: tokio::process::Child) {
    let output = child.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{name} failed");
    let report = String::from_utf8(output.stdout).unwrap();
    let (nanoseconds, peak) = report.trim().split_once(' ').unwrap();
    let seconds = nanoseconds
        .parse::<u64>()
        .map(Duration::from_nanos)
        .unwrap()
        .as_secs_f64();
    let rate = COUNT as f64 / seconds;
    println!("{name:>16} {rate:>10.0} events/s, peak memory {peak} KiB");
}

/// Returns the peak memory of this process in KiB, on systems with `/proc`.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.map_or("unknown".into(), |peak| {
        peak.trim_matches(|c: char| !c.is_ascii_digit()).into()
    })
}

async fn crisp_api(base_url: &str, late: Duration) -> Duration {
    let crisp = Crisp::builder()
        .base_url(base_url)
        .credentials(Tier::Plugin, "identifier", "key")
        .build()
        .unwrap();
    let mut events = crisp.rtm([EventName::MessageSend]).connect().await.unwrap();
    tokio::time::sleep(late).await;
    let mut first = None;
    for _ in 0..COUNT {
        let item = events.next().await.unwrap().unwrap();
        assert!(
            matches!(item, Item::Event(Event::MessageSend(_))),
            "{item:?}"
        );
        first.get_or_insert_with(Instant::now);
    }
    first.unwrap().elapsed()
}

async fn by_hand(url: &str) -> Duration {
    let address = url["ws://".len()..].split('/').next().unwrap();
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let url = format!("{url}?EIO=4&transport=websocket");
    let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
    for packet in ["40", r#"42["authentication",{}]"#] {
        socket.next().await.unwrap().unwrap();
        socket.send(Message::text(packet)).await.unwrap();
    }
    let mut first = None;
    let mut received = 0;
    while received < COUNT {
        let frame = socket.next().await.unwrap().unwrap();
        let event = frame.to_text().unwrap().strip_prefix("42").unwrap();
        let (name, data): (String, Value) = serde_json::from_str(event).unwrap();
        if name == "message:send" {
            assert_eq!(data["type"], "text");
            first.get_or_insert_with(Instant::now);
            received += 1;
        }
    }
    first.unwrap().elapsed()
}

/// Answers every request with the endpoint of the socket.
fn serve_rest(socket: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let endpoint = format!("http://{socket}/w/xx/");
    let data = json!({ "socket": { "app": endpoint } });
    let body = json!({ "error": false, "reason": "resolved", "data": data }).to_string();
    let response = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    );
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut line = String::new();
            while stream.read_line(&mut line).unwrap() > 2 {
                line.clear();
            }
            stream.get_mut().write_all(response.as_bytes()).unwrap();
        }
    });
    address
}

/// Sends the messages to each client that authenticates. They are encoded once: the server must not be what is measured.
fn serve_socket() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let text = format!(r#"42["message:send",{DATA}]"#);
    let length = u16::try_from(text.len()).unwrap().to_be_bytes();
    let frame = [&[0x81, 126], &length[..], text.as_bytes()].concat();
    let frames = frame.repeat(1000);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut socket = tungstenite::accept(stream.unwrap()).unwrap();
            let handshake = json!({
                "sid": "1", "upgrades": [], "pingInterval": 25_000, "pingTimeout": 20_000,
                "maxPayload": 1_000_000,
            });
            socket.send(Message::text(format!("0{handshake}"))).unwrap();
            socket.read().unwrap();
            socket.send(Message::text(r#"40{"sid":"2"}"#)).unwrap();
            socket.read().unwrap();
            socket
                .send(Message::text(r#"42["authenticated",true]"#))
                .unwrap();
            // A client disconnects when it has its messages.
            let _ = (0..THOUSANDS).try_for_each(|_| socket.get_mut().write_all(&frames));
        }
    });
    address
}
