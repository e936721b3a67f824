//! Values that JSON has and Rust's `Option` does not tell apart.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The fields of an object that its type does not name: kept as they came, and written back.
pub type Extra = serde_json::Map<String, serde_json::Value>;

/// A field that may be left out, `null`, or set.
///
/// In a change, leaving a field out keeps it, and `null` clears it.
///
/// ```
/// use crisp_api::Nullable;
///
/// struct Change {
///     parent: Nullable<String>,
/// }
///
/// assert!(Change { parent: "support".to_owned().into() }.parent.as_option().is_some());
/// assert!(Change { parent: None.into() }.parent.is_null());
/// assert!(Change { parent: Nullable::default() }.parent.is_absent());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Nullable<T> {
    /// Left out.
    #[default]
    Absent,
    /// `null`.
    Null,
    /// Set.
    Value(T),
}

impl<T> Nullable<T> {
    /// The value, if it is set.
    pub fn as_option(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// The value, if it is set.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Whether the field is left out.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether the field is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

/// `None` is `null`.
impl<T> From<Option<T>> for Nullable<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

/// An absent value is written as `null` where it cannot be left out, such as in an array.
impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_option().serialize(serializer)
    }
}

/// A field that is there is `null` or set: `#[serde(default)]` makes one that is not absent.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::from)
    }
}
