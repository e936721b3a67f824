//! Absent, null and unknown fields.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Fields unknown to this version, preserved as received and serialized again.
pub type Extra = serde_json::Map<String, serde_json::Value>;

/// A field that can be absent, `null`, or set.
///
/// In an update, omitting a field keeps it, and `null` clears it.
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
    /// Absent.
    #[default]
    Absent,
    /// `null`.
    Null,
    /// Set.
    Value(T),
}

impl<T> Nullable<T> {
    /// Returns the value, if it is set.
    pub fn as_option(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Returns the value, if it is set.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Returns whether the field is absent.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Returns whether the field is `null`.
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

/// Serializes an absent value as `null` if it cannot be omitted, such as in an array.
impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_option().serialize(serializer)
    }
}

/// Deserializes a present field: `null` or set. `#[serde(default)]` yields the absent one.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::from)
    }
}
