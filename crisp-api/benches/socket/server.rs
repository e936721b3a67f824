//! The servers on loopback: for the address of the socket, and the socket.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use serde_json::json;
use tokio_tungstenite::tungstenite::{self, Message};

/// The payload of each message, with the fields that Crisp sends.
pub(crate) const DATA: &str = include_str!("message.json").trim_ascii();

#[derive(Clone, Copy)]
pub(crate) struct Addresses {
    pub(crate) rest: SocketAddr,
    pub(crate) socket: SocketAddr,
}

pub(crate) fn start() -> Addresses {
    let socket = start_socket();
    let rest = start_rest(socket);
    Addresses { rest, socket }
}

/// Responds to every request with the endpoint of the socket.
fn start_rest(socket: SocketAddr) -> SocketAddr {
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
    thread::spawn(move || {
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

/// Sends messages to each client that authenticates, until it disconnects. They are encoded once: the
/// server must not be the bottleneck.
fn start_socket() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let text = format!(r#"42["message:send",{DATA}]"#);
    let length = u16::try_from(text.len()).unwrap().to_be_bytes();
    let frame = [&[0x81, 126], &length[..], text.as_bytes()].concat();
    let frames = frame.repeat(1_000);
    thread::spawn(move || {
        for stream in listener.incoming() {
            // A client disconnects when it has its messages.
            let _ = send(stream.unwrap(), &frames);
        }
    });
    address
}

fn send(stream: TcpStream, frames: &[u8]) -> tungstenite::Result<()> {
    let handshake = json!({
        "sid": "1", "upgrades": [], "pingInterval": 25_000, "pingTimeout": 20_000,
        "maxPayload": 1_000_000,
    });
    let mut socket = tungstenite::accept(stream).unwrap();
    socket.send(Message::text(format!("0{handshake}")))?;
    socket.read()?;
    socket.send(Message::text(r#"40{"sid":"2"}"#))?;
    socket.read()?;
    socket.send(Message::text(r#"42["authenticated",true]"#))?;
    loop {
        socket.get_mut().write_all(frames)?;
    }
}
