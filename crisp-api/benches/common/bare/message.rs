//! The fields of `types::Message`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageSender {
    User,
    Operator,
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
pub struct Message {
    pub session_id: Option<String>,
    pub website_id: Option<String>,
    pub from: Option<MessageSender>,
    pub origin: Option<MessageOrigin>,
    pub preview: Option<Vec<MessagePreview>>,
    pub mentions: Option<Vec<String>>,
    pub read: Option<String>,
    pub delivered: Option<String>,
    pub ignored: Option<BTreeMap<String, MessageIgnored>>,
    pub edited: Option<bool>,
    pub translated: Option<bool>,
    pub automated: Option<bool>,
    pub stamped: Option<bool>,
    pub fingerprint: Option<u64>,
    pub timestamp: Option<u64>,
    pub user: Option<MessageUser>,
    pub references: Option<Vec<MessageReference>>,
    pub original: Option<MessageOriginal>,
    pub properties: Option<Map<String, Value>>,
    #[serde(flatten)]
    pub content: MessageContent,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageOrigin {
    Chat,
    Email,
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
pub struct MessagePreview {
    pub url: Option<String>,
    pub website: Option<String>,
    pub title: Option<String>,
    pub preview: Option<PreviewInformation>,
    pub stamped: Option<bool>,
}

#[derive(Deserialize)]
pub struct PreviewInformation {
    pub excerpt: Option<String>,
    pub image: Option<String>,
    pub embed: Option<String>,
}

#[derive(Deserialize)]
pub struct MessageIgnored {
    pub r#type: Option<String>,
    pub reason: Option<String>,
}

#[derive(Deserialize)]
pub struct MessageUser {
    pub r#type: Option<String>,
    pub user_id: Option<String>,
    pub nickname: Option<String>,
    pub avatar: Option<String>,
}

#[derive(Deserialize)]
pub struct MessageReference {
    pub r#type: Option<String>,
    pub name: Option<String>,
    pub target: Option<String>,
}

#[derive(Deserialize)]
pub struct MessageOriginal {
    pub original_id: Option<String>,
}

#[derive(Deserialize)]
pub struct FileContent {
    pub name: String,
    pub url: String,
    pub r#type: String,
}

#[derive(Deserialize)]
pub struct AnimationContent {
    pub url: String,
    pub r#type: String,
}

#[derive(Deserialize)]
pub struct AudioContent {
    pub url: String,
    pub r#type: String,
    pub duration: u32,
}

#[derive(Deserialize)]
pub struct PickerContent {
    pub id: String,
    pub text: String,
    pub choices: Vec<PickerChoice>,
    pub required: Option<bool>,
}

#[derive(Deserialize)]
pub struct PickerChoice {
    pub value: String,
    pub icon: Option<String>,
    pub label: String,
    pub selected: bool,
    pub action: Option<PickerAction>,
}

#[derive(Deserialize)]
pub struct PickerAction {
    pub r#type: PickerActionType,
    pub target: String,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PickerActionType {
    Frame,
    Link,
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
pub struct FieldContent {
    pub id: String,
    pub text: String,
    pub explain: String,
    pub value: Option<String>,
    pub required: Option<bool>,
}

#[derive(Deserialize)]
pub struct CarouselContent {
    pub text: String,
    pub targets: Vec<CarouselTarget>,
}

#[derive(Deserialize)]
pub struct CarouselTarget {
    pub title: String,
    pub description: String,
    pub image: Option<String>,
    pub actions: Vec<CarouselAction>,
}

#[derive(Deserialize)]
pub struct CarouselAction {
    pub label: String,
    pub url: String,
}

#[derive(Deserialize)]
pub struct EventContent {
    pub namespace: String,
    pub text: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "content", rename_all = "lowercase")]
pub enum MessageContent {
    Text(String),
    Note(String),
    File(FileContent),
    Animation(AnimationContent),
    Audio(AudioContent),
    Picker(PickerContent),
    Field(FieldContent),
    Carousel(CarouselContent),
    Event(EventContent),
    #[serde(other)]
    Unknown,
}
