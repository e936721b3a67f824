//! Web Hooks: deliveries of events, verified and read.
//!
//! Crisp posts each event to an address of yours. Anyone may find that address, so a delivery is
//! believed only once it has proved to come from Crisp: [`Verifier`] verifies the signature of plugin
//! hooks, [`UrlKeyVerifier`] the key in the address of website hooks, which are not signed.
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
//! # let mut headers = HeaderMap::new();
//! # headers.insert(webhooks::TIMESTAMP_HEADER, 1763812800000_u64.into());
//! # let signature = webhooks::sign("signing secret", 1763812800000, body);
//! # headers.insert(webhooks::SIGNATURE_HEADER, signature.parse()?);
//! let hooks = Verifier::new("signing secret");
//! let delivery = hooks.verify(&headers, body)?;
//! match delivery.event {
//!     Event::MessageSend(message) => println!("{:?}", message.content),
//!     other => println!("{} in {:?}", other.name(), other.session_id()),
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Give [`verify`](Verifier::verify) the body as it arrived: the signature is over its bytes, and JSON
//! that was read and written again has others.
//!
//! Crisp takes any 2xx for an answer and delivers again after anything else, so answer soon, and be
//! ready to see an event twice. [`VerifyError::status`] is what to answer for a delivery that is not
//! taken.
//!
//! # With axum
//! Under the feature `axum`, [`Delivery`] is an extractor where the state is, or gives, a [`Verifier`].
//! A delivery that is not taken is answered with the status of its [`VerifyError`]: take a
//! `Result<Delivery, Error>` to see it, and answer with the error. A body may have 2 MiB, unless
//! axum's `DefaultBodyLimit` says otherwise.
//!
//! ```
//! # #[cfg(feature = "axum")]
//! # fn router() -> axum::Router {
//! use axum::Router;
//! use axum::routing::post;
//! use crisp_api::webhooks::{Delivery, Verifier};
//!
//! async fn hook(delivery: Delivery) {
//!     println!("{}", delivery.event.name());
//! }
//!
//! Router::new().route("/hook", post(hook)).with_state(Verifier::new("signing secret"))
//! # }
//! ```
//!
//! [`UrlKeyDelivery`] does the same for website hooks, with a [`UrlKeyVerifier`], and [`Widget`] for the
//! requests of widgets, with a [`Verifier`].
//!
//! What Crisp sends is in the [reference](https://docs.crisp.chat/references/web-hooks/v1/), and how
//! to have it sent in the [guide](https://docs.crisp.chat/guides/web-hooks/).

mod delivery;
mod error;
#[cfg(feature = "axum")]
mod extract;
mod url_key;
mod verifier;

pub use delivery::Delivery;
pub use error::VerifyError;
#[cfg(feature = "axum")]
pub use extract::{UrlKeyDelivery, Widget};
pub use url_key::UrlKeyVerifier;
pub use verifier::{Verifier, sign};

/// The header with the time at which Crisp signed a delivery, in milliseconds since 1970.
pub const TIMESTAMP_HEADER: &str = "x-crisp-request-timestamp";

/// The header with the signature: see [`sign`].
pub const SIGNATURE_HEADER: &str = "x-crisp-signature";

/// The header that says on whose behalf Crisp delivers.
pub const ORIGIN_HEADER: &str = "x-crisp-hook-origin";

/// The header with the number of this attempt, from 1.
pub const ATTEMPT_HEADER: &str = "x-delivery-attempt-count";

/// The header with the number of attempts after which Crisp gives up.
pub const ATTEMPT_LIMIT_HEADER: &str = "x-delivery-attempt-limit";
