//! Webhook deliveries: which are accepted, how they are decoded, and why others are rejected.

#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

mod envelope;
mod errors;
#[cfg(feature = "axum")]
mod extractors;
mod properties;
mod signature;
mod timestamp;
mod url_key;
mod vectors;

use std::fmt::Debug;
use std::time::SystemTime;

use crisp_api::webhooks::{
    Delivery, SIGNATURE_HEADER, TIMESTAMP_HEADER, Verifier, VerifyError, sign,
};
use crisp_api::{Error, HeaderMap};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

const SECRET: &str = "f7f9bb4a3f2d9f6c5b0a";
const WEBSITE: &str = "8c842203-7ed8-4e29-a608-7cf78a7d2fcc";

fn verifier() -> Verifier {
    Verifier::new(SECRET)
}

/// The current time in milliseconds since the Unix epoch.
fn now() -> u64 {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    u64::try_from(now.as_millis()).unwrap()
}

/// The headers of a delivery.
fn headers(timestamp: &[u8], signature: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(TIMESTAMP_HEADER, timestamp.try_into().unwrap());
    headers.insert(SIGNATURE_HEADER, signature.try_into().unwrap());
    headers
}

/// The headers of a delivery signed with a secret at a time.
fn signed_with(secret: &str, timestamp: u64, body: &[u8]) -> HeaderMap {
    let signature = sign(secret, timestamp, body);
    headers(timestamp.to_string().as_bytes(), signature.as_bytes())
}

/// The headers of a delivery signed now.
fn signed(body: &[u8]) -> HeaderMap {
    signed_with(SECRET, now(), body)
}

/// The headers of a delivery with any timestamp text, correctly signed.
fn signed_text(timestamp: &str, body: &[u8]) -> HeaderMap {
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes())
        .unwrap()
        .chain_update(format!("[{timestamp};"))
        .chain_update(body)
        .chain_update("]");
    let signature = base16ct::lower::encode_string(&mac.finalize().into_bytes());
    headers(timestamp.as_bytes(), signature.as_bytes())
}

/// Signs a body and verifies it.
fn deliver(body: impl AsRef<[u8]>) -> Result<Delivery, Error> {
    verifier().verify(&signed(body.as_ref()), body.as_ref())
}

/// The verification error, after checking the prefix of its message and that it has no secret.
fn rejection<T: Debug>(result: Result<T, Error>) -> VerifyError {
    let error = result.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(text.starts_with("webhook: "), "{text}");
    assert!(!text.contains(SECRET), "{text}");
    assert_eq!((error.operation(), error.status()), (None, None));
    match error {
        Error::Webhook(error) => error,
        other => panic!("{other:?}"),
    }
}

/// The delivery of a message.
fn message() -> Value {
    json!({
        "website_id": WEBSITE, "event": "message:send", "timestamp": 1_763_812_800_001_i64,
        "data": {
            "website_id": WEBSITE,
            "session_id": "session_700c65e1-85e2-465a-b9ac-ecb5ec2c9881",
            "type": "text", "from": "user", "origin": "chat", "content": "Hello",
            "fingerprint": 163_466_085_168_310_i64, "timestamp": 1_763_812_800_000_i64, "user": {},
        },
    })
}

/// The delivery of a message with another value of one field.
fn message_with(name: &str, value: Value) -> String {
    let mut body = message();
    body[name] = value;
    body.to_string()
}
