//! Events, by whichever road they come.

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// The types [`Event`](crate::Event) and [`EventName`](crate::EventName), from the list of events.
macro_rules! events {
    ($(
        $(#[$meta:meta])*
        $variant:ident($payload:ident { $($place:ident),* }) = $name:literal
    ),* $(,)?) => {
        $crate::macros::open_enum! {
            /// The name of an event.
            ///
            /// The events are in the [reference](https://docs.crisp.chat/references/rtm-api/v1/).
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
            /// Every event that this version knows, by family.
            pub fn all() -> impl ExactSizeIterator<Item = Self> + Clone {
                Self::VALUES.iter().map(|name| Self::from(*name))
            }

            /// What stands before the first colon of the name, such as `session` or `message`.
            pub fn family(&self) -> &str {
                self.as_str().split(':').next().unwrap_or_default()
            }
        }

        /// Something that happened in Crisp.
        ///
        /// It comes over the realtime socket or a Web Hook, and is the same type by either road.
        /// Serialized, it is its payload, as it came. The events are in the reference of the
        /// [socket](https://docs.crisp.chat/references/rtm-api/v1/), and what they look like in that of
        /// [Web Hooks](https://docs.crisp.chat/references/web-hooks/v1/).
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
        /// match Event::read("message:send", &data) {
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
            /// An event that this version does not know.
            Unknown {
                /// Its name.
                name: String,
                /// What it carries, as it came: as a text of JSON where no `Value` can hold it.
                data: Value,
            },
            /// An event that this version knows, with a payload that does not have the known form.
            Invalid {
                /// Its name.
                name: EventName,
                /// Why the payload could not be read, with the place in it.
                reason: String,
                /// What it carries, as it came: as a text of JSON where no `Value` can hold it.
                data: Value,
            },
        }

        impl Event {
            /// Reads an event from its name and its payload. There is no failure: what is not known
            /// is [`Unknown`](Self::Unknown), what does not fit is [`Invalid`](Self::Invalid).
            pub fn read(name: &str, data: &RawValue) -> Self {
                match name {
                    $($name => match $crate::event::payload::<$payload>(data) {
                        Ok(payload) => Self::$variant(payload),
                        Err(reason) => Self::Invalid {
                            name: EventName::$variant,
                            reason,
                            data: $crate::raw::value(data),
                        },
                    },)*
                    _ => Self::Unknown { name: name.to_owned(), data: $crate::raw::value(data) },
                }
            }

            /// The name of the event.
            pub fn name(&self) -> EventName {
                match self {
                    $(Self::$variant(_) => EventName::$variant,)*
                    Self::Unknown { name, .. } => EventName::Unknown(name.clone()),
                    Self::Invalid { name, .. } => name.clone(),
                }
            }

            /// The website in which it happened. `None` where the payload does not name one.
            pub fn website_id(&self) -> Option<&str> {
                match self {
                    $(Self::$variant(payload) => {
                        $crate::event::place!(payload.website_id of $($place)*)
                    })*
                    Self::Unknown { data, .. } | Self::Invalid { data, .. } => {
                        data.get("website_id").and_then(Value::as_str)
                    }
                }
            }

            /// The session in which it happened: its conversation. `None` where the payload does not name one.
            pub fn session_id(&self) -> Option<&str> {
                match self {
                    $(Self::$variant(payload) => {
                        $crate::event::place!(payload.session_id of $($place)*)
                    })*
                    Self::Unknown { data, .. } | Self::Invalid { data, .. } => {
                        data.get("session_id").and_then(Value::as_str)
                    }
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

/// A field that tells where an event happened, if it is one of those that the payload has.
macro_rules! place {
    ($payload:ident.website_id of website_id $($other:ident)*) => {
        $crate::event::Place::place(&$payload.website_id)
    };
    ($payload:ident.session_id of $(website_id)? session_id) => {
        $crate::event::Place::place(&$payload.session_id)
    };
    ($payload:ident.$field:ident of $($other:ident)*) => {{
        let _ = $payload;
        None
    }};
}

pub(crate) use {events, place};

/// A field that tells where an event happened, required or not.
pub(crate) trait Place {
    fn place(&self) -> Option<&str>;
}

impl Place for String {
    fn place(&self) -> Option<&str> {
        Some(self)
    }
}

impl Place for Option<String> {
    fn place(&self) -> Option<&str> {
        self.as_deref()
    }
}

/// Reads what a known event carries. To keep track of the place takes time: it is looked for only once there is a
/// mistake.
pub(crate) fn payload<T: DeserializeOwned>(data: &RawValue) -> Result<Box<T>, String> {
    serde_json::from_str(data.get()).map(Box::new).or_else(|_| {
        let mut deserializer = serde_json::Deserializer::from_str(data.get());
        let read = serde_path_to_error::deserialize(&mut deserializer);
        read.map(Box::new).map_err(|error| error.to_string())
    })
}
