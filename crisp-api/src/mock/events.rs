//! The events that operations on a conversation emit.

use serde_json::{Value, json};

use super::call::Call;
use super::clock::Clock;
use super::conversation::{Conversation, Effect};
use super::messages::Mark;
use crate::EventName;

/// The name and the data of an event.
pub(super) type EmittedEvent = (EventName, Value);

/// An operation that was applied to a conversation.
struct Change<'a> {
    call: &'a Call<'a>,
    conversation: &'a Conversation,
    effect: &'a Effect,
}

/// Returns the events that an operation emits after it was applied to `conversation`.
pub(super) fn events_for(
    call: &Call<'_>,
    conversation: &Conversation,
    effect: &Effect,
    clock: &mut Clock,
) -> Vec<EmittedEvent> {
    let change = Change {
        call,
        conversation,
        effect,
    };
    let body = call.body;
    let data = &conversation.data;
    let field = |name: &str| json!({ name: data[name] });
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
            let routing = json!({
                "routing_id": data["assigned"]["user_id"],
                "previous_routing_id": effect.previous["user_id"],
            });
            change.one(EventName::SessionSetRouting, routing)
        }
        "website.update_conversation_inbox" => {
            let previous = json!({ "previous_inbox_id": effect.previous });
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
        .flat_map(|(name, from)| change.marked(name, Mark::Read, Some(from)))
        .collect(),
        "website.mark_conversation_as_unread" if body["from"] != "operator" => {
            let messages = conversation.messages.iter();
            let from_visitor = messages.filter(|message| message["from"] == "user");
            let fingerprints = from_visitor.map(|message| message["fingerprint"].clone());
            let fingerprints = fingerprints.collect::<Vec<_>>();
            if fingerprints.is_empty() {
                return Vec::new();
            }
            let unread = json!({ "origin": "chat", "fingerprints": fingerprints });
            change.one(EventName::MessageAcknowledgeUnreadSend, unread)
        }
        "website.mark_messages_delivered_in_conversation" => change.marked(
            EventName::MessageAcknowledgeDelivered,
            Mark::Delivered,
            None,
        ),
        _ => Vec::new(),
    }
}

/// The operator of the description's examples, as which every client acts.
fn operator() -> Value {
    json!({ "user_id": "a4c32c68-be91-4e29-b86a-5f9b4ec1d3c7", "nickname": "John", "avatar": null })
}

impl Change<'_> {
    /// Returns an event with the identifiers of the conversation and further fields.
    fn one(&self, name: EventName, fields: Value) -> Vec<EmittedEvent> {
        let conversation = &self.conversation.data;
        let operator = conversation["assigned"].get("user_id");
        let mut data = json!({
            "website_id": conversation["website_id"],
            "session_id": conversation["session_id"],
            "inbox_id": conversation["inbox_id"],
            "routing_ids": operator.into_iter().collect::<Vec<_>>(),
        });
        if let (Value::Object(data), Value::Object(mut fields)) = (&mut data, fields) {
            data.append(&mut fields);
        }
        vec![(name, data)]
    }

    /// Returns the fingerprint in the path.
    fn fingerprint(&self) -> Option<u64> {
        self.call.path("fingerprint").parse().ok()
    }

    /// Returns one event for each meta field that was set, as Crisp has no event for several.
    fn metas(&self) -> Vec<EmittedEvent> {
        let names = [
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
        let set = names
            .into_iter()
            .filter(|(field, _)| self.call.body.get(field).is_some());
        let meta = &self.conversation.data["meta"];
        set.flat_map(|(field, name)| self.one(name, json!({ field: meta[field] })))
            .collect()
    }

    fn sent(&self) -> Vec<EmittedEvent> {
        let key = self.effect.messages.first();
        let Some(message) = key.and_then(|key| self.conversation.messages.get(*key)) else {
            return Vec::new();
        };
        let mut fields = message.clone();
        if let Some(fields) = fields.as_object_mut() {
            // Marks have events of their own.
            fields.retain(|field, _| !matches!(field.as_str(), "read" | "delivered"));
            fields.entry("user").or_insert_with(|| self.sender());
            // In the event, `original` is an identifier; in the request, it is the content.
            fields.remove("original");
        }
        let name = match message["from"].as_str() {
            Some("user") => EventName::MessageSend,
            _ => EventName::MessageReceived,
        };
        self.one(name, fields)
    }

    fn composed(&self, now: u64) -> Vec<EmittedEvent> {
        let body = self.call.body;
        let mut fields = json!({ "type": body["type"], "timestamp": now });
        for field in ["excerpt", "automated"] {
            if let Some(value) = body.get(field) {
                fields[field] = value.clone();
            }
        }
        if body["from"] == "user" {
            return self.one(EventName::MessageComposeSend, fields);
        }
        fields["user"] = self.sender();
        self.one(EventName::MessageComposeReceive, fields)
    }

    /// Returns the sender of a message whose request names none.
    fn sender(&self) -> Value {
        if self.call.body["from"] == "user" {
            let data = &self.conversation.data;
            json!({ "user_id": data["session_id"], "nickname": data["meta"]["nickname"] })
        } else {
            let operator = operator();
            json!({
                "type": "website",
                "user_id": operator["user_id"],
                "nickname": operator["nickname"],
            })
        }
    }

    /// Returns an event with the messages that were marked: those from one side, or from both. No event if there are
    /// none.
    fn marked(&self, name: EventName, mark: Mark, from: Option<&str>) -> Vec<EmittedEvent> {
        let keys = self.effect.messages.iter();
        let marked = keys.filter_map(|key| self.conversation.messages.get(*key));
        let marked = marked.filter(|message| from.is_none_or(|from| message["from"] == from));
        let marked = marked.collect::<Vec<_>>();
        let Some(first) = marked.first() else {
            return Vec::new();
        };
        let fingerprints = marked.iter().map(|message| &message["fingerprint"]);
        let fingerprints = fingerprints.collect::<Vec<_>>();
        self.one(
            name,
            json!({ "origin": first[mark.field()], "fingerprints": fingerprints }),
        )
    }
}

#[cfg(test)]
mod tests;
