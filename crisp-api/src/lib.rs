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
//! Methods are named after the labels of the
//! [reference](https://docs.crisp.chat/references/rest-api/v1/), on the services of the official
//! wrappers: "List Conversations" is `crisp.website().list_conversations(…)`. Coming from the Node or
//! Go wrapper? See [`coming_from_node_or_go`] for renamed methods.
//!
//! # Requests
//! A request is a value. Required arguments are in the call, optional ones are setters, and nothing
//! is sent until it is awaited. Awaiting it returns the data of the response; `.response().await`
//! also returns status, headers and reason. A paged list request returns one page when awaited, and
//! all items with `.stream()`.
//!
//! Requests run on [Tokio](https://tokio.rs), with its time and I/O drivers enabled.
//!
//! # Errors
//! Every call returns [`Error`], with one variant per kind of failure. Its text says how to fix it,
//! and contains no credential and no data of a successful response. GET and HEAD are retried on transient failures;
//! a write is retried only if it provably never reached Crisp: see [`Retry`].
//!
//! # Limits
//! Everything that waits or grows has a limit:
//!
//! | limit | default | setting |
//! |---|---|---|
//! | one attempt of a request | 10 s | [`Builder::timeout`] |
//! | establishing a connection | 5 s | [`Builder::connect_timeout`] |
//! | retries of a request | 4 | [`Retry::times`] |
//! | retries of a client and its clones, while requests keep failing | 100 | |
//! | `Retry-After` that is waited for | 30 s | |
//! | body of a successful response | 32 MiB | [`Builder::max_response_size`] |
//! | body of an error response | 64 KiB, the rest is not read | |
//! | argument in a path | 2 KiB | |
//! | text of an error | a few hundred characters | |
//!
//! Those of the realtime socket, of webhooks and of the mock are in [`rtm`], [`webhooks`] and
//! [`mock`].
//!
//! # Logs
//! Neither this crate nor a library that it uses logs credentials or payloads, at any level. The
//! server of [`mock`] is the exception: it logs what it receives.
//!
//! # Values
//! Crisp adds fields and values over time, and programs that use this crate keep working: an enum
//! has an `Unknown` variant for unknown values, a struct keeps unknown fields in `extra`, and both
//! are serialized as received. If omitting a field and setting it to `null` differ, its type is
//! [`Nullable`]. Half of a surrogate pair, which JSON can contain and a Rust string cannot, is decoded
//! as U+FFFD in a response; an event that contains one is [`Event::Invalid`].
//!
//! # Features
//! - `full` (default): every resource. Without it, enable those that you need, such as
//!   `website-conversation`.
//! - `client`: the client without any resource, for [`Crisp::request`]. Each resource enables it.
//! - `rustls-ring` (default), `rustls-aws-lc`: HTTPS, see [TLS](#tls).
//! - `http2`: HTTP/2. Crisp does not need it.
//! - `tracing`: one event with the target `crisp_api` per request, at debug level, with operation,
//!   method, status and duration. It contains neither credentials nor personal data.
//! - `events`: the events of Crisp, as the type [`Event`].
//! - `rtm`: the realtime socket, a stream of events that reconnects: see [`rtm`].
//! - `webhooks`: verification and decoding of webhooks: see [`webhooks`]. It adds neither a client
//!   nor a server.
//! - `axum`: [axum](https://docs.rs/axum) extractors for webhooks.
//! - `mock`: a mock of Crisp for tests, with its realtime socket: see [`mock`].
//! - `schemars`: a JSON Schema of every type in [`types`], for the tools of language models and for forms.
//!
//! # TLS
//! TLS is that of [rustls](https://docs.rs/rustls), with one of two cryptography providers:
//!
//! | feature | cryptography | builds with |
//! |---|---|---|
//! | `rustls-ring` (default) | ring | a C compiler |
//! | `rustls-aws-lc` | aws-lc | a C compiler and CMake on some platforms; the longest build |
//!
//! To use aws-lc, disable the default features and add those that you need:
//! `default-features = false, features = ["full", "rustls-aws-lc"]`. If both are enabled,
//! `rustls-aws-lc` takes precedence. Without either, only plain HTTP works, as to a [`mock`], and HTTPS
//! is a [`TransportErrorKind::NoTls`].
//!
//! Both trust the certificates of the operating system, so the root of a company works once it is
//! installed there; on Linux the variables `SSL_CERT_FILE` and `SSL_CERT_DIR` name others. Others are
//! added or pinned with [`Builder::http_client`].
//!
//! A `CryptoProvider` that the program installed before it builds the client takes precedence.
//! Otherwise ring is used without being installed, except for [`Builder::http_client`].
//!
//! ## The TLS library of the platform
//! To use OpenSSL, Schannel or Secure Transport instead, depend on the same major version of reqwest,
//! here 0.13, with its feature `native-tls`:
//!
//! ```toml
//! crisp-api = { version = "0.1", default-features = false, features = ["full"] }
//! reqwest = { version = "0.13", default-features = false, features = ["native-tls"] }
//! ```
//!
//! and select it in [`Builder::http_client`]:
//!
//! ```text
//! let crisp = Crisp::builder()
//!     .http_client(|| reqwest::Client::builder().tls_backend_native())
//!     .build()?;
//! ```
//!
//! On Linux this builds with the headers of OpenSSL and pkg-config. Failed handshakes, untrusted
//! certificates included, are [`TransportErrorKind::Other`], with the error of the library as the
//! source.
#![cfg_attr(
    all(feature = "schemars", feature = "website-conversation"),
    doc = include_str!("json_schema.md")
)]

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
#[cfg(feature = "schemars")]
#[allow(
    unused,
    reason = "whether it is used depends on the resources that are switched on"
)]
mod json_schema;
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

/// The version of reqwest for [`Builder::http_client`].
///
/// With the feature `rustls-ring`, building a `reqwest::Client` of your own needs a rustls
/// `CryptoProvider` of the process, and panics without one.
#[cfg(feature = "client")]
pub use reqwest;

// The tests in and beside this crate share one server.
#[cfg(test)]
extern crate self as crisp_api;

/// The renamed methods, in the documentation of all features.
#[cfg(all(doc, not(all(feature = "full", feature = "rtm", feature = "webhooks"))))]
pub mod coming_from_node_or_go {}

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
