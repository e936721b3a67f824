//! Web Hooks: deliveries of events, verified and read.
//!
//! Crisp posts each event to an address of yours. Anyone may find that address, so a delivery is
//! believed only once it has proved to come from Crisp: [`Hooks`] verifies the signature of plugin
//! hooks, [`KeyedHooks`] the key in the address of website hooks, which are not signed.
//!
//! ```
//! use crisp_api::webhooks::{self, Hooks};
//! use crisp_api::{Event, HeaderMap};
//!
//! # let body = br#"{
//! #     "website_id": "8c842203-7ed8-4e29-a608-7cf78a7d2fcc", "event": "session:removed",
//! #     "timestamp": 1763812800000, "data": {
//! #         "website_id": "8c842203-7ed8-4e29-a608-7cf78a7d2fcc",
//! #         "session_id": "session_700c65e1-85e2-465a-b9ac-ecb5ec2c9881", "inbox_id": null
//! #     }
//! # }"#;
//! # let mut headers = HeaderMap::new();
//! # headers.insert(webhooks::TIMESTAMP, 1763812800000_u64.into());
//! # let signature = webhooks::sign("signing secret", 1763812800000, body);
//! # headers.insert(webhooks::SIGNATURE, signature.parse()?);
//! let hooks = Hooks::new("signing secret");
//! let delivery = hooks.verify(&headers, body)?;
//! match delivery.event {
//!     Event::MessageSend(message) => println!("{:?}", message.content),
//!     other => println!("{} in {:?}", other.name(), other.session_id()),
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Give [`verify`](Hooks::verify) the body as it arrived: the signature is over its bytes, and JSON
//! that was read and written again has others.
//!
//! Crisp takes any 2xx for an answer and delivers again after anything else, so answer soon, and be
//! ready to see an event twice. [`Fault::status`] is what to answer for a delivery that is not
//! taken.
//!
//! # With axum
//! Under the feature `axum`, [`Delivery`] is an extractor where the state is, or gives, a [`Hooks`].
//! A delivery that is not taken is answered with the status of its [`Fault`]: take a
//! `Result<Delivery, Error>` to see it, and answer with the error. A body may have 2 MiB, unless
//! axum's `DefaultBodyLimit` says otherwise.
//!
//! ```
//! # #[cfg(feature = "axum")]
//! # fn router() -> axum::Router {
//! use axum::Router;
//! use axum::routing::post;
//! use crisp_api::webhooks::{Delivery, Hooks};
//!
//! async fn hook(delivery: Delivery) {
//!     println!("{}", delivery.event.name());
//! }
//!
//! Router::new().route("/hook", post(hook)).with_state(Hooks::new("signing secret"))
//! # }
//! ```
//!
//! [`KeyedDelivery`] does the same for website hooks, with a [`KeyedHooks`], and [`Widget`] for the
//! requests of widgets, with a [`Hooks`].
//!
//! What Crisp sends is in the [reference](https://docs.crisp.chat/references/web-hooks/v1/), and how
//! to have it sent in the [guide](https://docs.crisp.chat/guides/web-hooks/).

mod delivery;
#[cfg(feature = "axum")]
mod extract;
mod fault;
mod keyed;
mod signed;

pub use delivery::Delivery;
#[cfg(feature = "axum")]
pub use extract::{KeyedDelivery, Widget};
pub use fault::Fault;
pub use keyed::KeyedHooks;
pub use signed::{Hooks, sign};

/// The header with the time at which Crisp signed a delivery, in milliseconds since 1970.
pub const TIMESTAMP: &str = "x-crisp-request-timestamp";

/// The header with the signature: see [`sign`].
pub const SIGNATURE: &str = "x-crisp-signature";

/// The header that says on whose behalf Crisp delivers.
pub const ORIGIN: &str = "x-crisp-hook-origin";

/// The header with the number of this attempt, from 1.
pub const ATTEMPT: &str = "x-delivery-attempt-count";

/// The header with the number of attempts after which Crisp gives up.
pub const ATTEMPT_LIMIT: &str = "x-delivery-attempt-limit";
