//! Verification of signed requests, and the signature itself.

use std::fmt;
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use sha2::Sha256;

use super::delivery::{self, Delivery};
use super::{SIGNATURE_HEADER, TIMESTAMP_HEADER, VerifyError, timestamp};
use crate::Error;

/// The default of [`Verifier::tolerance`], the same as in Standard Webhooks.
const DEFAULT_TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// Verifies and decodes requests signed with a plugin's signing secret: plugin webhooks and widget
/// requests.
///
/// The header [`TIMESTAMP_HEADER`] must be 1 to 20 decimal digits. It counts from the Unix epoch: a
/// number below 100,000,000,000 in seconds, any other in milliseconds. The signature covers the
/// header's text as received.
///
/// ```
/// use crisp_api::webhooks::Verifier;
///
/// let verifier = Verifier::new("signing secret");
/// # let _ = verifier;
/// ```
#[derive(Clone)]
pub struct Verifier {
    /// An HMAC per secret, with no data yet: the key is hashed once. It is cleared when dropped.
    macs: Vec<Hmac<Sha256>>,
    has_empty_secret: bool,
    tolerance: Duration,
}

impl Verifier {
    /// Creates a verifier with the plugin's signing secret, as shown in the Marketplace.
    ///
    /// An empty secret rejects every request with [`VerifyError::NoSecret`].
    #[must_use]
    pub fn new(secret: impl Into<String>) -> Self {
        let verifier = Self {
            macs: Vec::new(),
            has_empty_secret: false,
            tolerance: DEFAULT_TOLERANCE,
        };
        verifier.secret(secret)
    }

    /// Accepts one more secret, to rotate secrets without losing deliveries.
    ///
    /// A request is accepted if any of the secrets matches. If any of them is empty, every request
    /// is rejected with [`VerifyError::NoSecret`].
    ///
    /// ```
    /// use crisp_api::webhooks::Verifier;
    ///
    /// let verifier = Verifier::new("new secret").secret("old secret");
    /// # let _ = verifier;
    /// ```
    #[must_use]
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        let secret = SecretString::from(secret.into());
        self.has_empty_secret |= secret.expose_secret().is_empty();
        self.macs.push(new_mac(secret.expose_secret()));
        self
    }

    /// Sets how far a request's timestamp may be from the current time, in the past and in the
    /// future. The default is 5 minutes. `Duration::MAX` accepts any timestamp.
    ///
    /// The window bounds replay: a captured request can be sent again, with success, until it is
    /// older than the tolerance. The wider the window, the longer the receiver has to remember
    /// handled events in order to detect replays. A narrow window needs a synchronized clock.
    ///
    /// Crisp does not document whether a redelivery is signed again. If it is not, one that arrives
    /// after the window is rejected on each remaining attempt, and the event is lost. Widen the
    /// window to the time over which Crisp redelivers if your receiver can be down for longer than
    /// the tolerance, or if it logs [`VerifyError::TooOld`] for requests whose [`ATTEMPT_HEADER`] is
    /// above 1.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use crisp_api::webhooks::Verifier;
    ///
    /// let verifier = Verifier::new("signing secret").tolerance(Duration::from_secs(60 * 60));
    /// # let _ = verifier;
    /// ```
    ///
    /// [`ATTEMPT_HEADER`]: super::ATTEMPT_HEADER
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Verifies a webhook delivery and decodes it.
    ///
    /// `body` must be the bytes as received.
    ///
    /// # Errors
    /// [`Error::Webhook`] with the [`VerifyError`].
    #[doc(alias = "verifyHook")]
    #[doc(alias = "VerifyHook")]
    #[doc(alias = "receiveHook")]
    #[doc(alias = "ReceiveHook")]
    pub fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<Delivery, Error> {
        self.check(headers, body)?;
        Ok(Delivery::decode(headers, body)?)
    }

    /// Verifies the request of a widget and decodes its body. Widget requests are signed in the same
    /// way as webhooks.
    ///
    /// `body` must be the bytes as received.
    ///
    /// ```
    /// use crisp_api::HeaderMap;
    /// use crisp_api::webhooks::Verifier;
    /// use serde_json::Value;
    ///
    /// fn session_id(headers: &HeaderMap, body: &[u8]) -> Result<Value, crisp_api::Error> {
    ///     let request: Value = Verifier::new("signing secret").verify_widget(headers, body)?;
    ///     Ok(request["session_id"].clone())
    /// }
    /// # let _ = session_id;
    /// ```
    ///
    /// # Errors
    /// [`Error::Webhook`] with the [`VerifyError`].
    #[doc(alias = "verifyWidget")]
    pub fn verify_widget<T: DeserializeOwned>(
        &self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<T, Error> {
        self.check(headers, body)?;
        Ok(delivery::decode_json(body)?)
    }

    fn check(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), VerifyError> {
        let (timestamp, signature) = self.check_headers(headers)?;
        let mut matched = false;
        for mac in &self.macs {
            let mac = update(mac.clone(), timestamp.as_bytes(), body);
            // Every secret is tried, so that the time does not depend on which one matches.
            matched |= mac.verify(&signature.into()).is_ok();
        }
        if matched {
            Ok(())
        } else {
            Err(VerifyError::SignatureMismatch)
        }
    }

    /// Checks everything that does not need the body. Returns the timestamp and the signature.
    pub(super) fn check_headers<'a>(
        &self,
        headers: &'a HeaderMap,
    ) -> Result<(&'a HeaderValue, [u8; 32]), VerifyError> {
        if self.has_empty_secret {
            return Err(VerifyError::NoSecret);
        }
        let header = |name| headers.get(name).ok_or(VerifyError::MissingHeader { name });
        let (timestamp, signature) = (header(TIMESTAMP_HEADER)?, header(SIGNATURE_HEADER)?);
        let signed_at = timestamp::parse(timestamp)?;
        let mut bytes = [0; 32];
        // Lowercase only: each signature has exactly one valid text.
        match base16ct::lower::decode(signature, &mut bytes) {
            Ok(decoded) if decoded.len() == 32 => {}
            _ => return Err(VerifyError::InvalidSignature),
        }
        timestamp::check_window(signed_at, timestamp::now(), self.tolerance)?;
        Ok((timestamp, bytes))
    }
}

/// Omits the secrets.
impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

/// Returns the signature that Crisp would send with a body, for tests of a receiver.
///
/// Send `timestamp` as [`TIMESTAMP_HEADER`], in milliseconds since the Unix epoch, and the result as
/// [`SIGNATURE_HEADER`]. It is the HMAC-SHA256 of `[timestamp;body]` in lowercase hexadecimal.
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
    let mac = update(new_mac(secret), timestamp.to_string().as_bytes(), body);
    base16ct::lower::encode_string(&mac.finalize().into_bytes())
}

/// Adds the signed text to an HMAC.
fn update(mac: Hmac<Sha256>, timestamp: &[u8], body: &[u8]) -> Hmac<Sha256> {
    mac.chain_update(b"[")
        .chain_update(timestamp)
        .chain_update(b";")
        .chain_update(body)
        .chain_update(b"]")
}

/// Returns an HMAC with no data yet.
pub(super) fn new_mac(secret: &str) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret.as_bytes()).expect("HMAC accepts a key of any length")
}
