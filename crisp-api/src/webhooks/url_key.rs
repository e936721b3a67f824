//! Deliveries that are not signed, to an address with a key in it.

use std::fmt;

use hmac::Mac as _;
use http::HeaderMap;
use secrecy::{ExposeSecret as _, SecretString};

use super::verifier::keyed;
use super::{Delivery, VerifyError};
use crate::Error;

/// Verifies website hooks by the key in the address that they are sent to, and reads them.
///
/// Crisp does not sign website hooks. Give it an address that only Crisp and you know, such as
/// `https://acme.example/hook?key=long-and-random`.
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
/// let hooks = UrlKeyVerifier::new("long-and-random");
/// let delivery = hooks.verify("key=long-and-random", &headers, body)?;
/// println!("{}", delivery.event.name());
/// # Ok::<(), crisp_api::Error>(())
/// ```
#[derive(Clone)]
pub struct UrlKeyVerifier {
    key: SecretString,
}

impl UrlKeyVerifier {
    /// With the value of `?key=` in the address that Crisp was given.
    ///
    /// With an empty one nothing is taken.
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Self {
            key: SecretString::from(key.into()),
        }
    }

    /// Verifies a delivery and reads it.
    ///
    /// `query` is what follows the `?` of the address that was called, as it arrived.
    ///
    /// # Errors
    /// [`Error::Webhook`], whose [`VerifyError`] says what is wrong.
    pub fn verify(&self, query: &str, headers: &HeaderMap, body: &[u8]) -> Result<Delivery, Error> {
        self.authenticate(query)?;
        Ok(Delivery::read(headers, body)?)
    }

    pub(super) fn authenticate(&self, query: &str) -> Result<(), VerifyError> {
        let key = self.key.expose_secret();
        if key.is_empty() {
            return Err(VerifyError::NoSecret);
        }
        let (_, given) = form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "key")
            .ok_or(VerifyError::MissingKey)?;
        // A key such as one in Base64 may have been put into the address as it is.
        let mut pairs = query.split('&');
        let as_is = pairs.find_map(|pair| pair.strip_prefix("key="));
        // Digests are compared, so that the time taken tells nothing of the key, nor its length.
        let digest = |text: &str| keyed(key).chain_update(text).finalize();
        let expected = digest(key);
        if digest(&given) == expected || digest(as_is.unwrap_or_default()) == expected {
            Ok(())
        } else {
            Err(VerifyError::WrongKey)
        }
    }
}

/// Without the key.
impl fmt::Debug for UrlKeyVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UrlKeyVerifier").finish_non_exhaustive()
    }
}
