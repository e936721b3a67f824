//! Typed client for the [Crisp](https://crisp.chat) customer-messaging platform.
//!
//! ```no_run
//! use crisp_api::{Crisp, Method, Tier};
//!
//! # async fn run() -> Result<(), crisp_api::Error> {
//! let crisp = Crisp::builder().credentials(Tier::Plugin, "identifier", "key").build()?;
//! let website: serde_json::Value =
//!     crisp.request(Method::GET, "/website/8c842203-7ed8-4e29-a608-7cf78a7d2fcc").await?;
//! println!("{website}");
//! # Ok(())
//! # }
//! ```
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
//! `null` differ, its type is [`Nullable`].
//!
//! # Features
//! - `tracing`: one event of the target `crisp_api` a request, at debug level, with operation,
//!   method, status and time. Neither credentials nor bodies are in it.

mod client;
mod error;
#[rustfmt::skip]
#[allow(
    unused_imports,
    reason = "which of them are used depends on the resources that are switched on"
)]
mod generated;
#[allow(
    unused,
    reason = "what is used depends on the resources that are switched on"
)]
mod macros;
#[cfg(feature = "mock")]
pub mod mock;
mod paging;
mod path;
mod request;
mod response;
mod retry;
mod send;
#[cfg(test)]
mod tests;
mod value;

pub use client::{Builder, Crisp, Tier};
pub use error::Error;
pub use generated::{requests, services, types};
pub use paging::PagedRequest;
pub use request::{Request, RequestFuture};
pub use reqwest::header::HeaderMap;
pub use reqwest::{Method, StatusCode};
pub use response::Response;
pub use retry::Retry;
pub use value::{Extra, Nullable};

// The settings of a client take a `reqwest::Client`, of this version.
pub use reqwest;

// The tests in and beside this crate share one server.
#[cfg(test)]
extern crate self as crisp_api;
