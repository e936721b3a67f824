//! Why a delivery is not taken.

use std::time::Duration;

use http::StatusCode;

use super::{SIGNATURE, TIMESTAMP};
use crate::Error;

/// What is wrong with a delivery, in [`Error::Hook`].
///
/// ```
/// use crisp_api::webhooks::{Fault, Hooks};
/// use crisp_api::{Error, HeaderMap};
///
/// let refused = Hooks::new("signing secret").verify(&HeaderMap::new(), b"{}");
/// assert!(matches!(refused, Err(Error::Hook { fault: Fault::MissingHeader { .. }, .. })));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A header without which nothing can be verified is not there.
    #[error("the header {name} is missing: only plugin hooks are signed, a website hook has a key")]
    #[non_exhaustive]
    MissingHeader {
        /// The name of the header.
        name: &'static str,
    },

    /// The signature is not one.
    #[error("the header {SIGNATURE} is not 64 hexadecimal digits in lower case")]
    BadHex,

    /// The signature is another than the secret, the timestamp and the body give.
    #[error(
        "the signature does not match: check that the secret is the plugin's signing secret, and \
         that the body is verified as it arrived, byte for byte"
    )]
    Mismatch,

    /// The timestamp is no number, and there is a limit on the age.
    #[error("the header {TIMESTAMP} is not a number of milliseconds")]
    BadTimestamp,

    /// It was signed too long ago: it may be an old one that someone sends again.
    #[error(
        "it was signed {} s ago, and {} s are allowed: check the clock, or allow more with \
         Hooks::max_age", .age.as_secs(), .limit.as_secs()
    )]
    #[non_exhaustive]
    TooOld {
        /// How long ago it was signed.
        age: Duration,
        /// How long ago it may be.
        limit: Duration,
    },

    /// The address that was called has no `?key=`.
    #[error("the address has no `?key=`: add it to the address that Crisp was given")]
    MissingKey,

    /// The `?key=` is another.
    #[error("the `?key=` is another: check the address that Crisp was given")]
    WrongKey,

    /// There is nothing to verify with.
    #[error("the secret or key of this receiver is empty: anyone could have sent the delivery")]
    NoSecret,

    /// The body is no JSON.
    #[error("the body is not JSON: {source}")]
    #[non_exhaustive]
    NotJson {
        /// What is wrong with it.
        source: serde_json::Error,
    },

    /// The body is JSON of another form. The payload of an event is no cause of this: one that does
    /// not have the known form is [`Event::Invalid`](crate::Event::Invalid).
    #[error("the body is not understood at `{path}`: {source}")]
    #[non_exhaustive]
    Form {
        /// Where in the body, such as `website_id`. `.` is the whole of it.
        path: String,
        /// What is wrong there.
        source: serde_json::Error,
    },

    /// An extractor could not read the body.
    #[error(
        "the body could not be read: {reason}; axum's DefaultBodyLimit says how long one may be"
    )]
    #[non_exhaustive]
    Body {
        /// What to answer: 413 where the body is too large.
        status: StatusCode,
        /// What went wrong.
        reason: String,
    },
}

impl Fault {
    /// What to answer: 401 to a delivery that does not prove to be Crisp's, 400 to one that is not
    /// understood, 413 to one that is too large, 500 where the receiver has no secret.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::MissingHeader { .. }
            | Self::BadHex
            | Self::Mismatch
            | Self::BadTimestamp
            | Self::TooOld { .. }
            | Self::MissingKey
            | Self::WrongKey => StatusCode::UNAUTHORIZED,
            Self::NoSecret => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NotJson { .. } | Self::Form { .. } => StatusCode::BAD_REQUEST,
            Self::Body { status, .. } => *status,
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Hook { fault }
    }
}
