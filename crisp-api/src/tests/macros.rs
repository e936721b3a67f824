#![allow(unreachable_pub, reason = "the macros make public types")]

use std::error::Error as _;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Extra;
use crate::macros::{open_enum, tagged};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum State {
    Pending,
    Resolved,
    Unknown(String),
}

open_enum!(State {
    Pending = "pending",
    Resolved = "resolved",
});

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct File {
    name: String,
    #[serde(flatten)]
    extra: Extra,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Text(String),
    File(File),
    Unknown {
        type_: Option<String>,
        content: Option<Value>,
    },
}

tagged!(Content {
    Text(String) = "text",
    File(File) = "file",
});

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Message {
    from: String,
    #[serde(flatten)]
    content: Content,
    state: Option<State>,
    #[serde(flatten)]
    extra: Extra,
}

#[test]
fn open_enums_keep_what_they_do_not_know() {
    for (text, state) in [
        ("pending", State::Pending),
        ("resolved", State::Resolved),
        ("snoozed", State::Unknown("snoozed".to_owned())),
        ("", State::Unknown(String::new())),
    ] {
        let json = json!(text);
        assert_eq!(State::deserialize(&json).unwrap(), state);
        assert_eq!(serde_json::to_value(&state).unwrap(), json);
        assert_eq!(State::from(text), state);
        assert_eq!(State::from(text.to_owned()), state);
        assert_eq!(text.parse::<State>(), Ok(state.clone()));
        assert_eq!((state.as_str(), state.to_string().as_str()), (text, text));
    }
    assert_eq!(State::VALUES, ["pending", "resolved"]);
    assert_eq!(format!("{:>9}", State::Pending), "  pending");
}

#[test]
fn open_enums_read_texts_from_any_source() {
    let escaped: State = serde_json::from_str(r#""pend\u0069ng""#).unwrap();
    let read: State = serde_json::from_reader(&br#""resolved""#[..]).unwrap();
    assert_eq!((escaped, read), (State::Pending, State::Resolved));
    let error = serde_json::from_str::<State>("5").unwrap_err();
    assert!(error.to_string().contains("expected a string"), "{error}");
    assert!(error.source().is_none());
}

fn round_trip(wire: Value) -> Message {
    let message: Message = serde_json::from_value(wire.clone()).unwrap();
    assert_eq!(serde_json::to_value(&message).unwrap(), wire);
    // The order of `type` and `content` is the sender's.
    let text = wire.to_string();
    assert_eq!(serde_json::from_str::<Message>(&text).unwrap(), message);
    message
}

#[test]
fn tagged_values_are_known_by_their_type() {
    let message = round_trip(
        json!({ "from": "user", "type": "text", "content": "hi", "state": null, "new": 1 }),
    );
    assert_eq!(message.content, Content::Text("hi".to_owned()));
    assert_eq!(message.content.type_name(), Some("text"));
    assert_eq!(message.extra.keys().collect::<Vec<_>>(), ["new"]);

    let message = round_trip(json!({
        "from": "user", "type": "file", "content": { "name": "a.png", "size": 5 }, "state": "snoozed",
    }));
    let Content::File(file) = &message.content else {
        panic!("{message:?}")
    };
    assert_eq!(
        (file.name.as_str(), &file.extra["size"]),
        ("a.png", &json!(5))
    );
    assert!(message.extra.is_empty());
}

#[test]
fn tagged_values_keep_what_they_do_not_know() {
    for (r#type, content) in [
        (Some("poll"), Some(json!({ "options": [1.5, null] }))),
        (Some("poll"), None),
        (Some("poll"), Some(Value::Null)),
        // Known types, of another form than known.
        (Some("text"), Some(json!({ "text": "hi" }))),
        (
            Some("file"),
            Some(json!({ "url": "https://acme.example/a" })),
        ),
        (Some("text"), None),
        (Some("text"), Some(Value::Null)),
        (None, Some(json!("hi"))),
        (None, None),
    ] {
        let mut wire = json!({ "from": "user", "state": null });
        if let Some(name) = r#type {
            wire["type"] = json!(name);
        }
        if let Some(content) = &content {
            wire["content"] = content.clone();
        }
        let message = round_trip(wire);
        assert_eq!(message.content.type_name(), r#type);
        assert_eq!(
            message.content,
            Content::Unknown {
                type_: r#type.map(str::to_owned),
                content
            }
        );
        assert!(message.extra.is_empty());
    }
}

#[test]
fn tagged_values_stand_alone_too() {
    let text = r#"{"content":"hi","more":[],"type":"text"}"#;
    let content: Content = serde_json::from_str(text).unwrap();
    assert_eq!(content, Content::Text("hi".to_owned()));
    assert_eq!(
        serde_json::to_string(&content).unwrap(),
        r#"{"type":"text","content":"hi"}"#
    );
    assert!(serde_json::from_str::<Content>("5").is_err());
}
