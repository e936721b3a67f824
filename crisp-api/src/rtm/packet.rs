//! The frames of Engine.IO 4 and the packets of Socket.IO 5 in them, as far as a client meets them
//! that speaks over a websocket alone.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// Asks for the default namespace.
pub(super) const CONNECT: &str = "40";
/// Leaves the default namespace.
pub(super) const DISCONNECT: &str = "41";
/// Answers a ping, whose payload follows.
pub(super) const PONG: &str = "3";

/// What a text frame says.
#[derive(Debug)]
pub(super) enum Packet<'a> {
    /// The first packet of the server.
    Open(Handshake),
    /// The server wants this answered by a pong with the same payload.
    Ping(&'a str),
    /// The server admits to the default namespace.
    Connected,
    /// The server does not admit to it, and says why.
    Refused(&'a str),
    /// The server has something to tell.
    Event(Named<'a>),
    /// The server ends the session.
    Closed,
    /// A pong, an acknowledgement, or anything in another namespace: none of it was asked for.
    Idle,
}

/// How the server wants the connection watched.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Handshake {
    ping_interval: u64,
    ping_timeout: u64,
}

impl Handshake {
    /// A live server is heard at least this often.
    pub(super) fn silence(&self) -> Duration {
        interval(self.ping_interval) + interval(self.ping_timeout)
    }

    /// A client that sends a pong this often is alive for the server, asked or not.
    pub(super) fn pulse(&self) -> Duration {
        interval(self.ping_interval.min(self.ping_timeout)) * 3 / 4
    }
}

/// Keeps what a server says within what timers take, and above what would keep one busy.
fn interval(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds.clamp(20, 86_400_000))
}

/// An event by name. Arguments after the first are none of Crisp's.
#[derive(Debug)]
pub(super) struct Named<'a> {
    pub(super) name: Cow<'a, str>,
    /// `null` where the event has no argument.
    pub(super) data: &'a RawValue,
}

/// A frame that follows neither protocol.
#[derive(Debug)]
pub(super) struct Malformed<'a> {
    pub(super) reason: String,
    /// The part that is not understood, as it came.
    pub(super) text: &'a str,
}

impl<'a> Malformed<'a> {
    fn new(reason: impl ToString, text: &'a str) -> Self {
        Self {
            reason: reason.to_string(),
            text,
        }
    }
}

/// Reads one text frame.
pub(super) fn parse(text: &str) -> Result<Packet<'_>, Malformed<'_>> {
    // The type is one byte, so what follows begins at a character.
    let Some((kind, rest)) = text.split_at_checked(1) else {
        return Err(Malformed::new("not a packet of Engine.IO", text));
    };
    match kind {
        "0" => serde_json::from_str(rest)
            .map(Packet::Open)
            .map_err(|error| Malformed::new(error, rest)),
        "1" => Ok(Packet::Closed),
        "2" => Ok(Packet::Ping(rest)),
        "3" | "6" => Ok(Packet::Idle),
        "4" => message(rest),
        _ => Err(Malformed::new("not a packet of Engine.IO", text)),
    }
}

fn message(text: &str) -> Result<Packet<'_>, Malformed<'_>> {
    let Some((kind, rest)) = text.split_at_checked(1) else {
        return Err(Malformed::new("not a packet of Socket.IO", text));
    };
    // The number of binary parts, and a dash.
    let rest = match kind {
        "5" | "6" => without_digits(rest)
            .strip_prefix('-')
            .ok_or_else(|| Malformed::new("a binary packet without its count", text))?,
        _ => rest,
    };
    let rest = match rest.strip_prefix('/') {
        None => rest,
        Some(named) => match named.split_once(',') {
            Some(("", rest)) => rest,
            _ => return Ok(Packet::Idle),
        },
    };
    match kind {
        "0" => Ok(Packet::Connected),
        "1" => Ok(Packet::Closed),
        // The number by which the server wants the event acknowledged. Crisp has no use for that.
        "2" | "5" => {
            let arguments = without_digits(rest);
            serde_json::from_str(arguments)
                .map(Packet::Event)
                .map_err(|error| Malformed::new(error, arguments))
        }
        "3" | "6" => Ok(Packet::Idle),
        "4" => Ok(Packet::Refused(rest)),
        _ => Err(Malformed::new("not a packet of Socket.IO", text)),
    }
}

fn without_digits(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_ascii_digit())
}

/// Writes an event with one argument.
pub(super) fn event(name: &str, argument: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(&(name, argument)).map(|json| format!("42{json}"))
}

impl<'de: 'a, 'a> Deserialize<'de> for Named<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Arguments;

        // A bare `Cow` is always read as an owned text.
        #[derive(Deserialize)]
        struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

        impl<'de> Visitor<'de> for Arguments {
            type Value = Named<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of a name and what it carries")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Named<'de>, A::Error> {
                let Some(Name(name)) = array.next_element()? else {
                    return Err(serde::de::Error::invalid_length(0, &self));
                };
                let data = array.next_element()?.unwrap_or(RawValue::NULL);
                while array.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Named { name, data })
            }
        }

        deserializer.deserialize_seq(Arguments)
    }
}

#[cfg(test)]
mod tests;
