//! The non-generic send path, compiled once instead of once per response type.

use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Method, StatusCode, Url};
use serde::Serializer as _;

use super::request::{Body, Expects, Parts, RequestContext, RequestFuture};
use super::response::{MAX_ERROR_BODY, RawResponse};
use super::retry;
use crate::error::{Error, Invalid, TransportError};

/// Sends a request, with retries, and returns its response if that is a success.
///
/// Boxed here, so that the callers, which are compiled for each response type, hold a pointer and
/// not the whole future.
pub(crate) fn send(parts: Box<Parts>) -> RequestFuture<RawResponse> {
    Box::pin(async move {
        let request = PreparedRequest::new(*parts)?;
        let inner = &request.context.crisp.inner;
        let received = retry::run(inner.retry, &inner.retry_budget, || request.attempt()).await;
        match received {
            Ok((status, headers, body)) => Ok(RawResponse {
                context: request.context,
                status,
                headers,
                body,
                expects: request.expects,
            }),
            Err(error) => {
                request.context.trace_error(&error);
                Err(error)
            }
        }
    })
}

/// The status, headers and body of a success.
type Received = (StatusCode, HeaderMap, Bytes);

/// All that each attempt of a request is built from.
struct PreparedRequest {
    context: RequestContext,
    path: String,
    query: Vec<(String, String)>,
    body: Option<Bytes>,
    expects: Expects,
}

impl PreparedRequest {
    fn new(parts: Parts) -> Result<Self, Error> {
        let Parts {
            #[cfg_attr(not(feature = "tracing"), allow(unused_mut))]
            mut context,
            path,
            query,
            body,
            expects,
            invalid,
        } = parts;
        #[cfg(feature = "tracing")]
        {
            context.started = std::time::Instant::now();
        }
        let body = match invalid {
            Some(invalid) => Err(invalid),
            None => encode_body(&context.method, body).map_err(|error| {
                Invalid::new("body", format!("cannot be serialized as JSON: {error}"))
            }),
        };
        match body {
            Ok(body) => Ok(Self {
                context,
                path,
                query,
                body,
                expects,
            }),
            Err(invalid) => Err(invalid.of(context.operation)),
        }
    }

    async fn attempt(&self) -> Result<Received, Error> {
        let request = self.request().map_err(|invalid| self.invalid(invalid))?;
        let http = &self.context.crisp.inner.http;
        let mut response = http
            .execute(request)
            .await
            .map_err(|error| self.transport_error(error))?;
        let status = response.status();
        let is_head = self.context.method == Method::HEAD;
        let is_answer = status.is_success()
            || (self.expects == Expects::Existence && status == StatusCode::NOT_FOUND);
        if !is_answer {
            let body = read_prefix(&mut response).await;
            return Err(self
                .context
                .error_response(status, response.headers(), &body));
        }
        let body = if is_head {
            self.context.check_head(response.headers())?;
            Bytes::new()
        } else {
            self.read_body(&mut response).await?
        };
        Ok((status, std::mem::take(response.headers_mut()), body))
    }

    /// Builds the request. Each attempt moves its own: most requests have only one.
    fn request(&self) -> Result<reqwest::Request, Invalid> {
        let inner = &self.context.crisp.inner;
        let mut url = Url::parse(&format!("{}{}", inner.base_url, self.path))
            .map_err(|error| Invalid::new("path", format!("results in an invalid URL: {error}")))?;
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        let mut request = reqwest::Request::new(self.context.method.clone(), url);
        *request.timeout_mut() = Some(inner.timeout);
        let json = HeaderValue::from_static("application/json");
        let headers: &mut HeaderMap = request.headers_mut();
        if let Some(credentials) = &inner.credentials {
            headers.insert(AUTHORIZATION, credentials.authorization.clone());
            let tier = HeaderValue::from_static(credentials.tier.as_str());
            headers.insert("x-crisp-tier", tier);
        }
        headers.insert(USER_AGENT, inner.user_agent.clone());
        headers.insert(ACCEPT, json.clone());
        if let Some(body) = &self.body {
            headers.insert(CONTENT_TYPE, json);
            *request.body_mut() = Some(body.clone().into());
        }
        Ok(request)
    }

    /// Reads the body of a success, unless it is longer than the limit.
    async fn read_body(&self, response: &mut reqwest::Response) -> Result<Bytes, Error> {
        let limit = self.context.crisp.inner.max_response_size;
        let too_large = || Error::ResponseTooLarge {
            operation: self.context.operation.clone(),
            limit,
        };
        let announced = response.content_length().unwrap_or_default();
        let announced = usize::try_from(announced).unwrap_or(usize::MAX);
        if announced > limit {
            return Err(too_large());
        }
        let mut first = Bytes::new();
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.transport_error(error))?
        {
            if first.len().max(body.len()) + chunk.len() > limit {
                return Err(too_large());
            }
            // Most bodies are one chunk, which is not copied.
            if body.is_empty() && first.is_empty() {
                first = chunk;
                continue;
            }
            if body.is_empty() {
                body.reserve(announced.max(first.len() + chunk.len()));
                body.extend_from_slice(&first);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(if body.is_empty() { first } else { body.into() })
    }

    fn transport_error(&self, error: reqwest::Error) -> Error {
        let operation = self.context.operation.clone();
        if error.is_builder() {
            // Path and query are encoded, so their length is left as the cause, or a setting of the
            // HTTP client.
            let message = format!("cannot be sent: {}", error.without_url());
            return self.invalid(Invalid::new("path and query", message));
        }
        let method = self.context.method.clone();
        if error.is_timeout() && !error.is_connect() {
            return Error::Timeout { operation, method };
        }
        Error::Transport(Box::new(TransportError::from_reqwest(
            operation, method, error,
        )))
    }

    fn invalid(&self, invalid: Invalid) -> Error {
        invalid.of(self.context.operation.clone())
    }
}

/// The official wrapper sends `{}` with a POST, PUT or PATCH that has no body, so this does too.
fn encode_body(method: &Method, body: Body) -> serde_json::Result<Option<Bytes>> {
    let text = match body {
        Body::Whole(json) => String::from(Box::<str>::from(json)).into_bytes(),
        Body::Fields(fields) => {
            let mut text = Vec::new();
            serde_json::Serializer::new(&mut text).collect_map(fields)?;
            text
        }
        Body::None if matches!(*method, Method::POST | Method::PUT | Method::PATCH) => {
            return Ok(Some(Bytes::from_static(b"{}")));
        }
        Body::None => return Ok(None),
    };
    Ok(Some(text.into()))
}

/// Reads the beginning of the body of an error response, as far as it arrives.
async fn read_prefix(response: &mut reqwest::Response) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < MAX_ERROR_BODY
        && let Ok(Some(chunk)) = response.chunk().await
    {
        body.extend_from_slice(&chunk);
    }
    body.truncate(MAX_ERROR_BODY);
    body
}
