//! Typed client for the [Crisp](https://crisp.chat) customer-messaging platform.
//!
//! ```no_run
//! use crisp_api::types::{MessageContent, MessageOrigin, MessageSender, NewMessage};
//! use crisp_api::{Crisp, Tier};
//!
//! # async fn run(website_id: &str) -> Result<(), crisp_api::Error> {
//! let crisp = Crisp::builder().credentials(Tier::Plugin, "identifier", "key").build()?;
//!
//! let open = crisp.website().list_conversations(website_id, 1).filter_not_resolved(true).await?;
//! for conversation in open {
//!     let text = MessageContent::Text("We are on it.".into());
//!     let message = NewMessage::new(MessageSender::Operator, MessageOrigin::Chat, text);
//!     let session_id = &conversation.session_id;
//!     crisp.website().send_message_in_conversation(website_id, session_id, &message).await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The methods are named for the labels of the [reference](https://docs.crisp.chat/references/rest-api/v1/), on the
//! services of the official wrappers: "List Conversations" is `crisp.website().list_conversations(…)`.
//! Who comes from one of them finds what is called otherwise in [`coming_from_node_or_go`].
//!
//! # Requests
//! A request is a value. Its required arguments stand in the call, the optional ones are setters,
//! and nothing is sent until it is awaited. Awaiting gives the data of the answer;
//! `.response().await` gives its status, headers and reason too. A list that comes in pages is
//! awaited for one page, or read to its end with `.stream()`.
//!
//! Requests run on [Tokio](https://tokio.rs), with its time and I/O drivers enabled.
//!
//! # Errors
//! There is one [`Error`], told apart by cause. It says what to do, and holds no credential. Reads
//! are repeated after passing failures; what changes anything is never sent twice: see [`Retry`].
//!
//! # Values
//! Crisp grows, and a program built on this crate keeps working: an enum has an `Unknown` variant
//! for values that this version does not know, a struct keeps the fields that it does not know in
//! `extra`, and both are written back as they came. Where leaving a field out and setting it to
//! `null` differ, its type is [`Nullable`]. Half of a surrogate pair, which JSON may hold and a text of
//! Rust may not, is read as U+FFFD in an answer; an event that has one is [`Event::Invalid`].
//!
//! # Features
//! - `full`, which is on by default: every resource. Without it, name those that you need, such as
//!   `website-conversation`.
//! - `client`: the client without any resource, for [`Crisp::request`]. Each resource switches it
//!   on.
//! - `tracing`: one event of the target `crisp_api` a request, at debug level, with operation,
//!   method, status and time. Neither credentials nor bodies are in it.
//! - `events`: what happens in Crisp, as the type [`Event`], however it comes.
//! - `rtm`: the realtime socket, a stream of events that connects again by itself: see [`rtm`].
//! - `webhooks`: verification and decoding of webhooks: see [`webhooks`]. It adds neither a client
//!   nor a server.
//! - `axum`: [axum](https://docs.rs/axum) extractors for webhooks.
//! - `mock`: a server that stands in for Crisp in tests, with its realtime socket: see [`mock`].

#[cfg(feature = "client")]
mod client;
mod error;
#[cfg(feature = "events")]
mod event;
#[rustfmt::skip]
#[allow(
    unused_imports,
    reason = "which of them are used depends on the resources that are switched on"
)]
mod generated;
#[allow(
    unused,
    reason = "it is used by the features `client`, `events` and `webhooks`"
)]
mod json_error;
#[allow(
    unused,
    reason = "what is used depends on the resources that are switched on"
)]
mod macros;
#[cfg(feature = "mock")]
pub mod mock;
#[allow(
    unused,
    reason = "whether it is used depends on the resources that are switched on"
)]
mod object;
#[allow(
    unused,
    reason = "whether it is used depends on the resources that are switched on"
)]
mod raw;
#[cfg(feature = "client")]
mod rest;
#[cfg(feature = "rtm")]
pub mod rtm;
// Apart, for clippy to see that these are tests.
#[cfg(test)]
mod tests;
mod value;
#[cfg(feature = "webhooks")]
pub mod webhooks;

#[cfg(feature = "client")]
pub use client::{Builder, Crisp, Tier};
pub use error::{ApiError, DecodeError, Error, Reason};
#[cfg(feature = "client")]
pub use error::{TransportError, TransportErrorKind};
#[cfg(feature = "events")]
pub use generated::{Event, EventName};
pub use generated::{requests, services, types};
pub use http::{HeaderMap, Method, StatusCode};
#[cfg(feature = "client")]
pub use rest::{PagedRequest, Request, RequestFuture, Response, Retry};
pub use value::{Extra, Nullable};

// The settings of a client take a `reqwest::Client`, of this version.
#[cfg(feature = "client")]
pub use reqwest;

// The tests in and beside this crate share one server.
#[cfg(test)]
extern crate self as crisp_api;

#[cfg(all(doc, feature = "full", feature = "rtm", feature = "webhooks"))]
#[doc = include_str!("../docs/wrappers.md")]
pub mod coming_from_node_or_go {}

/// The examples of the README, which lies outside the package, are run where it lies.
#[cfg(all(
    doctest,
    feature = "full",
    feature = "axum",
    feature = "mock",
    feature = "rtm"
))]
#[doc = include_str!("../../README.md")]
struct Readme;
