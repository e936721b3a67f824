//! Decoding of responses: the data of a success, or the error.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use serde_json::value::RawValue;

use super::request::{Expects, RequestContext};
use crate::error::{ApiError, DecodeError, Error, Reason};
use crate::{json_error, raw};

/// The longest body of an error response that is read, in bytes. Those of Crisp are below 1 KiB.
pub(crate) const MAX_ERROR_BODY: usize = 64 << 10;

/// A response: status, headers and reason along with the decoded data.
///
/// ```no_run
/// # async fn run(crisp: crisp_api::Crisp) -> Result<(), crisp_api::Error> {
/// use crisp_api::Method;
///
/// let response = crisp.request::<()>(Method::GET, "/plans/subscription").response().await?;
/// println!("cache: {:?}", response.headers.get("bloom-status"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Response<T> {
    /// The HTTP status: any 2xx; for an existence check also 404.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The reason that Crisp gave, such as `listed`. Empty if the response has no body.
    pub reason: String,
    /// The decoded data.
    pub data: T,
}

/// The form of every response body.
#[derive(Deserialize)]
#[serde(expecting = "an object with `error`, `reason` and `data`")]
struct Envelope<'a, T> {
    error: Option<bool>,
    #[serde(default, borrow)]
    reason: Option<Cow<'a, str>>,
    // Not `default`: serde would ask `T` for one.
    data: Option<T>,
}

/// A successful response whose body is not decoded yet.
pub(crate) struct RawResponse {
    pub(crate) context: RequestContext,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) expects: Expects,
}

impl RawResponse {
    /// Returns an error if the page is identical to the previous one, whose body is `previous`: the
    /// list would have no end. Replaces `previous`.
    pub(crate) fn check_progress(&self, previous: &mut Bytes) -> Result<(), Error> {
        if self.body == *previous {
            let message = "the page is identical to the previous one, so the list would not end";
            return Err(self.context.decode_error("body", message, &self.body, 0));
        }
        *previous = self.body.clone();
        Ok(())
    }

    /// Decodes the data.
    pub(crate) fn into_data<T: DeserializeOwned>(self) -> Result<T, Error> {
        let result = self.decode().map(|(_, data)| data);
        self.context.trace(self.status, &result);
        result
    }

    /// Decodes the data, and returns it with the reason, status and headers.
    pub(crate) fn into_response<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        let result = self.decode();
        self.context.trace(self.status, &result);
        let (reason, data) = result?;
        let reason = reason.into_owned();
        Ok(Response {
            status: self.status,
            headers: self.headers,
            reason,
            data,
        })
    }

    fn decode<T: DeserializeOwned>(&self) -> Result<(Cow<'_, str>, T), Error> {
        match self.expects {
            Expects::Existence => {
                let json = if self.status.is_success() {
                    "true"
                } else {
                    "false"
                };
                Ok((Cow::Borrowed(""), self.constant(json)?))
            }
            _ if self.body.is_empty() => Ok((Cow::Borrowed(""), self.constant("null")?)),
            Expects::Nothing => {
                let (reason, _) = self.envelope::<IgnoredAny>()?;
                Ok((reason, self.constant("null")?))
            }
            Expects::Data => match self.envelope()? {
                (reason, Some(data)) => Ok((reason, data)),
                (reason, None) => Ok((reason, self.constant("null")?)),
            },
        }
    }

    /// Decodes data that is not in the body.
    fn constant<T: DeserializeOwned>(&self, json: &str) -> Result<T, Error> {
        serde_json::from_str(json).map_err(|error| {
            let message = json_error::message(&error);
            self.context.decode_error("data", &message, &self.body, 0)
        })
    }

    /// Decodes the body in one pass. Only after an error it is examined again, for the cause.
    fn envelope<T: DeserializeOwned>(&self) -> Result<(Cow<'_, str>, Option<T>), Error> {
        let error = match decode_envelope(&self.body) {
            Ok(Envelope {
                error: Some(true), ..
            }) => return Err(self.api_error()),
            Ok(Envelope {
                error: None,
                reason: None,
                data: None,
            }) => {
                let message = "it has none of `error`, `reason` and `data`: it is not from Crisp";
                return Err(self.context.decode_error("body", message, &self.body, 0));
            }
            Ok(Envelope { reason, data, .. }) => return Ok((reason.unwrap_or_default(), data)),
            Err(error) => error,
        };
        let Some(replaced) = raw::without_lone_surrogates(&self.body) else {
            return Err(self.undecodable(&self.body, &error));
        };
        match decode_envelope(&replaced) {
            Ok(Envelope {
                error: Some(true), ..
            }) => Err(self.api_error()),
            Ok(Envelope { reason, data, .. }) => {
                let reason = reason.unwrap_or_default().into_owned();
                Ok((Cow::Owned(reason), data))
            }
            Err(error) => Err(self.undecodable(&replaced, &error)),
        }
    }

    fn api_error(&self) -> Error {
        self.context
            .error_response(self.status, &self.headers, &self.body)
    }

    /// Returns the error of a body that is not an envelope with the expected data.
    #[cold]
    fn undecodable(&self, body: &[u8], error: &serde_json::Error) -> Error {
        let envelope = decode_envelope::<IgnoredAny>(body);
        if matches!(
            envelope,
            Ok(Envelope {
                error: Some(true),
                ..
            })
        ) {
            return self.api_error();
        }
        let mut message = json_error::message(error);
        let path = match json_error::path(body, error) {
            path if error.is_data() && !path.is_empty() => path,
            _ => {
                if let Some(kind) = content_type(&self.headers).filter(|kind| !is_json(kind)) {
                    message = format!(
                        "its content type is `{kind}`, so it comes from a proxy or a login page, \
                         and not from Crisp"
                    );
                }
                "body".to_owned()
            }
        };
        let offset = json_error::offset(body, error);
        self.context.decode_error(&path, &message, body, offset)
    }
}

fn decode_envelope<'a, T: Deserialize<'a>>(
    body: &'a [u8],
) -> Result<Envelope<'a, T>, serde_json::Error> {
    // Checking the encoding once is faster than for each string.
    match std::str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(body),
    }
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE)?.to_str().ok()
}

fn is_json(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json") || kind.to_ascii_lowercase().ends_with("+json")
}

/// Returns how long the response asks to wait: a number of seconds, or a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        let seconds: f64 = text.parse().ok()?;
        return Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    // A date in the past asks for no wait.
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

impl RequestContext {
    /// Returns an error if a HEAD response, which has no envelope, cannot be from Crisp.
    pub(crate) fn check_head(&self, headers: &HeaderMap) -> Result<(), Error> {
        match content_type(headers) {
            Some(kind) if !is_json(kind) => {
                let message = format!(
                    "the content type is `{kind}`, so the response comes from a proxy or a login \
                     page, and not from Crisp"
                );
                Err(self.decode_error("headers", &message, b"", 0))
            }
            _ => Ok(()),
        }
    }

    /// Creates the error of a response that cannot be decoded, with the text of `body` around
    /// `offset`.
    fn decode_error(&self, path: &str, message: &str, body: &[u8], offset: usize) -> Error {
        let mut error = DecodeError::new(
            self.operation.clone(),
            self.crisp.shown(path),
            self.crisp.shown(message),
        );
        let before = String::from_utf8_lossy(&body[offset.saturating_sub(4096)..offset]);
        let after = &body[offset..body.len().min(offset.saturating_add(4096))];
        let window = format!("{before}{}", String::from_utf8_lossy(after));
        // Redacting can change the length of the text before the place.
        let before = self.crisp.redact(&before, usize::MAX).chars().count();
        let shown = self.crisp.redact(&window, usize::MAX);
        let skipped = before.saturating_sub(100);
        error.excerpt = shown.chars().skip(skipped).take(200).collect();
        Error::Decode(Box::new(error))
    }

    /// Creates the error of an error response, in the words of Crisp if the body is Crisp's.
    pub(crate) fn error_response(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Error {
        let replaced = raw::without_lone_surrogates(body);
        let body = replaced.as_deref().unwrap_or(body);
        let mut error = ApiError::new(
            self.operation.clone(),
            self.method.clone(),
            status,
            Reason::from(status_name(status)),
        );
        error.retry_after = retry_after(headers);
        error.scopes = self.scopes;
        match serde_json::from_slice::<Envelope<'_, &RawValue>>(body) {
            Ok(Envelope { reason, data, .. }) if reason.is_some() || data.is_some() => {
                let data = data.filter(|json| json.get().len() <= MAX_ERROR_BODY);
                let data = data.and_then(|json| serde_json::from_str(json.get()).ok());
                error.data = data.unwrap_or_default();
                self.redact(&mut error.data);
                let message = error.data.get("message").unwrap_or(&error.data);
                error.message = message.as_str().unwrap_or_default().to_owned();
                if let Some(reason) = reason {
                    error.reason = Reason::from(self.crisp.shown(&reason));
                }
            }
            _ => error.message = self.crisp.shown(String::from_utf8_lossy(body).trim()),
        }
        error.into()
    }

    /// Removes the credentials from the strings of a value, in which they are no longer escaped.
    fn redact(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.crisp.redact(text, MAX_ERROR_BODY),
            Value::Array(items) => items.iter_mut().for_each(|item| self.redact(item)),
            Value::Object(fields) => {
                *fields = std::mem::take(fields)
                    .into_iter()
                    .map(|(name, mut value)| {
                        self.redact(&mut value);
                        (self.crisp.redact(&name, MAX_ERROR_BODY), value)
                    })
                    .collect();
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// The name of a status in the notation of Crisp's reasons, such as `bad_gateway`.
fn status_name(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(name) => name.to_lowercase().replace([' ', '-'], "_"),
        None => format!("status_{}", status.as_u16()),
    }
}
