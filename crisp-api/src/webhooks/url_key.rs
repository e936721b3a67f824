//! Verification of unsigned requests by a key in the URL.

use std::fmt;

use hmac::Mac as _;
use http::HeaderMap;
use secrecy::{ExposeSecret as _, SecretString};

use super::verifier::new_mac;
use super::{Delivery, VerifyError};
use crate::Error;

/// Verifies and decodes website webhooks by the `?key=` in their URL.
///
/// Crisp does not sign website webhooks. Configure a URL that only Crisp and you know, such as
/// `https://acme.example/webhook?key=long-and-random`. A request has no signed timestamp, so replays
/// are not detected.
///
/// ```
/// use crisp_api::HeaderMap;
/// use crisp_api::webhooks::UrlKeyVerifier;
///
/// # let headers = HeaderMap::new();
/// # let body = br#"{
/// #     "website_id": "8c842203-7ed8-4e29-a608-7cf78a7d2fcc", "event": "session:removed",
/// #     "timestamp": 1763812800000, "data": {}
/// # }"#;
/// let verifier = UrlKeyVerifier::new("long-and-random");
/// let delivery = verifier.verify("key=long-and-random", &headers, body)?;
/// println!("{}", delivery.event.name());
/// # Ok::<(), crisp_api::Error>(())
/// ```
#[derive(Clone)]
pub struct UrlKeyVerifier {
    keys: Vec<SecretString>,
}

impl UrlKeyVerifier {
    /// Creates a verifier with the value of `?key=` in the webhook's URL.
    ///
    /// An empty key rejects every request with [`VerifyError::NoSecret`].
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Self {
            keys: vec![SecretString::from(key.into())],
        }
    }

    /// Accepts one more key, to change the URL without losing deliveries.
    ///
    /// A request is accepted if any of the keys matches. If any of them is empty, every request is
    /// rejected with [`VerifyError::NoSecret`].
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.keys.push(SecretString::from(key.into()));
        self
    }

    /// Verifies a webhook delivery and decodes it.
    ///
    /// `query` is the part of the request's URL after the `?`, as received.
    ///
    /// # Errors
    /// [`Error::Webhook`] with the [`VerifyError`].
    pub fn verify(&self, query: &str, headers: &HeaderMap, body: &[u8]) -> Result<Delivery, Error> {
        self.check_query(query)?;
        Ok(Delivery::decode(headers, body)?)
    }

    pub(super) fn check_query(&self, query: &str) -> Result<(), VerifyError> {
        if self.keys.iter().any(|key| key.expose_secret().is_empty()) {
            return Err(VerifyError::NoSecret);
        }
        let (_, decoded) = form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "key")
            .ok_or(VerifyError::MissingKey)?;
        // A Base64 key may stand in the URL unencoded, and decoding would turn its `+` into a space.
        let verbatim = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("key="))
            .unwrap_or_default();
        let mut matched = false;
        for key in &self.keys {
            let key = key.expose_secret();
            // Digests are compared in constant time, and hide the length of the key. Every key is
            // tried, so that the time does not depend on which one matches.
            let digest = |text: &str| new_mac(key).chain_update(text).finalize();
            let expected = digest(key);
            matched |= (digest(&decoded) == expected) | (digest(verbatim) == expected);
        }
        if matched {
            Ok(())
        } else {
            Err(VerifyError::WrongKey)
        }
    }
}

/// Omits the keys.
impl fmt::Debug for UrlKeyVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UrlKeyVerifier").finish_non_exhaustive()
    }
}
