//! The types that bodies are decoded to.

use crisp_api::types;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::bare::{self, Bare};
use super::calls::CrispApi;

/// Types for the same bodies.
pub trait Types {
    type Conversation: DeserializeOwned;
    type Person: DeserializeOwned;
    type Message: DeserializeOwned;

    /// Decodes the bytes of a body.
    fn decode<T: DeserializeOwned>(body: &[u8]) -> T {
        serde_json::from_slice(body).unwrap()
    }
}

impl Types for CrispApi {
    type Conversation = types::Conversation;
    type Person = types::PeopleProfile;
    type Message = types::Message;

    /// The same as for a response: the encoding is checked once.
    fn decode<T: DeserializeOwned>(body: &[u8]) -> T {
        serde_json::from_str(str::from_utf8(body).unwrap()).unwrap()
    }
}

impl Types for Bare {
    type Conversation = bare::Conversation;
    type Person = bare::PeopleProfile;
    type Message = bare::Message;
}

/// `serde_json::Value` for everything.
pub struct AnyValue;

impl Types for AnyValue {
    type Conversation = Value;
    type Person = Value;
    type Message = Value;
}
