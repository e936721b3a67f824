//! The frames of Engine.IO 4 and the packets of Socket.IO 5 in them, as far as a client over a
//! websocket needs them.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::de::{Error as _, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::socket_error;
use crate::client::Crisp;
use crate::error::Error;
use crate::event::PayloadOf;
use crate::generated::Event;

/// Requests the default namespace.
pub(super) const CONNECT: &str = "40";
/// Leaves the default namespace.
pub(super) const DISCONNECT: &str = "41";
/// Responds to a ping, whose payload follows.
pub(super) const PONG: &str = "3";

/// The range of the intervals of a heartbeat. A server must not keep a timer busy, nor disable the
/// detection of dead connections.
const INTERVALS: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(20)..=Duration::from_secs(120);

/// The content of a text frame.
#[derive(Debug)]
pub(super) enum Packet<'a> {
    /// The first packet of the server.
    Open(Handshake),
    /// Requires a pong with the same payload.
    Ping(&'a str),
    /// The default namespace is joined.
    Connected,
    /// The default namespace cannot be joined, for the reason in this JSON.
    ConnectError(&'a str),
    /// An event.
    Event(Arguments<'a>),
    /// The server ends the session.
    Closed,
    /// A pong, an acknowledgement, or anything in another namespace: this client requests none of them.
    Ignored,
}

/// The intervals of the server's heartbeat.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Handshake {
    /// In milliseconds.
    ping_interval: u64,
    ping_timeout: u64,
}

impl Handshake {
    /// Returns the longest silence of a server that is alive.
    pub(super) fn heartbeat_timeout(&self) -> Duration {
        clamped(self.ping_interval) + clamped(self.ping_timeout)
    }

    /// Returns the interval of unsolicited pongs that keeps the connection alive while the server's
    /// pings are not read.
    pub(super) fn pong_interval(&self) -> Duration {
        clamped(self.ping_interval.min(self.ping_timeout)) * 3 / 4
    }
}

fn clamped(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds).clamp(*INTERVALS.start(), *INTERVALS.end())
}

/// The arguments of an event. Only its name and the ends of the text are checked.
#[derive(Clone, Debug)]
pub(super) struct Arguments<'a> {
    /// The first one, which is not in `data`.
    pub(super) name: Cow<'a, str>,
    /// All of them, a JSON array.
    pub(super) array: &'a str,
}

impl<'a> Arguments<'a> {
    fn new(array: &'a str) -> Result<Self, Malformed<'a>> {
        let Some(rest) = array.trim_ascii_start().strip_prefix('[') else {
            return Err(Malformed::new("not an array", array));
        };
        let name = match plain_name(rest) {
            Some(name) => name.into(),
            None => Name::deserialize(&mut serde_json::Deserializer::from_str(rest))
                .map(|Name(name)| name)
                .map_err(|error| Malformed::new(error, array))?,
        };
        if array.trim_ascii_end().ends_with(']') {
            Ok(Self { name, array })
        } else {
            Err(Malformed::new("EOF before the end of the array", array))
        }
    }

    /// Returns the JSON of the first argument after the name: `null` if there is none.
    pub(super) fn data(&self) -> Result<&'a RawValue, Malformed<'a>> {
        serde_json::from_str(self.array)
            .map(|Named { data, .. }| data)
            .map_err(|error| Malformed::new(error, self.array))
    }
}

/// Returns the string that `json` begins with, if it consists of the characters of Crisp's names. This
/// is most of the cost of parsing a frame otherwise.
fn plain_name(json: &str) -> Option<&str> {
    let text = json.strip_prefix('"')?;
    let is_plain = |byte: &u8| matches!(byte, b'a'..=b'z' | b':' | b'_');
    let len = text.bytes().take_while(is_plain).count();
    let (name, rest) = text.split_at_checked(len)?;
    rest.starts_with('"').then_some(name)
}

/// A frame that follows neither protocol.
#[derive(Debug)]
pub(super) struct Malformed<'a> {
    pub(super) reason: String,
    /// The part that cannot be parsed, as received.
    pub(super) text: &'a str,
}

impl<'a> Malformed<'a> {
    fn new(reason: impl ToString, text: &'a str) -> Self {
        Self {
            reason: reason.to_string(),
            text,
        }
    }

    /// Returns the error for users, without the credentials of `crisp`.
    pub(super) fn to_error(&self, crisp: &Crisp) -> Error {
        // The reason may quote the text.
        let (reason, text) = (crisp.shown(&self.reason), crisp.shown(self.text));
        socket_error(format!(
            "connection lost: the server sent a malformed frame: {reason}: `{text}`"
        ))
    }
}

/// Parses one text frame. The arguments of an event are decoded by [`decode`].
pub(super) fn parse(text: &str) -> Result<Packet<'_>, Malformed<'_>> {
    // The type is one byte, so the rest begins at a character boundary.
    let Some((kind, rest)) = text.split_at_checked(1) else {
        return Err(Malformed::new("not a packet of Engine.IO", text));
    };
    match kind {
        "0" => serde_json::from_str(rest)
            .map(Packet::Open)
            .map_err(|error| Malformed::new(error, rest)),
        "1" => Ok(Packet::Closed),
        "2" => Ok(Packet::Ping(rest)),
        "3" | "6" => Ok(Packet::Ignored),
        "4" => message(rest),
        _ => Err(Malformed::new("not a packet of Engine.IO", text)),
    }
}

fn message(text: &str) -> Result<Packet<'_>, Malformed<'_>> {
    let Some((kind, rest)) = text.split_at_checked(1) else {
        return Err(Malformed::new("not a packet of Socket.IO", text));
    };
    // The number of binary attachments, and a dash.
    let rest = match kind {
        "5" | "6" => without_digits(rest)
            .strip_prefix('-')
            .ok_or_else(|| Malformed::new("a binary packet without its count", text))?,
        _ => rest,
    };
    let rest = match rest.strip_prefix('/') {
        None => rest,
        Some(namespace) => match namespace.split_once(',') {
            Some(("", rest)) => rest,
            _ => return Ok(Packet::Ignored),
        },
    };
    match kind {
        "0" => Ok(Packet::Connected),
        "1" => Ok(Packet::Closed),
        // The digits are the id of the acknowledgement that the server wants. Crisp uses none.
        "2" | "5" => Arguments::new(without_digits(rest)).map(Packet::Event),
        "3" | "6" => Ok(Packet::Ignored),
        "4" => Ok(Packet::ConnectError(rest)),
        _ => Err(Malformed::new("not a packet of Socket.IO", text)),
    }
}

fn without_digits(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_ascii_digit())
}

/// Encodes an event with one argument.
pub(super) fn event(name: &str, argument: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(&(name, argument)).map(|json| format!("42{json}"))
}

/// Decodes the arguments of an event.
///
/// A payload of the known form is read in place, in one pass. Anything else is scanned again, for
/// the JSON of the payload.
pub(super) fn decode(array: &str) -> Result<Event, Malformed<'_>> {
    if let Ok(Known(event)) = serde_json::from_str(array) {
        return Ok(event);
    }
    match serde_json::from_str(array) {
        Ok(Named { name, data }) => Ok(Event::parse(&name, data)),
        Err(error) => Err(Malformed::new(error, array)),
    }
}

/// The name of an event. A bare `Cow` is always deserialized as owned text.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// An event whose payload has the known form.
struct Known(Event);

/// An event by name. Crisp sends no arguments after the first.
struct Named<'a> {
    name: Cow<'a, str>,
    /// `null` for an event without argument.
    data: &'a RawValue,
}

impl<'de> Deserialize<'de> for Known {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KnownVisitor;

        impl<'de> Visitor<'de> for KnownVisitor {
            type Value = Known;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Known, A::Error> {
                let name = name(&mut array)?;
                let event = array.next_element_seed(PayloadOf(&name))?;
                let event = event.ok_or_else(|| A::Error::custom("no payload"))?;
                skip_rest(array)?;
                Ok(Known(event))
            }
        }

        deserializer.deserialize_seq(KnownVisitor)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Named<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NamedVisitor;

        impl<'de> Visitor<'de> for NamedVisitor {
            type Value = Named<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Named<'de>, A::Error> {
                let name = name(&mut array)?;
                let data = array.next_element()?.unwrap_or(RawValue::NULL);
                skip_rest(array)?;
                Ok(Named { name, data })
            }
        }

        deserializer.deserialize_seq(NamedVisitor)
    }
}

const EXPECTED: &str = "an array of a name and its payload";

fn name<'de, A: SeqAccess<'de>>(array: &mut A) -> Result<Cow<'de, str>, A::Error> {
    let name = array.next_element()?.map(|Name(name)| name);
    name.ok_or_else(|| A::Error::custom("no name"))
}

fn skip_rest<'de, A: SeqAccess<'de>>(mut array: A) -> Result<(), A::Error> {
    while array.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

#[cfg(test)]
#[path = "tests/packet.rs"]
mod tests;
