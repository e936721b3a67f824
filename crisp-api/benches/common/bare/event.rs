//! The fields of `message.json`, and a receiver of webhooks.

use crisp_api::HeaderMap;
use crisp_api::webhooks::{SIGNATURE_HEADER, TIMESTAMP_HEADER};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;

/// The struct that a program would define for this message alone.
#[derive(Deserialize)]
pub struct MessageEvent {
    pub website_id: String,
    pub session_id: String,
    pub inbox_id: Option<String>,
    pub r#type: String,
    pub from: String,
    pub origin: String,
    pub content: String,
    pub preview: Vec<String>,
    pub mentions: Vec<String>,
    pub stamped: bool,
    pub fingerprint: i64,
    pub timestamp: i64,
    pub user: EventUser,
}

#[derive(Deserialize)]
pub struct EventUser {
    pub user_id: String,
    pub nickname: String,
    pub r#type: String,
}

#[derive(Deserialize)]
pub struct Delivery {
    pub website_id: String,
    pub event: String,
    pub timestamp: i64,
    pub data: MessageEvent,
}

/// Verifies the signature of a delivery, whatever its age, and decodes it.
pub fn verify(secret: &str, headers: &HeaderMap, body: &[u8]) -> Delivery {
    let mut signature = [0; 32];
    base16ct::lower::decode(&headers[SIGNATURE_HEADER], &mut signature).unwrap();
    Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .unwrap()
        .chain_update(b"[")
        .chain_update(&headers[TIMESTAMP_HEADER])
        .chain_update(b";")
        .chain_update(body)
        .chain_update(b"]")
        .verify_slice(&signature)
        .unwrap();
    serde_json::from_slice(body).unwrap()
}
