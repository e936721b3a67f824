//! A conversation that was made in a mock, and what each operation does to it.

use serde_json::{Value, json};

use super::server::Failure;
use super::state::{Answer, Call, Clock, not_found};

/// How many messages are listed at once.
const MESSAGES: usize = 20;

#[derive(Clone, Debug)]
pub(super) struct Conversation {
    /// As `website.get_conversation` shows it.
    pub(super) data: Value,
    /// By timestamp.
    pub(super) messages: Vec<Value>,
}

/// How an operation reads or changes a conversation.
pub(super) type Handler = fn(&mut Conversation, &Call<'_>, &mut Clock) -> Answer;

/// The handler of an operation; one that has none answers its example.
pub(super) fn handler(operation: &str) -> Option<Handler> {
    let mut handlers = HANDLERS.iter();
    handlers
        .find(|(id, _)| *id == operation)
        .map(|(_, handler)| *handler)
}

const HANDLERS: &[(&str, Handler)] = &[
    ("website.get_conversation", |c, _, _| {
        Ok(Some(c.data.clone()))
    }),
    ("website.get_conversation_state", |c, _, _| {
        c.show("state", "state")
    }),
    ("website.change_conversation_state", |c, call, clock| {
        c.set("state", &call.body["state"], clock)
    }),
    ("website.get_block_status_for_conversation", |c, _, _| {
        c.show("is_blocked", "blocked")
    }),
    (
        "website.block_incoming_messages_for_conversation",
        |c, call, clock| c.set("is_blocked", &call.body["blocked"], clock),
    ),
    ("website.get_verify_status_for_conversation", |c, _, _| {
        c.show("is_verified", "verified")
    }),
    (
        "website.update_verify_status_for_conversation",
        |c, call, clock| c.set("is_verified", &call.body["verified"], clock),
    ),
    ("website.get_conversation_routing_assign", |c, _, _| {
        c.show("assigned", "assigned")
    }),
    ("website.assign_conversation_routing", |c, call, clock| {
        let assigned = call.body["assigned"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        c.set("assigned", &assigned.into(), clock)
    }),
    ("website.update_conversation_inbox", |c, call, clock| {
        c.set("inbox_id", &call.body["inbox_id"], clock)
    }),
    ("website.get_conversation_participants", |c, _, _| {
        c.show("participants", "participants")
    }),
    (
        "website.save_conversation_participants",
        |c, call, clock| {
            let participants = call.body["participants"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            c.set("participants", &participants.into(), clock)
        },
    ),
    ("website.get_conversation_metas", |c, _, _| {
        Ok(Some(c.data["meta"].clone()))
    }),
    ("website.update_conversation_metas", |c, call, clock| {
        let mut meta = c.data["meta"].clone();
        merge(&mut meta, call.body);
        c.set("meta", &meta, clock)
    }),
    (
        "website.mark_messages_read_in_conversation",
        |c, call, _| {
            c.mark("read", call);
            c.count_unread();
            Ok(None)
        },
    ),
    (
        "website.mark_messages_delivered_in_conversation",
        |c, call, _| {
            c.mark("delivered", call);
            Ok(None)
        },
    ),
    ("website.mark_conversation_as_unread", |c, call, _| {
        let by_visitor = call.body["from"] == "operator";
        let side = if by_visitor { "visitor" } else { "operator" };
        for message in &mut c.messages {
            if reader(message) == Some(side) {
                message["read"] = "".into();
            }
        }
        c.count_unread();
        Ok(None)
    }),
    ("website.get_messages_in_conversation", |c, call, _| {
        Ok(Some(c.list_messages(call)))
    }),
    ("website.send_message_in_conversation", |c, call, clock| {
        Ok(Some(c.send(call.body, clock)))
    }),
    ("website.get_message_in_conversation", |c, call, _| {
        let index = c.message(call)?;
        Ok(Some(c.messages[index].clone()))
    }),
    (
        "website.update_message_in_conversation",
        |c, call, clock| {
            let index = c.message(call)?;
            c.messages[index]["content"] = call.body["content"].clone();
            c.messages[index]["edited"] = true.into();
            c.preview(clock);
            Ok(None)
        },
    ),
    (
        "website.remove_message_in_conversation",
        |c, call, clock| {
            let index = c.message(call)?;
            c.messages.remove(index);
            c.count_unread();
            c.preview(clock);
            Ok(None)
        },
    ),
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
            messages: Vec::new(),
        }
    }

    pub(super) fn is(&self, website: &str, session: &str) -> bool {
        self.data["website_id"] == website && self.data["session_id"] == session
    }

    fn set(&mut self, field: &str, value: &Value, clock: &mut Clock) -> Answer {
        self.data[field] = value.clone();
        self.data["updated_at"] = clock.now().into();
        Ok(None)
    }

    /// Answers a field of the conversation under another name.
    fn show(&self, field: &str, name: &str) -> Answer {
        Ok(Some(json!({ name: self.data[field] })))
    }

    /// Keeps a message; gives what is answered.
    fn send(&mut self, body: &Value, clock: &mut Clock) -> Value {
        let timestamp = body["timestamp"].as_u64().unwrap_or_else(|| clock.now());
        let fingerprint = body["fingerprint"].as_u64();
        let fingerprint = fingerprint.unwrap_or_else(|| clock.fingerprint());
        let mut message = json!({
            "session_id": self.data["session_id"],
            "website_id": self.data["website_id"],
            "timestamp": timestamp,
            "fingerprint": fingerprint,
            "read": "",
            "delivered": "",
            "edited": false,
            "stamped": true,
        });
        let kept = body.as_object().into_iter().flatten();
        // How to send it is no part of the message.
        for (field, value) in kept.filter(|(field, _)| *field != "stealth") {
            message[field] = value.clone();
        }
        if let Some(reader) = reader(&message) {
            let unread = self.data["unread"][reader].as_u64().unwrap_or_default();
            self.data["unread"][reader] = (unread + 1).into();
        }
        self.messages
            .insert(self.until(timestamp.saturating_add(1)), message);
        self.preview(clock);
        json!({ "fingerprint": fingerprint })
    }

    /// Makes the conversation show its last message.
    fn preview(&mut self, clock: &mut Clock) {
        let last = self.messages.last().unwrap_or(&Value::Null);
        let content = &last["content"];
        let texts = [content, &content["text"], &content["name"], &content["url"]];
        let excerpt = texts
            .into_iter()
            .find_map(Value::as_str)
            .unwrap_or_default();
        self.data["last_message"] = excerpt.into();
        self.data["preview_message"] = json!({ "excerpt": excerpt });
        for field in ["type", "from", "fingerprint"] {
            if let Some(value) = last.get(field) {
                self.data["preview_message"][field] = value.clone();
            }
        }
        self.data["updated_at"] = clock.now().into();
    }

    /// Where the message is that the path names.
    fn message(&self, call: &Call<'_>) -> Result<usize, Failure> {
        let fingerprint = call.path("fingerprint");
        let number = fingerprint.parse::<u64>().ok();
        let mut messages = self.messages.iter();
        let found = messages.position(|message| message["fingerprint"].as_u64() == number);
        found.ok_or_else(|| not_found("message_not_found", "fingerprint", fingerprint))
    }

    /// How many messages are older than `timestamp`.
    fn until(&self, timestamp: u64) -> usize {
        self.messages
            .partition_point(|message| message["timestamp"].as_u64() < Some(timestamp))
    }

    /// Up to [`MESSAGES`] messages, oldest first: the last, or those next to the time that is asked for.
    fn list_messages(&self, call: &Call<'_>) -> Value {
        let time = |name| call.query(name)?.parse::<u64>().ok();
        let count = self.messages.len();
        let (start, end) = if let Some(time) = time("timestamp_after") {
            let start = self.until(time.saturating_add(1));
            (start, start + MESSAGES)
        } else if let Some(time) = time("timestamp_around") {
            let middle = self.until(time);
            (middle.saturating_sub(MESSAGES / 2), middle + MESSAGES / 2)
        } else {
            let end = time("timestamp_before").map_or(count, |time| self.until(time));
            (end.saturating_sub(MESSAGES), end)
        };
        self.messages[start..end.min(count)].into()
    }

    /// Marks messages that came from one side, all of them or those named, as read or delivered, unless they are.
    fn mark(&mut self, field: &str, call: &Call<'_>) {
        let origin = call.body["origin"].as_str().unwrap_or("chat");
        let from = call.body.get("from");
        let named = call.body["fingerprints"].as_array();
        for message in &mut self.messages {
            let is_from = from.is_none_or(|from| message["from"] == *from);
            let is_named = named.is_none_or(|named| named.contains(&message["fingerprint"]));
            if is_from && is_named && reader(message).is_some() && message[field] == "" {
                message[field] = origin.into();
            }
        }
    }

    fn count_unread(&mut self) {
        for side in ["operator", "visitor"] {
            let unread = self.messages.iter().filter(|message| message["read"] == "");
            let unread = unread.filter(|message| reader(message) == Some(side));
            self.data["unread"][side] = unread.count().into();
        }
    }
}

/// The side that a message is for, as the counts of unread messages name it. A note is for nobody to answer.
fn reader(message: &Value) -> Option<&'static str> {
    match (message["type"].as_str(), message["from"].as_str()) {
        (Some("note"), _) => None,
        (_, Some("user")) => Some("operator"),
        _ => Some("visitor"),
    }
}

/// Changes `target` as a JSON merge patch (RFC 7396) says.
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
    fn every_handler_answers_an_operation_of_the_description() {
        for (id, _) in HANDLERS {
            assert!(spec().operation(id).is_some(), "{id} is no operation");
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
