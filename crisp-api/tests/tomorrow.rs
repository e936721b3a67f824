//! Values and fields that Crisp may add: decoded, and serialized as received.
#![cfg(feature = "website-conversation")]

mod support;

use crisp_api::types::{ConversationState, MessageContent, NewMessage};
use serde::Deserialize;
use serde_json::json;
use support::{Reply, Server};

#[tokio::test]
async fn a_page_with_an_unknown_state_and_field_is_read_whole() {
    let page = json!([
        {
            "session_id": "session_700c65e1-85e2-465a-b9ac-ecb5ec2c9881",
            "website_id": "8c842203-7ed8-4e29-a608-7cf78a7d2fcc",
            "state": "snoozed",
            "sentiment": { "score": 31.245270191439438, "labels": ["calm"] },
        },
        {
            "session_id": "session_05a9392d-ff3f-45e7-b021-1179c45668fa",
            "website_id": "8c842203-7ed8-4e29-a608-7cf78a7d2fcc",
            "state": "pending",
            "meta": { "device": { "system": { "os": { "name": "Plan 9", "kernel": "4e" } } } },
        },
    ]);
    let server = Server::start([Reply::data(page.clone())]).await;
    let website = server.client().website();
    let read = website.list_conversations("w", 1).await.unwrap();

    let state = read[0].state.as_ref().unwrap();
    assert_eq!(*state, ConversationState::Unknown("snoozed".into()));
    assert_eq!(state.as_str(), "snoozed");
    assert_eq!(read[0].extra["sentiment"]["labels"], json!(["calm"]));
    assert_eq!(read[1].state, Some(ConversationState::Pending));
    assert_eq!(serde_json::to_value(&read).unwrap(), page);
}

#[tokio::test]
async fn messages_of_unknown_types_and_forms_are_kept() {
    let page = json!([
        { "type": "poll", "content": { "question": "Tea?" }, "from": "operator", "fingerprint": 163_466_085_168_310_u64 },
        { "type": "file", "content": "a file without an address", "urgent": true },
        { "type": "text", "content": "Hello", "user": { "nickname": "Jane Doe", "pronouns": "she" } },
        { "fingerprint": 7 },
    ]);
    let server = Server::start([Reply::data(page.clone())]).await;
    let website = server.client().website();
    let read = website
        .get_messages_in_conversation("w", "s")
        .await
        .unwrap();

    let MessageContent::Unknown { type_, content } = &read[0].content else {
        panic!("{:?}", read[0].content);
    };
    assert_eq!(type_.as_deref(), Some("poll"));
    assert_eq!(content.as_ref().unwrap()["question"], "Tea?");
    assert_eq!(read[1].content.type_name(), Some("file"));
    assert_eq!(read[1].extra["urgent"], true);
    assert_eq!(read[2].content, MessageContent::Text("Hello".into()));
    assert_eq!(serde_json::to_value(&read).unwrap(), page);
}

#[test]
fn a_message_to_send_can_have_a_type_of_tomorrow() {
    let message = json!({
        "from": "operator", "origin": "urn:acme.example:bot:0",
        "type": "poll", "content": { "question": "Tea?" },
    });
    let read: NewMessage = serde_json::from_value(message.clone()).unwrap();
    assert_eq!(read.origin.as_str(), "urn:acme.example:bot:0");
    assert_eq!(serde_json::to_value(&read).unwrap(), message);
}

#[test]
fn a_message_is_read_out_of_what_serde_has_buffered() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(untagged)]
    enum Said {
        Message { message: Box<NewMessage> },
    }

    for (kind, content) in [
        ("text", json!("Hello")),
        (
            "animation",
            json!({ "url": "https://example.com/a.gif", "type": "image/gif" }),
        ),
        ("animation", json!([1.5, null])),
        ("poll", json!({ "question": "Tea?" })),
    ] {
        let message = json!({ "from": "user", "origin": "chat", "type": kind, "content": content });
        let said: Said = serde_json::from_value(json!({ "message": message })).unwrap();
        let again: Said = serde_json::from_str(&format!(r#"{{"message":{message}}}"#)).unwrap();
        assert_eq!(said, again);
        let Said::Message { message: read } = said;
        let direct: NewMessage = serde_json::from_str(&message.to_string()).unwrap();
        assert_eq!(*read, direct);
        assert_eq!(serde_json::to_value(&read).unwrap(), message);
    }
}
