//! A bot that answers every message of a visitor, over the realtime socket.
//!
//! With `CRISP_IDENTIFIER`, `CRISP_KEY` and `CRISP_TIER` (`plugin`, `website` or `user`) set it answers on Crisp until
//! it is stopped, on one website if `CRISP_WEBSITE_ID` is set too; without them, on a mock that it starts itself, with a
//! visitor of its own.

use std::env;
use std::error::Error;

use crisp_api::mock::Mock;
use crisp_api::rtm::{Events, State};
use crisp_api::types::{MessageContent, MessageOrigin, MessageSender, MessageUser, NewMessage};
use crisp_api::{Crisp, Event, EventName, Tier};
use futures_util::StreamExt as _;

const WEBSITE_ID: &str = "8c842203-7ed8-4e29-a608-7cf78a7d2fcc";
const QUESTIONS: [&str; 2] = ["Hello, is anyone there?", "When will my order arrive?"];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let variables = ["CRISP_IDENTIFIER", "CRISP_KEY", "CRISP_TIER"];
    if variables.iter().all(|name| env::var_os(name).is_none()) {
        return converse().await;
    }
    let variable = |name: &str| env::var(name).map_err(|error| format!("{name}: {error}"));
    let tier: Tier = variable("CRISP_TIER")?.parse()?;
    let crisp = Crisp::builder()
        .credentials(tier, variable("CRISP_IDENTIFIER")?, variable("CRISP_KEY")?)
        .build()?;
    let rooms = env::var("CRISP_WEBSITE_ID").ok();
    let mut events = crisp
        .rtm([EventName::MessageSend])
        .rooms(rooms)
        .connect()
        .await?;
    println!("Answering on Crisp as a {} token.", tier.as_str());
    let mut states = events.control().states();
    tokio::spawn(async move {
        while let Some(state) = states.next().await {
            match state {
                State::Connected => println!("Connected."),
                State::Lost { cause, wait, .. } => println!("{cause}. Again in {wait:.0?}."),
                State::Reconnecting { attempt, .. } => println!("Attempt {attempt}."),
                _ => println!("Closed."),
            }
        }
    });
    answer(&crisp, &mut events, None).await
}

/// A visitor asks on a mock, and the bot answers there.
async fn converse() -> Result<(), Box<dyn Error>> {
    let mock = Mock::start().await?;
    println!(
        "No credentials are set: answering on a mock at {}.",
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
    answer(&crisp, &mut events, Some(QUESTIONS.len())).await?;

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

/// Answers text messages: so many of them, or all that come.
async fn answer(
    crisp: &Crisp,
    events: &mut Events,
    count: Option<usize>,
) -> Result<(), Box<dyn Error>> {
    let mut answered = 0;
    while count != Some(answered) {
        let Some(event) = events.next().await else {
            break;
        };
        let Event::MessageSend(message) = event? else {
            continue;
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
        // One answer that fails is no reason to leave the others without.
        if let Err(error) = sent {
            println!("Not answered: {error}");
        }
        answered += 1;
    }
    Ok(())
}
