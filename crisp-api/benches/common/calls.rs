//! The calls that are measured, and what they run on.

use crisp_api::types::{MessageContent, MessageOrigin, MessageSender, NewMessage};
use crisp_api::{Crisp, Tier};
use tokio::runtime::{self, Runtime};

use super::{SESSION_ID, Server, TEXT, WEBSITE_ID};

/// The measured calls. Each returns a number from the decoded data, which it drops.
pub trait Client {
    fn new(base_url: &str) -> Self;

    async fn get_conversation(&self) -> u64;

    async fn send_message(&self) -> u64;

    async fn list_conversations(&self) -> u64;
}

/// This crate.
pub struct CrispApi(Crisp);

impl Client for CrispApi {
    fn new(base_url: &str) -> Self {
        let crisp =
            Crisp::builder()
                .base_url(base_url)
                .credentials(Tier::Plugin, "identifier", "key");
        Self(crisp.build().unwrap())
    }

    async fn get_conversation(&self) -> u64 {
        let request = self.0.website().get_conversation(WEBSITE_ID, SESSION_ID);
        request.await.unwrap().created_at.unwrap()
    }

    async fn send_message(&self) -> u64 {
        let content = MessageContent::Text(TEXT.to_owned());
        let message = NewMessage::new(MessageSender::Operator, MessageOrigin::Chat, content);
        let website = self.0.website();
        let request = website.send_message_in_conversation(WEBSITE_ID, SESSION_ID, &message);
        request.await.unwrap().fingerprint.unwrap()
    }

    async fn list_conversations(&self) -> u64 {
        let conversations = self.0.website().list_conversations(WEBSITE_ID, 1);
        conversations.await.unwrap().len() as u64
    }
}

/// A client on a runtime of its own, connected to a server.
pub struct Fixture<C> {
    runtime: Runtime,
    client: C,
}

impl<C: Client> Fixture<C> {
    /// Creates a client of a server that sends `body` as every response.
    pub fn new(body: &str) -> Self {
        Self::with_server(&Server::start(body))
    }

    pub fn with_server(server: &Server) -> Self {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let client = C::new(&server.base_url);
        Self { runtime, client }
    }

    /// Does a call a number of times. The first one of a fixture also connects.
    pub fn call(&self, times: u32, call: impl AsyncFn(&C) -> u64) -> u64 {
        let call = async || {
            let mut last = 0;
            for _ in 0..times {
                last = call(&self.client).await;
            }
            last
        };
        self.runtime.block_on(call())
    }
}
