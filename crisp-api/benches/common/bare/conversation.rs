//! The fields of `types::Conversation`.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::MessageSender;

#[derive(Deserialize)]
pub struct Conversation {
    pub session_id: String,
    pub website_id: String,
    pub inbox_id: Option<String>,
    pub people_id: Option<String>,
    pub state: Option<ConversationState>,
    pub status: Option<u32>,
    pub is_verified: Option<bool>,
    pub is_blocked: Option<bool>,
    pub availability: Option<Availability>,
    pub active: Option<ConversationActive>,
    pub last_message: Option<String>,
    pub preview_message: Option<PreviewMessage>,
    pub topic: Option<String>,
    pub verifications: Option<Vec<Verification>>,
    pub participants: Option<Vec<Participant>>,
    pub mentions: Option<Vec<String>>,
    pub compose: Option<ComposeStates>,
    pub unread: Option<UnreadCounts>,
    pub assigned: Option<Assigned>,
    pub meta: Option<ConversationMeta>,
    pub created_at: Option<u64>,
    pub updated_at: Option<u64>,
    pub waiting_since: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConversationState {
    Pending,
    Unresolved,
    Resolved,
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Availability {
    Online,
    Offline,
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
pub struct ConversationActive {
    pub now: Option<bool>,
    pub last: Option<u64>,
}

#[derive(Deserialize)]
pub struct PreviewMessage {
    pub r#type: Option<MessageType>,
    pub from: Option<MessageSender>,
    pub excerpt: Option<String>,
    pub fingerprint: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageType {
    Text,
    Note,
    File,
    Animation,
    Audio,
    Picker,
    Field,
    Carousel,
    Event,
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
pub struct Verification {
    pub identity: Option<String>,
    pub method: Option<String>,
    pub annotation: Option<String>,
}

#[derive(Deserialize)]
pub struct Participant {
    pub r#type: Option<String>,
    pub target: Option<String>,
}

#[derive(Deserialize)]
pub struct ComposeStates {
    pub operator: Option<ComposeState>,
    pub visitor: Option<ComposeState>,
}

#[derive(Deserialize)]
pub struct ComposeState {
    pub r#type: Option<ComposeType>,
    pub excerpt: Option<String>,
    pub timestamp: Option<u64>,
    pub user: Option<ComposeUser>,
    pub automated: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ComposeType {
    Start,
    Stop,
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
pub struct ComposeUser {
    pub user_id: Option<String>,
    pub nickname: Option<String>,
    pub avatar: Option<String>,
}

#[derive(Deserialize)]
pub struct UnreadCounts {
    pub operator: Option<u32>,
    pub visitor: Option<u32>,
}

#[derive(Deserialize)]
pub struct Assigned {
    pub user_id: Option<String>,
}

#[derive(Deserialize)]
pub struct ConversationMeta {
    pub nickname: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub ip: Option<String>,
    pub avatar: Option<String>,
    pub data: Option<Map<String, Value>>,
    pub connection: Option<Connection>,
    pub device: Option<Device>,
    pub segments: Option<Vec<String>>,
    pub address: Option<String>,
    pub subject: Option<String>,
    pub origin: Option<String>,
}

#[derive(Deserialize)]
pub struct Connection {
    pub isp: Option<String>,
    pub asn: Option<String>,
}

#[derive(Deserialize)]
pub struct Device {
    pub capabilities: Option<Vec<String>>,
    pub geolocation: Option<Geolocation>,
    pub system: Option<System>,
    pub timezone: Option<i32>,
    pub locales: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub struct Geolocation {
    pub country: Option<String>,
    pub region: Option<String>,
    pub city: Option<String>,
    pub coordinates: Option<Coordinates>,
}

#[derive(Deserialize)]
pub struct Coordinates {
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
}

#[derive(Deserialize)]
pub struct System {
    pub os: Option<OperatingSystem>,
    pub engine: Option<Engine>,
    pub browser: Option<Browser>,
    pub useragent: Option<String>,
}

#[derive(Deserialize)]
pub struct OperatingSystem {
    pub version: Option<String>,
    pub name: Option<String>,
}

#[derive(Deserialize)]
pub struct Engine {
    pub name: Option<String>,
    pub version: Option<String>,
}

#[derive(Deserialize)]
pub struct Browser {
    pub major: Option<String>,
    pub version: Option<String>,
    pub name: Option<String>,
}
