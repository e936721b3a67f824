//! Events are read into their types and written back as they came.
#![cfg(feature = "events")]

use std::collections::BTreeSet;

use crisp_api::{Event, EventName};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

fn raw(data: &Value) -> Box<RawValue> {
    to_raw_value(data).expect("a value is JSON")
}

/// Every event of the spec with the `data` of its example.
fn examples() -> Vec<(String, Value)> {
    let spec: Value = serde_json::from_str(include_str!("../../src/generated/openapi.json"))
        .expect("the bundle is JSON");
    let events = spec["x-webhooks"].as_object().expect("events");
    let example = |item: &Value| {
        item["post"]["requestBody"]["content"]["application/json"]["example"]["data"].clone()
    };
    events
        .iter()
        .map(|(name, item)| (name.clone(), example(item)))
        .collect()
}

#[test]
fn each_event_is_read_and_written_back() {
    let examples = examples();
    assert_eq!(examples.len(), EventName::all().len());
    for (name, data) in examples {
        let event = Event::parse(&name, &raw(&data));
        assert!(
            !matches!(event, Event::Unknown { .. } | Event::Invalid { .. }),
            "{name}: {event:?}"
        );
        assert_eq!(event.name().as_str(), name);
        assert_eq!(serde_json::to_value(&event).expect("JSON"), data, "{name}");
    }
}

/// Every form in which an official wrapper types an event: `crisp-codegen/tests/wrappers/README.md` says what is in
/// these files.
fn samples(text: &str) -> Vec<(String, Value)> {
    let lines = text.lines().map(|line| {
        let mut sample: Value = serde_json::from_str(line).expect("a sample is JSON");
        let name = sample["event"].as_str().expect("a name").to_owned();
        (name, sample["data"].take())
    });
    lines.collect()
}

#[test]
fn each_form_of_the_wrappers_is_read_and_written_back() {
    let wrappers = [
        ("node", include_str!("node.jsonl"), 82),
        // `message:acknowledge:unread:send` is not in the Go wrapper.
        ("go", include_str!("go.jsonl"), 81),
    ];
    for (wrapper, text, count) in wrappers {
        let samples = samples(text);
        let names: BTreeSet<_> = samples.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.len(), count, "{wrapper}");
        for (name, data) in &samples {
            let event = Event::parse(name, &raw(data));
            let read = format!("{event:?}");
            // Each field has a type of its own, and each value is a known one.
            for loose in ["Unknown(", "Unknown {", "Invalid {", "extra: {\""] {
                assert!(
                    !read.contains(loose),
                    "{wrapper}: {name}: {loose} in {read}"
                );
            }
            let written = serde_json::to_value(&event).expect("JSON");
            assert_eq!(written, *data, "{wrapper}: {name}");
            assert_eq!(event.website_id(), data["website_id"].as_str(), "{name}");
            assert_eq!(event.session_id(), data["session_id"].as_str(), "{name}");
        }
    }
}

#[test]
fn an_unknown_event_is_kept() {
    let data = json!({ "website_id": "8c842203-7ed8-4e29-a608-7cf78a7d2fcc", "mood": [1, null] });
    let event = Event::parse("session:sync:mood", &raw(&data));
    assert_eq!(
        event,
        Event::Unknown {
            name: "session:sync:mood".into(),
            data: data.clone()
        }
    );
    assert_eq!(event.name(), EventName::Unknown("session:sync:mood".into()));
    assert_eq!(event.website_id(), data["website_id"].as_str());
    assert_eq!(event.session_id(), None);
    assert_eq!(serde_json::to_value(&event).expect("JSON"), data);
}

#[test]
fn a_payload_that_does_not_fit_comes_with_the_reason() {
    let data = json!({ "website_id": "w", "session_id": "s", "inbox_id": null, "email": { "address": 5 } });
    let event = Event::parse("session:set_email", &raw(&data));
    let Event::Invalid {
        name,
        reason,
        data: kept,
    } = &event
    else {
        panic!("{event:?}");
    };
    assert_eq!(*name, EventName::SessionSetEmail);
    assert_eq!(reason, "email: invalid type: map, expected a string");
    assert_eq!(*kept, data);
}

#[test]
fn a_payload_that_is_nested_too_deeply_is_kept_as_text() {
    let text = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    let data = RawValue::from_string(text.clone()).expect("JSON");
    for name in ["session:set_email", "session:sync:mood"] {
        let (Event::Unknown { data, .. } | Event::Invalid { data, .. }) = Event::parse(name, &data)
        else {
            panic!("{name} was read");
        };
        assert_eq!(data, Value::String(text.clone()));
    }
}

#[test]
fn a_content_that_no_value_can_hold_is_named() {
    let half = r#""content":"half \ud800""#;
    let large = r#""content":1e400"#;
    let text = r#""type":"text""#;
    for (first, second, reason) in [
        // In place.
        (text, half, "content: unexpected end"),
        (text, large, "content: number out of range"),
        // Held until its type is known.
        (half, text, "the content cannot be held: unexpected end"),
        (
            large,
            text,
            "the content cannot be held: number out of range",
        ),
    ] {
        let text = format!(
            r#"{{"website_id":"w","session_id":"s","from":"user","origin":"chat","fingerprint":1,
                "timestamp":1,"user":{{}},{first},{second}}}"#
        );
        let data = RawValue::from_string(text.clone()).expect("JSON");
        let event = Event::parse("message:send", &data);
        let Event::Invalid {
            reason: found,
            data,
            ..
        } = event
        else {
            panic!("{event:?}");
        };
        assert!(found.starts_with(reason), "{found}");
        assert_eq!(data, Value::String(text));
    }
}
