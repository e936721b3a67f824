//! Error responses.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::Value;

use super::excerpt;
use crate::macros::open_enum;

/// The reason of an error response.
///
/// Crisp has more reasons than those listed here, and adds new ones: they are
/// [`Unknown`](Self::Unknown), and [`as_str`](Self::as_str) returns the text of each. If a
/// response has no reason, because it comes from a proxy, this is the name of its status in the
/// same notation, such as `bad_gateway`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// `conversation_not_found`: the session does not exist in this website.
    ConversationNotFound,
    /// `invalid_data`: the body or a parameter does not have the form that the route expects.
    InvalidData,
    /// `invalid_session`: the credentials are unknown or expired.
    InvalidSession,
    /// `not_allowed`: the token is not allowed to use the route.
    NotAllowed,
    /// `not_found`: the route or the resource does not exist.
    NotFound,
    /// `not_subscribed`: the plugin of the token is not installed on the website.
    NotSubscribed,
    /// `quota_limit_exceeded`: a quota of the plan or the token is used up for now. Crisp's own
    /// tools wait a minute.
    QuotaLimitExceeded,
    /// `rate_limited`: too many requests in a short time.
    RateLimited,
    /// `subscription_upgrade_required`: the plan of the workspace does not include the feature.
    SubscriptionUpgradeRequired,
    /// A value unknown to this version, preserved as received.
    Unknown(String),
}

open_enum!(Reason {
    ConversationNotFound = "conversation_not_found",
    InvalidData = "invalid_data",
    InvalidSession = "invalid_session",
    NotAllowed = "not_allowed",
    NotFound = "not_found",
    NotSubscribed = "not_subscribed",
    QuotaLimitExceeded = "quota_limit_exceeded",
    RateLimited = "rate_limited",
    SubscriptionUpgradeRequired = "subscription_upgrade_required",
});

/// An error response, in [`Error::Api`](crate::Error::Api) and
/// [`Error::RateLimited`](crate::Error::RateLimited).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ApiError {
    /// The operation of the request.
    pub operation: Cow<'static, str>,
    /// The HTTP method of the request.
    pub method: Method,
    /// The HTTP status. A 2xx status occurs only if the body says `error: true`.
    pub status: StatusCode,
    /// The reason that Crisp gave.
    pub reason: Reason,
    /// The message that Crisp gave, or the beginning of a body that is not from Crisp. Empty if
    /// there is none.
    pub message: String,
    /// The `data` of the response; `null` if there is none, or if the body is longer than 64 KiB.
    pub data: Value,
    /// The value of the `Retry-After` header, from when the response was received. `None` if there
    /// is none.
    pub retry_after: Option<Duration>,
    /// The scopes that a plugin token needs for the operation, such as
    /// `website:conversation:messages (write)`. Empty if none is known.
    pub scopes: &'static [&'static str],
}

impl ApiError {
    /// Creates an error without message, data, `Retry-After` and scopes. `Error::from` turns it into
    /// the variant for its status.
    pub fn new(
        operation: impl Into<Cow<'static, str>>,
        method: Method,
        status: StatusCode,
        reason: Reason,
    ) -> Self {
        Self {
            operation: operation.into(),
            method,
            status,
            reason,
            message: String::new(),
            data: Value::Null,
            retry_after: None,
            scopes: &[],
        }
    }

    /// Whether the request exceeded a rate limit or a quota.
    pub(crate) fn is_rate_limit(&self) -> bool {
        match self.status.as_u16() {
            429 | 420 => true,
            423 => self.reason == Reason::QuotaLimitExceeded,
            _ => false,
        }
    }

    fn hint(&self) -> Cow<'static, str> {
        let hint = match self.status.as_u16() {
            403 if !self.scopes.is_empty() => {
                return Cow::Owned(format!(
                    "a plugin token needs the scope {}, and its plugin must be installed on the \
                     website",
                    self.scopes.join(" and "),
                ));
            }
            300..=303 | 307..=308 => {
                "redirects are not followed: set Builder::base_url to the new address"
            }
            400 | 422 => "compare the arguments with the reference of this operation",
            401 => "check the identifier, the key, and the tier that the token was created for",
            402 => "the plan of the workspace does not include it, or its credits are used up",
            403 => {
                "the token lacks the scope for it, or its plugin is not installed on the website"
            }
            404 if self.reason == Reason::NotSubscribed => {
                "install the plugin of the token on this website"
            }
            404 => "check the ids, and that they belong to this website",
            405 => "the route does not support this method: compare it with the reference",
            409 => "it conflicts with the current state: read that first",
            413 => "the request body is too large: send less at once",
            420 | 429 => "send fewer requests",
            423 if self.reason == Reason::QuotaLimitExceeded => "wait about a minute and send less",
            423 => "the resource is locked: try again later",
            500..=599 => "try again later, and see https://status.crisp.chat",
            _ => "see the reference of this operation",
        };
        Cow::Borrowed(hint)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} {}",
            excerpt(&self.operation, 120),
            self.status.as_u16(),
            excerpt(self.reason.as_str(), 60),
        )?;
        if !self.message.is_empty() {
            write!(f, " ({})", excerpt(&self.message, 160))?;
        }
        write!(f, ": {}", self.hint())?;
        match self.retry_after {
            Some(time) => write!(f, "; retry after {} s", time.as_secs_f64().ceil()),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ApiError {}
