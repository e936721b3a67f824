//! The error type and its parts.

mod api;
mod decode;
mod text;
#[cfg(feature = "client")]
mod transport;

use std::borrow::Cow;
use std::time::Duration;

use http::{Method, StatusCode};

pub use api::{ApiError, Reason};
pub use decode::DecodeError;
pub(crate) use text::excerpt;
#[cfg(feature = "client")]
pub use transport::{TransportError, TransportErrorKind};

/// The error type for requests, the realtime socket and webhook verification.
///
/// Each variant is one kind of failure. An error of a request names the operation
/// (`website.get_conversation`, or method and path for
/// [`Crisp::request`](crate::Crisp::request)), and its `Display` says how to fix it in a few hundred
/// characters. No error holds a credential. `Display` quotes no data of a successful response; text
/// from an error response is shortened, and its control characters are escaped, so it can be logged as
/// it is.
///
/// ```
/// use crisp_api::{Error, Reason};
///
/// fn explain(error: &Error) -> String {
///     match error {
///         Error::Api(api) if api.reason == Reason::InvalidData => format!("invalid: {error}"),
///         error if error.is_not_found() => "not found".to_owned(),
///         error if error.is_rate_limited() => format!("retry in {:?}", error.retry_after()),
///         error if error.is_retryable() => format!("temporary: {error}"),
///         error => error.to_string(),
///     }
/// }
/// # let _ = explain;
/// ```
///
/// Each variant can be constructed, to test how a program handles it:
///
/// ```
/// use std::time::Duration;
/// use crisp_api::{ApiError, Error, Method, Reason, StatusCode};
///
/// let mut api = ApiError::new(
///     "website.list_conversations",
///     Method::GET,
///     StatusCode::TOO_MANY_REQUESTS,
///     Reason::RateLimited,
/// );
/// api.retry_after = Some(Duration::from_secs(60));
/// let error = Error::from(api);
/// assert!(matches!(error, Error::RateLimited(_)));
/// assert!(error.is_rate_limited() && error.is_retryable());
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Crisp, or a proxy in front of it, responded with an error.
    #[error(transparent)]
    Api(Box<ApiError>),

    /// Too many requests: status 429 or 420, or 423 with the reason `quota_limit_exceeded`. The
    /// retries that [`Retry`](crate::Retry) allows were used up.
    #[error(transparent)]
    RateLimited(Box<ApiError>),

    /// There is no complete response, because the connection could not be established or was lost.
    #[cfg(feature = "client")]
    #[error(transparent)]
    Transport(Box<TransportError>),

    /// There is no complete response within the timeout. The request may have been executed.
    #[cfg(feature = "client")]
    #[error(
        "{operation}: timed out before the response was complete{}: Builder::timeout allows more time",
        unknown_outcome(.method)
    )]
    Timeout {
        /// The operation of the request.
        operation: Cow<'static, str>,
        /// The HTTP method of the request.
        method: Method,
    },

    /// The request succeeded, but its response does not have the expected form.
    #[error(transparent)]
    Decode(Box<DecodeError>),

    /// The request succeeded, but the body of its response is longer than
    /// [`Builder::max_response_size`](crate::Builder::max_response_size).
    #[error(
        "{operation}: the response body is longer than {limit} bytes: request less at once, or \
         raise Builder::max_response_size"
    )]
    ResponseTooLarge {
        /// The operation of the request.
        operation: Cow<'static, str>,
        /// The limit, in bytes.
        limit: usize,
    },

    /// An argument is invalid. Nothing was sent.
    #[error("{operation}: `{argument}` {}", excerpt(.message, 300))]
    InvalidArgument {
        /// The operation of the request.
        operation: Cow<'static, str>,
        /// The name of the argument.
        argument: Cow<'static, str>,
        /// The reason why it is invalid, and how to fix it.
        message: String,
    },

    /// The realtime socket could not be opened, or its connection was lost.
    #[error("rtm: {}", excerpt(.message, 300))]
    Socket {
        /// The cause.
        message: String,
    },

    /// Crisp rejected the credentials on the realtime socket.
    #[error(
        "rtm: Crisp rejected the credentials ({}): check the identifier, the key, and the tier that \
         the token was created for", excerpt(.message, 200)
    )]
    Unauthorized {
        /// The message from Crisp.
        message: String,
    },

    /// A setting of a [`Builder`](crate::Builder) is invalid.
    #[error("Builder::{setting}: {}", excerpt(.message, 300))]
    Config {
        /// The method of [`Builder`](crate::Builder) that set the value.
        setting: &'static str,
        /// The reason why it is invalid, and how to fix it.
        message: String,
    },

    /// A webhook delivery or widget request was rejected.
    #[cfg(feature = "webhooks")]
    #[error("webhook: {0}")]
    Webhook(crate::webhooks::VerifyError),
}

impl Error {
    /// Returns whether the same call can be repeated without risk of executing it twice, and with a
    /// chance to succeed.
    ///
    /// The retries of the client are used up by then, unless `Retry-After` was longer than 30 s, which
    /// fails at once. Wait for [`retry_after`](Self::retry_after) or about a minute, and limit the
    /// attempts: a wrong base URL or an expired certificate is a [`Transport`](Self::Transport) error
    /// too, with its own [`kind`](TransportError::kind).
    ///
    /// | variant | retryable |
    /// |---|---|
    /// | [`RateLimited`](Self::RateLimited) | yes |
    /// | [`Api`](Self::Api) | a GET or HEAD with status 408, 425, 500, 502, 503, 504, 520 to 524 or 529 |
    /// | [`Transport`](Self::Transport) | a GET or HEAD; any method if the request was not sent; never [`NoTls`](TransportErrorKind::NoTls) |
    /// | [`Timeout`](Self::Timeout) | a GET or HEAD |
    /// | [`Socket`](Self::Socket) | yes |
    /// | all others | no |
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::RateLimited(_) | Self::Socket { .. } => true,
            Self::Api(api) => {
                api.is_rate_limit() || is_read(&api.method) && is_transient(api.status)
            }
            #[cfg(feature = "client")]
            Self::Transport(transport) => {
                transport.kind != TransportErrorKind::NoTls
                    && (!transport.sent || is_read(&transport.method))
            }
            #[cfg(feature = "client")]
            Self::Timeout { method, .. } => is_read(method),
            _ => false,
        }
    }

    /// Returns whether a time limit was exceeded: [`Timeout`](Self::Timeout), or
    /// [`Transport`](Self::Transport) of the kind
    /// [`ConnectTimeout`](TransportErrorKind::ConnectTimeout).
    ///
    /// The statuses 408 and 504 are [`Api`](Self::Api) errors and not timeouts of this client.
    #[cfg(feature = "client")]
    pub fn is_timeout(&self) -> bool {
        match self {
            Self::Timeout { .. } => true,
            Self::Transport(transport) => transport.kind == TransportErrorKind::ConnectTimeout,
            _ => false,
        }
    }

    /// Returns whether Crisp rejected the request because of its rate limits or quotas:
    /// [`RateLimited`](Self::RateLimited), and no other variant of an error that this crate creates.
    pub fn is_rate_limited(&self) -> bool {
        match self {
            Self::RateLimited(_) => true,
            Self::Api(api) => api.is_rate_limit(),
            _ => false,
        }
    }

    /// Returns whether the requested resource does not exist: [`Api`](Self::Api) with status 404,
    /// and no other variant.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND)
    }

    /// Returns the time to wait before the next request, from when the response was received: the
    /// `Retry-After` header of [`Api`](Self::Api) and [`RateLimited`](Self::RateLimited).
    ///
    /// `None` if the response has no such header, and for the other variants. Wait about a minute then
    /// if the error is [`RateLimited`](Self::RateLimited), and back off after the others.
    pub fn retry_after(&self) -> Option<Duration> {
        self.api()?.retry_after
    }

    /// Returns the HTTP status of [`Api`](Self::Api) and [`RateLimited`](Self::RateLimited).
    ///
    /// `None` for the other variants.
    pub fn status(&self) -> Option<StatusCode> {
        Some(self.api()?.status)
    }

    /// Returns the reason that Crisp gave, of [`Api`](Self::Api) and
    /// [`RateLimited`](Self::RateLimited).
    ///
    /// `None` for the other variants.
    pub fn reason(&self) -> Option<&Reason> {
        Some(&self.api()?.reason)
    }

    /// Returns the operation that failed, such as `website.get_conversation`, or `rtm` for the
    /// realtime socket.
    ///
    /// `None` for [`Config`](Self::Config) and webhook errors.
    pub fn operation(&self) -> Option<&str> {
        match self {
            Self::Api(api) | Self::RateLimited(api) => Some(&api.operation),
            #[cfg(feature = "client")]
            Self::Transport(transport) => Some(&transport.operation),
            #[cfg(feature = "client")]
            Self::Timeout { operation, .. } => Some(operation),
            Self::Decode(decode) => Some(&decode.operation),
            Self::ResponseTooLarge { operation, .. } | Self::InvalidArgument { operation, .. } => {
                Some(operation)
            }
            Self::Socket { .. } | Self::Unauthorized { .. } => Some("rtm"),
            Self::Config { .. } => None,
            #[cfg(feature = "webhooks")]
            Self::Webhook(_) => None,
        }
    }

    fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(api) | Self::RateLimited(api) => Some(api),
            _ => None,
        }
    }

    #[cfg(feature = "client")]
    pub(crate) fn config(setting: &'static str, message: impl Into<String>) -> Self {
        Self::Config {
            setting,
            message: message.into(),
        }
    }
}

/// [`Error::RateLimited`] or [`Error::Api`], depending on the status and the reason.
impl From<ApiError> for Error {
    fn from(api: ApiError) -> Self {
        if api.is_rate_limit() {
            Self::RateLimited(Box::new(api))
        } else {
            Self::Api(Box::new(api))
        }
    }
}

/// Returns whether a request of this method can be executed twice without harm.
fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Warns about a write that was sent, but whose response is missing.
#[cfg(feature = "client")]
fn unknown_outcome(method: &Method) -> &'static str {
    if is_read(method) {
        ""
    } else {
        "; it may have been executed, so check before sending it again"
    }
}

/// Returns whether a later attempt may get another status. 520 to 524 are those of Cloudflare when
/// it cannot reach the origin, 529 is "overloaded".
fn is_transient(status: StatusCode) -> bool {
    matches!(
        status.as_u16(),
        408 | 425 | 500 | 502 | 503 | 504 | 520..=524 | 529
    )
}

/// An invalid argument, kept in the request until it is awaited.
#[cfg(feature = "client")]
#[derive(Clone, Debug)]
pub(crate) struct Invalid {
    pub(crate) argument: Cow<'static, str>,
    pub(crate) message: String,
}

#[cfg(feature = "client")]
impl Invalid {
    pub(crate) fn new(argument: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            argument: argument.into(),
            message: message.into(),
        }
    }

    pub(crate) fn of(self, operation: Cow<'static, str>) -> Error {
        Error::InvalidArgument {
            operation,
            argument: self.argument,
            message: self.message,
        }
    }
}
