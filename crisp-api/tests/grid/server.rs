//! Servers on loopback that misbehave at the level of TCP, TLS or HTTP.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::http::read_request;
use crate::reply::{End, Reply};
use crate::tls::self_signed;

/// The size at which a reply that never ends stops, so that a client without a limit fails its test and not the
/// machine.
const ENDLESS: u64 = 256 << 20;

/// The way in which a server fails.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// The port is not open.
    Refused,
    /// The accept queue is full, so the kernel drops every SYN.
    SynDropped,
    /// The host name does not resolve. There is no server.
    UnknownHost,
    /// A failure of the TLS handshake.
    Tls(TlsFault),
    /// Resets the connection before anything is read.
    ResetAtAccept,
    /// Resets the connection after the first byte of a request.
    ResetInRequest,
    /// Reads a request and sends the reply.
    Reply(Reply),
    /// Sends the reply to the first request, and a success to the others.
    FirstReply(Reply),
    /// A connection that served one request is closed or reset while idle.
    StaleIdle(End),
    /// A connection that served one request is reset when it receives a second one.
    StaleInUse,
}

impl From<Reply> for Fault {
    fn from(reply: Reply) -> Self {
        Self::Reply(reply)
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum TlsFault {
    /// The server never replies to the ClientHello.
    Silent,
    /// The server replies in plain HTTP.
    PlainHttp,
    /// The server closes the connection after the ClientHello.
    Closed,
    /// The server's certificate is self-signed.
    SelfSigned,
}

/// A running server. Dropping it closes its sockets.
pub(crate) struct FaultServer {
    pub(crate) base_url: String,
    state: Arc<State>,
    _tasks: JoinSet<()>,
    /// Sockets that must stay open for the fault to persist.
    _sockets: Vec<Box<dyn Any + Send + Sync>>,
}

#[derive(Default)]
struct State {
    requests: AtomicU32,
    bytes_written: AtomicU64,
    /// Ends the idle connection of `Fault::StaleIdle`.
    end_idle: Notify,
    idle_ended: Notify,
}

impl FaultServer {
    pub(crate) async fn start(fault: &Fault) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = socket.local_addr().unwrap();
        let host = match fault {
            Fault::Tls(_) => "https://127.0.0.1",
            Fault::UnknownHost => "http://unknown.invalid",
            _ => "http://127.0.0.1",
        };
        let state = Arc::new(State::default());
        let mut tasks = JoinSet::new();
        let mut sockets: Vec<Box<dyn Any + Send + Sync>> = Vec::new();
        match fault {
            // Bound but not listening: nobody else gets the port.
            Fault::Refused | Fault::UnknownHost => sockets.push(Box::new(socket)),
            Fault::SynDropped => {
                // Linux queues one connection more than the backlog says.
                sockets.push(Box::new(socket.listen(0).unwrap()));
                sockets.push(Box::new(TcpStream::connect(address).await.unwrap()));
            }
            fault => {
                let listener = socket.listen(64).unwrap();
                tasks.spawn(accept(listener, fault.clone(), Arc::clone(&state)));
            }
        }
        Self {
            base_url: format!("{host}:{}/v1", address.port()),
            state,
            _tasks: tasks,
            _sockets: sockets,
        }
    }

    /// The number of requests that were received in full.
    pub(crate) fn requests(&self) -> u32 {
        self.state.requests.load(Ordering::SeqCst)
    }

    /// The number of bytes that the kernel accepted for sending.
    pub(crate) fn bytes_written(&self) -> u64 {
        self.state.bytes_written.load(Ordering::SeqCst)
    }

    /// Makes the server end the connection that waits for a second request, and the count start anew.
    pub(crate) async fn end_idle(&self) {
        self.state.end_idle.notify_one();
        self.state.idle_ended.notified().await;
    }

    pub(crate) fn reset_count(&self) {
        self.state.requests.store(0, Ordering::SeqCst);
    }
}

async fn accept(listener: TcpListener, fault: Fault, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        connections.spawn(serve(stream, fault.clone(), Arc::clone(&state)));
    }
}

/// Serves one connection. An error ends it: most of them mean that the client gave up.
async fn serve(mut stream: TcpStream, fault: Fault, state: Arc<State>) {
    match fault {
        Fault::Refused | Fault::SynDropped | Fault::UnknownHost => {}
        Fault::ResetAtAccept => stream.set_zero_linger().unwrap(),
        Fault::ResetInRequest => {
            let _ = stream.read_u8().await;
            stream.set_zero_linger().unwrap();
        }
        Fault::Tls(fault) => serve_tls(stream, fault, &state).await,
        Fault::Reply(reply) => {
            if let Some(method) = state.read(&mut stream).await {
                state.reply(stream, &method, &reply).await;
            }
        }
        Fault::FirstReply(first) => {
            if let Some(method) = state.read(&mut stream).await {
                let reply = match state.requests.load(Ordering::SeqCst) {
                    1 => first,
                    _ => Reply::data("1"),
                };
                state.reply(stream, &method, &reply).await;
            }
        }
        Fault::StaleIdle(end) => {
            if let Some(method) = state.read(&mut stream).await
                && state.write(&mut stream, good_reply(&method)).await
            {
                state.end_idle.notified().await;
                state.end(stream, end).await;
                state.idle_ended.notify_one();
            }
        }
        Fault::StaleInUse => {
            if let Some(method) = state.read(&mut stream).await
                && state.write(&mut stream, good_reply(&method)).await
                && state.read(&mut stream).await.is_some()
            {
                stream.set_zero_linger().unwrap();
            }
        }
    }
}

async fn serve_tls(mut stream: TcpStream, fault: TlsFault, state: &State) {
    match fault {
        TlsFault::Silent => drain(&mut stream).await,
        TlsFault::PlainHttp => {
            let _ = stream.read(&mut [0; 4096]).await;
            let reply = Reply::html("400 Bad Request");
            if state.write(&mut stream, &reply.bytes).await {
                finish(&mut stream).await;
            }
        }
        TlsFault::Closed => {
            let _ = stream.read(&mut [0; 4096]).await;
            finish(&mut stream).await;
        }
        TlsFault::SelfSigned => {
            // A request gets through only if the client does not verify the certificate.
            if let Ok(mut stream) = self_signed().0.accept(stream).await {
                state.read(&mut stream).await;
            }
        }
    }
}

impl State {
    /// Reads and counts one request, and returns its method.
    async fn read(&self, stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
        let (method, _) = read_request(stream).await?;
        self.requests.fetch_add(1, Ordering::SeqCst);
        Some(method)
    }

    /// Writes and counts `bytes`. Returns whether the client accepted them all.
    async fn write(&self, stream: &mut TcpStream, bytes: impl AsRef<[u8]>) -> bool {
        let mut bytes = bytes.as_ref();
        while !bytes.is_empty() {
            let Ok(written) = stream.write(bytes).await else {
                return false;
            };
            self.bytes_written
                .fetch_add(written as u64, Ordering::SeqCst);
            bytes = &bytes[written..];
        }
        true
    }

    async fn reply(&self, mut stream: TcpStream, method: &str, reply: &Reply) {
        if self.write(&mut stream, reply.bytes_for(method)).await {
            self.end(stream, reply.end).await;
        }
    }

    async fn end(&self, mut stream: TcpStream, end: End) {
        match end {
            End::Close => finish(&mut stream).await,
            End::Reset => stream.set_zero_linger().unwrap(),
            End::Hang => drain(&mut stream).await,
            End::Repeat(bytes, pause) => {
                while self.bytes_written.load(Ordering::SeqCst) < ENDLESS
                    && self.write(&mut stream, bytes).await
                {
                    if !pause.is_zero() {
                        tokio::time::sleep(pause).await;
                    }
                }
                drain(&mut stream).await;
            }
        }
    }
}

/// A success after which the connection can be used again.
fn good_reply(method: &str) -> Vec<u8> {
    let body = r#"{"error":false,"reason":"listed","data":{"a":1}}"#;
    let length = body.len();
    let reply = Reply::raw(format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    ));
    reply.bytes_for(method).to_vec()
}

/// Ends the server's side of the connection, and waits until the client ends its own: a socket that is dropped with
/// unread data resets the connection.
async fn finish(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    let _ = stream.shutdown().await;
    drain(stream).await;
}

async fn drain(stream: &mut (impl AsyncRead + Unpin)) {
    while let Ok(1..) = stream.read(&mut [0; 4096]).await {}
}
