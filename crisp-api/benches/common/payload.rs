//! Response bodies, made of the examples in the OpenAPI document.

use crisp_api::types::{Conversation, Message, MessageContent, PeopleProfile};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const DOCUMENT: &str = include_str!("../../src/generated/openapi.json");

/// Texts as people write them: some have characters that are escaped or not ASCII.
const TEXTS: [&str; 4] = [
    "Hello, where is my order? I have been waiting for a week.",
    "Où en est ma commande ? Le suivi dit « expédiée » depuis lundi…",
    "The invoice says \"paid\", but I still see a balance.\nCould you check?",
    "Thanks, that worked 🎉",
];

/// Returns the JSON text of `data`.
pub fn json(data: &impl Serialize) -> String {
    serde_json::to_string(data).unwrap()
}

/// Returns the body of a successful response with `data`.
pub fn envelope(data: &impl Serialize) -> String {
    let data = json(data);
    format!(r#"{{"error":false,"reason":"resolved","data":{data}}}"#)
}

/// Returns the response to a sent message.
pub fn sent_message() -> String {
    envelope(&json!({ "fingerprint": 163_466_085_168_320_u64 }))
}

/// Returns conversations with all fields.
pub fn conversations(count: usize) -> Vec<Conversation> {
    let path = "/website/{website_id}/conversations/{page_number}";
    let mut conversations = repeat(example::<Vec<Conversation>>(path), count);
    for (index, conversation) in conversations.iter_mut().enumerate() {
        let text = TEXTS[index % TEXTS.len()];
        conversation.session_id = format!("session_700c65e1-85e2-465a-b9ac-{index:012x}");
        conversation.last_message = Some(text.to_owned());
        conversation.topic = Some(format!("Order {index}"));
        conversation.updated_at = Some(1_763_812_800_000 + index as u64);
        conversation.preview_message.as_mut().unwrap().excerpt = Some(text.to_owned());
        conversation.meta.as_mut().unwrap().email = Some(format!("jane.{index}@acme.example"));
    }
    conversations
}

/// Returns profiles of people with all fields.
pub fn people(count: usize) -> Vec<PeopleProfile> {
    let path = "/website/{website_id}/people/profiles/{page_number}";
    let mut people = repeat(example::<Vec<PeopleProfile>>(path), count);
    for (index, profile) in people.iter_mut().enumerate() {
        profile.people_id = Some(format!("c3b1c1f4-3a66-4c2b-8e0d-{index:012x}"));
        profile.email = Some(format!("jane.{index}@acme.example"));
        profile.notepad = Some(TEXTS[index % TEXTS.len()].to_owned());
    }
    people
}

/// Returns messages: three of four are plain text, the others have all types of content.
pub fn messages(count: usize) -> Vec<Message> {
    let path = "/website/{website_id}/conversation/{session_id}/messages";
    let examples = example::<Vec<Message>>(path);
    let text = examples.first().unwrap().clone();
    let mut messages = repeat(examples, count);
    for (index, message) in messages.iter_mut().enumerate() {
        if index % 4 > 0 {
            *message = text.clone();
            message.content = MessageContent::Text(TEXTS[index % TEXTS.len()].to_owned());
            message.preview = Some(Vec::new());
            message.mentions = Some(Vec::new());
            message.ignored = None;
            message.references = None;
            message.original = None;
            message.properties = None;
        }
        message.fingerprint = Some(163_466_085_168_310 + index as u64);
        message.timestamp = Some(1_763_812_800_000 + 1000 * index as u64);
    }
    messages
}

/// Returns the data of the example response to a GET request.
fn example<T: DeserializeOwned>(path: &str) -> T {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let content = &document["paths"][path]["get"]["responses"]["200"]["content"];
    let data = &content["application/json"]["example"]["data"];
    serde_json::from_value(data.clone()).unwrap()
}

fn repeat<T: Clone>(items: Vec<T>, count: usize) -> Vec<T> {
    items.into_iter().cycle().take(count).collect()
}
