//! A bot that replies to every message of a visitor, over the realtime socket.
//!
//! If `CRISP_IDENTIFIER`, `CRISP_KEY` and `CRISP_TIER` (`plugin`, `website` or `user`) are set, it replies on Crisp until
//! it is stopped, on one website if `CRISP_WEBSITE_ID` is set too. Otherwise it starts a mock and simulates a visitor.

use std::env;
use std::error::Error;

use crisp_api::mock::Mock;
use crisp_api::rtm::{Events, Item, State};
use crisp_api::types::{MessageContent, MessageOrigin, MessageSender, MessageUser, NewMessage};
use crisp_api::{Crisp, Event, EventName, Tier};
use futures_util::StreamExt as _;

const WEBSITE_ID: &str = "8c842203-7ed8-4e29-a608-7cf78a7d2fcc";
const QUESTIONS: [&str; 2] = ["Hello, is anyone there?", "When will my order arrive?"];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let variables = ["CRISP_IDENTIFIER", "CRISP_KEY", "CRISP_TIER"];
    if variables.iter().all(|name| env::var_os(name).is_none()) {
        return simulate().await;
    }
    let variable = |name: &str| env::var(name).map_err(|error| format!("{name}: {error}"));
    let tier: Tier = variable("CRISP_TIER")?.parse()?;
    let crisp = Crisp::builder()
        .credentials(tier, variable("CRISP_IDENTIFIER")?, variable("CRISP_KEY")?)
        .build()?;
    let websites = env::var("CRISP_WEBSITE_ID").ok();
    let mut events = crisp
        .rtm([EventName::MessageSend])
        .websites(websites)
        .connect()
        .await?;
    println!("Replying on Crisp as a {} token.", tier.as_str());
    let mut states = events.handle().states();
    tokio::spawn(async move {
        while let Some(state) = states.next().await {
            match state {
                State::Connected => println!("Connected."),
                State::Disconnected { error, retry_in } => {
                    println!("{error}. Retrying in {retry_in:.0?}.");
                }
                State::Reconnecting { attempt } => println!("Attempt {attempt}."),
                State::Closed => println!("Closed."),
                _ => {}
            }
        }
    });
    reply(&crisp, &mut events, None).await
}

/// Has a visitor write on a mock, and replies there.
async fn simulate() -> Result<(), Box<dyn Error>> {
    let mock = Mock::start().await?;
    println!(
        "No credentials are set: replying on a mock at {}.",
        mock.url()
    );
    let crisp = mock.client()?;
    let mut events = crisp.rtm([EventName::MessageSend]).connect().await?;

    let website = crisp.website();
    let created = website.create_new_conversation(WEBSITE_ID).await?;
    let session_id = created.session_id.ok_or("the mock names no session")?;
    for question in QUESTIONS {
        let content = MessageContent::Text(question.into());
        let message = NewMessage::new(MessageSender::User, MessageOrigin::Chat, content);
        website
            .send_message_in_conversation(WEBSITE_ID, &session_id, &message)
            .await?;
    }
    reply(&crisp, &mut events, Some(QUESTIONS.len())).await?;

    println!("\nThe conversation:");
    for message in website
        .get_messages_in_conversation(WEBSITE_ID, &session_id)
        .await?
    {
        if let MessageContent::Text(text) = &message.content {
            println!("- {text}");
        }
    }
    Ok(())
}

/// Replies to text messages: to `count` of them, or without end.
async fn reply(
    crisp: &Crisp,
    events: &mut Events,
    count: Option<usize>,
) -> Result<(), Box<dyn Error>> {
    let mut replied = 0;
    while count != Some(replied) {
        let Some(item) = events.next().await else {
            break;
        };
        let message = match item? {
            Item::Event(Event::MessageSend(message)) => message,
            Item::Event(_) => continue,
            Item::Gap(gap) => {
                println!("Messages since {:?} may have no reply.", gap.start);
                continue;
            }
        };
        let MessageContent::Text(question) = &message.content else {
            continue;
        };
        println!("A visitor writes: {question:?}");
        let text = format!("You wrote {question:?}. Someone will answer soon.");
        let reply = NewMessage::new(
            MessageSender::Operator,
            MessageOrigin::Chat,
            MessageContent::Text(text),
        )
        .user(MessageUser::default().nickname("Bot"))
        .automated(true);
        let sent = crisp
            .website()
            .send_message_in_conversation(&message.website_id, &message.session_id, &reply)
            .await;
        // The other messages still get a reply.
        if let Err(error) = sent {
            println!("No reply was sent: {error}");
        }
        replied += 1;
    }
    Ok(())
}
