//! Events, from the realtime socket and from webhooks.

use serde::de::DeserializeSeed;
use serde_json::value::RawValue;

use crate::generated::{Event, EventName};
use crate::json_error;

/// Defines the types [`Event`](crate::Event) and [`EventName`](crate::EventName) from the list of events.
macro_rules! events {
    ($(
        $(#[$meta:meta])*
        $variant:ident($payload:ident { $($field:ident),* }) = $name:literal
    ),* $(,)?) => {
        $crate::macros::open_enum! {
            /// The name of an event.
            ///
            /// The [reference](https://docs.crisp.chat/references/rtm-api/v1/) lists the events.
            ///
            /// ```
            /// use crisp_api::EventName;
            ///
            /// assert_eq!(EventName::MessageSend.as_str(), "message:send");
            /// assert_eq!(EventName::from("message:send"), EventName::MessageSend);
            /// assert!(EventName::all().filter(|name| name.family() == "message").count() > 10);
            /// ```
            pub enum EventName {
                $(
                    #[doc = concat!("`", $name, "`: see [`Event::", stringify!($variant), "`].")]
                    $variant = $name
                ),*
            }
        }

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

        /// An event in Crisp.
        ///
        /// The realtime socket and webhooks both give this type. Serialized, it is its payload, as
        /// received. The events are described in the reference of the
        /// [socket](https://docs.crisp.chat/references/rtm-api/v1/), and their payloads in that of
        /// [webhooks](https://docs.crisp.chat/references/web-hooks/v1/).
        ///
        /// ```
        /// use crisp_api::Event;
        /// use crisp_api::types::MessageContent;
        /// use serde_json::value::RawValue;
        ///
        /// let data = RawValue::from_string(r#"{
        ///     "website_id": "8c842203-7ed8-4e29-a608-7cf78a7d2fcc",
        ///     "session_id": "session_700c65e1-85e2-465a-b9ac-ecb5ec2c9881",
        ///     "type": "text", "from": "user", "origin": "chat", "content": "Hello",
        ///     "fingerprint": 163466085168310, "timestamp": 1763812800000, "user": {}
        /// }"#.into())?;
        /// match Event::parse("message:send", &data) {
        ///     Event::MessageSend(message) => {
        ///         assert_eq!(message.content, MessageContent::Text("Hello".into()));
        ///     }
        ///     other => panic!("{other:?}"),
        /// }
        /// # Ok::<(), serde_json::Error>(())
        /// ```
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum Event {
            $($(#[$meta])* $variant(Box<$payload>),)*
            /// An event unknown to this version.
            Unknown {
                /// Its name.
                name: String,
                /// Its payload as received: the JSON text as a string if no `Value` can hold it.
                data: Value,
            },
            /// A known event with a payload that does not have the known form.
            Invalid {
                /// Its name.
                name: EventName,
                /// The error, with the path of the field in the payload.
                reason: String,
                /// Its payload as received: the JSON text as a string if no `Value` can hold it.
                data: Value,
            },
        }

        impl Event {
            /// Parses an event from its name and its payload.
            ///
            /// This never fails: an event that this version does not know is
            /// [`Unknown`](Self::Unknown), and one with an unexpected payload
            /// [`Invalid`](Self::Invalid).
            pub fn parse(name: &str, data: &RawValue) -> Self {
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
                        data.get("website_id").and_then(Value::as_str)
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
                        data.get("session_id").and_then(Value::as_str)
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
                    name => Value::deserialize(deserializer)
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
