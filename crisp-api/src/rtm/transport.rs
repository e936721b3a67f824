//! A byte stream that stays readable after a write has failed.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A byte stream whose failed writes are recorded instead of returned; from then on, writes are
/// discarded.
///
/// A websocket library gives up on a stream as soon as a write fails. What the peer sent before it
/// went away would be lost with it, although it can still be read.
#[derive(Debug)]
pub(super) struct Transport<T> {
    io: T,
    write_error: Option<io::Error>,
}

impl<T> Transport<T> {
    pub(super) fn new(io: T) -> Self {
        Self {
            io,
            write_error: None,
        }
    }

    /// Discards what is written from now on, because of `error`.
    pub(super) fn fail_writes(&mut self, error: io::Error) {
        self.write_error.get_or_insert(error);
    }

    /// The first error of a write.
    pub(super) fn write_error(&self) -> Option<&io::Error> {
        self.write_error.as_ref()
    }
}

impl<T: AsyncWrite + Unpin> Transport<T> {
    /// Calls `write`, unless writes are discarded. A failure counts as having written `len` bytes.
    fn write_or_discard(
        &mut self,
        len: usize,
        write: impl FnOnce(Pin<&mut T>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if self.write_error.is_none() {
            match ready!(write(Pin::new(&mut self.io))) {
                Ok(0) if len > 0 => self.fail_writes(io::ErrorKind::WriteZero.into()),
                Ok(written) => return Poll::Ready(Ok(written)),
                Err(error) => self.fail_writes(error),
            }
        }
        Poll::Ready(Ok(len))
    }

    fn or_discard(
        &mut self,
        write: impl FnOnce(Pin<&mut T>) -> Poll<io::Result<()>>,
    ) -> Poll<io::Result<()>> {
        if self.write_error.is_none()
            && let Err(error) = ready!(write(Pin::new(&mut self.io)))
        {
            self.fail_writes(error);
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Transport<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Transport<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.write_or_discard(bytes.len(), |io| io.poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let len = slices.iter().map(|slice| slice.len()).sum();
        self.write_or_discard(len, |io| io.poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.or_discard(|io| io.poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.or_discard(|io| io.poll_shutdown(cx))
    }
}
