//! A webhook delivery of a message.

use std::time::Duration;

use crisp_api::HeaderMap;
use crisp_api::webhooks::{SIGNATURE_HEADER, TIMESTAMP_HEADER, Verifier, sign};

pub const SECRET: &str = "f7f9bb4a3f2d9f6c5b0a";
pub const NOW: u64 = 1_763_812_801_234;

/// The payload of the event `message:send`.
pub const DATA: &str = include_str!("../message.json").trim_ascii();

/// Returns the body, with the fields in the order of Crisp's reference.
pub fn body() -> String {
    format!(
        r#"{{"website_id":"8c842203-7ed8-4e29-a608-7cf78a7d2fcc","event":"message:send","data":{DATA},"timestamp":1763812800001}}"#
    )
}

pub fn headers(body: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(TIMESTAMP_HEADER, NOW.into());
    let signature = sign(SECRET, NOW, body.as_bytes());
    headers.insert(SIGNATURE_HEADER, signature.parse().unwrap());
    headers
}

/// Returns a verifier that accepts the sample's fixed timestamp.
pub fn verifier() -> Verifier {
    Verifier::new(SECRET).tolerance(Duration::MAX)
}
