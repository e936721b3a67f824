//! One `tracing` event per request. Without the feature `tracing`, nothing.

#![cfg_attr(not(feature = "tracing"), allow(unused_variables))]

use reqwest::StatusCode;

use super::request::RequestContext;
use crate::error::Error;

impl RequestContext {
    /// Traces a response, decoded or not.
    pub(crate) fn trace<T>(&self, status: StatusCode, result: &Result<T, Error>) {
        match result {
            Ok(_) => self.trace_success(status),
            Err(error) => self.trace_error(error),
        }
    }

    fn trace_success(&self, status: StatusCode) {
        #[cfg(feature = "tracing")]
        tracing::debug!(
            target: "crisp_api",
            operation = &*self.operation,
            method = self.method.as_str(),
            status = status.as_u16(),
            ms = self.elapsed_ms(),
            "completed",
        );
    }

    /// Traces the kind of an error. Its text is left out: it may quote the response.
    pub(crate) fn trace_error(&self, error: &Error) {
        #[cfg(feature = "tracing")]
        tracing::debug!(
            target: "crisp_api",
            operation = &*self.operation,
            method = self.method.as_str(),
            status = error.status().map(|status| status.as_u16()),
            ms = self.elapsed_ms(),
            error = kind(error),
            "failed",
        );
    }

    #[cfg(feature = "tracing")]
    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(feature = "tracing")]
fn kind(error: &Error) -> &'static str {
    match error {
        Error::Api(_) => "api",
        Error::RateLimited(_) => "rate_limited",
        Error::Transport(_) => "transport",
        Error::Timeout { .. } => "timeout",
        Error::Decode(_) => "decode",
        Error::ResponseTooLarge { .. } => "response_too_large",
        Error::InvalidArgument { .. } => "invalid_argument",
        _ => "other",
    }
}
