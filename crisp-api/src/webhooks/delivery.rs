//! What is delivered.

use std::borrow::Cow;
use std::str::FromStr;

use http::HeaderMap;
use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::{ATTEMPT_HEADER, ATTEMPT_LIMIT_HEADER, ORIGIN_HEADER, VerifyError};
use crate::Event;

/// An event, and how it came.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Delivery {
    /// What happened.
    pub event: Event,
    /// The website in which it happened. `None` where Crisp does not say.
    pub website_id: Option<String>,
    /// When it happened, in milliseconds since 1970. `None` where Crisp does not say.
    pub timestamp: Option<i64>,
    /// On whose behalf Crisp delivers: for a plugin hook a text that begins with `plugin`. `None` where Crisp does not say.
    pub origin: Option<String>,
    /// The number of this attempt, from 1. `None` where Crisp does not say.
    pub attempt: Option<u32>,
    /// The number of attempts after which Crisp gives up. `None` where Crisp does not say.
    pub attempt_limit: Option<u32>,
}

/// The body of a delivery.
#[derive(Deserialize)]
struct Envelope<'a> {
    website_id: Option<String>,
    #[serde(borrow)]
    event: Cow<'a, str>,
    timestamp: Option<i64>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

impl Delivery {
    pub(super) fn decode(headers: &HeaderMap, body: &[u8]) -> Result<Self, VerifyError> {
        let envelope: Envelope<'_> = decode_json(body)?;
        Ok(Self {
            event: Event::read(&envelope.event, envelope.data.unwrap_or(RawValue::NULL)),
            website_id: envelope.website_id,
            timestamp: envelope.timestamp,
            origin: header(headers, ORIGIN_HEADER),
            attempt: header(headers, ATTEMPT_HEADER),
            attempt_limit: header(headers, ATTEMPT_LIMIT_HEADER),
        })
    }
}

fn header<T: FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// Reads a body. To keep account of the place costs as much as to read, so it is looked for only
/// after a failure.
pub(super) fn decode_json<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<T, VerifyError> {
    serde_json::from_slice(body).map_err(|source| match source.classify() {
        Category::Data => VerifyError::Decode {
            path: place::<T>(body),
            source,
        },
        _ => VerifyError::InvalidJson { source },
    })
}

/// Where a body does not have the form of `T`.
fn place<'de, T: Deserialize<'de>>(body: &'de [u8]) -> String {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(error) => error.path().to_string(),
        Ok(_) => ".".to_owned(),
    }
}
