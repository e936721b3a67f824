//! Webhook receiver: verifies deliveries and decodes them into [`Event`](crate::Event)s.
//!
//! Crisp posts each event to a URL of yours. Anyone can find that URL, so a delivery is decoded only
//! after verification: [`Verifier`] checks the signature of plugin webhooks, [`UrlKeyVerifier`] the
//! key in the URL of website webhooks, which are not signed.
//!
//! ```
//! use crisp_api::webhooks::{self, Verifier};
//! use crisp_api::{Event, HeaderMap};
//!
//! # let body = br#"{
//! #     "website_id": "8c842203-7ed8-4e29-a608-7cf78a7d2fcc", "event": "session:removed",
//! #     "timestamp": 1763812800000, "data": {
//! #         "website_id": "8c842203-7ed8-4e29-a608-7cf78a7d2fcc",
//! #         "session_id": "session_700c65e1-85e2-465a-b9ac-ecb5ec2c9881", "inbox_id": null
//! #     }
//! # }"#;
//! # let now = std::time::SystemTime::UNIX_EPOCH.elapsed()?.as_secs() * 1000;
//! # let mut headers = HeaderMap::new();
//! # headers.insert(webhooks::TIMESTAMP_HEADER, now.into());
//! # headers.insert(webhooks::SIGNATURE_HEADER, webhooks::sign("signing secret", now, body).parse()?);
//! let verifier = Verifier::new("signing secret");
//! let delivery = verifier.verify(&headers, body)?;
//! match delivery.event {
//!     Event::MessageSend(message) => println!("{:?}", message.content),
//!     other => println!("{} in {:?}", other.name(), other.session_id()),
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Pass the body to [`verify`](Verifier::verify) exactly as received: the signature covers its
//! bytes, and JSON that was parsed and serialized again has different ones.
//!
//! # Redelivery and replay
//! Crisp redelivers after any response other than 2xx, up to [`Delivery::attempt_limit`] times.
//! Respond quickly, be prepared to receive an event more than once, and respond to a rejected
//! delivery with [`VerifyError::status`].
//!
//! A signed delivery is accepted only within 5 minutes of its timestamp, so that a captured one
//! cannot be replayed later. See [`Verifier::tolerance`] if redeliveries arrive after that.
//!
//! # Limits
//!
//! | limit | default | setting |
//! |---|---|---|
//! | difference of the timestamp from the clock | 5 minutes | [`Verifier::tolerance`] |
//! | timestamp header | 20 digits | |
//! | body in an axum extractor | 2 MiB | axum's `DefaultBodyLimit` |
//!
//! [`Verifier::verify`] verifies a body of any length: the server limits it.
//!
//! # With axum
//! With the feature `axum`, [`Delivery`] is an extractor if the router's state is a [`Verifier`], or
//! provides one through `FromRef`. A rejected delivery gets the status of its [`VerifyError`];
//! extract `Result<Delivery, Error>` to handle the error yourself. Headers are checked before the
//! body is read. The body is limited to 2 MiB unless axum's `DefaultBodyLimit` is set.
//!
//! ```
//! # #[cfg(feature = "axum")]
//! # fn router() -> axum::Router {
//! use axum::Router;
//! use axum::routing::post;
//! use crisp_api::webhooks::{Delivery, Verifier};
//!
//! async fn on_delivery(delivery: Delivery) {
//!     println!("{}", delivery.event.name());
//! }
//!
//! Router::new()
//!     .route("/webhook", post(on_delivery))
//!     .with_state(Verifier::new("signing secret"))
//! # }
//! ```
//!
//! [`UrlKeyDelivery`] is the extractor for website webhooks, with a [`UrlKeyVerifier`]; [`Widget`]
//! is the one for requests of widgets, with a [`Verifier`].
//!
//! Crisp documents the payloads in its
//! [reference](https://docs.crisp.chat/references/web-hooks/v1/), and the setup in its
//! [guide](https://docs.crisp.chat/guides/web-hooks/).

mod delivery;
mod error;
#[cfg(feature = "axum")]
mod extract;
mod timestamp;
mod url_key;
mod verifier;

pub use delivery::Delivery;
pub use error::VerifyError;
#[cfg(feature = "axum")]
pub use extract::{UrlKeyDelivery, Widget};
pub use url_key::UrlKeyVerifier;
pub use verifier::{Verifier, sign};

/// Name of the header with the time at which Crisp signed the delivery: see [`Verifier`].
pub const TIMESTAMP_HEADER: &str = "x-crisp-request-timestamp";

/// Name of the header with the signature: see [`sign`].
pub const SIGNATURE_HEADER: &str = "x-crisp-signature";

/// Name of the header that identifies the sender, such as `plugin/rtm 38b411d9377a6a00 production`.
pub const ORIGIN_HEADER: &str = "x-crisp-hook-origin";

/// Name of the header with the number of this delivery attempt, from 1.
pub const ATTEMPT_HEADER: &str = "x-delivery-attempt-count";

/// Name of the header with the number of attempts after which Crisp gives up.
pub const ATTEMPT_LIMIT_HEADER: &str = "x-delivery-attempt-limit";
