//! The error type of webhook verification.

use std::time::Duration;

use http::StatusCode;

use super::{SIGNATURE_HEADER, TIMESTAMP_HEADER};
use crate::Error;
use crate::error::excerpt;

/// Reason why a webhook delivery or widget request was rejected, in [`Error::Webhook`].
///
/// ```
/// use crisp_api::webhooks::{Verifier, VerifyError};
/// use crisp_api::{Error, HeaderMap};
///
/// let result = Verifier::new("signing secret").verify(&HeaderMap::new(), b"{}");
/// assert!(matches!(result, Err(Error::Webhook(VerifyError::MissingHeader { .. }))));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// A header required for verification is missing.
    #[error(
        "the header {name} is missing: only plugin webhooks are signed, verify a website webhook \
         with UrlKeyVerifier"
    )]
    MissingHeader {
        /// The name of the header.
        name: &'static str,
    },

    /// The signature header is malformed.
    #[error("the header {SIGNATURE_HEADER} is not 64 lowercase hexadecimal digits")]
    InvalidSignature,

    /// The signature does not match the secret, timestamp and body.
    #[error(
        "the signature does not match: check that the secret is the plugin's signing secret, and \
         that the body is verified as received, byte for byte"
    )]
    SignatureMismatch,

    /// The timestamp header is malformed.
    #[error("the header {TIMESTAMP_HEADER} is not a number of seconds or milliseconds")]
    InvalidTimestamp,

    /// The timestamp is too far in the past: the request is late, or a replay.
    #[error(
        "signed {} s ago, and at most {} s are accepted: check this machine's clock, or widen the \
         window with Verifier::tolerance", .age.as_secs(), .tolerance.as_secs()
    )]
    TooOld {
        /// Time since the request was signed.
        age: Duration,
        /// The configured [`tolerance`](super::Verifier::tolerance).
        tolerance: Duration,
    },

    /// The timestamp is too far in the future.
    #[error(
        "signed {} s in the future, and at most {} s are accepted: check this machine's clock, or \
         widen the window with Verifier::tolerance", .ahead.as_secs(), .tolerance.as_secs()
    )]
    InFuture {
        /// Time until the timestamp.
        ahead: Duration,
        /// The configured [`tolerance`](super::Verifier::tolerance).
        tolerance: Duration,
    },

    /// The requested URL has no `?key=`.
    #[error("the URL has no `?key=`: add it to the webhook's URL in Crisp")]
    MissingKey,

    /// The `?key=` of the requested URL does not match.
    #[error("the `?key=` does not match: check the webhook's URL in Crisp")]
    WrongKey,

    /// A secret or key of this receiver is empty.
    #[error("a secret or key of this receiver is empty: anyone could forge a delivery")]
    NoSecret,

    /// The body is not valid JSON.
    #[error("the body is not JSON: {}", excerpt(.message, 200))]
    InvalidJson {
        /// The syntax error.
        message: String,
    },

    /// The body is valid JSON, but not a webhook delivery or not the expected widget request.
    ///
    /// A delivery is rejected only if it is not an object with a text as `event`. A payload of
    /// another shape is delivered as [`Event::Invalid`](crate::Event::Invalid), and any other field
    /// that cannot be interpreted is in [`Delivery::extra`](super::Delivery::extra).
    #[error("cannot decode the body at `{}`: {}", excerpt(.path, 120), excerpt(.message, 200))]
    Decode {
        /// Path to the value that failed, such as `event`. `.` is the whole body.
        path: String,
        /// The expected form, and the kind of value found instead.
        message: String,
    },

    /// An extractor could not read the body.
    #[error("cannot read the body: {}; axum's DefaultBodyLimit sets its maximum size", excerpt(.message, 200))]
    Body {
        /// The status to respond with: 413 if the body is too large.
        status: StatusCode,
        /// The cause.
        message: String,
    },
}

impl VerifyError {
    /// Returns the status to respond with: 401 if the request is not proven to be from Crisp, 400 if
    /// the body cannot be decoded, 413 if it is too large, 500 if the receiver has no secret.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::MissingHeader { .. }
            | Self::InvalidSignature
            | Self::SignatureMismatch
            | Self::InvalidTimestamp
            | Self::TooOld { .. }
            | Self::InFuture { .. }
            | Self::MissingKey
            | Self::WrongKey => StatusCode::UNAUTHORIZED,
            Self::NoSecret => StatusCode::INTERNAL_SERVER_ERROR,
            Self::InvalidJson { .. } | Self::Decode { .. } => StatusCode::BAD_REQUEST,
            Self::Body { status, .. } => *status,
        }
    }
}

impl From<VerifyError> for Error {
    fn from(error: VerifyError) -> Self {
        Self::Webhook(error)
    }
}
