//! A conversation from its first message to its end.
//!
//! With `CRISP_IDENTIFIER`, `CRISP_KEY`, `CRISP_TIER` (`plugin`, `website` or `user`) and `CRISP_WEBSITE_ID` set it
//! talks to Crisp; without them, to a mock that it starts itself.

use std::env;
use std::error::Error;

use crisp_api::mock::Mock;
use crisp_api::types::{
    ConversationState, FileContent, MessageContent, MessageOrigin, MessageSender, MessageUser,
    NewMessage, PickerChoice, PickerContent,
};
use crisp_api::{Crisp, Tier};

const VARIABLES: [&str; 4] = [
    "CRISP_IDENTIFIER",
    "CRISP_KEY",
    "CRISP_TIER",
    "CRISP_WEBSITE_ID",
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let set: Vec<&str> = VARIABLES
        .into_iter()
        .filter(|name| env::var_os(name).is_some())
        .collect();
    if set.is_empty() {
        let mock = Mock::start().await?;
        println!(
            "No credentials are set: talking to a mock at {}.",
            mock.url()
        );
        return run(&mock.client()?, "8c842203-7ed8-4e29-a608-7cf78a7d2fcc").await;
    }
    let variable = |name: &str| env::var(name).map_err(|error| format!("{name}: {error}"));
    let tier: Tier = variable("CRISP_TIER")?.parse()?;
    let crisp = Crisp::builder()
        .credentials(tier, variable("CRISP_IDENTIFIER")?, variable("CRISP_KEY")?)
        .build()?;
    println!("Talking to Crisp as a {} token.", tier.as_str());
    run(&crisp, &variable("CRISP_WEBSITE_ID")?).await
}

async fn run(crisp: &Crisp, website_id: &str) -> Result<(), Box<dyn Error>> {
    let website = crisp.website();

    let session_id = website
        .create_new_conversation(website_id)
        .await?
        .session_id;
    let session_id = session_id.ok_or("Crisp named no session")?;
    println!("\nCreated {session_id}.");

    let picker = PickerContent::new(
        "delivery",
        "When should it arrive?",
        vec![
            PickerChoice::new("today", "Today", false),
            PickerChoice::new("tomorrow", "Tomorrow", true),
        ],
    );
    let file = FileContent::new(
        "invoice.pdf",
        "https://acme.example/invoice.pdf",
        "application/pdf",
    );
    let contents = [
        MessageContent::Text("Thank you for your order!".into()),
        picker.into(),
        file.into(),
    ];
    for content in contents {
        let message = NewMessage::new(MessageSender::Operator, MessageOrigin::Chat, content)
            .user(MessageUser::default().nickname("John"));
        let sent = website
            .send_message_in_conversation(website_id, &session_id, &message)
            .await?;
        let r#type = message.content.type_name().unwrap_or("unknown");
        println!(
            "Sent a {type} message, fingerprint {}.",
            sent.fingerprint.unwrap_or_default()
        );
    }

    let open = website
        .list_conversations(website_id, 1)
        .filter_not_resolved(true)
        .per_page(20)
        .await?;
    println!("\nNot resolved, on the first page: {}", open.len());
    for conversation in &open {
        let last = conversation.last_message.as_deref().unwrap_or_default();
        println!("- {}: {last:?}", conversation.session_id);
    }

    println!("\nIts messages:");
    for message in website
        .get_messages_in_conversation(website_id, &session_id)
        .await?
    {
        match &message.content {
            MessageContent::Text(text) => println!("- text: {text}"),
            MessageContent::Picker(picker) => {
                let labels: Vec<&str> = picker.choices.iter().map(|c| c.label.as_str()).collect();
                println!("- picker: {} [{}]", picker.text, labels.join(" | "));
            }
            MessageContent::File(file) => println!("- file: {} at {}", file.name, file.url),
            other => println!("- {}", other.type_name().unwrap_or("unknown")),
        }
    }

    website
        .change_conversation_state(website_id, &session_id, ConversationState::Resolved)
        .await?;
    let state = website
        .get_conversation_state(website_id, &session_id)
        .await?
        .state;
    println!("\nIt is {}.", state.ok_or("Crisp named no state")?);
    Ok(())
}
