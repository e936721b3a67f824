//! A server on loopback that sends the same response to every request.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The server. It runs on threads of its own, whose instructions and allocations are not counted.
pub struct Server {
    pub base_url: String,
    last_request: Arc<Mutex<String>>,
}

impl Server {
    pub fn start(body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let response: Arc<str> = format!(
            "HTTP/1.1 200 OK\r\ndate: Wed, 26 Nov 2025 10:00:00 GMT\r\n\
             content-type: application/json; charset=utf-8\r\ncontent-length: {}\r\n\
             bloom-status: DIRECT\r\nx-content-type-options: nosniff\r\n\
             access-control-allow-origin: *\r\n\r\n{body}",
            body.len()
        )
        .into();
        let last_request = Arc::<Mutex<String>>::default();
        let requests = Arc::clone(&last_request);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (response, requests) = (Arc::clone(&response), Arc::clone(&requests));
                // A client closes its connection when it is dropped.
                thread::spawn(move || serve(&stream.unwrap(), &response, &requests));
            }
        });
        Self {
            base_url,
            last_request,
        }
    }

    /// Returns the lines of the last request, sorted: the order of headers has no meaning.
    pub fn last_request(&self) -> Vec<String> {
        let request = self.last_request.lock().unwrap();
        let mut lines: Vec<_> = request.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }
}

fn serve(mut stream: &TcpStream, response: &str, last_request: &Mutex<String>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut request = String::new();
        let mut length = 0;
        while !request.ends_with("\r\n\r\n") {
            let start = request.len();
            if reader.read_line(&mut request)? == 0 {
                return Ok(());
            }
            let line = request[start..].to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        reader.by_ref().take(length).read_to_string(&mut request)?;
        *last_request.lock().unwrap() = request;
        stream.write_all(response.as_bytes())?;
    }
}
