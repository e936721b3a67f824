//! Events, from the realtime socket and from webhooks.

use serde::de::DeserializeSeed;
use serde_json::value::RawValue;

use crate::generated::{Event, EventName};
use crate::json_error;

/// The methods and traits of [`Event`](crate::Event) and [`EventName`](crate::EventName), from the list of events with
/// the fields of the payload that identify the website and the session.
macro_rules! events {
    (Event { $($variant:ident($($field:ident)*) = $name:literal,)* }) => {
        impl EventName {
            /// Returns every event that this version knows, by family.
            pub fn all() -> impl ExactSizeIterator<Item = Self> + Clone {
                Self::VALUES.iter().map(|name| Self::from(*name))
            }

            /// Returns the part of the name before the first colon, such as `session` or `message`.
            pub fn family(&self) -> &str {
                self.as_str().split(':').next().unwrap_or_default()
            }
        }

        impl Event {
            /// Parses an event from its name and its payload.
            ///
            /// This never fails: an event that this version does not know is
            /// [`Unknown`](Self::Unknown), and one with an unexpected payload
            /// [`Invalid`](Self::Invalid).
            pub fn parse(name: &str, data: &::serde_json::value::RawValue) -> Self {
                $crate::event::parse(name, data)
            }

            /// Returns the name of the event.
            pub fn name(&self) -> EventName {
                match self {
                    $(Self::$variant(_) => EventName::$variant,)*
                    Self::Unknown { name, .. } => EventName::Unknown(name.clone()),
                    Self::Invalid { name, .. } => name.clone(),
                }
            }

            /// Returns the ID of the event's website, or `None` if the payload has none.
            pub fn website_id(&self) -> Option<&str> {
                match self {
                    $(Self::$variant(payload) => {
                        $crate::event::id_field!(payload.website_id of $($field)*)
                    })*
                    Self::Unknown { data, .. } | Self::Invalid { data, .. } => {
                        data.get("website_id").and_then(::serde_json::Value::as_str)
                    }
                }
            }

            /// Returns the ID of the event's session, which is a conversation, or `None` if the
            /// payload has none.
            pub fn session_id(&self) -> Option<&str> {
                match self {
                    $(Self::$variant(payload) => {
                        $crate::event::id_field!(payload.session_id of $($field)*)
                    })*
                    Self::Unknown { data, .. } | Self::Invalid { data, .. } => {
                        data.get("session_id").and_then(::serde_json::Value::as_str)
                    }
                }
            }
        }

        impl<'de> ::serde::de::DeserializeSeed<'de> for $crate::event::PayloadOf<'_> {
            type Value = Event;

            fn deserialize<D: ::serde::Deserializer<'de>>(
                self,
                deserializer: D,
            ) -> Result<Event, D::Error> {
                use ::serde::Deserialize;

                match self.0 {
                    $($name => Deserialize::deserialize(deserializer).map(Event::$variant),)*
                    name => ::serde_json::Value::deserialize(deserializer)
                        .map(|data| Event::Unknown { name: name.to_owned(), data }),
                }
            }
        }

        impl ::serde::Serialize for Event {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(payload) => payload.serialize(serializer),)*
                    Self::Unknown { data, .. } | Self::Invalid { data, .. } => {
                        data.serialize(serializer)
                    }
                }
            }
        }
    };
}

/// Reads a field with an ID if the payload is one of those that have it.
macro_rules! id_field {
    ($payload:ident.website_id of website_id $($other:ident)*) => {
        $crate::event::IdField::id(&$payload.website_id)
    };
    ($payload:ident.session_id of $(website_id)? session_id) => {
        $crate::event::IdField::id(&$payload.session_id)
    };
    ($payload:ident.$field:ident of $($other:ident)*) => {{
        let _ = $payload;
        None
    }};
}

pub(crate) use {events, id_field};

/// A field with an ID, required or not.
pub(crate) trait IdField {
    fn id(&self) -> Option<&str>;
}

impl IdField for String {
    fn id(&self) -> Option<&str> {
        Some(self)
    }
}

impl IdField for Option<String> {
    fn id(&self) -> Option<&str> {
        self.as_deref()
    }
}

/// Deserializes the payload of the event with this name. The result is never [`Event::Invalid`].
#[derive(Clone, Copy)]
pub(crate) struct PayloadOf<'a>(pub(crate) &'a str);

pub(crate) fn parse(name: &str, data: &RawValue) -> Event {
    let json = data.get();
    let payload = PayloadOf(name);
    let error = match payload.deserialize(&mut serde_json::Deserializer::from_str(json)) {
        Ok(event) => return event,
        Err(error) => error,
    };
    let data = crate::raw::value(data);
    match EventName::from(name) {
        EventName::Unknown(name) => Event::Unknown { name, data },
        name => {
            let message = json_error::message(&error);
            let reason = match json_error::path(json.as_bytes(), &error) {
                path if path.is_empty() => message,
                path => format!("{path}: {message}"),
            };
            Event::Invalid { name, reason, data }
        }
    }
}
