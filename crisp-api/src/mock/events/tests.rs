use std::sync::LazyLock;

use serde_json::value::to_raw_value;

use super::*;
use crate::Event;
use crate::mock::spec::spec;
use crate::mock::state::State;

const WEBSITE: &str = "8c842203-7ed8-4e29-a608-7cf78a7d2fcc";
const OPERATOR: &str = "a4c32c68-be91-4e29-b86a-5f9b4ec1d3c7";
const OTHER: &str = "f1d3a7b2-5c64-4e0f-8b1d-92e6c7a04d35";
const INBOX: &str = "bf6935c9-43b3-4f8e-87ea-175c1e1ed1a9";
const FINGERPRINT: u64 = 163_466_085_168_310;

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../generated/openapi.json")).unwrap());

/// A state with one conversation.
struct Site {
    state: State,
    session: String,
}

impl Site {
    fn new() -> Self {
        let mut site = Self {
            state: State::default(),
            session: String::new(),
        };
        let created = site.apply("create_new_conversation", &Value::Null);
        let [(EventName::SessionRequestInitiated, data)] = &created[..] else {
            panic!("{created:?}");
        };
        site.session = data["session_id"].as_str().unwrap().to_owned();
        site
    }

    /// Applies an operation to the conversation or its message, and returns the events after checking them.
    fn apply(&mut self, operation: &str, body: &Value) -> Vec<EmittedEvent> {
        let operation = spec().operation(&format!("website.{operation}")).unwrap();
        let path = [
            ("website_id", WEBSITE),
            ("session_id", &self.session),
            ("fingerprint", &FINGERPRINT.to_string()),
        ];
        let call = Call {
            operation,
            path: &path.map(|(name, value)| (name.to_owned(), value.to_owned())),
            query: &[],
            body,
        };
        let mut events = Vec::new();
        self.state.handle(&call, &mut events).unwrap();
        for (name, data) in &events {
            check(name, data);
        }
        events
    }

    /// Applies an operation, and returns the events without the fields that identify the conversation.
    fn fields_of(&mut self, operation: &str, body: &Value) -> Vec<(EventName, Value)> {
        let mut events = self.apply(operation, body);
        for (_, data) in &mut events {
            let data = data.as_object_mut().unwrap();
            assert_eq!(data.remove("website_id"), Some(WEBSITE.into()));
            assert_eq!(data.remove("session_id"), Some(self.session.clone().into()));
            assert!(data.remove("inbox_id").is_some() && data.remove("routing_ids").is_some());
        }
        events
    }
}

/// Checks that an event matches the description, and survives parsing and writing.
fn check(name: &EventName, data: &Value) {
    let check = &spec().events[name.as_str()].data;
    assert_eq!(check.value("data", data), Ok(()), "{name:?} {data}");
    let event = Event::parse(name.as_str(), &to_raw_value(data).unwrap());
    assert_eq!(event.name(), *name);
    assert!(!matches!(event, Event::Invalid { .. }), "{event:?}");
    assert_eq!(serde_json::to_value(&event).unwrap(), *data);
}

fn message(from: &str) -> Value {
    json!({
        "type": "text", "from": from, "origin": "chat", "content": "Hello", "fingerprint": FINGERPRINT,
        "timestamp": 1_763_812_860_000_u64,
    })
}

#[test]
fn changes_of_a_conversation_emit_events() {
    let mut site = Site::new();
    let participants = json!([{ "type": "email", "target": "john.doe@acme.example" }]);
    for (operation, body, name, fields) in [
        (
            "change_conversation_state",
            json!({ "state": "resolved" }),
            EventName::SessionSetState,
            json!({ "state": "resolved" }),
        ),
        (
            "block_incoming_messages_for_conversation",
            json!({ "blocked": true }),
            EventName::SessionSetBlock,
            json!({ "is_blocked": true }),
        ),
        (
            "update_verify_status_for_conversation",
            json!({ "verified": true }),
            EventName::SessionUpdateVerify,
            json!({ "is_verified": true, "verifications": [] }),
        ),
        (
            "save_conversation_participants",
            json!({ "participants": participants }),
            EventName::SessionSetParticipants,
            json!({ "participants": participants }),
        ),
        (
            "assign_conversation_routing",
            json!({ "assigned": { "user_id": OPERATOR } }),
            EventName::SessionSetRouting,
            json!({ "routing_id": OPERATOR, "previous_routing_id": null }),
        ),
        (
            "assign_conversation_routing",
            json!({ "assigned": { "user_id": OTHER } }),
            EventName::SessionSetRouting,
            json!({ "routing_id": OTHER, "previous_routing_id": OPERATOR }),
        ),
        (
            "assign_conversation_routing",
            json!({ "assigned": null }),
            EventName::SessionSetRouting,
            json!({ "routing_id": null, "previous_routing_id": OTHER }),
        ),
        (
            "update_conversation_open_state",
            json!({ "opened": false }),
            EventName::SessionSetClosed,
            json!({ "operator": operator() }),
        ),
        (
            "remove_conversation",
            Value::Null,
            EventName::SessionRemoved,
            json!({}),
        ),
    ] {
        assert_eq!(
            site.fields_of(operation, &body),
            [(name, fields)],
            "{operation}"
        );
    }
}

#[test]
fn an_event_has_the_inbox_and_the_operator() {
    let mut site = Site::new();
    let assigned = json!({ "assigned": { "user_id": OPERATOR } });
    let routed = &site.apply("assign_conversation_routing", &assigned)[0].1;
    assert_eq!(
        (&routed["inbox_id"], &routed["routing_ids"]),
        (&Value::Null, &json!([OPERATOR]))
    );
    let moved = site.apply("update_conversation_inbox", &json!({ "inbox_id": INBOX }));
    let back = site.apply("update_conversation_inbox", &json!({ "inbox_id": null }));
    for (events, inbox, previous) in [
        (moved, json!(INBOX), Value::Null),
        (back, Value::Null, json!(INBOX)),
    ] {
        let (name, data) = &events[0];
        assert_eq!(*name, EventName::SessionSetInbox);
        assert_eq!(
            (&data["inbox_id"], &data["previous_inbox_id"]),
            (&inbox, &previous)
        );
    }
}

#[test]
fn messages_emit_events() {
    let mut site = Site::new();
    for (from, name) in [
        ("user", EventName::MessageSend),
        ("operator", EventName::MessageReceived),
    ] {
        let [(emitted, data)] = &site.fields_of("send_message_in_conversation", &message(from))[..]
        else {
            panic!("one event");
        };
        assert_eq!(*emitted, name);
        for (field, value) in message(from).as_object().unwrap() {
            assert_eq!(data[field], *value, "{field}");
        }
        let sender = if from == "user" {
            &site.session
        } else {
            OPERATOR
        };
        assert_eq!(data["user"]["user_id"], sender);
    }
    let mut named = message("operator");
    named["user"] = json!({ "type": "website", "nickname": "Alex" });
    let sent = site.apply("send_message_in_conversation", &named);
    assert_eq!(sent[0].1["user"], named["user"]);
    let mut stealth = message("operator");
    stealth["stealth"] = true.into();
    assert_eq!(site.apply("send_message_in_conversation", &stealth), []);

    let id = json!({ "fingerprint": FINGERPRINT });
    let content = json!({ "content": "Good day" });
    let mut updated = id.clone();
    updated["content"] = "Good day".into();
    assert_eq!(
        site.fields_of("update_message_in_conversation", &content),
        [(EventName::MessageUpdated, updated)]
    );
    assert_eq!(
        site.fields_of("remove_message_in_conversation", &Value::Null),
        [(EventName::MessageRemoved, id)]
    );
}

#[test]
fn composing_emits_an_event() {
    let mut site = Site::new();
    for (from, name) in [
        ("user", EventName::MessageComposeSend),
        ("operator", EventName::MessageComposeReceive),
    ] {
        let mut body = json!({ "type": "start", "from": from, "excerpt": "He" });
        let [(emitted, data)] = &site.apply("compose_message_in_conversation", &body)[..] else {
            panic!("one event");
        };
        assert_eq!((emitted, &data["excerpt"]), (&name, &json!("He")));
        body["stealth"] = true.into();
        assert_eq!(site.apply("compose_message_in_conversation", &body), []);
    }
}

#[test]
fn only_new_marks_emit_events() {
    let mut site = Site::new();
    site.apply("send_message_in_conversation", &message("user"));
    let mut reply = message("operator");
    reply["fingerprint"] = 1.into();
    site.apply("send_message_in_conversation", &reply);
    let mut note = message("operator");
    note["type"] = "note".into();
    note["fingerprint"] = 2.into();
    site.apply("send_message_in_conversation", &note);
    let mark = json!({ "origin": "email" });
    let [sent, both] = [json!([FINGERPRINT]), json!([FINGERPRINT, 1])];
    let marked = |fingerprints| json!({ "origin": "email", "fingerprints": fingerprints });
    assert_eq!(
        site.fields_of("mark_messages_delivered_in_conversation", &mark),
        [(EventName::MessageAcknowledgeDelivered, marked(both))]
    );
    assert_eq!(
        site.fields_of("mark_messages_read_in_conversation", &mark),
        [
            (EventName::MessageAcknowledgeReadSend, marked(sent.clone())),
            (
                EventName::MessageAcknowledgeReadReceived,
                marked(json!([1]))
            ),
        ]
    );
    for again in [&mark, &json!({ "origin": "chat" })] {
        assert_eq!(site.apply("mark_messages_read_in_conversation", again), []);
    }
    let unread = json!({ "origin": "chat", "fingerprints": sent });
    assert_eq!(
        site.fields_of("mark_conversation_as_unread", &json!({ "from": "user" })),
        [(EventName::MessageAcknowledgeUnreadSend, unread)]
    );
    assert_eq!(
        site.fields_of("mark_messages_read_in_conversation", &mark),
        [(EventName::MessageAcknowledgeReadSend, marked(sent))]
    );
    let by_visitor = json!({ "from": "operator" });
    assert_eq!(site.apply("mark_conversation_as_unread", &by_visitor), []);
}

#[test]
fn each_meta_field_emits_an_event() {
    let mut site = Site::new();
    let metas =
        json!({ "email": "jane.doe@acme.example", "data": { "plan": "pro" }, "ip": "203.0.113.7" });
    let email = json!({ "email": metas["email"] });
    let data = json!({ "data": metas["data"] });
    assert_eq!(
        site.fields_of("update_conversation_metas", &metas),
        [
            (EventName::SessionSetEmail, email),
            (EventName::SessionSetData, data)
        ]
    );
    let more = json!({ "data": { "score": 4.5 } });
    let merged = json!({ "data": { "plan": "pro", "score": 4.5 } });
    assert_eq!(
        site.fields_of("update_conversation_metas", &more),
        [(EventName::SessionSetData, merged)]
    );
}

#[test]
fn the_examples_of_all_operations_emit_described_events() {
    let mut emitted = Vec::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        if !path.contains("/conversation/{session_id}") {
            continue;
        }
        for operation in item.as_object().unwrap().values() {
            let Some(id) = operation["operationId"].as_str() else {
                continue;
            };
            let json = &operation["requestBody"]["content"]["application/json"];
            let named = json["examples"].as_object().into_iter().flatten();
            let mut bodies: Vec<_> = named.map(|(_, example)| &example["value"]).collect();
            if bodies.is_empty() {
                bodies.push(&json["example"]);
            }
            for body in bodies {
                let mut site = Site::new();
                site.apply("send_message_in_conversation", &message("user"));
                let id = id.strip_prefix("website.").unwrap();
                emitted.extend(site.apply(id, body).into_iter().map(|(name, _)| name));
            }
        }
    }
    assert!(emitted.len() > 20, "{emitted:?}");
}
