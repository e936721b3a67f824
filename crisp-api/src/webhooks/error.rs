//! Why a delivery is not taken.

use std::time::Duration;

use http::StatusCode;

use super::{SIGNATURE_HEADER, TIMESTAMP_HEADER};
use crate::Error;

/// What is wrong with a delivery, in [`Error::Webhook`].
///
/// ```
/// use crisp_api::webhooks::{VerifyError, Verifier};
/// use crisp_api::{Error, HeaderMap};
///
/// let refused = Verifier::new("signing secret").verify(&HeaderMap::new(), b"{}");
/// assert!(matches!(refused, Err(Error::Webhook(VerifyError::MissingHeader { .. }))));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// A header without which nothing can be verified is not there.
    #[error("the header {name} is missing: only plugin hooks are signed, a website hook has a key")]
    MissingHeader {
        /// The name of the header.
        name: &'static str,
    },

    /// The signature is not one.
    #[error("the header {SIGNATURE_HEADER} is not 64 hexadecimal digits in lower case")]
    InvalidSignature,

    /// The signature is another than the secret, the timestamp and the body give.
    #[error(
        "the signature does not match: check that the secret is the plugin's signing secret, and \
         that the body is verified as it arrived, byte for byte"
    )]
    SignatureMismatch,

    /// The timestamp is no number, and there is a limit on the age.
    #[error("the header {TIMESTAMP_HEADER} is not a number of milliseconds")]
    InvalidTimestamp,

    /// It was signed too long ago: it may be an old one that someone sends again.
    #[error(
        "it was signed {} s ago, and {} s are allowed: check the clock, or allow more with \
         Verifier::max_age", .age.as_secs(), .limit.as_secs()
    )]
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
    InvalidJson {
        /// What is wrong with it.
        source: serde_json::Error,
    },

    /// The body is JSON of another form. The payload of an event is no cause of this: one that does
    /// not have the known form is [`Event::Invalid`](crate::Event::Invalid).
    #[error("the body is not understood at `{path}`: {source}")]
    Decode {
        /// Where in the body, such as `website_id`. `.` is the whole of it.
        path: String,
        /// What is wrong there.
        source: serde_json::Error,
    },

    /// An extractor could not read the body.
    #[error(
        "the body could not be read: {reason}; axum's DefaultBodyLimit says how long one may be"
    )]
    Body {
        /// What to answer: 413 where the body is too large.
        status: StatusCode,
        /// What went wrong.
        reason: String,
    },
}

impl VerifyError {
    /// What to answer: 401 to a delivery that does not prove to be Crisp's, 400 to one that is not
    /// understood, 413 to one that is too large, 500 where the receiver has no secret.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::MissingHeader { .. }
            | Self::InvalidSignature
            | Self::SignatureMismatch
            | Self::InvalidTimestamp
            | Self::TooOld { .. }
            | Self::MissingKey
            | Self::WrongKey => StatusCode::UNAUTHORIZED,
            Self::NoSecret => StatusCode::INTERNAL_SERVER_ERROR,
            Self::InvalidJson { .. } | Self::Decode { .. } => StatusCode::BAD_REQUEST,
            Self::Body { status, .. } => *status,
        }
    }
}

impl From<VerifyError> for Error {
    fn from(fault: VerifyError) -> Self {
        Self::Webhook(fault)
    }
}
