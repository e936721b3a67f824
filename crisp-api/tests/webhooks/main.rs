//! Deliveries of Web Hooks: which are taken, as what, and which are not.

#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

#[cfg(feature = "axum")]
mod extractors;
mod properties;
mod refusals;
mod vectors;

use crisp_api::HeaderMap;
use crisp_api::webhooks::{self, SIGNATURE_HEADER, TIMESTAMP_HEADER};
use serde_json::{Value, json};

const SECRET: &str = "f7f9bb4a3f2d9f6c5b0a";
const WEBSITE: &str = "8c842203-7ed8-4e29-a608-7cf78a7d2fcc";
const NOW: u64 = 1_763_812_801_234;

/// The headers of a delivery.
fn headers(timestamp: &[u8], signature: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(TIMESTAMP_HEADER, timestamp.try_into().unwrap());
    headers.insert(SIGNATURE_HEADER, signature.try_into().unwrap());
    headers
}

/// The headers of a delivery that Crisp signed at some time.
fn signed_at(timestamp: u64, body: &[u8]) -> HeaderMap {
    let signature = webhooks::sign(SECRET, timestamp, body);
    headers(timestamp.to_string().as_bytes(), signature.as_bytes())
}

fn signed(body: &[u8]) -> HeaderMap {
    signed_at(NOW, body)
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
