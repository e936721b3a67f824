//! A validated request to an operation, and the result of handling it.

use std::borrow::Cow;

use http::StatusCode;
use serde_json::Value;

use super::spec::Operation;

/// A request that passed every check.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) operation: &'a Operation,
    /// The path arguments by name, decoded.
    pub(super) path: &'a [(String, String)],
    /// The query parameters by name, decoded.
    pub(super) query: &'a [(String, String)],
    /// The body, or null.
    pub(super) body: &'a Value,
}

impl Call<'_> {
    pub(super) fn path(&self, name: &str) -> &str {
        let argument = self.path.iter().find(|(key, _)| key == name);
        argument.map_or("", |(_, value)| value)
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        let argument = self.query.iter().find(|(key, _)| key == name);
        argument.map(|(_, value)| value.as_str())
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.query(name) == Some("1")
    }
}

/// The `data` of the response; `None` stands for the data of the example.
pub(super) type CallResult = Result<Option<Value>, Failure>;

/// An error response.
#[derive(Debug, PartialEq)]
pub(super) struct Failure {
    pub(super) status: StatusCode,
    pub(super) reason: Cow<'static, str>,
    pub(super) message: String,
}

impl Failure {
    pub(super) fn new(
        status: StatusCode,
        reason: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            reason: reason.into(),
            message: message.into(),
        }
    }

    /// A 400 response with the reason `invalid_data`.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_data", message)
    }

    /// A 404 response for an object that was not created in this mock.
    pub(super) fn not_found(reason: &'static str, name: &str, value: &str) -> Self {
        let message = format!("{name}: {value} was not created in this mock");
        Self::new(StatusCode::NOT_FOUND, reason, message)
    }
}
