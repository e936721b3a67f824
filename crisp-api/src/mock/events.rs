//! The events that Crisp sends when an operation changes a conversation.

use serde_json::{Value, json};

use super::conversation::Conversation;
use super::state::{Call, Clock};
use crate::EventName;

/// An event by its name, with what it carries.
pub(super) type Caused = (EventName, Value);

/// What an operation did to a conversation.
struct Change<'a> {
    call: &'a Call<'a>,
    before: &'a Conversation,
    after: &'a Conversation,
}

/// The events that an operation causes which was carried out.
pub(super) fn caused(
    call: &Call<'_>,
    before: &Conversation,
    after: &Conversation,
    clock: &mut Clock,
) -> Vec<Caused> {
    let change = Change {
        call,
        before,
        after,
    };
    let body = call.body;
    let field = |from: &str| json!({ from: after.data[from] });
    match call.operation.id.as_str() {
        "website.create_new_conversation"
        | "website.initiate_conversation_with_existing_session" => {
            change.one(EventName::SessionRequestInitiated, json!({}))
        }
        "website.remove_conversation" => change.one(EventName::SessionRemoved, json!({})),
        "website.change_conversation_state" => {
            change.one(EventName::SessionSetState, field("state"))
        }
        "website.block_incoming_messages_for_conversation" => {
            change.one(EventName::SessionSetBlock, field("is_blocked"))
        }
        "website.update_verify_status_for_conversation" => {
            let verify = json!({ "is_verified": body["verified"], "verifications": [] });
            change.one(EventName::SessionUpdateVerify, verify)
        }
        "website.save_conversation_participants" => {
            change.one(EventName::SessionSetParticipants, field("participants"))
        }
        "website.assign_conversation_routing" => {
            let [previous, routing] = [before, after].map(|at| &at.data["assigned"]["user_id"]);
            let routing = json!({ "routing_id": routing, "previous_routing_id": previous });
            change.one(EventName::SessionSetRouting, routing)
        }
        "website.update_conversation_inbox" => {
            let previous = json!({ "previous_inbox_id": before.data["inbox_id"] });
            change.one(EventName::SessionSetInbox, previous)
        }
        "website.update_conversation_open_state" => {
            let opened = body["opened"] == true;
            let name = if opened {
                EventName::SessionSetOpened
            } else {
                EventName::SessionSetClosed
            };
            change.one(name, json!({ "operator": operator() }))
        }
        "website.update_conversation_metas" => change.metas(),
        "website.send_message_in_conversation" if body["stealth"] != true => change.sent(),
        "website.update_message_in_conversation" => {
            let (fingerprint, content) = (change.fingerprint(), &body["content"]);
            let updated = json!({ "fingerprint": fingerprint, "content": content });
            change.one(EventName::MessageUpdated, updated)
        }
        "website.remove_message_in_conversation" => {
            let removed = json!({ "fingerprint": change.fingerprint() });
            change.one(EventName::MessageRemoved, removed)
        }
        "website.compose_message_in_conversation" if body["stealth"] != true => {
            change.composed(clock.now())
        }
        "website.mark_messages_read_in_conversation" => [
            (EventName::MessageAcknowledgeReadSend, "user"),
            (EventName::MessageAcknowledgeReadReceived, "operator"),
        ]
        .into_iter()
        .flat_map(|(name, from)| change.marked(name, "read", Some(from)))
        .collect(),
        "website.mark_conversation_as_unread" if body["from"] != "operator" => {
            let messages = after.messages.iter();
            let sent = messages.filter(|message| message["from"] == "user");
            let sent = sent
                .map(|message| &message["fingerprint"])
                .collect::<Vec<_>>();
            if sent.is_empty() {
                return Vec::new();
            }
            let unread = json!({ "origin": "chat", "fingerprints": sent });
            change.one(EventName::MessageAcknowledgeUnreadSend, unread)
        }
        "website.mark_messages_delivered_in_conversation" => {
            change.marked(EventName::MessageAcknowledgeDelivered, "delivered", None)
        }
        _ => Vec::new(),
    }
}

/// The operator of the description's examples, as whom a mock takes all who ask.
fn operator() -> Value {
    json!({ "user_id": "a4c32c68-be91-4e29-b86a-5f9b4ec1d3c7", "nickname": "John", "avatar": null })
}

impl Change<'_> {
    /// An event of the conversation, with what it says beyond which one that is.
    fn one(&self, name: EventName, says: Value) -> Vec<Caused> {
        let shown = &self.after.data;
        let mut data = json!({
            "website_id": shown["website_id"],
            "session_id": shown["session_id"],
            "inbox_id": shown["inbox_id"],
            "routing_ids": shown["assigned"].get("user_id").into_iter().collect::<Vec<_>>(),
        });
        for (field, value) in says.as_object().into_iter().flatten() {
            data[field] = value.clone();
        }
        vec![(name, data)]
    }

    /// The fingerprint in the path.
    fn fingerprint(&self) -> Option<u64> {
        self.call.path("fingerprint").parse().ok()
    }

    /// One event for each thing that was set, as Crisp has no event for all of them at once.
    fn metas(&self) -> Vec<Caused> {
        let named = [
            ("nickname", EventName::SessionSetNickname),
            ("email", EventName::SessionSetEmail),
            ("phone", EventName::SessionSetPhone),
            ("address", EventName::SessionSetAddress),
            ("subject", EventName::SessionSetSubject),
            ("avatar", EventName::SessionSetAvatar),
            ("origin", EventName::SessionSetOrigin),
            ("data", EventName::SessionSetData),
            ("segments", EventName::SessionSetSegments),
        ];
        let set = named
            .into_iter()
            .filter(|(field, _)| self.call.body.get(field).is_some());
        set.flat_map(|(field, name)| {
            self.one(name, json!({ field: self.after.data["meta"][field] }))
        })
        .collect()
    }

    fn sent(&self) -> Vec<Caused> {
        // Wherever its timestamp has put it.
        let pairs = self.after.messages.iter().zip(&self.before.messages);
        let older = pairs.take_while(|(after, before)| after == before).count();
        let Some(message) = self.after.messages.get(older) else {
            return Vec::new();
        };
        let mut says = message.clone();
        if let Some(says) = says.as_object_mut() {
            // What became of it is told by events of its own.
            says.retain(|field, _| !matches!(field.as_str(), "read" | "delivered"));
            says.entry("user").or_insert_with(|| self.sender());
            // The event names the original where the request brings it.
            says.remove("original");
        }
        let name = match message["from"].as_str() {
            Some("user") => EventName::MessageSend,
            _ => EventName::MessageReceived,
        };
        self.one(name, says)
    }

    fn composed(&self, now: u64) -> Vec<Caused> {
        let body = self.call.body;
        let mut says = json!({ "type": body["type"], "timestamp": now });
        for field in ["excerpt", "automated"] {
            if let Some(value) = body.get(field) {
                says[field] = value.clone();
            }
        }
        if body["from"] == "user" {
            return self.one(EventName::MessageComposeSend, says);
        }
        says["user"] = self.sender();
        self.one(EventName::MessageComposeReceive, says)
    }

    /// Who is shown as the sender where the request doesn't say.
    fn sender(&self) -> Value {
        if self.call.body["from"] == "user" {
            let shown = &self.after.data;
            json!({ "user_id": shown["session_id"], "nickname": shown["meta"]["nickname"] })
        } else {
            let operator = operator();
            json!({
                "type": "website",
                "user_id": operator["user_id"],
                "nickname": operator["nickname"],
            })
        }
    }

    /// Tells of the messages that were marked, if any were: those from one side, or from both.
    fn marked(&self, name: EventName, mark: &str, from: Option<&str>) -> Vec<Caused> {
        let messages = self.after.messages.iter().zip(&self.before.messages);
        let changed = messages.filter(|(after, before)| after[mark] != before[mark]);
        let changed = changed.filter(|(after, _)| from.is_none_or(|from| after["from"] == from));
        let marked = changed.map(|(after, _)| after).collect::<Vec<_>>();
        let Some(first) = marked.first() else {
            return Vec::new();
        };
        let fingerprints = marked.iter().map(|message| &message["fingerprint"]);
        let fingerprints = fingerprints.collect::<Vec<_>>();
        self.one(
            name,
            json!({ "origin": first[mark], "fingerprints": fingerprints }),
        )
    }
}

#[cfg(test)]
mod tests;
