//! Serialization of structs.
//!
//! Serde's derive could do the same. With a map of unknown fields flattened into almost every struct, its code takes
//! several times as long to compile, and buffers each object before decoding it.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde_json::Value;

use crate::value::{Extra, Nullable};

/// `Serialize` and `Deserialize` for a struct, from the names of its fields on the wire.
///
/// - `required`: must be present.
/// - `nullable`: an `Option` that is always serialized, as `null` if it is `None`.
/// - `optional`: an `Option` or a `Nullable` that is omitted if it has no value.
/// - `content`: a tagged value that shares the object. The field has the name `content`.
/// - `extra`: the unknown fields. Without it they are ignored.
macro_rules! object {
    ($name:ident {
        $(required { $($required_key:literal => $required:ident),* $(,)? })?
        $(nullable { $($nullable_key:literal => $nullable:ident),* $(,)? })?
        $(optional { $($optional_key:literal => $optional:ident),* $(,)? })?
        $(content { $content:ident $(,)? })?
        $(extra { $extra:ident $(,)? })?
    }) => {
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D>(deserializer: D) -> ::core::result::Result<Self, D::Error>
            where
                D: ::serde::Deserializer<'de>,
            {
                /// Decodes into the place that it refers to: returned, the struct would be moved once
                /// more for each function that it is returned by.
                struct Fields<'a>(&'a mut Option<$name>);

                impl<'de> ::serde::de::Visitor<'de> for Fields<'_> {
                    type Value = ();

                    fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                        f.write_str(concat!("an object (", stringify!($name), ")"))
                    }

                    fn visit_map<A>(self, mut map: A) -> ::core::result::Result<(), A::Error>
                    where
                        A: ::serde::de::MapAccess<'de>,
                    {
                        $($(let mut $required = None;)*)?
                        $($(let mut $nullable = None;)*)?
                        $($(let mut $optional = Default::default();)*)?
                        $(let mut $content = $crate::macros::Tagged::default();)?
                        $(let mut $extra = $crate::value::Extra::new();)?
                        while let Some(key) = map.next_key::<$crate::object::Key>()? {
                            match &*key.0 {
                                $($($required_key => $required = Some(map.next_value()?),)*)?
                                $($($nullable_key => $nullable = map.next_value()?,)*)?
                                $($($optional_key => $optional = map.next_value()?,)*)?
                                $(
                                    "type" => $content.read_type(&mut map)?,
                                    "content" => $content.read_content(&mut map)?,
                                )?
                                _ => $crate::object::object!(@unknown map key $($extra)?),
                            }
                        }
                        *self.0 = Some($name {
                            $($($required: $crate::object::required($required, $required_key)?,)*)?
                            $($($nullable,)*)?
                            $($($optional,)*)?
                            $($content: $content.finish()?,)?
                            $($extra,)?
                        });
                        Ok(())
                    }
                }

                let mut object = None;
                deserializer.deserialize_map(Fields(&mut object))?;
                object.ok_or_else($crate::object::not_visited)
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error>
            where
                S: ::serde::Serializer,
            {
                use ::serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                $($(map.serialize_entry($required_key, &self.$required)?;)*)?
                $($(map.serialize_entry($nullable_key, &self.$nullable)?;)*)?
                $($(if !$crate::object::Absent::is_absent(&self.$optional) {
                    map.serialize_entry($optional_key, &self.$optional)?;
                })*)?
                $(self.$content.write(&mut map)?;)?
                $(self.$extra.write(&mut map)?;)?
                map.end()
            }
        }
    };
    (@unknown $map:ident $key:ident) => {{
        $map.next_value::<::serde::de::IgnoredAny>()?;
    }};
    (@unknown $map:ident $key:ident $extra:ident) => {
        $extra.read($key.0, &mut $map)?
    };
}

pub(crate) use object;

/// Whether a field is omitted.
pub(crate) trait Absent {
    fn is_absent(&self) -> bool;
}

impl<T> Absent for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Absent for Nullable<T> {
    fn is_absent(&self) -> bool {
        Nullable::is_absent(self)
    }
}

impl Extra {
    /// Decodes the value of a field.
    pub(crate) fn read<'de, A: MapAccess<'de>>(
        &mut self,
        name: Cow<'de, str>,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let value: Value = map.next_value()?;
        self.insert(name, value);
        Ok(())
    }

    /// Serializes the fields into an object.
    pub(crate) fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        for (name, value) in self {
            map.serialize_entry(name, value)?;
        }
        Ok(())
    }
}

/// Returns the value of a required field.
///
/// A function, because a closure for each field would be checked and compiled for each.
#[inline]
pub(crate) fn required<T, E: Error>(value: Option<T>, name: &'static str) -> Result<T, E> {
    match value {
        Some(value) => Ok(value),
        None => Err(E::missing_field(name)),
    }
}

/// Returns the error of a deserializer that does not visit the object.
#[cold]
pub(crate) fn not_visited<E: Error>() -> E {
    E::custom("the object was not visited")
}

/// The name of a field. One type for all structs, so that decoding it is compiled once.
pub(crate) struct Key<'de>(pub(crate) Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl<'de> Visitor<'de> for Name {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a field")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(name.into()))
            }

            fn visit_str<E>(self, name: &str) -> Result<Key<'de>, E> {
                Ok(Key(name.to_owned().into()))
            }

            fn visit_string<E>(self, name: String) -> Result<Key<'de>, E> {
                Ok(Key(name.into()))
            }
        }

        deserializer.deserialize_identifier(Name)
    }
}
