//! Connections that cannot be established, or are lost.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::io;

use http::Method;

use super::{excerpt, unknown_outcome};

/// The error of a connection that could not be established or was lost, in
/// [`Error::Transport`](crate::Error::Transport).
#[derive(Debug)]
#[non_exhaustive]
pub struct TransportError {
    /// The operation of the request.
    pub operation: Cow<'static, str>,
    /// The HTTP method of the request.
    pub method: Method,
    /// The cause.
    pub kind: TransportErrorKind,
    /// Whether the request may have reached Crisp. `false` if the connection was not established, or
    /// ended before the request was written.
    pub sent: bool,
    /// The error of the HTTP client, without the URL.
    pub source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The cause of a [`TransportError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The host name could not be resolved.
    Dns,
    /// The host refused the connection.
    ConnectionRefused,
    /// The connection, TLS handshake included, was not established within
    /// [`Builder::connect_timeout`](crate::Builder::connect_timeout).
    ConnectTimeout,
    /// The certificate of the server is not trusted, or is for another host.
    ///
    /// Reported for rustls only: with another [TLS library](crate#tls) it is [`Other`](Self::Other).
    Certificate,
    /// The TLS handshake failed for another reason than the certificate.
    ///
    /// Reported for rustls only, like [`Certificate`](Self::Certificate).
    Tls,
    /// The URL is HTTPS, and no TLS feature of this crate or of reqwest is enabled, such as
    /// `rustls-ring`.
    NoTls,
    /// The connection was reset by the server or the network.
    ConnectionReset,
    /// The server closed the connection before the response was complete.
    ConnectionClosed,
    /// The response is not valid HTTP.
    InvalidHttp,
    /// Any other cause: see [`TransportError::source`].
    Other,
}

impl TransportErrorKind {
    fn text(self) -> &'static str {
        match self {
            Self::Dns => "DNS lookup failed",
            Self::ConnectionRefused => "connection refused",
            Self::ConnectTimeout => "timed out while connecting",
            Self::Certificate => "the server's certificate was rejected",
            Self::Tls => "TLS handshake failed",
            Self::NoTls => "HTTPS needs a TLS feature of crisp-api",
            Self::ConnectionReset => "connection reset",
            Self::ConnectionClosed => "connection closed by the server",
            Self::InvalidHttp => "the response is not valid HTTP",
            Self::Other => "the connection failed",
        }
    }

    fn hint(self) -> &'static str {
        match self {
            Self::ConnectTimeout => {
                "check the network and Builder::base_url, or raise Builder::connect_timeout"
            }
            Self::Certificate => {
                "check the clock and Builder::base_url, or add the certificate of a proxy with \
                 Builder::http_client"
            }
            Self::Tls => "check that Builder::base_url is an HTTPS server",
            Self::NoTls => "enable the feature `rustls-ring` or `rustls-aws-lc`",
            _ => "check the network and Builder::base_url",
        }
    }
}

impl TransportError {
    /// Creates an error without a source. [`sent`](Self::sent) is `false` for the kinds that occur only
    /// while connecting.
    pub fn new(
        operation: impl Into<Cow<'static, str>>,
        method: Method,
        kind: TransportErrorKind,
    ) -> Self {
        Self {
            operation: operation.into(),
            method,
            kind,
            sent: !matches!(
                kind,
                TransportErrorKind::Dns
                    | TransportErrorKind::ConnectionRefused
                    | TransportErrorKind::ConnectTimeout
                    | TransportErrorKind::Certificate
                    | TransportErrorKind::Tls
                    | TransportErrorKind::NoTls
            ),
            source: None,
        }
    }

    pub(crate) fn from_reqwest(
        operation: Cow<'static, str>,
        method: Method,
        source: reqwest::Error,
    ) -> Self {
        Self {
            kind: classify(&source),
            sent: !source.is_connect() && !is_canceled(&source),
            source: Some(Box::new(source.without_url())),
            ..Self::new(operation, method, TransportErrorKind::Other)
        }
    }
}

/// Returns whether the connection ended before the HTTP client began to write the request.
fn is_canceled(error: &reqwest::Error) -> bool {
    let mut next = error.source();
    while let Some(source) = next {
        if let Some(http) = source.downcast_ref::<hyper::Error>() {
            return http.is_canceled();
        }
        next = source.source();
    }
    false
}

/// The text of hyper-util's error for an HTTPS URL if reqwest has no TLS. Its type is private. The
/// features of this crate do not decide it, as the program may enable a TLS feature of reqwest.
const NO_TLS: &str = "invalid URL, scheme is not http";

/// Finds the cause in the chain of sources, where the HTTP client puts it.
fn classify(error: &reqwest::Error) -> TransportErrorKind {
    if error.is_dns() {
        return TransportErrorKind::Dns;
    }
    let mut kind = TransportErrorKind::Other;
    let mut next = error.source();
    while let Some(source) = next {
        #[cfg(feature = "__rustls")]
        if let Some(tls) = source.downcast_ref::<rustls::Error>() {
            return match tls {
                rustls::Error::InvalidCertificate(_) => TransportErrorKind::Certificate,
                _ => TransportErrorKind::Tls,
            };
        }
        if let Some(io) = source.downcast_ref::<io::Error>() {
            match io.kind() {
                io::ErrorKind::ConnectionRefused => return TransportErrorKind::ConnectionRefused,
                io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe => kind = TransportErrorKind::ConnectionReset,
                io::ErrorKind::UnexpectedEof => kind = TransportErrorKind::ConnectionClosed,
                // An invalid length of the body, or of a chunk.
                io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                    kind = TransportErrorKind::InvalidHttp;
                }
                _ => {}
            }
            // An I/O error hides the error that it was made of from the chain.
            next = match io.get_ref() {
                Some(inner) => Some(inner),
                None => io.source(),
            };
            continue;
        }
        if error.is_connect() && source.to_string() == NO_TLS {
            return TransportErrorKind::NoTls;
        }
        if let Some(http) = source.downcast_ref::<hyper::Error>() {
            if http.is_incomplete_message() {
                kind = TransportErrorKind::ConnectionClosed;
            } else if http.is_parse() {
                kind = TransportErrorKind::InvalidHttp;
            }
        }
        next = source.source();
    }
    if kind == TransportErrorKind::Other && error.is_connect() && error.is_timeout() {
        kind = TransportErrorKind::ConnectTimeout;
    }
    kind
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = if self.sent {
            unknown_outcome(&self.method)
        } else {
            "; nothing was sent"
        };
        write!(
            f,
            "{}: {}{outcome}: {}",
            excerpt(&self.operation, 120),
            self.kind.text(),
            self.kind.hint(),
        )
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
