//! Responses that cannot be decoded.

use std::borrow::Cow;
use std::fmt;

use super::excerpt;

/// The error of a response that does not have the expected form, in
/// [`Error::Decode`](crate::Error::Decode).
///
/// Its `Display` shows [`path`](Self::path) and [`message`](Self::message), and no part of the
/// response but the names of fields.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeError {
    /// The operation of the request.
    pub operation: Cow<'static, str>,
    /// The place in the response, such as `data[3].meta.email`; `body` for a body that is not JSON
    /// or not in Crisp's envelope, `headers` for a HEAD response that is not from Crisp.
    pub path: String,
    /// The expected form, and what was found instead.
    pub message: String,
    /// The response around the place, 200 characters at most. It can contain personal data of your
    /// users, so it is not part of `Display`.
    pub excerpt: String,
}

impl DecodeError {
    /// Creates an error without an excerpt.
    pub fn new(
        operation: impl Into<Cow<'static, str>>,
        path: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            operation: operation.into(),
            path: path.into(),
            message: message.into(),
            excerpt: String::new(),
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: unexpected response at `{}`: {}",
            excerpt(&self.operation, 120),
            excerpt(&self.path, 120),
            excerpt(&self.message, 200),
        )?;
        if matches!(self.path.as_str(), "body" | "headers") {
            return Ok(());
        }
        // The response is Crisp's, so it is the type that is wrong.
        f.write_str("; Crisp::request can decode it as serde_json::Value")
    }
}

impl std::error::Error for DecodeError {}
