//! The bytes that a fault server sends in response to a request.

use std::time::Duration;

/// A response as raw bytes, and how it ends.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) bytes: Vec<u8>,
    pub(crate) end: End,
}

/// The server's behaviour after the last byte of a reply.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// Ends its side of the connection (FIN).
    Close,
    /// Resets the connection (RST).
    Reset,
    /// Keeps the connection open and sends nothing more.
    Hang,
    /// Sends these bytes again and again, after a pause each time.
    Repeat(&'static [u8], Duration),
}

impl Reply {
    /// Sends `bytes` as they are.
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            bytes: bytes.into(),
            end: End::Close,
        }
    }

    /// A complete response with a body of the given type.
    pub(crate) fn typed(status: &str, content_type: &str, body: &str) -> Self {
        let length = body.len();
        Self::raw(format!(
            "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\
             connection: close\r\n\r\n{body}"
        ))
    }

    pub(crate) fn json(status: &str, body: &str) -> Self {
        Self::typed(status, "application/json", body)
    }

    pub(crate) fn html(status: &str) -> Self {
        Self::typed(status, "text/html", "<html><h1>Proxy</h1></html>")
    }

    /// A success in Crisp's envelope.
    pub(crate) fn data(data: &str) -> Self {
        let body = format!(r#"{{"error":false,"reason":"listed","data":{data}}}"#);
        Self::json("200 OK", &body)
    }

    /// An error in Crisp's envelope. `status` is a code and a reason phrase.
    pub(crate) fn error(status: &str, reason: &str) -> Self {
        let body = format!(r#"{{"error":true,"reason":"{reason}","data":{{}}}}"#);
        Self::json(status, &body)
    }

    /// An error in Crisp's envelope with a message, which must be valid within a JSON string.
    pub(crate) fn message(status: &str, reason: &str, message: &str) -> Self {
        let data = format!(r#"{{"message":"{message}"}}"#);
        let body = format!(r#"{{"error":true,"reason":"{reason}","data":{data}}}"#);
        Self::json(status, &body)
    }

    /// Only the head of a successful JSON response: status line, content type and `headers`, each ended by CRLF.
    pub(crate) fn head(status: &str, headers: &str) -> Self {
        Self::raw(format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n{headers}\r\n"
        ))
    }

    /// Adds a header to a complete response.
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        let line = self.bytes.windows(2).position(|two| two == b"\r\n");
        let at = line.expect("a response has a status line") + 2;
        let header = format!("{name}: {value}\r\n");
        let bytes = [&self.bytes[..at], header.as_bytes(), &self.bytes[at..]].concat();
        Self { bytes, ..self }
    }

    /// Appends to the bytes.
    pub(crate) fn then(mut self, bytes: &str) -> Self {
        self.bytes.extend_from_slice(bytes.as_bytes());
        self
    }

    pub(crate) fn end(self, end: End) -> Self {
        Self { end, ..self }
    }

    /// The bytes in response to `method`: a response to HEAD ends with its head.
    pub(crate) fn bytes_for(&self, method: &str) -> &[u8] {
        if method != "HEAD" {
            return &self.bytes;
        }
        let head = self.bytes.windows(4).position(|four| four == b"\r\n\r\n");
        head.map_or(&self.bytes, |end| &self.bytes[..end + 4])
    }
}
