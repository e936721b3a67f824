//! The common parts of generated types: open enums, tagged values, requests with optional arguments.

use std::any::{Any, TypeId};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::mem::take;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::raw::Raw;

/// The traits of an enum of known strings that may grow: an unknown one is preserved in `Unknown` and serialized as
/// received.
macro_rules! open_enum {
    ($name:ident { $($variant:ident = $text:literal,)* }) => {
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

            // Not `Self::Err`: it may be a variant, too.
            fn from_str(
                text: &str,
            ) -> ::core::result::Result<Self, ::std::convert::Infallible> {
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

/// The traits of a value whose `type` determines the form of its `content`. An unknown type, or a content of another
/// form, is preserved as received. A struct can share its object with one: see `object!`.
macro_rules! tagged {
    ($name:ident { $($variant:ident($content:ty) = $text:literal,)* }) => {
        impl $name {
            /// Returns the type as serialized. `None` if there was none.
            pub fn type_name(&self) -> Option<&str> {
                match self {
                    $(Self::$variant(_) => Some($text),)*
                    Self::Unknown { type_, .. } => type_.as_deref(),
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
                    Self::Unknown { type_, content } => {
                        if let Some(text) = type_ {
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
            fn has_text(r#type: &str) -> bool {
                match r#type {
                    $($text => $crate::macros::is_string::<$content>(),)*
                    _ => false,
                }
            }

            fn from_tagged<E>(
                r#type: ::std::option::Option<::std::borrow::Cow<'_, str>>,
                mut content: ::std::option::Option<$crate::macros::Content>,
            ) -> ::core::result::Result<Self, E>
            where
                E: ::serde::de::Error,
            {
                let known = match (r#type.as_deref(), &mut content) {
                    $((Some($text), Some(content)) => content.read().map(Self::$variant),)*
                    _ => None,
                };
                match known {
                    Some(known) => Ok(known),
                    None => Ok(Self::Unknown {
                        type_: r#type.map(::std::borrow::Cow::into_owned),
                        content: match content {
                            Some(content) => Some(content.into_value()?),
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
                $crate::macros::read_tagged(deserializer)
            }
        }
    };
}

/// The methods and traits of a request with optional arguments: a struct around a `Request` or a `PagedRequest`.
macro_rules! request {
    ($name:ident(Request<$answer:ty>)) => {
        $crate::macros::request!(@await $name, Request<$answer>, $answer);
    };
    ($name:ident(PagedRequest<$item:ty>)) => {
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

/// A tagged value that is being decoded.
pub(crate) struct Tagged<'de, T> {
    r#type: Option<Cow<'de, str>>,
    content: Option<Content>,
    value: PhantomData<T>,
}

/// A content whose form is not checked yet.
pub(crate) enum Content {
    /// Of a type whose content is a string: no second pass is needed.
    Value(Value),
    Raw(Raw),
}

pub(crate) trait FromTagged: Sized {
    /// Returns whether the content of this type is a string.
    fn has_text(r#type: &str) -> bool;

    /// Decodes the content in the form of `type`, or preserves it.
    ///
    /// # Errors
    /// If the content has another form, and no [`serde_json::Value`] can hold it.
    fn from_tagged<E: Error>(
        r#type: Option<Cow<'_, str>>,
        content: Option<Content>,
    ) -> Result<Self, E>;
}

pub(crate) fn is_string<T: 'static>() -> bool {
    TypeId::of::<T>() == TypeId::of::<String>()
}

impl Content {
    /// Decodes the content as a type, unless it has another form. A string is moved out.
    pub(crate) fn read<T: DeserializeOwned + 'static>(&mut self) -> Option<T> {
        match self {
            Self::Raw(raw) => raw.read(),
            Self::Value(Value::String(text)) => {
                let mut content = None::<T>;
                let string: &mut dyn Any = &mut content;
                *string.downcast_mut::<Option<String>>()? = Some(take(text));
                content
            }
            Self::Value(_) => None,
        }
    }

    /// Returns the value.
    ///
    /// # Errors
    /// If no [`Value`] can hold it.
    pub(crate) fn into_value<E: Error>(self) -> Result<Value, E> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Raw(raw) => raw.value(),
        }
    }
}

impl<T> Default for Tagged<'_, T> {
    fn default() -> Self {
        Self {
            r#type: None,
            content: None,
            value: PhantomData,
        }
    }
}

impl<'de, T: FromTagged> Tagged<'de, T> {
    pub(crate) fn read_type<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        self.r#type = map.next_value::<Option<Text<'de>>>()?.map(|text| text.0);
        Ok(())
    }

    pub(crate) fn read_content<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        self.content = Some(if self.r#type.as_deref().is_some_and(T::has_text) {
            Content::Value(map.next_value()?)
        } else {
            Content::Raw(map.next_value()?)
        });
        Ok(())
    }

    pub(crate) fn finish<E: Error>(self) -> Result<T, E> {
        T::from_tagged(self.r#type, self.content)
    }
}

/// A string that is borrowed from the input if possible. A bare `Cow` is always deserialized as an
/// owned one.
#[derive(Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// Reads `type` and `content`, in either order, and ignores other fields.
pub(crate) fn read_tagged<'de, D: Deserializer<'de>, T: FromTagged>(
    deserializer: D,
) -> Result<T, D::Error> {
    struct Fields<T>(PhantomData<T>);

    impl<'de, T: FromTagged> Visitor<'de> for Fields<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object with `type` and `content`")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
            let mut tagged = Tagged::default();
            while let Some(Text(name)) = map.next_key()? {
                match &*name {
                    "type" => tagged.read_type(&mut map)?,
                    "content" => tagged.read_content(&mut map)?,
                    _ => {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
            }
            tagged.finish()
        }
    }

    deserializer.deserialize_struct("Tagged", &["type", "content"], Fields(PhantomData))
}
