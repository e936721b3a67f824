//! An in-process server that stands in for Crisp in tests.
//!
//! [`Mock::start`] serves on the loopback interface; no network is needed. Each request is checked against the bundled
//! description of the API and rejected if it differs, so a request that the mock accepts has the form that Crisp expects.
//! The response to a valid request is the example of the description.
//!
//! # State
//! Conversations and their messages have state. All other operations respond with their example, regardless of earlier
//! requests; only the URL of the realtime socket is replaced by the mock's own.
//!
//! - A conversation that was created in the mock has its own state: messages are listed after they are sent, and changes
//!   are visible in later responses. Operations on it that neither read nor change its state respond with their example.
//! - The session of the description's examples (`session_700c65e1-85e2-465a-b9ac-ecb5ec2c9881`) responds with the
//!   examples, regardless of writes, until a conversation is created in its website. The first one gets that session ID;
//!   later ones get random IDs.
//! - Any other session is rejected with status 404, `conversation_not_found`.
//! - The list of conversations is the example until the first one is created in the website. After that, it supports
//!   filters and paging. The filters for dates and mentions, orders other than by creation and by change,
//!   `include_empty`, and searches of the type `filter` are validated but have no effect. The operations on several
//!   conversations at once (`website.batch_…`) change nothing.
//!
//! An example of a list is its first page; further pages are empty.
//!
//! # Rejected requests
//! The response to an invalid request is Crisp's error envelope with a message that names the location of the error. The
//! first matching row applies:
//!
//! | status | `reason` | cause |
//! |---|---|---|
//! | 404 | `not_found` | no route has the path |
//! | 405 | `method_not_allowed` | the path has other methods only |
//! | 401 | `unauthorized` | `Authorization` is not Basic with an identifier and a key; any pair is accepted |
//! | 400 | `invalid_data` | `X-Crisp-Tier` is missing or unknown |
//! | 403 | `not_allowed` | the operation is not for the tier |
//! | 400 | `invalid_data` | `User-Agent`, `Accept` or the `Content-Type` of a body is missing or wrong |
//! | 400 | `invalid_data` | a path argument or a query parameter is not as described |
//! | 413 | `payload_too_large` | the body is larger than 2 MiB |
//! | 408 | `request_timeout` | the body is not complete within 30 s |
//! | 400 | `invalid_data` | the body is not as described |
//! | 404 | `conversation_not_found`, `message_not_found` | the object was not created in the mock |
//!
//! `not_found`, `conversation_not_found` and `invalid_data` are Crisp's reasons; the others are the mock's own.
//!
//! A field or query parameter that the description does not declare is rejected too, as Crisp would ignore it. An empty
//! object is accepted as the body of an operation without one, and a URN in every enumeration of strings, as third
//! parties extend some of them with URNs.
//!
//! [`Mock::fail`] makes valid requests fail.
//!
//! # The realtime socket
//! The mock speaks Socket.IO over websockets, at the URL in its responses to the connect endpoints operations. A client
//! must authenticate within 10 s, or it is disconnected. The authentication is rejected with `unauthorized`, a message
//! and a disconnection if the username or the password is empty, the tier is unknown, or a field has the wrong type; any
//! other pair is accepted. A client receives the events that it subscribed to, filtered by its websites (`rooms`) and
//! inboxes; an event without a website or an inbox is not filtered by it. [`Mock::emit`] sends any event, and
//! [`Mock::disconnect`] ends the connections.
//!
//! Operations on a conversation that was created in the mock emit events, in the order of the requests:
//!
//! | operation | events |
//! |---|---|
//! | create, initiate, remove | `session:request:initiated`, `session:removed` |
//! | send a message, unless in stealth | `message:send` from the visitor, `message:received` from an operator |
//! | update, remove a message | `message:updated`, `message:removed` |
//! | compose, unless in stealth | `message:compose:send`, `message:compose:receive` |
//! | mark messages, if any changes | `message:acknowledge:read:send`, `message:acknowledge:read:received`, `message:acknowledge:delivered` |
//! | mark as unread, if the visitor sent messages | `message:acknowledge:unread:send` |
//! | set state, routing, inbox, participants, block, verification | `session:set_state`, `session:set_routing`, `session:set_inbox`, `session:set_participants`, `session:set_block`, `session:update_verify` |
//! | open, close by an operator | `session:set_opened`, `session:set_closed` |
//! | update meta, one event per field | `session:set_nickname`, `…_email`, `…_phone`, `…_address`, `…_subject`, `…_avatar`, `…_origin`, `…_data`, `…_segments` |
//!
//! The acting operator is the one of the description's examples. Other operations emit no events. Webhooks are sent
//! only by [`Mock::deliver`].
//!
//! # Limits
//! Clients can make the mock buffer only so much, for only so long:
//!
//! - The head of a request may have 64 KiB and its body 2 MiB. Each must be complete within 30 s, after which an idle
//!   connection is closed too. The body is read only if the rest of the request is valid.
//! - An event to the socket may have 1 MiB. A client is disconnected if more than 65,536 events or 64 MiB are queued for
//!   it, as it reads too slowly.
//! - 1,024 connections are served at a time; further ones wait.
//! - The request log keeps the last 10,000 requests, and at most 64 MiB; see [`Mock::requests`].
//!
//! State has no limit: the mock keeps every conversation and message that is created.
//!
//! # Logs
//! The websocket library of the mock logs each frame that it receives, authentication included, at trace level with the
//! target `tungstenite`. The client never does. Filter that target (`tungstenite=off`) in a test that asserts what a
//! program logs, and give the mock no real credentials.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use crisp_api::Method;
//! use crisp_api::mock::Mock;
//!
//! let mock = Mock::start().await?;
//! let crisp = mock.client()?;
//! let path = "/website/8c842203-7ed8-4e29-a608-7cf78a7d2fcc";
//! let website = crisp.request::<serde_json::Value>(Method::GET, path).await?;
//!
//! assert_eq!(website["name"], "Acme");
//! assert_eq!(mock.requests()[0].operation, "website.get_website");
//! # Ok(())
//! # }
//! ```

mod call;
mod checks;
mod clock;
mod connection;
mod conversation;
mod deliver;
mod events;
mod log;
mod messages;
mod route;
mod schema;
mod server;
mod socket;
mod spec;
mod state;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use hyper::service::service_fn;
use serde::Serialize;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::{Crisp, Error, EventName, Tier};
use call::Failure;
use log::RequestLog;
use server::Server;

/// An in-process server that stands in for Crisp. See the [module](self) for its behavior.
///
/// It runs on the tokio runtime that it was started on. Dropping it ends all connections, including those in the middle
/// of a request. Each mock has its own state.
#[derive(Debug)]
pub struct Mock {
    address: SocketAddr,
    server: Arc<Server>,
    /// Dropped with the mock, which is the signal to stop.
    _stop: oneshot::Sender<Infallible>,
}

/// A request that a [`Mock`] accepted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The ID of the operation in the description, such as `website.get_conversation`.
    pub operation: String,
    /// The method, such as `GET`.
    pub method: String,
    /// The path as received, starting with `/v1`.
    pub path: String,
    /// The query parameters by name, decoded, in the order received.
    pub query: Vec<(String, String)>,
    /// The headers, without `Authorization`, `Proxy-Authorization` and `Cookie`.
    pub headers: HeaderMap,
    /// The body, or null if there was none.
    pub body: Value,
}

impl Mock {
    /// Starts a mock on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// Returns an error if the system has no free port.
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let server = Arc::new(Server::new(address));
        let (stop, stopped) = oneshot::channel();
        let rest = Arc::clone(&server);
        let rest = service_fn(move |request| Arc::clone(&rest).respond(request));
        let service = server.clients.serve(rest);
        tokio::spawn(connection::serve(listener, service, stopped));
        Ok(Self {
            address,
            server,
            _stop: stop,
        })
    }

    /// Returns the base URL for a client, version included: `http://127.0.0.1:PORT/v1`.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, checks::BASE)
    }

    /// Returns the URL of the realtime socket, as in responses to the connect endpoints operations:
    /// `http://127.0.0.1:PORT/rtm/`.
    pub fn socket_url(&self) -> String {
        self.server.socket_url.clone()
    }

    /// Returns a client of this mock, with made-up credentials of the tier plugin.
    ///
    /// # Errors
    /// Returns the errors of [`Builder::build`](crate::Builder::build).
    pub fn client(&self) -> Result<Crisp, Error> {
        Crisp::builder()
            .base_url(self.url())
            .credentials(Tier::Plugin, "identifier", "key")
            // The proxy of the environment must not see requests to the loopback interface. They need no
            // certificates, and loading those of the system takes time.
            .http_client(|| {
                let builder = reqwest::Client::builder().no_proxy();
                #[cfg(feature = "__rustls")]
                let builder = builder.tls_certs_only([]);
                builder
            })
            .build()
    }

    /// Sends an event to the clients of the realtime socket that subscribed to it, and returns the number of these.
    ///
    /// Name and data are not checked against the description. A client whose `Handle::subscribe` has just returned may
    /// not be subscribed yet.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use crisp_api::EventName;
    /// use crisp_api::mock::{self, Mock};
    ///
    /// let mock = Mock::start().await?;
    /// let message = mock::example_event("message:send").unwrap();
    /// assert_eq!(mock.emit(EventName::MessageSend, &message), 0, "nobody is connected");
    ///
    /// # #[cfg(feature = "rtm")] {
    /// use crisp_api::rtm::Item;
    ///
    /// let mut events = mock.client()?.rtm([EventName::MessageSend]).connect().await?;
    /// assert_eq!(mock.emit(EventName::MessageSend, &message), 1);
    /// let Some(Ok(Item::Event(event))) = events.next().await else {
    ///     panic!("an event");
    /// };
    /// assert_eq!(event.session_id(), message["session_id"].as_str());
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// Panics if the data can't be serialized as JSON, such as a map with keys that are not strings.
    pub fn emit(&self, name: impl Into<EventName>, data: impl Serialize) -> usize {
        let data = serde_json::to_value(data).expect("the data of an event is JSON");
        self.server.clients.emit(name.into().as_str(), &data)
    }

    /// Disconnects the authenticated clients of the realtime socket, and returns the number of these. They can reconnect
    /// immediately, but wait as their [`Reconnect`](crate::rtm::Reconnect) says: 5 to 10 s by default, so set a shorter
    /// delay in a test of a [`Gap`](crate::rtm::Gap).
    pub fn disconnect(&self) -> usize {
        self.server.clients.disconnect()
    }

    /// Makes the next valid request to an operation fail with a status and a reason. Each further call makes one more
    /// request fail.
    ///
    /// The request is recorded in [`requests`](Self::requests), changes nothing and emits no event. The client retries a
    /// read after a transient failure, such as 429 or 503: see [`Retry`](crate::Retry).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use crisp_api::mock::Mock;
    /// use crisp_api::{Method, StatusCode};
    ///
    /// let mock = Mock::start().await?;
    /// mock.fail("website.get_website", StatusCode::PAYMENT_REQUIRED, "subscription_upgrade_required");
    /// let path = "/website/8c842203-7ed8-4e29-a608-7cf78a7d2fcc";
    /// let crisp = mock.client()?;
    /// let error = crisp.request::<serde_json::Value>(Method::GET, path).await.unwrap_err();
    /// assert_eq!(error.status(), Some(StatusCode::PAYMENT_REQUIRED));
    ///
    /// crisp.request::<serde_json::Value>(Method::GET, path).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// Panics if the description has no such operation, as the failure would never occur.
    pub fn fail(&self, operation_id: &str, status: StatusCode, reason: impl Into<String>) {
        let known = spec::spec().operation(operation_id);
        assert!(
            known.is_some(),
            "{operation_id} is not an operation of the description"
        );
        let failure = Failure::new(status, reason.into(), "This failure was set by the test");
        self.server.fail(operation_id, failure);
    }

    /// Posts an event to a URL as a plugin webhook, signed with `secret`, and returns the status of the response.
    ///
    /// The timestamp is the current time, and the website is that of the data, if it has one. The delivery is repeated
    /// immediately until it succeeds, at most three times in all. A redirect is not followed and not a success.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use axum::{Router, routing::post};
    /// use crisp_api::mock::{self, Mock};
    /// use crisp_api::webhooks::Verifier;
    /// use crisp_api::{EventName, HeaderMap, StatusCode};
    /// use tokio::net::TcpListener;
    ///
    /// async fn hook(headers: HeaderMap, body: String) -> StatusCode {
    ///     match Verifier::new("signing secret").verify(&headers, body.as_bytes()) {
    ///         Ok(_) => StatusCode::NO_CONTENT,
    ///         Err(_) => StatusCode::UNAUTHORIZED,
    ///     }
    /// }
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let url = format!("http://{}/hook", listener.local_addr()?);
    /// tokio::spawn(async { axum::serve(listener, Router::new().route("/hook", post(hook))).await });
    ///
    /// let mock = Mock::start().await?;
    /// let message = mock::example_event("message:send").unwrap();
    /// let status = mock.deliver(&url, "signing secret", EventName::MessageSend, &message).await?;
    /// assert_eq!(status, StatusCode::NO_CONTENT);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Returns an error if there is no response within 10 s.
    ///
    /// # Panics
    /// Panics as [`emit`](Self::emit) does.
    pub async fn deliver(
        &self,
        url: &str,
        secret: &str,
        name: impl Into<EventName>,
        data: impl Serialize,
    ) -> Result<StatusCode, reqwest::Error> {
        let data = serde_json::to_value(data).expect("the data of an event is JSON");
        deliver::deliver(url, secret, name.into().as_str(), &data).await
    }

    /// Returns the requests that were accepted, oldest first. Rejected requests are not recorded.
    ///
    /// The log keeps the last 10,000 requests and at most 64 MiB, as received; older ones are dropped. If
    /// [`request_count`](Self::request_count) is greater than the length of the log, some were dropped or
    /// [taken](Self::take_requests).
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.server.with_log(|log| log.to_vec())
    }

    /// Returns the requests that were accepted since the last call, oldest first, and removes them from the log.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use crisp_api::Method;
    /// use crisp_api::mock::Mock;
    ///
    /// let mock = Mock::start().await?;
    /// let path = "/website/8c842203-7ed8-4e29-a608-7cf78a7d2fcc";
    /// mock.client()?.request::<serde_json::Value>(Method::GET, path).await?;
    ///
    /// assert_eq!(mock.take_requests().len(), 1);
    /// assert_eq!(mock.requests().len(), 0);
    /// assert_eq!(mock.request_count(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn take_requests(&self) -> Vec<RecordedRequest> {
        self.server.with_log(RequestLog::take)
    }

    /// Returns the number of requests that were accepted since the start, including those no longer in the log.
    pub fn request_count(&self) -> usize {
        self.server.with_log(|log| log.count)
    }
}

/// Returns the `data` of the example response of an operation, such as `website.get_conversation`.
///
/// Returns `None` if there is no such operation, or if its response has no body, as for `HEAD`.
pub fn example(operation_id: &str) -> Option<Value> {
    spec::spec()
        .operation(operation_id)?
        .example
        .as_ref()?
        .get("data")
        .cloned()
}

/// Returns the example data of an event, such as `message:send`; `None` if there is no such event.
pub fn example_event(name: &str) -> Option<Value> {
    Some(spec::spec().events.get(name)?.example.clone())
}
