//! A decoded webhook delivery.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use http::HeaderMap;
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Error as _, MapAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

use super::{ATTEMPT_HEADER, ATTEMPT_LIMIT_HEADER, ORIGIN_HEADER, VerifyError};
use crate::event::PayloadOf;
use crate::macros::Text;
use crate::{Event, Extra, json_error, raw};

/// A webhook delivery: an event with the metadata of its envelope and headers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Delivery {
    /// The event.
    pub event: Event,
    /// ID of the website in which the event occurred. `None` if the envelope has none.
    pub website_id: Option<String>,
    /// Time of the event in milliseconds since the Unix epoch. `None` if the envelope has none.
    pub timestamp: Option<i64>,
    /// The sender, from [`ORIGIN_HEADER`]. For plugin webhooks it starts with `plugin`. `None` if the
    /// header is missing or not text.
    pub origin: Option<String>,
    /// Number of this delivery attempt, from 1. `None` if the header is missing or not a number.
    pub attempt: Option<u32>,
    /// Number of attempts after which Crisp gives up. `None` if the header is missing or not a
    /// number.
    pub attempt_limit: Option<u32>,
    /// Envelope fields unknown to this version, and a `website_id` or `timestamp` that cannot be
    /// interpreted, preserved as received.
    pub extra: Extra,
}

impl Delivery {
    pub(super) fn decode(headers: &HeaderMap, body: &[u8]) -> Result<Self, VerifyError> {
        let envelope = Envelope::decode(body)?;
        let mut extra = envelope.extra;
        let website_id = interpret("website_id", envelope.website_id, &mut extra, |json| {
            serde_json::from_str(json).ok()
        });
        let timestamp = interpret("timestamp", envelope.timestamp, &mut extra, milliseconds);
        let event = match envelope.data {
            Data::Event(event) => event,
            Data::Raw(data) => Event::parse(&envelope.event, data),
        };
        Ok(Self {
            event,
            website_id,
            timestamp,
            origin: header(headers, ORIGIN_HEADER),
            attempt: header(headers, ATTEMPT_HEADER),
            attempt_limit: header(headers, ATTEMPT_LIMIT_HEADER),
            extra,
        })
    }
}

fn header<T: FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// Interprets the JSON of an optional field, or preserves it in `extra`.
fn interpret<T>(
    name: &str,
    value: Option<&RawValue>,
    extra: &mut Extra,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    let value = value.filter(|value| value.get() != "null")?;
    let parsed = parse(value.get());
    if parsed.is_none() {
        extra.insert(name.to_owned(), raw::value(value));
    }
    parsed
}

/// Parses the JSON of a time: an integer, a float, or a text with one of them.
fn milliseconds(json: &str) -> Option<i64> {
    let number = json.trim_matches('"');
    number.parse().ok().or_else(|| {
        let float: f64 = number.parse().ok()?;
        // Within the range of `i64`, so that the conversion only drops the fraction.
        (float.abs() < 9e18).then_some(float as i64)
    })
}

/// The body of a delivery.
///
/// Only `event` is required: without it, the body may be another request signed with the same
/// secret. No odd value of another field rejects the delivery.
struct Envelope<'a> {
    event: Cow<'a, str>,
    website_id: Option<&'a RawValue>,
    timestamp: Option<&'a RawValue>,
    data: Data<'a>,
    extra: Extra,
}

enum Data<'a> {
    Event(Event),
    Raw(&'a RawValue),
}

impl<'a> Envelope<'a> {
    /// Decodes a body.
    ///
    /// A payload of the known form that follows its name is decoded in place, in one pass. Any other
    /// body is scanned again, for the JSON of the payload.
    fn decode(body: &'a [u8]) -> Result<Self, VerifyError> {
        let json = text(body)?;
        match from_str(EnvelopeVisitor { in_place: true }, json) {
            Ok(envelope) => Ok(envelope),
            Err(_) => decode_seed(EnvelopeVisitor { in_place: false }, json),
        }
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Field {
    Event,
    WebsiteId,
    Timestamp,
    Data,
    Unknown(String),
}

struct EnvelopeVisitor {
    in_place: bool,
}

impl<'de> DeserializeSeed<'de> for EnvelopeVisitor {
    type Value = Envelope<'de>;

    fn deserialize<D: de::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Envelope<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = Envelope<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a webhook delivery")
    }

    /// The last of duplicate fields wins, as in JavaScript.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope<'de>, A::Error> {
        let mut event = None;
        let (mut website_id, mut timestamp) = (None, None);
        let mut data = Data::Raw(RawValue::NULL);
        let mut extra = Extra::new();
        while let Some(field) = map.next_key()? {
            match field {
                Field::Event if matches!(data, Data::Event(_)) => {
                    return Err(A::Error::custom("the name follows the payload"));
                }
                Field::Event => event = Some(map.next_value::<Text<'_>>()?.0),
                Field::WebsiteId => website_id = Some(map.next_value()?),
                Field::Timestamp => timestamp = Some(map.next_value()?),
                Field::Data => {
                    data = match &event {
                        Some(name) if self.in_place => {
                            Data::Event(map.next_value_seed(PayloadOf(name))?)
                        }
                        _ => Data::Raw(map.next_value()?),
                    }
                }
                Field::Unknown(name) => {
                    extra.insert(name, raw::value(map.next_value()?));
                }
            }
        }
        Ok(Envelope {
            event: event.ok_or_else(|| A::Error::missing_field("event"))?,
            website_id,
            timestamp,
            data,
            extra,
        })
    }
}

/// Decodes a body.
pub(super) fn decode_json<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<T, VerifyError> {
    decode_seed(PhantomData, text(body)?)
}

/// Checks the encoding once, which is faster than for each string.
fn text(body: &[u8]) -> Result<&str, VerifyError> {
    str::from_utf8(body).map_err(|error| VerifyError::InvalidJson {
        message: format!("not UTF-8 at byte {}", error.valid_up_to()),
    })
}

fn from_str<'de, S: DeserializeSeed<'de>>(seed: S, json: &'de str) -> serde_json::Result<S::Value> {
    let mut deserializer = Deserializer::from_str(json);
    let value = seed.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

fn decode_seed<'de, S: DeserializeSeed<'de>>(
    seed: S,
    json: &'de str,
) -> Result<S::Value, VerifyError> {
    from_str(seed, json).map_err(|error| {
        let message = json_error::message(&error);
        if !error.is_data() {
            return VerifyError::InvalidJson { message };
        }
        let path = match json_error::path(json.as_bytes(), &error) {
            path if path.is_empty() => ".".to_owned(),
            path => path,
        };
        VerifyError::Decode { path, message }
    })
}
