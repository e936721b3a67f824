//! Answers the requests to one mock: checks them, applies them to the state, and writes the responses.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderValue, PROXY_AUTHORIZATION};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::RecordedRequest;
use super::call::{Call, Failure};
use super::checks::{Accepted, check_body, check_head};
use super::connection::READ_TIMEOUT;
use super::log::RequestLog;
use super::socket::{self, Clients};
use super::spec::Operation;
use super::state::State;

/// The limit of a request body, in bytes. Crisp's own limits on messages and articles are far below.
pub(super) const MAX_BODY: usize = 2 * 1024 * 1024;

/// The limit of bytes that are read and dropped after a request was rejected.
const MAX_DISCARDED: usize = 16 * 1024 * 1024;

/// Everything that the requests to one mock share.
#[derive(Debug)]
pub(super) struct Server {
    shared: Mutex<Shared>,
    /// The address of the realtime socket.
    pub(super) socket_url: String,
    pub(super) clients: Clients,
}

#[derive(Debug, Default)]
struct Shared {
    state: State,
    log: RequestLog,
    /// The next failures of operations, by operation ID.
    failures: HashMap<String, VecDeque<Failure>>,
}

/// The status and the body of a response.
type Answer = (StatusCode, Option<Value>);

impl Server {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self {
            shared: Mutex::default(),
            socket_url: format!("http://{address}{}", socket::PATH),
            clients: Clients::default(),
        }
    }

    /// Runs a function on the request log.
    pub(super) fn with_log<T>(&self, function: impl FnOnce(&mut RequestLog) -> T) -> T {
        function(&mut self.lock().log)
    }

    /// Queues a failure for an operation.
    pub(super) fn fail(&self, operation_id: &str, failure: Failure) {
        let mut shared = self.lock();
        let failures = shared.failures.entry(operation_id.to_owned());
        failures.or_default().push_back(failure);
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Responds to a request. The body is read only after everything else was checked.
    pub(super) async fn respond(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let answer = match check_head(&head, !body.is_end_stream()) {
            Ok(accepted) => match read_body(body).await {
                Ok(body) => self.handle(accepted, &head, &body),
                Err(failure) => Err(failure),
            },
            Err(failure) => {
                discard(body);
                Err(failure)
            }
        };
        Ok(response(&head.method, answer))
    }

    fn handle(&self, accepted: Accepted, head: &Parts, body: &Bytes) -> Result<Answer, Failure> {
        let size = head_size(head) + body.len();
        let operation = accepted.operation;
        let body = check_body(operation, body)?;
        let call = Call {
            operation,
            path: &accepted.path,
            query: &accepted.query,
            body: &body,
        };
        let mut shared = self.lock();
        let failure = shared.failures.get_mut(&operation.id);
        let result = match failure.and_then(VecDeque::pop_front) {
            Some(failure) => Err(failure),
            None => {
                let mut events = Vec::new();
                let data = shared.state.handle(&call, &mut events)?;
                // The lock is held, so that events are emitted in the order of the requests.
                for (name, data) in &events {
                    self.clients.emit(name.as_str(), data);
                }
                Ok(data)
            }
        };
        let past_example = operation.is_past_example(&accepted.path);
        let mut headers = head.headers.clone();
        for name in [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE] {
            headers.remove(name);
        }
        let request = RecordedRequest {
            operation: operation.id.clone(),
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: accepted.query,
            headers,
            body,
        };
        shared.log.push(size, request);
        drop(shared);
        let data = result?.or_else(|| past_example.then(|| json!([])));
        Ok((operation.status, self.envelope(operation, data)))
    }

    /// Returns the body of a response: the example, with other data if there is any.
    fn envelope(&self, operation: &Operation, data: Option<Value>) -> Option<Value> {
        let example = operation.example.as_ref()?;
        if let Some(data) = data {
            let (error, reason) = (&example["error"], &example["reason"]);
            return Some(json!({ "error": error, "reason": reason, "data": data }));
        }
        let mut envelope = example.clone();
        if let Some(url) = envelope.pointer_mut("/data/socket/app") {
            *url = self.socket_url.as_str().into();
        }
        Some(envelope)
    }
}

/// Reads a body within the limits of size and time.
async fn read_body(mut body: Incoming) -> Result<Bytes, Failure> {
    let too_large = || {
        let message = format!("body: is larger than {MAX_BODY} bytes");
        Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", message)
    };
    if body.size_hint().lower() > MAX_BODY as u64 {
        discard(body);
        return Err(too_large());
    }
    match timeout(READ_TIMEOUT, Limited::new(&mut body, MAX_BODY).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            discard(body);
            Err(too_large())
        }
        Ok(Err(_)) => Err(Failure::invalid("body: ends early")),
        Err(_) => Err(Failure::new(
            StatusCode::REQUEST_TIMEOUT,
            "request_timeout",
            format!("body: was not received within {} s", READ_TIMEOUT.as_secs()),
        )),
    }
}

/// Reads a body to its end and drops it, up to the limits. Without that, a client that is still sending could see its
/// connection reset before it reads the response.
fn discard(body: Incoming) {
    if body.is_end_stream() {
        return;
    }
    let mut body = Limited::new(body, MAX_DISCARDED);
    tokio::spawn(timeout(READ_TIMEOUT, async move {
        while let Some(Ok(_)) = body.frame().await {}
    }));
}

fn response(method: &Method, answer: Result<Answer, Failure>) -> Response<Full<Bytes>> {
    let (status, body) = answer.unwrap_or_else(|failure| {
        let data = json!({ "message": failure.message });
        let body = json!({ "error": true, "reason": failure.reason, "data": data });
        (failure.status, Some(body))
    });
    let body = body.map_or_else(Bytes::new, |body| body.to_string().into());
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    if matches!(*method, Method::GET | Method::HEAD) {
        headers.insert("bloom-status", HeaderValue::from_static("DIRECT"));
    }
    response
}

/// Returns the size of the target and the headers of a request, in bytes.
fn head_size(head: &Parts) -> usize {
    let headers = head.headers.iter();
    let headers = headers.map(|(name, value)| name.as_str().len() + value.len());
    let query = head.uri.query().unwrap_or_default();
    head.uri.path().len() + query.len() + headers.sum::<usize>()
}

#[cfg(test)]
mod tests;
