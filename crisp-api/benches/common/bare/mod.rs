//! A program without a client library: reqwest, derived structs and `serde_json`.

mod conversation;
#[cfg(feature = "webhooks")]
mod event;
mod message;
mod people;

use std::time::Duration;

use crisp_api::reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use crisp_api::reqwest::{self, RequestBuilder, redirect};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use conversation::Conversation;
#[cfg(feature = "webhooks")]
pub use event::{Delivery, MessageEvent, verify};
pub use message::{Message, MessageOrigin, MessageSender};
pub use people::PeopleProfile;

use super::{Client, SESSION_ID, TEXT, WEBSITE_ID};

/// An HTTP client that sends the same headers as crisp-api, with the same timeouts.
pub struct Bare {
    http: reqwest::Client,
    base_url: String,
}

#[derive(Deserialize)]
struct Envelope<T> {
    error: bool,
    #[allow(dead_code, reason = "it is only decoded")]
    reason: String,
    data: T,
}

#[derive(Serialize)]
struct NewMessage<'a> {
    from: MessageSender,
    origin: MessageOrigin,
    r#type: &'a str,
    content: &'a str,
}

#[derive(Deserialize)]
struct SentMessage {
    fingerprint: Option<u64>,
}

impl Client for Bare {
    fn new(base_url: &str) -> Self {
        let authorization = HeaderValue::from_static("Basic aWRlbnRpZmllcjprZXk=");
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization);
        headers.insert("x-crisp-tier", HeaderValue::from_static("plugin"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        // reqwest needs one, also for plain HTTP.
        let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .default_headers(headers)
            .user_agent(concat!("crisp-api/", env!("CARGO_PKG_VERSION")))
            .timeout(Duration::from_secs(10))
            .connect_timeout(Duration::from_secs(5))
            .redirect(redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            http,
            base_url: base_url.to_owned(),
        }
    }

    async fn get_conversation(&self) -> u64 {
        let url = format!(
            "{}/website/{WEBSITE_ID}/conversation/{SESSION_ID}",
            self.base_url
        );
        let conversation: Conversation = data(self.http.get(url)).await;
        conversation.created_at.unwrap()
    }

    async fn send_message(&self) -> u64 {
        let url = format!(
            "{}/website/{WEBSITE_ID}/conversation/{SESSION_ID}/message",
            self.base_url
        );
        let message = NewMessage {
            from: MessageSender::Operator,
            origin: MessageOrigin::Chat,
            r#type: "text",
            content: TEXT,
        };
        let request = self
            .http
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .body(serde_json::to_vec(&message).unwrap());
        let sent: SentMessage = data(request).await;
        sent.fingerprint.unwrap()
    }

    async fn list_conversations(&self) -> u64 {
        let url = format!("{}/website/{WEBSITE_ID}/conversations/1", self.base_url);
        let conversations: Vec<Conversation> = data(self.http.get(url)).await;
        conversations.len() as u64
    }
}

/// Sends a request and decodes the data of its response.
async fn data<T: DeserializeOwned>(request: RequestBuilder) -> T {
    let response = request.send().await.unwrap().error_for_status().unwrap();
    let body = response.bytes().await.unwrap();
    let envelope: Envelope<T> = serde_json::from_slice(&body).unwrap();
    assert!(!envelope.error);
    envelope.data
}
