//! Values that are decoded once their type is known.

use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::Value;
use serde_json::value::RawValue;

/// A value as JSON text. From JSON it is a slice of the text; from any other deserializer, such as serde's buffer for an
/// untagged enum, which has no [`RawValue`], it is serialized again.
#[derive(Debug)]
pub(crate) struct Raw(Box<RawValue>);

impl Raw {
    /// Decodes the value as a type, unless it has another form.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.0.get()).ok()
    }

    /// Returns the value.
    ///
    /// # Errors
    /// No [`Value`] can hold some strings, such as half of a surrogate pair.
    pub(crate) fn value<E: Error>(&self) -> Result<Value, E> {
        serde_json::from_str(self.0.get()).map_err(|error| {
            // Its line and column are relative to the content.
            let text = error.to_string();
            let reason = text.split(" at line ").next().unwrap_or_default();
            E::custom(format!("the content cannot be held: {reason}"))
        })
    }
}

/// Returns JSON text as a value, or as a string if no value can hold it.
pub(crate) fn value(data: &RawValue) -> Value {
    serde_json::from_str(data.get()).unwrap_or_else(|_| Value::String(data.get().to_owned()))
}

/// Returns the JSON with U+FFFD in place of each half of a surrogate pair, which JavaScript writes for a string that was
/// cut within a character, and which no Rust string can hold. `None` if there is none.
pub(crate) fn without_lone_surrogates(json: &[u8]) -> Option<Vec<u8>> {
    let unit = |at: usize| {
        let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut mended = None;
    let mut at = 0;
    while at < json.len() {
        at += match (json[at], unit(at)) {
            (_, Some(0xD800..=0xDBFF)) if matches!(unit(at + 6), Some(0xDC00..=0xDFFF)) => 12,
            (_, Some(0xD800..=0xDFFF)) => {
                let mended = mended.get_or_insert_with(|| json.to_vec());
                mended[at + 2..at + 6].copy_from_slice(b"fffd");
                6
            }
            (b'\\', _) => 2,
            _ => 1,
        };
    }
    mended
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Deserialize::deserialize(AnyFormat(deserializer)).map(Self)
    }
}

/// A deserializer that has no text of a value provides the value instead.
struct AnyFormat<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for AnyFormat<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0
            .deserialize_newtype_struct(name, TextOrValue { name, visitor })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct TextOrValue<V> {
    name: &'static str,
    visitor: V,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for TextOrValue<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    /// JSON provides the text.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(map)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let value = Value::deserialize(inner)?;
        let read = value.deserialize_newtype_struct(self.name, self.visitor);
        read.map_err(D::Error::custom)
    }
}
