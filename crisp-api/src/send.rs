//! The one way by which requests leave: compiled once, whatever the answer is read as.

use std::time::{Duration, SystemTime};

use backon::Retryable as _;
use bytes::Bytes;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, USER_AGENT,
};
use reqwest::{Method, StatusCode, Url};
use serde::Serializer as _;

use crate::error::{Error, Invalid};
use crate::request::{Body, Expects, Parts, RequestFuture};
use crate::response::{Answer, Origin};
use crate::retry;

/// How much of the body of a failure is read, in bytes. What Crisp sends is a hundredth of it.
const LONGEST_FAILURE: usize = 64 << 10;

/// Sends a request, again where that does no harm, and gives its answer if it is a success.
///
/// Boxed here, so that the callers, which are compiled for each answer type, hold a pointer and
/// not the whole of it.
pub(crate) fn send(parts: Box<Parts>) -> RequestFuture<Answer> {
    Box::pin(async move {
        let operation = parts.operation.clone();
        let outgoing = &Outgoing::new(*parts).map_err(|invalid| invalid.of(operation))?;
        #[cfg(feature = "tracing")]
        let started = std::time::Instant::now();
        let result = (|| outgoing.attempt())
            .retry(outgoing.origin.crisp.inner.retry.delays())
            .when(|error| retry::may_repeat(&outgoing.method, error))
            .adjust(retry::delay)
            .await;
        #[cfg(feature = "tracing")]
        outgoing.trace(started.elapsed(), &result);
        result
    })
}

/// A request as it goes out, as often as need be.
struct Outgoing {
    origin: Origin,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Bytes>,
    expects: Expects,
}

impl Outgoing {
    fn new(parts: Parts) -> Result<Self, Invalid> {
        let Parts {
            crisp,
            operation,
            method,
            path,
            query,
            body,
            expects,
            invalid,
        } = parts;
        if let Some(invalid) = invalid {
            return Err(invalid);
        }
        let inner = &crisp.inner;
        let mut url = Url::parse(&format!("{}{path}", inner.base_url))
            .map_err(|error| Invalid::new("path", format!("gives no valid URL: {error}")))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }

        let json = HeaderValue::from_static("application/json");
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, json.clone());
        headers.insert(USER_AGENT, inner.user_agent.clone());
        if let Some(credentials) = &inner.credentials {
            headers.insert(AUTHORIZATION, credentials.authorization.clone());
            headers.insert(
                "x-crisp-tier",
                HeaderValue::from_static(credentials.tier.as_str()),
            );
        }
        let body = written(&method, body)
            .map_err(|error| Invalid::new("body", format!("cannot be written as JSON: {error}")))?;
        if body.is_some() {
            headers.insert(CONTENT_TYPE, json);
        }
        Ok(Self {
            origin: Origin { crisp, operation },
            method,
            url,
            headers,
            body,
            expects,
        })
    }

    async fn attempt(&self) -> Result<Answer, Error> {
        let inner = &self.origin.crisp.inner;
        let mut request = inner
            .http
            .request(self.method.clone(), self.url.clone())
            .headers(self.headers.clone())
            .timeout(inner.timeout);
        if let Some(body) = &self.body {
            request = request.body(body.clone());
        }
        let mut answer = request.send().await.map_err(|error| self.broken(error))?;
        let status = answer.status();
        let headers = answer.headers().clone();
        let found = status.is_success();
        if self.expects == Expects::Existence && (found || status == StatusCode::NOT_FOUND) {
            Ok(Answer::existence(&self.origin, status, headers))
        } else if found {
            let body = answer.bytes().await.map_err(|error| self.broken(error))?;
            Answer::read(&self.origin, status, headers, body, self.expects)
        } else {
            let body = beginning(&mut answer).await;
            Err(self.origin.failure(status, retry_after(&headers), &body))
        }
    }

    fn broken(&self, error: reqwest::Error) -> Error {
        let operation = self.origin.operation.clone();
        let source = error.without_url();
        if source.is_builder() {
            // Path and query are encoded by now: their length is left to refuse, or what the client allows.
            let reason = format!("cannot be sent: {source}; if it is too long, shorten it");
            Invalid::new("path and query", reason).of(operation)
        } else if source.is_timeout() {
            Error::Timeout { operation, source }
        } else {
            Error::Transport { operation, source }
        }
    }

    #[cfg(feature = "tracing")]
    fn trace(&self, time: Duration, result: &Result<Answer, Error>) {
        use tracing::debug;

        let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let (operation, method) = (&*self.origin.operation, self.method.as_str());
        match result {
            Ok(answer) => {
                let status = answer.status.as_u16();
                debug!(target: "crisp_api", operation, method, status, ms, "answered");
            }
            Err(error) => {
                let status = error.status().map(|status| status.as_u16());
                // Not what it says: that may quote the body.
                let error = match error {
                    Error::Timeout { .. } => "timeout",
                    Error::Transport { .. } => "transport",
                    Error::Decode { .. } => "decode",
                    Error::InvalidArgument { .. } => "invalid argument",
                    other => other.reason().unwrap_or("other"),
                };
                debug!(target: "crisp_api", operation, method, status, ms, error, "failed");
            }
        }
    }
}

/// The official wrapper sends `{}` where a POST, PUT or PATCH has nothing to say, so this does too.
fn written(method: &Method, body: Body) -> serde_json::Result<Option<Bytes>> {
    let text = match body {
        Body::Whole(json) => String::from(Box::<str>::from(json)).into_bytes(),
        Body::Fields(fields) => {
            let mut text = Vec::new();
            serde_json::Serializer::new(&mut text).collect_map(fields)?;
            text
        }
        Body::None if matches!(*method, Method::POST | Method::PUT | Method::PATCH) => {
            b"{}".to_vec()
        }
        Body::None => return Ok(None),
    };
    Ok(Some(text.into()))
}

/// The beginning of the body of a failure, which may be anybody's and of any length: as much of it as came.
async fn beginning(answer: &mut reqwest::Response) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < LONGEST_FAILURE
        && let Ok(Some(chunk)) = answer.chunk().await
    {
        body.extend_from_slice(&chunk);
    }
    body.truncate(LONGEST_FAILURE);
    body
}

/// How long the answer asks to wait: a number of seconds or a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(Duration::MAX)
        }
        // A date that has passed asks for no wait.
        Err(_) => {
            let date = httpdate::parse_http_date(text).ok()?;
            Some(date.duration_since(SystemTime::now()).unwrap_or_default())
        }
    }
}
