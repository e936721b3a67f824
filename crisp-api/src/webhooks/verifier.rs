//! Deliveries that are signed, and how they are.

use std::fmt;
use std::time::{Duration, SystemTime};

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use sha2::Sha256;

use super::delivery::{self, Delivery};
use super::{SIGNATURE_HEADER, TIMESTAMP_HEADER, VerifyError};
use crate::Error;

/// Verifies what is signed with the secret of a plugin, and reads it.
///
/// ```
/// use std::time::Duration;
/// use crisp_api::webhooks::Verifier;
///
/// let hooks = Verifier::new("signing secret").max_age(Duration::from_secs(15 * 60));
/// # let _ = hooks;
/// ```
#[derive(Clone)]
pub struct Verifier {
    secret: SecretString,
    max_age: Option<Duration>,
}

impl Verifier {
    /// With the signing secret of the plugin, as the Marketplace shows it.
    ///
    /// With an empty one nothing is taken.
    #[must_use]
    pub fn new(secret: impl Into<String>) -> Self {
        Self {
            secret: SecretString::from(secret.into()),
            max_age: None,
        }
    }

    /// Refuses what was signed longer ago than this, so that a delivery that someone recorded can't
    /// be sent again later. There is no limit unless it is set.
    ///
    /// Leave room for clocks that differ, and for Crisp to deliver again what failed.
    #[must_use]
    pub fn max_age(mut self, limit: Duration) -> Self {
        self.max_age = Some(limit);
        self
    }

    /// Verifies a delivery and reads it.
    ///
    /// `body` is what arrived, byte for byte.
    ///
    /// # Errors
    /// [`Error::Webhook`], whose [`VerifyError`] says what is wrong.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<Delivery, Error> {
        self.authenticate(headers, body)?;
        Ok(Delivery::read(headers, body)?)
    }

    /// Verifies the request of a widget, which is signed as deliveries are, and reads it.
    ///
    /// ```
    /// use crisp_api::HeaderMap;
    /// use crisp_api::webhooks::Verifier;
    /// use serde_json::Value;
    ///
    /// fn session(headers: &HeaderMap, body: &[u8]) -> Result<Value, crisp_api::Error> {
    ///     let request: Value = Verifier::new("signing secret").verify_widget(headers, body)?;
    ///     Ok(request["session_id"].clone())
    /// }
    /// # let _ = session;
    /// ```
    ///
    /// # Errors
    /// [`Error::Webhook`], whose [`VerifyError`] says what is wrong.
    pub fn verify_widget<T: DeserializeOwned>(
        &self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<T, Error> {
        self.authenticate(headers, body)?;
        Ok(delivery::json(body)?)
    }

    fn authenticate(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), VerifyError> {
        let secret = self.secret.expose_secret();
        if secret.is_empty() {
            return Err(VerifyError::NoSecret);
        }
        let header = |name| headers.get(name).ok_or(VerifyError::MissingHeader { name });
        let (timestamp, signature) = (header(TIMESTAMP_HEADER)?, header(SIGNATURE_HEADER)?);
        let mut expected = [0; 32];
        // Lower case only: a signature has one spelling.
        match base16ct::lower::decode(signature, &mut expected) {
            Ok(bytes) if bytes.len() == 32 => {}
            _ => return Err(VerifyError::InvalidSignature),
        }
        mac(secret, timestamp.as_bytes(), body)
            .verify(&expected.into())
            .map_err(|_| VerifyError::SignatureMismatch)?;
        match self.max_age {
            Some(limit) => fresh(timestamp, limit),
            None => Ok(()),
        }
    }
}

/// Without the secret.
impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}

/// The signature of a delivery, as Crisp makes it: to test a receiver.
///
/// `timestamp` goes into the header [`TIMESTAMP_HEADER`], in milliseconds since 1970, and the result into
/// [`SIGNATURE_HEADER`]: it is the HMAC-SHA256 of `[timestamp;body]`, in hexadecimal.
///
/// ```
/// use crisp_api::webhooks::sign;
///
/// assert_eq!(
///     sign("signing secret", 1763812800000, b"{}"),
///     "f790c8e75056af4d03b4fe68974c302597649cd7c010e1571ef4a4e3a798493f",
/// );
/// ```
#[must_use]
pub fn sign(secret: &str, timestamp: u64, body: &[u8]) -> String {
    let mac = mac(secret, timestamp.to_string().as_bytes(), body);
    base16ct::lower::encode_string(&mac.finalize().into_bytes())
}

fn mac(secret: &str, timestamp: &[u8], body: &[u8]) -> Hmac<Sha256> {
    keyed(secret)
        .chain_update(b"[")
        .chain_update(timestamp)
        .chain_update(b";")
        .chain_update(body)
        .chain_update(b"]")
}

/// An HMAC of which nothing is hashed yet.
pub(super) fn keyed(secret: &str) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length")
}

/// Whether it was signed within `limit`. A clock ahead of this one does no harm: what it signs
/// grows old only later.
fn fresh(timestamp: &HeaderValue, limit: Duration) -> Result<(), VerifyError> {
    let signed: u64 = timestamp
        .to_str()
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or(VerifyError::InvalidTimestamp)?;
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let age = now.saturating_sub(Duration::from_millis(signed));
    if age > limit {
        return Err(VerifyError::TooOld { age, limit });
    }
    Ok(())
}
