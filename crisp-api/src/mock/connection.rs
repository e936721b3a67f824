//! Accepts connections and bounds each one: how long it may take to send, and how much it may make the mock buffer.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Buf;
use http::{Request, Response};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Further connections wait in the backlog of the system.
const MAX_CONNECTIONS: usize = 1024;

/// The limit of the request line and all headers together, in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// The time limit to send the head of a request, and to send its body. An idle connection is closed after it too.
pub(super) const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// The time that Crisp gives a socket to authenticate.
const AUTHENTICATION_TIMEOUT: Duration = Duration::from_secs(10);

/// The limit of bytes that a socket may send before the end of a Socket.IO event. A subscription to 20,000 websites
/// fits. Heartbeats count too, at 7 bytes in 25 s: a client that sends no events reaches the limit after 40 days.
pub(super) const MAX_MESSAGE: u64 = 1024 * 1024;

/// The limit of bytes that are queued for a socket that reads more slowly than events are emitted.
const MAX_QUEUE: u64 = 64 * 1024 * 1024;

/// Serves connections until `stop` resolves, then ends all of them.
pub(super) async fn serve<S, B>(
    listener: TcpListener,
    service: S,
    mut stop: oneshot::Receiver<Infallible>,
) where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body + Send + 'static,
    B::Data: Buf + Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let mut connections = JoinSet::new();
    loop {
        let has_room = connections.len() < MAX_CONNECTIONS;
        tokio::select! {
            _ = &mut stop => return,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if has_room => match accepted {
                Ok((stream, _)) => _ = connections.spawn(serve_connection(stream, service.clone())),
                // Too many open files, for example: it takes time until that changes.
                Err(_) => sleep(Duration::from_millis(50)).await,
            },
        }
    }
}

/// Serves one connection to its end. Dropping this future ends the connection, even if it was upgraded.
async fn serve_connection<S, B>(stream: TcpStream, service: S)
where
    S: Service<Request<Incoming>, Response = Response<B>>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let link = Link::default();
    let (_open, closed) = oneshot::channel();
    let (alive, mut ended) = oneshot::channel::<Infallible>();
    let stream = Stream {
        stream,
        link: link.clone(),
        closed: Some(closed),
        _alive: alive,
    };
    let extension = link.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(extension.clone());
        service.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(READ_TIMEOUT)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let lifetime = async {
        if connection.await.is_err() {
            return;
        }
        // An upgraded connection remains, owned by tasks of the Socket.IO server.
        link.reset_read_limit();
        tokio::select! {
            _ = &mut ended => return,
            result = timeout(AUTHENTICATION_TIMEOUT, link.0.authenticated.notified()) => {
                if result.is_err() {
                    return;
                }
            }
        }
        // Fails when the stream is dropped.
        let _ = ended.await;
    };
    tokio::select! {
        () = lifetime => {}
        () = link.0.close.notified() => {}
    }
}

/// A handle to a connection, found in the extensions of its requests.
#[derive(Clone, Debug, Default)]
pub(super) struct Link(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// The bytes that may still be read.
    readable: AtomicU64,
    /// The bytes that were written so far.
    written: AtomicU64,
    /// The bytes of the events that were emitted so far.
    emitted: AtomicU64,
    authenticated: Notify,
    close: Notify,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            // The limits of a request apply until the connection is upgraded.
            readable: AtomicU64::new(u64::MAX),
            written: AtomicU64::default(),
            emitted: AtomicU64::default(),
            authenticated: Notify::new(),
            close: Notify::new(),
        }
    }
}

impl Link {
    /// Allows the next message, as the previous one was received in full.
    pub(super) fn reset_read_limit(&self) {
        self.0.readable.store(MAX_MESSAGE, Ordering::Relaxed);
    }

    /// Ends the time limit to authenticate.
    pub(super) fn set_authenticated(&self) {
        self.0.authenticated.notify_one();
    }

    /// Closes the connection.
    pub(super) fn close(&self) {
        self.0.close.notify_one();
    }

    /// Adds a frame of `size` bytes to the queue; returns `false` when the queue is full.
    pub(super) fn enqueue(&self, size: u64) -> bool {
        let written = self.0.written.load(Ordering::Relaxed);
        let emitted = self.0.emitted.load(Ordering::Relaxed) + size;
        // The responses that came before the upgrade were written too, and the heartbeats: a few hundred bytes.
        if emitted.saturating_sub(written) > MAX_QUEUE {
            return false;
        }
        self.0.emitted.store(emitted, Ordering::Relaxed);
        true
    }

    fn received(&self, count: u64) -> io::Result<()> {
        let readable = self.0.readable.load(Ordering::Relaxed);
        match readable.checked_sub(count) {
            Some(rest) => self.0.readable.store(rest, Ordering::Relaxed),
            None => return Err(io::Error::other("the message is too large")),
        }
        Ok(())
    }
}

/// The stream of a connection, with its limits.
#[derive(Debug)]
struct Stream {
    stream: TcpStream,
    link: Link,
    /// Resolves when the connection is to be closed; then it is `None`.
    closed: Option<oneshot::Receiver<Infallible>>,
    /// Dropped with the stream, which is the signal that the connection ended.
    _alive: oneshot::Sender<Infallible>,
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(closed) = &mut self.closed else {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        };
        if Pin::new(closed).poll(context).is_ready() {
            self.closed = None;
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let count = buffer.filled().len() - before;
        Poll::Ready(self.link.received(count as u64))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let count = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        let written = &self.link.0.written;
        written.fetch_add(count as u64, Ordering::Relaxed);
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
