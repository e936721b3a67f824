//! The common parts of generated types: open enums, tagged values, requests with optional arguments.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use crate::object::Key;
use crate::raw::Raw;

/// A set of known strings that may grow: an unknown one is preserved in `Unknown` and serialized as
/// received.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $text:literal),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
            /// A value unknown to this version, preserved as received.
            Unknown(String),
        }

        impl $name {
            /// The known values, as serialized.
            pub const VALUES: &'static [&'static str] = &[$($text),*];

            /// Returns the value as serialized.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unknown(text) => text,
                }
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    _ => Self::Unknown(text.to_owned()),
                }
            }
        }

        impl ::std::convert::From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error>
            where
                S: ::serde::Serializer,
            {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D>(deserializer: D) -> ::core::result::Result<Self, D::Error>
            where
                D: ::serde::Deserializer<'de>,
            {
                $crate::macros::open(deserializer)
            }
        }
    };
}

/// A value whose `type` determines the form of its `content`. An unknown type, or a content of another
/// form, is preserved as received. A struct can share its object with one: see `object!`.
macro_rules! tagged {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident($content:ty) = $text:literal),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant($content),)*
            /// A type unknown to this version, or a content of an unknown form, preserved as received.
            Unknown {
                /// The `type`. `None` if there was none.
                r#type: Option<String>,
                /// The `content`. `None` if there was none.
                content: Option<::serde_json::Value>,
            },
        }

        impl $name {
            /// Returns the type as serialized. `None` if there was none.
            pub fn type_name(&self) -> Option<&str> {
                match self {
                    $(Self::$variant(_) => Some($text),)*
                    Self::Unknown { r#type, .. } => r#type.as_deref(),
                }
            }
        }

        impl $name {
            /// Serializes `type` and `content` into an object, omitting those that are `None`.
            pub(crate) fn write<M>(&self, map: &mut M) -> ::core::result::Result<(), M::Error>
            where
                M: ::serde::ser::SerializeMap,
            {
                match self {
                    $(Self::$variant(content) => {
                        map.serialize_entry("type", $text)?;
                        map.serialize_entry("content", content)
                    })*
                    Self::Unknown { r#type, content } => {
                        if let Some(text) = r#type {
                            map.serialize_entry("type", text)?;
                        }
                        match content {
                            Some(content) => map.serialize_entry("content", content),
                            None => Ok(()),
                        }
                    }
                }
            }
        }

        impl $crate::macros::FromTagged for $name {
            fn read<E>(tagged: $crate::macros::Tagged) -> ::core::result::Result<Self, E>
            where
                E: ::serde::de::Error,
            {
                let $crate::macros::Tagged { r#type, content } = tagged;
                let known = match (r#type.as_deref(), &content) {
                    $((Some($text), Some(content)) => content.read().map(Self::$variant),)*
                    _ => None,
                };
                match known {
                    Some(known) => Ok(known),
                    None => Ok(Self::Unknown {
                        r#type,
                        content: match content {
                            Some(raw) => Some(raw.value()?),
                            None => None,
                        },
                    }),
                }
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error>
            where
                S: ::serde::Serializer,
            {
                use ::serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                self.write(&mut map)?;
                map.end()
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D>(deserializer: D) -> ::core::result::Result<Self, D::Error>
            where
                D: ::serde::Deserializer<'de>,
            {
                $crate::macros::read_tagged(deserializer).and_then($crate::macros::FromTagged::read)
            }
        }
    };
}

/// A request with optional arguments: a struct around a `Request` or a `PagedRequest`.
macro_rules! request {
    ($(#[$meta:meta])* pub struct $name:ident(Request<$answer:ty>);) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        #[must_use = "a request is sent only when it is awaited"]
        pub struct $name(pub(crate) $crate::Request<$answer>);

        $crate::macros::request!(@await $name, Request<$answer>, $answer);
    };
    ($(#[$meta:meta])* pub struct $name:ident(PagedRequest<$item:ty>);) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        #[must_use = "a request is sent only when it is awaited, or its stream is read"]
        pub struct $name(pub(crate) $crate::PagedRequest<$item>);

        $crate::macros::request!(@await $name, PagedRequest<$item>, Vec<$item>);

        impl $name {
            /// Returns a stream of the items of this page and of every page after it: see
            /// [`PagedRequest::stream`](crate::PagedRequest::stream).
            #[inline]
            pub fn stream(
                self,
            ) -> impl ::futures_core::Stream<Item = ::core::result::Result<$item, $crate::Error>>
            + Send
            + Unpin
            + 'static {
                self.0.stream()
            }
        }
    };
    (@await $name:ident, $inner:ident<$argument:ty>, $answer:ty) => {
        impl $name {
            /// Sends the request, and returns status, headers and reason of the response along with
            /// its data.
            ///
            /// # Errors
            /// The same as awaiting the request itself: see [`Error`](crate::Error).
            #[inline]
            pub async fn response(
                self,
            ) -> ::core::result::Result<$crate::Response<$answer>, $crate::Error> {
                self.0.response().await
            }
        }

        impl ::std::future::IntoFuture for $name {
            type Output = ::core::result::Result<$answer, $crate::Error>;
            type IntoFuture = $crate::RequestFuture<$answer>;

            // Inlined, so that it is compiled only where it is called.
            #[inline]
            fn into_future(self) -> Self::IntoFuture {
                self.0.into_future()
            }
        }
    };
}

pub(crate) use {open_enum, request, tagged};

/// Deserializes an open enum, without copying a known string.
pub(crate) fn open<'de, D: Deserializer<'de>, T: for<'a> From<&'a str>>(
    deserializer: D,
) -> Result<T, D::Error> {
    struct Text<T>(PhantomData<T>);

    impl<T: for<'a> From<&'a str>> Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            Ok(T::from(text))
        }
    }

    deserializer.deserialize_str(Text(PhantomData))
}

/// A tagged value whose content is not decoded yet.
#[derive(Default)]
pub(crate) struct Tagged {
    pub(crate) r#type: Option<String>,
    pub(crate) content: Option<Raw>,
}

pub(crate) trait FromTagged: Sized {
    /// Decodes the content as `type` says, or preserves it.
    ///
    /// # Errors
    /// If the content has another form, and no [`serde_json::Value`] can hold it.
    fn read<E: Error>(tagged: Tagged) -> Result<Self, E>;
}

/// Reads `type` and `content`, in either order, and ignores other fields.
pub(crate) fn read_tagged<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tagged, D::Error> {
    struct Fields;

    impl<'de> Visitor<'de> for Fields {
        type Value = Tagged;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object with `type` and `content`")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tagged, A::Error> {
            let mut tagged = Tagged::default();
            while let Some(Key(name)) = map.next_key()? {
                match &*name {
                    "type" => tagged.r#type = map.next_value()?,
                    "content" => tagged.content = Some(map.next_value()?),
                    _ => {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
            }
            Ok(tagged)
        }
    }

    deserializer.deserialize_struct("Tagged", &["type", "content"], Fields)
}
