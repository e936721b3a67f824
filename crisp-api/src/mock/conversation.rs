//! A conversation that was created in a mock, and the operations that read or change it.

use serde_json::{Value, json};

use super::call::{Call, CallResult, Failure};
use super::clock::Clock;
use super::messages::{Key, Mark, Messages, Recipient};

/// The length of a page of messages.
const PAGE: usize = 20;

#[derive(Debug)]
pub(super) struct Conversation {
    /// The response data of `website.get_conversation`.
    pub(super) data: Value,
    pub(super) messages: Messages,
}

/// A request to a conversation while it is handled.
pub(super) struct Context<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) clock: &'a mut Clock,
    pub(super) effect: Effect,
}

/// Details of a change that events report and the conversation does not hold afterwards.
#[derive(Debug, Default)]
pub(super) struct Effect {
    /// The previous value of the field that was set.
    pub(super) previous: Value,
    /// The messages that were sent or marked, oldest first.
    pub(super) messages: Vec<Key>,
}

type Handler = fn(&mut Conversation, &mut Context<'_>) -> CallResult;

/// Every operation with a handler; the others respond with their example.
const HANDLERS: &[(&str, Handler)] = &[
    ("website.get_conversation", |c, _| Ok(Some(c.data.clone()))),
    ("website.get_conversation_state", |c, _| {
        c.get_as("state", "state")
    }),
    ("website.change_conversation_state", |c, context| {
        c.set("state", &context.call.body["state"], context)
    }),
    ("website.get_block_status_for_conversation", |c, _| {
        c.get_as("is_blocked", "blocked")
    }),
    (
        "website.block_incoming_messages_for_conversation",
        |c, context| c.set("is_blocked", &context.call.body["blocked"], context),
    ),
    ("website.get_verify_status_for_conversation", |c, _| {
        c.get_as("is_verified", "verified")
    }),
    (
        "website.update_verify_status_for_conversation",
        |c, context| c.set("is_verified", &context.call.body["verified"], context),
    ),
    ("website.get_conversation_routing_assign", |c, _| {
        c.get_as("assigned", "assigned")
    }),
    ("website.assign_conversation_routing", |c, context| {
        let assigned = context.call.body["assigned"].as_object().cloned();
        c.set("assigned", &assigned.unwrap_or_default().into(), context)
    }),
    ("website.update_conversation_inbox", |c, context| {
        c.set("inbox_id", &context.call.body["inbox_id"], context)
    }),
    ("website.get_conversation_participants", |c, _| {
        c.get_as("participants", "participants")
    }),
    ("website.save_conversation_participants", |c, context| {
        let participants = context.call.body["participants"].as_array().cloned();
        let participants = participants.unwrap_or_default().into();
        c.set("participants", &participants, context)
    }),
    ("website.get_conversation_metas", |c, _| {
        Ok(Some(c.data["meta"].clone()))
    }),
    ("website.update_conversation_metas", |c, context| {
        merge(&mut c.data["meta"], context.call.body);
        c.touch(context);
        Ok(None)
    }),
    (
        "website.mark_messages_read_in_conversation",
        |c, context| c.mark(Mark::Read, context),
    ),
    (
        "website.mark_messages_delivered_in_conversation",
        |c, context| c.mark(Mark::Delivered, context),
    ),
    ("website.mark_conversation_as_unread", |c, context| {
        let recipient = match context.call.body["from"].as_str() {
            Some("operator") => Recipient::Visitor,
            _ => Recipient::Operator,
        };
        c.messages.mark_unread(recipient);
        c.count_unread();
        Ok(None)
    }),
    ("website.get_messages_in_conversation", |c, context| {
        Ok(Some(c.list_messages(context.call)))
    }),
    ("website.send_message_in_conversation", |c, context| {
        Ok(Some(c.send(context)))
    }),
    ("website.get_message_in_conversation", |c, context| {
        let (_, key) = c.find_message(context.call)?;
        Ok(c.messages.get(key).cloned())
    }),
    ("website.update_message_in_conversation", |c, context| {
        let (_, key) = c.find_message(context.call)?;
        if let Some(message) = c.messages.get_mut(key) {
            message["content"] = context.call.body["content"].clone();
            message["edited"] = true.into();
        }
        c.show_last_message(context);
        Ok(None)
    }),
    ("website.remove_message_in_conversation", |c, context| {
        let (fingerprint, key) = c.find_message(context.call)?;
        c.messages.remove(fingerprint, key);
        c.count_unread();
        c.show_last_message(context);
        Ok(None)
    }),
];

impl Conversation {
    pub(super) fn new(website: &str, session: &str, now: u64) -> Self {
        let data = json!({
            "session_id": session,
            "website_id": website,
            "inbox_id": null,
            "state": "pending",
            "is_verified": false,
            "is_blocked": false,
            "availability": "offline",
            "active": { "now": false },
            "last_message": "",
            "participants": [],
            "mentions": [],
            "compose": {},
            "unread": { "operator": 0, "visitor": 0 },
            "assigned": {},
            "meta": { "nickname": "visitor", "data": {}, "segments": [] },
            "created_at": now,
            "updated_at": now,
        });
        Self {
            data,
            messages: Messages::default(),
        }
    }

    /// Handles an operation on the conversation. One without a handler changes nothing.
    pub(super) fn handle(&mut self, context: &mut Context<'_>) -> CallResult {
        let mut handlers = HANDLERS.iter();
        let id = context.call.operation.id.as_str();
        match handlers.find(|(operation, _)| *operation == id) {
            Some((_, handler)) => handler(self, context),
            None => Ok(None),
        }
    }

    fn set(&mut self, field: &str, value: &Value, context: &mut Context<'_>) -> CallResult {
        context.effect.previous = std::mem::replace(&mut self.data[field], value.clone());
        self.touch(context);
        Ok(None)
    }

    fn touch(&mut self, context: &mut Context<'_>) {
        self.data["updated_at"] = context.clock.now().into();
    }

    /// Returns a field of the conversation under another name.
    fn get_as(&self, field: &str, name: &str) -> CallResult {
        Ok(Some(json!({ name: self.data[field] })))
    }

    /// Stores a message, and returns the data of the response.
    fn send(&mut self, context: &mut Context<'_>) -> Value {
        let body = context.call.body;
        let timestamp = body["timestamp"].as_u64();
        let timestamp = timestamp.unwrap_or_else(|| context.clock.now());
        let fingerprint = body["fingerprint"].as_u64();
        let fingerprint = fingerprint.unwrap_or_else(|| context.clock.fingerprint());
        let mut message = json!({
            "session_id": self.data["session_id"],
            "website_id": self.data["website_id"],
            "read": "",
            "delivered": "",
            "edited": false,
            "stamped": true,
        });
        let fields = body.as_object().into_iter().flatten();
        // An option of the request, not a field of the message.
        for (field, value) in fields.filter(|(field, _)| *field != "stealth") {
            message[field] = value.clone();
        }
        message["timestamp"] = timestamp.into();
        message["fingerprint"] = fingerprint.into();
        let key = self.messages.insert(timestamp, fingerprint, message);
        context.effect.messages = vec![key];
        self.count_unread();
        self.show_last_message(context);
        json!({ "fingerprint": fingerprint })
    }

    /// Updates the fields of the conversation that repeat its last message.
    fn show_last_message(&mut self, context: &mut Context<'_>) {
        let last = self.messages.last().unwrap_or(&Value::Null);
        let content = &last["content"];
        let texts = [content, &content["text"], &content["name"], &content["url"]];
        let excerpt = texts
            .into_iter()
            .find_map(Value::as_str)
            .unwrap_or_default();
        let mut preview = json!({ "excerpt": excerpt });
        for field in ["type", "from", "fingerprint"] {
            if let Some(value) = last.get(field) {
                preview[field] = value.clone();
            }
        }
        self.data["last_message"] = excerpt.into();
        self.data["preview_message"] = preview;
        self.touch(context);
    }

    /// Returns the fingerprint in the path, and the key of its message.
    fn find_message(&self, call: &Call<'_>) -> Result<(u64, Key), Failure> {
        let argument = call.path("fingerprint");
        let fingerprint = argument.parse::<u64>().ok();
        fingerprint
            .and_then(|fingerprint| Some((fingerprint, self.messages.find(fingerprint)?)))
            .ok_or_else(|| Failure::not_found("message_not_found", "fingerprint", argument))
    }

    /// Returns a page of messages, oldest first: the last ones, or those next to the requested time.
    fn list_messages(&self, call: &Call<'_>) -> Value {
        let time = |name| call.query(name)?.parse::<u64>().ok();
        let page = if let Some(time) = time("timestamp_after") {
            match time.checked_add(1) {
                Some(next) => self.messages.since(next, PAGE),
                None => Vec::new(),
            }
        } else if let Some(time) = time("timestamp_around") {
            let mut page = self.messages.before(Some(time), PAGE / 2);
            page.extend(self.messages.since(time, PAGE / 2));
            page
        } else {
            self.messages.before(time("timestamp_before"), PAGE)
        };
        page.into_iter().cloned().collect()
    }

    fn mark(&mut self, mark: Mark, context: &mut Context<'_>) -> CallResult {
        let body = context.call.body;
        context.effect.messages = self.messages.set_mark(
            mark,
            body["origin"].as_str().unwrap_or("chat"),
            body["from"].as_str(),
            body["fingerprints"].as_array().map(Vec::as_slice),
        );
        self.count_unread();
        Ok(None)
    }

    fn count_unread(&mut self) {
        self.data["unread"] = json!({
            "operator": self.messages.unread(Recipient::Operator),
            "visitor": self.messages.unread(Recipient::Visitor),
        });
    }
}

/// Applies a JSON merge patch (RFC 7396).
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (key, value) in patch {
        match (value, target.as_object_mut()) {
            (Value::Null, Some(target)) => _ = target.remove(key),
            _ => merge(&mut target[key.as_str()], value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::spec::spec;

    #[test]
    fn every_handler_belongs_to_an_operation_of_the_description() {
        for (id, _) in HANDLERS {
            assert!(spec().operation(id).is_some(), "{id} is not an operation");
        }
    }

    #[test]
    fn a_merge_patch_replaces_adds_and_removes() {
        let mut target = json!({ "a": 1, "b": { "c": [1, 2], "d": "x" } });
        merge(
            &mut target,
            &json!({ "a": null, "b": { "c": [3] }, "e": { "f": true } }),
        );
        assert_eq!(
            target,
            json!({ "b": { "c": [3], "d": "x" }, "e": { "f": true } })
        );
    }
}
