//! Takes a request apart, checks it against the description, and answers.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::Received;
use super::socket::{self, Clients};
use super::spec::{NoMatch, Operation, spec};
use super::state::{Call, State};

/// What the path of every request starts with.
pub(super) const BASE: &str = "/v1";

/// What the requests to one mock share.
#[derive(Debug)]
pub(super) struct Server {
    log: Mutex<Log>,
    /// The address of the socket.
    pub(super) socket: String,
    pub(super) clients: Clients,
}

#[derive(Debug, Default)]
struct Log {
    state: State,
    received: Vec<Received>,
    /// How the next requests of an operation fail, by its id.
    failures: Vec<(String, Failure)>,
}

/// Why a request is refused.
#[derive(Debug, PartialEq)]
pub(super) struct Failure {
    status: StatusCode,
    reason: Cow<'static, str>,
    message: String,
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

    fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_data", message)
    }
}

impl Server {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self {
            log: Mutex::default(),
            socket: format!("http://{address}{}", socket::PATH),
            clients: Clients::default(),
        }
    }

    /// The requests that were accepted so far, in order.
    pub(super) fn received(&self) -> Vec<Received> {
        self.lock().received.clone()
    }

    /// Has the next request of an operation fail, after those that were to fail already.
    pub(super) fn fail(&self, operation_id: &str, failure: Failure) {
        let failure = (operation_id.to_owned(), failure);
        self.lock().failures.push(failure);
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request.
    pub(super) fn answer(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Response<Body> {
        let (status, body) = match self.accept(method, uri, headers, body) {
            Ok(answer) => answer,
            Err(Failure {
                status,
                reason,
                message,
            }) => (
                status,
                Some(json!({ "error": true, "reason": reason, "data": { "message": message } })),
            ),
        };
        let mut response =
            Response::new(body.map_or_else(Body::empty, |body| Body::from(body.to_string())));
        *response.status_mut() = status;
        response.headers_mut().insert(
            CONTENT_TYPE,
            "application/json; charset=utf-8".parse().expect("a header"),
        );
        if matches!(*method, Method::GET | Method::HEAD) {
            response
                .headers_mut()
                .insert("bloom-status", "DIRECT".parse().expect("a header"));
        }
        response
    }

    fn accept(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<(StatusCode, Option<Value>), Failure> {
        let no_route = || {
            Failure::new(
                StatusCode::NOT_FOUND,
                "not_found",
                format!("no route has the path {}", uri.path()),
            )
        };
        let path = uri.path().strip_prefix(BASE).ok_or_else(no_route)?;
        let found = spec().find(method, path).map_err(|error| match error {
            NoMatch::Path => no_route(),
            NoMatch::Method => {
                let message = format!("{method} is no method of the path {}", uri.path());
                Failure::new(
                    StatusCode::METHOD_NOT_ALLOWED,
                    "method_not_allowed",
                    message,
                )
            }
        })?;
        let operation = found.operation;
        check_credentials(headers)?;
        check_tier(operation, headers)?;
        let has_body = !body.is_empty();
        check_headers(headers, has_body)?;
        for parameter in &operation.path {
            let argument = found
                .arguments
                .iter()
                .find(|(name, _)| *name == parameter.name);
            argument
                .map_or(Ok(()), |(_, value)| parameter.check(value))
                .map_err(Failure::invalid)?;
        }
        let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect::<Vec<_>>();
        check_query(operation, &query)?;
        let body = check_body(operation, body)?;

        let call = Call {
            operation,
            path: &found.arguments,
            query: &query,
            body: &body,
        };
        let mut log = self.lock();
        let mut failures = log.failures.iter();
        let data = match failures.position(|(id, _)| *id == operation.id) {
            Some(index) => Err(log.failures.remove(index).1),
            None => {
                let mut events = Vec::new();
                let data = log.state.answer(&call, &mut events)?;
                // With the lock held, so that events come in the order of the requests.
                for (name, data) in &events {
                    self.clients.emit(name.as_str(), data);
                }
                Ok(data)
            }
        };
        let mut headers = headers.clone();
        headers.remove(AUTHORIZATION);
        log.received.push(Received {
            operation: operation.id.clone(),
            method: method.to_string(),
            path: uri.path().to_owned(),
            query,
            headers,
            body,
        });
        let data = data?;
        let past = operation.is_past_example(&found.arguments);
        let data = data.or_else(|| past.then(|| json!([])));
        let mut answer = operation.example.clone();
        if let (Some(Value::Object(envelope)), Some(data)) = (&mut answer, data) {
            envelope.insert("data".to_owned(), data);
        }
        let socket = answer
            .as_mut()
            .and_then(|answer| answer.pointer_mut("/data/socket/app"));
        if let Some(socket) = socket {
            *socket = self.socket.as_str().into();
        }
        Ok((operation.status, answer))
    }
}

fn header(headers: &HeaderMap, name: impl axum::http::header::AsHeaderName) -> Option<&str> {
    headers
        .get(name)?
        .to_str()
        .ok()
        .filter(|value| !value.trim().is_empty())
}

fn check_credentials(headers: &HeaderMap) -> Result<(), Failure> {
    let refuse = |message: &str| {
        Err(Failure::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            message,
        ))
    };
    let Some(value) = header(headers, AUTHORIZATION) else {
        return refuse("the header Authorization is missing");
    };
    let encoded = value
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let decoded = encoded.and_then(|(_, encoded)| BASE64_STANDARD.decode(encoded.trim()).ok());
    let pair = decoded.and_then(|pair| String::from_utf8(pair).ok());
    match pair.as_deref().and_then(|pair| pair.split_once(':')) {
        Some((identifier, key)) if !identifier.is_empty() && !key.is_empty() => Ok(()),
        _ => refuse("the header Authorization is not Basic with an identifier and a key"),
    }
}

fn check_tier(operation: &Operation, headers: &HeaderMap) -> Result<(), Failure> {
    let tier = header(headers, "x-crisp-tier")
        .ok_or_else(|| Failure::invalid("the header X-Crisp-Tier is missing"))?;
    if !matches!(tier, "user" | "website" | "plugin") {
        return Err(Failure::invalid(
            "the header X-Crisp-Tier is none of user, website and plugin",
        ));
    }
    if operation.tiers.iter().any(|allowed| allowed == tier) {
        return Ok(());
    }
    let message = format!(
        "{} is not for the tier {tier}, only for: {}",
        operation.id,
        operation.tiers.join(", ")
    );
    Err(Failure::new(StatusCode::FORBIDDEN, "not_allowed", message))
}

fn check_headers(headers: &HeaderMap, has_body: bool) -> Result<(), Failure> {
    header(headers, USER_AGENT)
        .ok_or_else(|| Failure::invalid("the header User-Agent is missing"))?;
    let accept =
        header(headers, ACCEPT).ok_or_else(|| Failure::invalid("the header Accept is missing"))?;
    if !["application/json", "application/*", "*/*"]
        .iter()
        .any(|kind| accept.contains(kind))
    {
        return Err(Failure::invalid(
            "the header Accept leaves out application/json",
        ));
    }
    let kind =
        header(headers, CONTENT_TYPE).map(|kind| kind.split(';').next().unwrap_or_default().trim());
    if has_body && !kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) {
        return Err(Failure::invalid(
            "the header Content-Type is not application/json",
        ));
    }
    Ok(())
}

fn check_query(operation: &Operation, query: &[(String, String)]) -> Result<(), Failure> {
    for (index, (name, value)) in query.iter().enumerate() {
        let known = operation
            .query
            .iter()
            .find(|parameter| parameter.name == *name);
        let parameter = known.ok_or_else(|| {
            Failure::invalid(format!("query.{name}: is no parameter of {}", operation.id))
        })?;
        if query[..index].iter().any(|(other, _)| other == name) {
            return Err(Failure::invalid(format!(
                "query.{name}: is given more than once"
            )));
        }
        parameter
            .check(value)
            .map_err(|message| Failure::invalid(format!("query.{message}")))?;
    }
    match operation
        .query
        .iter()
        .find(|known| known.required && query.iter().all(|(name, _)| known.name != *name))
    {
        Some(missing) => Err(Failure::invalid(format!(
            "query.{}: is required",
            missing.name
        ))),
        None => Ok(()),
    }
}

/// The body as JSON, or null where there is none.
fn check_body(operation: &Operation, body: &Bytes) -> Result<Value, Failure> {
    let value = if body.is_empty() {
        None
    } else {
        Some(
            serde_json::from_slice::<Value>(body)
                .map_err(|error| Failure::invalid(format!("body: is not JSON: {error}")))?,
        )
    };
    match (&operation.body, value) {
        (Some(expected), Some(value)) => {
            expected
                .check
                .value("body", &value)
                .map_err(Failure::invalid)?;
            Ok(value)
        }
        (Some(expected), None) if expected.required => Err(Failure::invalid("body: is required")),
        // The Node wrapper sends an empty object where a request has nothing to say.
        (None, Some(value)) if value != json!({}) => Err(Failure::invalid(format!(
            "body: {} takes none",
            operation.id
        ))),
        _ => Ok(Value::Null),
    }
}

#[cfg(test)]
mod tests;
