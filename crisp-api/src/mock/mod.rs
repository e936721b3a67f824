//! A server that stands in for Crisp in tests.
//!
//! [`Mock::start`] serves on the loopback interface, within the process and without a network. A request is checked
//! against the bundled description of the API, and refused where it differs: what passes here has the form that Crisp
//! asks for. A good request is answered with the example of the description.
//!
//! # What is remembered
//! Conversations and their messages have state; all else is answered with examples, whatever was sent before. Only the
//! address of the realtime socket is the mock's own where an example has Crisp's.
//!
//! - A conversation that was created in the mock is answered from its state: what was sent is listed, what was changed
//!   is shown. Operations on it that read or change nothing of its state answer their example.
//! - The session of the description's examples (`session_700c65e1-85e2-465a-b9ac-ecb5ec2c9881`) is answered with the
//!   examples, whatever was sent to it, until a conversation is created in its website. The first one created takes
//!   that session; later ones have random sessions.
//! - Any other session is refused as `conversation_not_found`, with status 404.
//! - The conversations of a website are listed with filters and paging from the first one that is created; until then
//!   the list is the example. The filters for dates and mentions, the orders other than by creation and by change,
//!   `include_empty`, and searches of the type `filter` are checked but have no effect. Nor have the operations on
//!   several conversations at once (`website.batch_…`).
//!
//! An example of a list is its first page; further pages are empty.
//!
//! # What is refused
//! The first of these that applies, each with Crisp's envelope and a message that names the place:
//!
//! | status | `reason` | what |
//! |---|---|---|
//! | 404 | `not_found` | no route has the path |
//! | 405 | `method_not_allowed` | the path has other methods only |
//! | 401 | `unauthorized` | `Authorization` is not Basic with an identifier and a key; any pair will do |
//! | 400 | `invalid_data` | `X-Crisp-Tier` is missing or unknown |
//! | 403 | `not_allowed` | the operation is not for the tier |
//! | 400 | `invalid_data` | `User-Agent`, `Accept` or the `Content-Type` of a body is missing or wrong |
//! | 400 | `invalid_data` | an argument of the path or the query, or the body, is not as described |
//! | 404 | `conversation_not_found`, `message_not_found` | nothing like it was made in the mock |
//!
//! `not_found`, `conversation_not_found` and `invalid_data` are reasons that Crisp gives; the others are the mock's own.
//!
//! A field or query parameter that the description doesn't declare is refused too: it would have no effect. An empty
//! object passes where no body is asked for, and a URN in each set of texts, as third parties extend some with URNs.
//!
//! A good request fails where a test says so, with [`Mock::fail`].
//!
//! # The realtime socket
//! The mock speaks Socket.IO over websockets, at the address that it answers where a client asks for the connect
//! endpoints. It waits for the authentication as long as need be, and refuses it with `unauthorized` and a message, and
//! by disconnecting, when the username or the password is empty, the tier is unknown, or a field has the wrong type. Any
//! other pair will do. A client is sent the events that it asks for, of the websites (`rooms`) and the inboxes that it
//! asks for; an event that names none isn't filtered by it. All events can be sent with [`Mock::emit`],
//! and the connections ended with [`Mock::disconnect`].
//!
//! Operations on a conversation that was created in the mock cause events, in the order of the requests:
//!
//! | what is done | events |
//! |---|---|
//! | created, initiated, removed | `session:request:initiated`, `session:removed` |
//! | a message sent, unless in stealth | `message:send` from the visitor, `message:received` from an operator |
//! | a message changed, removed | `message:updated`, `message:removed` |
//! | composing, unless in stealth | `message:compose:send`, `message:compose:receive` |
//! | messages newly marked | `message:acknowledge:read:send`, `message:acknowledge:read:received`, `message:acknowledge:delivered` |
//! | marked as unread, with messages from the visitor | `message:acknowledge:unread:send` |
//! | state, routing, inbox, participants, block and verification set | `session:set_state`, `session:set_routing`, `session:set_inbox`, `session:set_participants`, `session:set_block`, `session:update_verify` |
//! | opened, closed by an operator | `session:set_opened`, `session:set_closed` |
//! | meta changed, one for each that is set | `session:set_nickname`, `…_email`, `…_phone`, `…_address`, `…_subject`, `…_avatar`, `…_origin`, `…_data`, `…_segments` |
//!
//! Whoever asks is taken for the operator of the description's examples. Nothing else causes an event. Web Hooks are
//! delivered when a test says so, with [`Mock::deliver`].
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

mod conversation;
mod deliver;
mod events;
mod route;
mod schema;
mod server;
mod socket;
mod spec;
mod state;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use serde::Serialize;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::{Crisp, Error, EventName, Tier};
use server::{Failure, Server};

/// A server that stands in for Crisp; see the [module](self) for what it answers and refuses.
///
/// It runs on the tokio runtime that it was started on, and stops when dropped: from then on it takes no connection,
/// and ends those that are idle and the realtime sockets. Each mock has its own state.
#[derive(Debug)]
pub struct Mock {
    address: SocketAddr,
    server: Arc<Server>,
    /// Dropped with the mock, which is the sign to stop.
    _stop: oneshot::Sender<()>,
}

/// A request that a [`Mock`] accepted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Received {
    /// The id of the operation in the description, such as `website.get_conversation`.
    pub operation: String,
    /// The method, such as `GET`.
    pub method: String,
    /// The path as it was sent, from `/v1` on.
    pub path: String,
    /// The names and values of the query, decoded, in the order they were sent.
    pub query: Vec<(String, String)>,
    /// The headers, without `Authorization`.
    pub headers: HeaderMap,
    /// The body, or null where there was none.
    pub body: Value,
}

impl Mock {
    /// Starts a mock on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When the system has no port to give.
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let server = Arc::new(Server::new(address));
        let (stop, stopped) = oneshot::channel::<()>();
        let (layer, sockets) = server.clients.serve();
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&server))
            .layer(DefaultBodyLimit::disable())
            .layer(layer);
        let serve = axum::serve(listener, router).with_graceful_shutdown(async move {
            // Fails when the mock is dropped, which is what it waits for.
            let _ = stopped.await;
            sockets.close().await;
        });
        tokio::spawn(async { serve.await });
        Ok(Self {
            address,
            server,
            _stop: stop,
        })
    }

    /// The base URL to give to a client, with its version: `http://127.0.0.1:PORT/v1`.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, server::BASE)
    }

    /// The address of the realtime socket, as the connect endpoints tell it: `http://127.0.0.1:PORT/rtm/`.
    pub fn socket_url(&self) -> String {
        self.server.socket.clone()
    }

    /// A client of this mock, with the made-up credentials of a plugin.
    ///
    /// # Errors
    /// As [`Builder::build`](crate::Builder::build): when the HTTP client can't be set up.
    pub fn client(&self) -> Result<Crisp, Error> {
        Crisp::builder()
            .base_url(self.url())
            .credentials(Tier::Plugin, "identifier", "key")
            // Whatever proxy this machine may be set to.
            .http_client(|| reqwest::Client::builder().no_proxy())
            .build()
    }

    /// Sends an event to the clients of the realtime socket that want it; gives how many these are.
    ///
    /// Name and data are sent as they are, whether the description knows them or not.
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
    /// use futures_util::StreamExt as _;
    ///
    /// let mut events = mock.client()?.rtm([EventName::MessageSend]).connect().await?;
    /// assert_eq!(mock.emit(EventName::MessageSend, &message), 1);
    /// let event = events.next().await.unwrap()?;
    /// assert_eq!(event.session_id(), message["session_id"].as_str());
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// When the data is not JSON, such as a map with keys that are no texts.
    pub fn emit(&self, name: impl Into<EventName>, data: impl Serialize) -> usize {
        let data = serde_json::to_value(data).expect("the data of an event is JSON");
        self.server.clients.emit(name.into().as_str(), &data)
    }

    /// Ends the realtime sockets of all clients that are authenticated; gives how many these were. They may connect
    /// again at once.
    pub fn disconnect(&self) -> usize {
        self.server.clients.disconnect()
    }

    /// Has the next good request of an operation fail, with a status and a reason of Crisp's; called again, those after
    /// it too. It is among [`requests`](Self::requests), changes nothing and causes no event. After a passing failure, such
    /// as 429 or 503, a client repeats a read: see [`Retry`](crate::Retry).
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
    /// When the description has no such operation: the failure would never come.
    pub fn fail(&self, operation_id: &str, status: StatusCode, reason: impl Into<String>) {
        let known = spec::spec().operation(operation_id);
        assert!(
            known.is_some(),
            "{operation_id} is no operation of the description"
        );
        let failure = Failure::new(status, reason.into(), "The test asked for this failure");
        self.server.fail(operation_id, failure);
    }

    /// Posts an event to a URL as a Web Hook of a plugin, signed with its secret; gives the status that was answered.
    ///
    /// It happened now, in the website that the data names, if it names one. What is not answered with success is
    /// delivered again at once, three times in all. A redirect is no success, and is not followed.
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
    /// When there is no answer within 10 s.
    ///
    /// # Panics
    /// As [`emit`](Self::emit).
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

    /// The requests that were accepted so far, in order.
    pub fn requests(&self) -> Vec<Received> {
        self.server.received()
    }
}

/// The `data` of the example answer of an operation, such as `website.get_conversation`.
///
/// `None` when there is no such operation, or when its answer has no body, as for `HEAD`.
pub fn example(operation_id: &str) -> Option<Value> {
    spec::spec()
        .operation(operation_id)?
        .example
        .as_ref()?
        .get("data")
        .cloned()
}

/// The data of the example of an event, such as `message:send`; `None` when there is no such event.
pub fn example_event(name: &str) -> Option<Value> {
    spec::spec().events.get(name).cloned()
}

async fn answer(
    State(server): State<Arc<Server>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> axum::response::Response {
    server.answer(&method, &uri, &headers, &body)
}
