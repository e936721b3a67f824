//! From the body of an answer to its data, or to the error that it tells of.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::client::Crisp;
use crate::error::{Error, excerpt};
use crate::raw;
use crate::request::Expects;

/// An answer with what stands around its data.
///
/// ```no_run
/// # async fn run(crisp: crisp_api::Crisp) -> Result<(), crisp_api::Error> {
/// use crisp_api::Method;
///
/// let answer = crisp.request::<()>(Method::GET, "/plans/subscription").response().await?;
/// println!("cache: {:?}", answer.headers.get("bloom-status"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Response<T> {
    /// The HTTP status: any 2xx. For an existence check 404 too.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// The code of what happened, such as `listed`. Empty where the answer has no body.
    pub reason: String,
    /// What was asked for.
    pub data: T,
}

/// What every body of an answer has around its data.
#[derive(Deserialize)]
struct Envelope<'a> {
    error: Option<bool>,
    #[serde(default, borrow)]
    reason: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    data: Option<&'a RawValue>,
}

/// Whose answer it is: what is needed to tell of a failure.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) crisp: Crisp,
    pub(crate) operation: Cow<'static, str>,
}

/// A successful answer whose data is not read yet.
pub(crate) struct Answer {
    origin: Origin,
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    reason: String,
    /// One JSON value.
    data: Bytes,
}

impl Answer {
    /// The answer to whether a thing exists, which has no body.
    pub(crate) fn existence(origin: &Origin, status: StatusCode, headers: HeaderMap) -> Self {
        let data = Bytes::from_static(if status.is_success() {
            b"true"
        } else {
            b"false"
        });
        Self {
            origin: origin.clone(),
            status,
            headers,
            reason: String::new(),
            data,
        }
    }

    /// Opens the envelope of a successful answer.
    pub(crate) fn read(
        origin: &Origin,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        expects: Expects,
    ) -> Result<Self, Error> {
        let null = Bytes::from_static(b"null");
        let mut answer = Self {
            origin: origin.clone(),
            status,
            headers,
            reason: String::new(),
            data: null,
        };
        if body.is_empty() {
            return Ok(answer);
        }
        let envelope: Envelope<'_> = serde_json::from_slice(&body)
            .map_err(|error| origin.undecoded("body".to_owned(), &body, error))?;
        match envelope {
            Envelope {
                error: Some(true), ..
            } => return Err(origin.failure(status, None, &body)),
            Envelope {
                error: None,
                reason: None,
                data: None,
            } => {
                let error =
                    serde_json::Error::custom("neither `error`, `reason` nor `data` is there");
                return Err(origin.undecoded("body".to_owned(), &body, error));
            }
            _ => {}
        }
        answer.reason = envelope.reason.unwrap_or_default().into_owned();
        if let Some(json) = envelope.data
            && expects != Expects::Nothing
        {
            answer.data = body.slice_ref(json.get().as_bytes());
        }
        Ok(answer)
    }

    /// Refuses a page that is the one before it again, whose data `last` was: the list would have no end. Keeps its
    /// own in `last`.
    pub(crate) fn follows(&self, last: &mut Bytes) -> Result<(), Error> {
        if self.data == *last {
            let error = serde_json::Error::custom("the page is the one before it again");
            return Err(self.origin.undecoded("data".to_owned(), &self.data, error));
        }
        *last = self.data.clone();
        Ok(())
    }

    /// Reads the data as a `T`.
    pub(crate) fn decode<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        let mut json = serde_json::Deserializer::from_slice(&self.data);
        let data = serde_path_to_error::deserialize(&mut json).or_else(|error| {
            // One text that was cut within a character is no reason to lose a page.
            let mended = raw::without_lone_surrogates(&self.data);
            let again = mended.and_then(|mended| serde_json::from_slice(&mended).ok());
            again.ok_or_else(|| self.undecoded(error))
        })?;
        Ok(Response {
            status: self.status,
            headers: self.headers,
            reason: self.reason,
            data,
        })
    }

    fn undecoded(&self, error: serde_path_to_error::Error<serde_json::Error>) -> Error {
        let path = match error.path().to_string().as_str() {
            "." => "data".to_owned(),
            index if index.starts_with('[') => format!("data{index}"),
            field => format!("data.{field}"),
        };
        self.origin.undecoded(path, &self.data, error.into_inner())
    }
}

impl Origin {
    fn undecoded(&self, path: String, json: &[u8], source: serde_json::Error) -> Error {
        // serde_json counts lines and columns from 1.
        let lines = json
            .split_inclusive(|byte| *byte == b'\n')
            .take(source.line().saturating_sub(1));
        let place = lines.map(<[u8]>::len).sum::<usize>() + source.column();
        let text = self
            .crisp
            .redact(String::from_utf8_lossy(json).into_owned());
        let shown = source.to_string();
        let redacted = self.crisp.redact(shown.clone());
        let source = if redacted == shown {
            source
        } else {
            serde_json::Error::custom(redacted)
        };
        Error::Decode {
            operation: self.operation.clone(),
            path: self.crisp.redact(path),
            excerpt: excerpt(&text, place),
            source,
        }
    }

    /// Takes the credentials out of the texts of a value, which may have been written in another way in its JSON.
    fn redact(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.crisp.redact(std::mem::take(text)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.redact(item)),
            Value::Object(fields) => {
                *fields = std::mem::take(fields)
                    .into_iter()
                    .map(|(name, mut value)| {
                        self.redact(&mut value);
                        (self.crisp.redact(name), value)
                    })
                    .collect();
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The error that an answer tells of, in Crisp's words if the body is Crisp's.
    pub(crate) fn failure(
        &self,
        status: StatusCode,
        retry_after: Option<Duration>,
        body: &[u8],
    ) -> Error {
        let mended = raw::without_lone_surrogates(body);
        let body = mended.as_deref().unwrap_or(body);
        let operation = self.operation.clone();
        let (reason, message, data) = match serde_json::from_slice::<Envelope<'_>>(body) {
            Ok(Envelope { reason, data, .. }) if reason.is_some() || data.is_some() => {
                let mut data: Value = data
                    .and_then(|json| serde_json::from_str(json.get()).ok())
                    .unwrap_or_default();
                self.redact(&mut data);
                let message = data.get("message").unwrap_or(&data).as_str();
                let message = message.unwrap_or_default().to_owned();
                let reason = reason.map_or_else(|| name(status), Cow::into_owned);
                (self.crisp.redact(reason), message, data)
            }
            _ => {
                let text = self.crisp.shown(String::from_utf8_lossy(body).trim());
                (name(status), text, Value::Null)
            }
        };
        if matches!(status.as_u16(), 429 | 420) {
            Error::RateLimited {
                operation,
                status,
                retry_after,
                reason,
                message,
            }
        } else {
            Error::Api {
                operation,
                status,
                reason,
                message,
                data: Box::new(data),
            }
        }
    }
}

/// The name of a status in the way of Crisp's codes: `bad_gateway`.
fn name(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(name) => name.to_lowercase().replace([' ', '-'], "_"),
        None => format!("status_{}", status.as_u16()),
    }
}
