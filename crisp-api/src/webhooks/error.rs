//! The error type of webhook verification.

use std::fmt::Display;
use std::time::Duration;

use http::StatusCode;

use super::{SIGNATURE_HEADER, TIMESTAMP_HEADER};
use crate::Error;

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
    #[error("the body is not JSON: {}", excerpt(.source))]
    InvalidJson {
        /// The syntax error.
        source: serde_json::Error,
    },

    /// The body is valid JSON, but not a webhook delivery or not the expected widget request.
    ///
    /// A delivery is rejected only if it is not an object with a text as `event`. A payload of
    /// another shape is delivered as [`Event::Invalid`](crate::Event::Invalid), and any other field
    /// that cannot be interpreted is in [`Delivery::extra`](super::Delivery::extra).
    #[error("cannot decode the body at `{}`: {}", excerpt(.path), excerpt(.source))]
    Decode {
        /// Path to the value that failed, such as `event`. `.` is the whole body.
        path: String,
        /// The mismatch at that path.
        source: serde_json::Error,
    },

    /// An extractor could not read the body.
    #[error("cannot read the body: {}; axum's DefaultBodyLimit sets its maximum size", excerpt(.reason))]
    Body {
        /// The status to respond with: 413 if the body is too large.
        status: StatusCode,
        /// Description of the failure.
        reason: String,
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

/// Returns the beginning of foreign text for a message: about 200 bytes, with control,
/// bidirectional and other invisible characters escaped so that they cannot forge log lines.
fn excerpt(text: &impl Display) -> String {
    const MAX_LENGTH: usize = 200;
    let mut excerpt = String::new();
    for character in text.to_string().chars() {
        if excerpt.len() >= MAX_LENGTH {
            excerpt.push('…');
            break;
        }
        match character {
            '"' | '\'' => excerpt.push(character),
            _ => excerpt.extend(character.escape_debug()),
        }
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    #[test]
    fn an_excerpt_leaves_plain_text_alone() {
        let text = "invalid type: string \"Grüße, 世界\", expected 'u8'";
        assert_eq!(excerpt(&text), text);
    }

    #[test]
    fn an_excerpt_escapes_what_could_forge_a_log_line() {
        assert_eq!(
            excerpt(&"a\r\n\0\u{1b}[2J\u{85}\u{200f}\u{202e}\u{2028}\u{2066}\u{feff}\\n"),
            "a\\r\\n\\0\\u{1b}[2J\\u{85}\\u{200f}\\u{202e}\\u{2028}\\u{2066}\\u{feff}\\\\n"
        );
    }

    #[test]
    fn an_excerpt_is_bounded() {
        for character in ["a", "世", "\u{202e}", "\n"] {
            let excerpt = excerpt(&character.repeat(10_000_000));
            assert!(excerpt.len() < 220 && excerpt.ends_with('…'), "{excerpt}");
        }
        assert_eq!(excerpt(&"a".repeat(200)), "a".repeat(200));
    }
}
