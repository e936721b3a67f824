//! What can go wrong, told apart by cause.

use std::borrow::Cow;
use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

/// Why a request gave no answer that can be used, or a delivery is not taken.
///
/// Every error of a request names the operation (`website.get_conversation`, or method and path for
/// [`Crisp::request`](crate::Crisp::request)) and its `Display` says what to do about it. No error
/// holds a credential.
///
/// ```
/// use crisp_api::Error;
///
/// fn explain(error: &Error) -> String {
///     match error {
///         Error::RateLimited { retry_after: Some(time), .. } => format!("again in {time:?}"),
///         Error::Api { reason, .. } if reason == "invalid_data" => format!("mend it: {error}"),
///         other if other.is_not_found() => "no such thing".to_owned(),
///         other => other.to_string(),
///     }
/// }
/// # let _ = explain;
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Crisp, or a proxy before it, refused the request.
    #[error(
        "{operation}: Crisp answered {}: {}", told(.status, .reason, .message), advice(.status)
    )]
    #[non_exhaustive]
    Api {
        /// The operation that was asked for.
        operation: Cow<'static, str>,
        /// The HTTP status. A 2xx stands here only when the answer itself says `error: true`.
        status: StatusCode,
        /// The code of the failure in snake case, such as `not_found`. Where the answer has none,
        /// the status's name.
        reason: String,
        /// What Crisp says about it, or the beginning of a body that is not Crisp's. Empty when
        /// nothing is said.
        message: String,
        /// The `data` of the answer, `null` without one.
        data: Box<Value>,
    },

    /// Too many requests (429 or 420), and waiting as [`Retry`](crate::Retry) allows did not help.
    #[error(
        "{operation}: Crisp answered {}: {}", told(.status, .reason, .message), wait(.retry_after)
    )]
    #[non_exhaustive]
    RateLimited {
        /// The operation that was asked for.
        operation: Cow<'static, str>,
        /// 429 or 420.
        status: StatusCode,
        /// How long Crisp asks to wait, from the moment of its answer. `None` when it does not say.
        retry_after: Option<Duration>,
        /// The code of the failure in snake case.
        reason: String,
        /// What Crisp says about it, or empty.
        message: String,
    },

    /// No answer: the connection could not be opened, or broke.
    #[cfg(feature = "client")]
    #[error("{operation}: no answer from Crisp, {}", broken(.source))]
    #[non_exhaustive]
    Transport {
        /// The operation that was asked for.
        operation: Cow<'static, str>,
        /// What the HTTP client says, without the address.
        source: reqwest::Error,
    },

    /// No answer in time. The request may have been carried out all the same.
    #[cfg(feature = "client")]
    #[error(
        "{operation}: no whole answer from Crisp in time: see whether it was carried out before \
         sending it again, or give it longer with Builder::timeout"
    )]
    #[non_exhaustive]
    Timeout {
        /// The operation that was asked for.
        operation: Cow<'static, str>,
        /// What the HTTP client says, without the address.
        source: reqwest::Error,
    },

    /// Crisp carried out the request, but its answer does not have the form that this crate knows.
    #[error(
        "{operation}: the answer is not understood at `{path}`: {source}; near `{excerpt}`. \
         Report it, and read the answer as serde_json::Value with Crisp::request meanwhile"
    )]
    #[non_exhaustive]
    Decode {
        /// The operation that was asked for.
        operation: Cow<'static, str>,
        /// Where in the answer, such as `data[3].meta.email`.
        path: String,
        /// The text around that place, 200 characters at most.
        excerpt: String,
        /// What is wrong there.
        source: serde_json::Error,
    },

    /// A value that cannot be sent. Nothing was sent.
    #[error("{operation}: `{argument}` {reason}")]
    #[non_exhaustive]
    InvalidArgument {
        /// The operation that was asked for.
        operation: Cow<'static, str>,
        /// The name of the argument.
        argument: Cow<'static, str>,
        /// What is wrong with it, and what would do.
        reason: String,
    },

    /// The realtime socket could not be opened, or was lost.
    #[error("rtm: no realtime socket: {reason}")]
    #[non_exhaustive]
    Socket {
        /// What happened.
        reason: String,
    },

    /// Crisp refused the credentials on the realtime socket.
    #[error(
        "rtm: Crisp refused the credentials ({message}): check the identifier and the key, and that \
         Tier is the tier that they were made for"
    )]
    #[non_exhaustive]
    Unauthorized {
        /// What Crisp says about it.
        message: String,
    },

    /// A setting that [`Builder::build`](crate::Builder::build) cannot take.
    #[error("Builder::{setting}: {reason}")]
    #[non_exhaustive]
    Config {
        /// The method of [`Builder`](crate::Builder) that was given the value.
        setting: &'static str,
        /// What is wrong with it, and what would do.
        reason: String,
    },

    /// A delivery of a Web Hook that is not taken.
    #[cfg(feature = "webhooks")]
    #[error("Web Hook: {fault}")]
    #[non_exhaustive]
    Hook {
        /// What is wrong with it.
        fault: crate::webhooks::Fault,
    },
}

impl Error {
    /// The HTTP status of the answer, where there was one that says so.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Api { status, .. } | Self::RateLimited { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The code that Crisp gives as the reason, such as `not_found`.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Api { reason, .. } | Self::RateLimited { reason, .. } => Some(reason),
            _ => None,
        }
    }

    /// Whether what was asked for does not exist (404).
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND)
    }

    /// The operation that failed: none where no request was made.
    pub fn operation(&self) -> Option<&str> {
        match self {
            Self::Api { operation, .. }
            | Self::RateLimited { operation, .. }
            | Self::Decode { operation, .. }
            | Self::InvalidArgument { operation, .. } => Some(operation),
            Self::Socket { .. } | Self::Unauthorized { .. } => Some("rtm"),
            #[cfg(feature = "client")]
            Self::Transport { operation, .. } | Self::Timeout { operation, .. } => Some(operation),
            #[cfg(feature = "webhooks")]
            Self::Hook { .. } => None,
            Self::Config { .. } => None,
        }
    }

    #[cfg(feature = "client")]
    pub(crate) fn config(setting: &'static str, reason: impl Into<String>) -> Self {
        Self::Config {
            setting,
            reason: reason.into(),
        }
    }
}

/// An argument that cannot be sent, kept in the request until it is awaited.
#[cfg(feature = "client")]
#[derive(Clone, Debug)]
pub(crate) struct Invalid {
    pub(crate) argument: Cow<'static, str>,
    pub(crate) reason: String,
}

#[cfg(feature = "client")]
impl Invalid {
    pub(crate) fn new(argument: impl Into<Cow<'static, str>>, reason: impl Into<String>) -> Self {
        Self {
            argument: argument.into(),
            reason: reason.into(),
        }
    }

    pub(crate) fn of(self, operation: Cow<'static, str>) -> Error {
        Error::InvalidArgument {
            operation,
            argument: self.argument,
            reason: self.reason,
        }
    }
}

fn told(status: &StatusCode, reason: &str, message: &str) -> String {
    match message {
        "" => format!("{} {reason}", status.as_u16()),
        _ => format!("{} {reason} ({message})", status.as_u16()),
    }
}

fn wait(retry_after: &Option<Duration>) -> String {
    match retry_after {
        Some(time) => format!(
            "wait {} s before the next request",
            time.as_secs_f32().ceil()
        ),
        None => "wait before the next request, and send fewer of them".to_owned(),
    }
}

#[cfg(feature = "client")]
fn broken(source: &reqwest::Error) -> &'static str {
    if source.is_connect() {
        "the connection could not be opened, so nothing was sent: \
         check the network and Builder::base_url"
    } else {
        "the connection broke: see whether the request was carried out before sending it again"
    }
}

fn advice(status: &StatusCode) -> &'static str {
    match status.as_u16() {
        300..=399 => "redirects are not followed: set Builder::base_url to the address it moved to",
        400 | 422 => {
            "a value is not one that Crisp takes: compare the arguments with the reference"
        }
        401 => {
            "check the identifier and the key, and that Tier is the tier that they were made for"
        }
        402 => "the plan of this workspace does not include it, or its credits are used up",
        403 => "the token lacks the scope for it, or its plugin is not installed on this website",
        404 => "check the identifiers, and that they belong to this website",
        405 => "the route does not take this method: check it against the reference",
        409 => "it conflicts with what is there already: read the present state first",
        413 => "the body is too large: send less at once",
        423 => "it is locked for now: try again later",
        500..=599 => "Crisp has a failure: try again later, and see https://status.crisp.chat",
        _ => "see the reference for what this operation needs",
    }
}

/// At most 200 characters of `text` around byte `at`.
#[cfg(feature = "client")]
pub(crate) fn excerpt(text: &str, at: usize) -> String {
    let before = text
        .char_indices()
        .take_while(|(place, _)| *place < at)
        .count();
    text.chars()
        .skip(before.saturating_sub(100))
        .take(200)
        .collect()
}
