//! The description and the crate, held against what the official wrappers have: `wrappers/README.md` says what the
//! tables hold, and how a row is added.
#![allow(
    clippy::unwrap_used,
    reason = "a test that can't read its tables has failed"
)]

#[path = "wrappers/facts.rs"]
mod facts;
#[path = "wrappers/names.rs"]
mod names;
#[path = "wrappers/samples.rs"]
mod samples;
#[path = "wrappers/schema.rs"]
mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crisp_codegen::bundle::{Bundle, bundle};
use crisp_codegen::source;
use serde_json::{Value, json};

use facts::{facts, rows};
use schema::Spec;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The description that stands in the repository.
fn spec() -> Bundle {
    let sources = source::load(&workspace().join("spec")).unwrap_or_else(|error| panic!("{error}"));
    bundle(&sources).unwrap_or_else(|error| panic!("{error}"))
}

/// The name of each operation: its `operationId` by method and path.
fn operations(bundle: &Bundle) -> BTreeMap<String, String> {
    let named = bundle.operations().map(|operation| {
        let id = operation.text("operationId").unwrap_or_default().to_owned();
        (operation_key(operation.method, operation.path), id)
    });
    named.collect()
}

fn operation_key(method: &str, path: &str) -> String {
    format!("{} {path}", method.to_uppercase())
}

/// Every place where the description says less than the wrappers, or something else: table, place and path, and what
/// to say of it.
fn hold(bundle: &Bundle) -> BTreeMap<[String; 3], String> {
    let spec = Spec(bundle);
    let operations: BTreeMap<_, _> = bundle
        .operations()
        .map(|operation| (operation_key(operation.method, operation.path), operation))
        .collect();
    let mut found = BTreeMap::new();
    for table in ["answers", "bodies", "events", "queries"] {
        for fact in facts(table) {
            let problem = match (table, operations.get(&fact.place)) {
                ("events", _) => spec.event(&fact),
                (_, None) => Some("there is no such operation".to_owned()),
                ("answers", Some(operation)) => spec.answer(operation, &fact),
                ("bodies", Some(operation)) => spec.body(operation, &fact),
                (_, Some(operation)) => spec.parameter(operation, &fact),
            };
            if let Some(problem) = problem {
                let line = format!(
                    "{table}: {} {}: {problem} ({}: {})",
                    fact.place,
                    fact.path,
                    fact.wrappers,
                    fact.types.join("|"),
                );
                found.insert([table.to_owned(), fact.place, fact.path], line);
            }
        }
    }
    found
}

#[track_caller]
fn assert_none(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{}\n{} to mend",
        wrong.join("\n"),
        wrong.len()
    );
}

#[test]
fn the_description_has_every_value_that_the_wrappers_type() {
    let mut found = hold(&spec());
    let mut stale = Vec::new();
    let in_schemas = rows::<4>("differences")
        .into_iter()
        .filter(|[table, ..]| table != "examples");
    for [table, place, path, _] in in_schemas {
        let line = format!("differences.tsv: {table}: {place} {path}: there is no difference");
        if found.remove(&[table, place, path]).is_none() {
            stale.push(line);
        }
    }
    stale.extend(found.into_values());
    assert_none(&stale);
}

#[test]
fn the_samples_of_events_have_every_value_that_the_wrappers_type() {
    assert_none(&samples::missing(&facts("events")));
}

#[test]
fn the_examples_of_bodies_have_every_value_that_node_sends() {
    let mut missing = samples::missing_in_examples(&spec(), &facts("bodies"));
    let mut stale = Vec::new();
    for [table, place, path, _] in rows("differences") {
        if table == "examples" && missing.remove(&[place.clone(), path.clone()]).is_none() {
            stale.push(format!(
                "differences.tsv: examples: {place} {path}: it is in an example"
            ));
        }
    }
    stale.extend(missing.into_values());
    assert_none(&stale);
}

#[test]
fn every_method_of_the_wrappers_has_its_namesake() {
    let generated = names::generated(&workspace().join("crisp-api/src/generated"));
    assert_none(&names::hold(&operations(&spec()), &generated));
}

/// The lines that [`hold`] adds once the value at a pointer of the description is replaced or removed.
fn said(pointer: &str, value: Option<Value>) -> Vec<String> {
    let mut bundle = spec();
    let before = hold(&bundle);
    match value {
        Some(value) => *bundle.document.pointer_mut(pointer).unwrap() = value,
        None => {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            let key = key.replace("~1", "/");
            let parent = bundle.document.pointer_mut(parent).unwrap();
            parent.as_object_mut().unwrap().remove(&key).unwrap();
        }
    }
    let mut after = hold(&bundle);
    after.retain(|key, line| before.get(key) != Some(line));
    after.into_values().collect()
}

/// The line of `said` that begins so, which has to be there.
#[track_caller]
fn line<'a>(said: &'a [String], start: &str) -> &'a str {
    let line = said.iter().find_map(|line| line.strip_prefix(start));
    line.unwrap_or_else(|| panic!("nothing is said of {start}, but\n{}", said.join("\n")))
}

const SCHEMAS: &str = "/components/schemas";
const GET: &str = "GET /website/{website_id}/conversation/{session_id}";

#[test]
fn a_field_that_is_missing_is_named() {
    let said = said(&format!("{SCHEMAS}/Conversation/properties/topic"), None);
    let missing = "is not in the description (node go: string)";
    assert_eq!(line(&said, &format!("answers: {GET} .topic: ")), missing);
    let list = "answers: GET /website/{website_id}/conversations/{page_number} [].topic: ";
    assert_eq!(line(&said, list), missing);
    assert_eq!(said.len(), 2);
}

#[test]
fn a_field_of_another_type_is_named() {
    let of = |property: &str, schema: Value| {
        let pointer = format!("{SCHEMAS}/Conversation/properties/{property}");
        let said = said(&pointer, Some(schema));
        line(&said, &format!("answers: {GET} .{property}")).to_owned()
    };
    let narrow = json!({"type": "integer", "format": "int32", "minimum": 0});
    assert_eq!(of("created_at", narrow), ": is not int64 (node go: int64)");
    assert_eq!(
        of("created_at", json!({"type": "string"})),
        ": is not int64 (node go: int64)"
    );
    assert_eq!(
        of("is_blocked", json!({"type": "string"})),
        ": is not boolean (node go: boolean)"
    );
    assert_eq!(
        of("topic", json!({"description": "Anything."})),
        ": is untyped (node go: string)"
    );
    let scalar = json!({"type": "string"});
    assert_eq!(
        of("active", scalar),
        ".last: is not in the description (node go: int64)"
    );
    let open = json!({"type": "object", "additionalProperties": true});
    assert_eq!(of("active", open), ".last: is untyped (node go: int64)");
    assert_eq!(
        of("state", json!({"type": "string", "enum": ["pending"]})),
        ": is not \"resolved\", \"unresolved\" (node go: \"pending\"|\"resolved\"|\"unresolved\")"
    );
}

#[test]
fn a_field_that_may_be_missing_or_null_is_not_required() {
    let required = json!(["session_id", "website_id", "topic"]);
    let required = said(&format!("{SCHEMAS}/Conversation/required"), Some(required));
    assert_eq!(
        line(&required, &format!("answers: {GET} .topic: ")),
        "`topic` is required (node go: string)"
    );
    let inbox = json!({"type": "string"});
    let inbox = said(
        &format!("{SCHEMAS}/SessionSetEmail/properties/inbox_id"),
        Some(inbox),
    );
    assert_eq!(
        line(&inbox, "events: session:set_email .inbox_id: "),
        "is not null (node go: string|null)"
    );
}

#[test]
fn an_answer_body_event_or_parameter_that_is_missing_is_named() {
    let path = "/paths/~1website~1{website_id}~1conversation~1{session_id}~1state";
    let schema = "content/application~1json/schema";
    let place = "/website/{website_id}/conversation/{session_id}/state .state: ";

    let envelope = json!({"$ref": "#/components/schemas/Envelope"});
    let answer = said(
        &format!("{path}/get/responses/200/{schema}"),
        Some(envelope),
    );
    assert!(line(&answer, &format!("answers: GET {place}")).starts_with("the answer is untyped"));
    let body = said(&format!("{path}/patch/requestBody"), None);
    assert!(line(&body, &format!("bodies: PATCH {place}")).starts_with("there is no body"));
    let operation = said(&format!("{path}/get"), None);
    assert!(
        line(&operation, &format!("answers: GET {place}"))
            .starts_with("there is no such operation")
    );
    let event = said("/x-webhooks/message:removed", None);
    let place = "events: message:removed .fingerprint: ";
    assert!(line(&event, place).starts_with("there is no such event"));
    let messages =
        "/paths/~1website~1{website_id}~1conversation~1{session_id}~1messages/get/parameters";
    let parameters = said(messages, Some(json!([])));
    let place =
        "queries: GET /website/{website_id}/conversation/{session_id}/messages .timestamp_before: ";
    assert_eq!(
        line(&parameters, place),
        "there is no such parameter (node go: int64)"
    );
}

#[test]
fn a_method_that_is_missing_or_named_otherwise_is_named() {
    let mut operations = operations(&spec());
    let mut generated: BTreeSet<_> = operations.values().cloned().collect();
    let before: BTreeSet<_> = names::hold(&operations, &generated).into_iter().collect();
    generated.remove("website.get_conversation");
    let message = "POST /website/{website_id}/conversation/{session_id}/message";
    operations.insert(message.to_owned(), "website.send".to_owned());
    let mut after = names::hold(&operations, &generated);
    after.retain(|line| !before.contains(line));

    let expected = [
        format!("{GET}: the crate has no website.get_conversation"),
        format!("{message}: the crate has no website.send"),
        format!("{message}: node has website.sendMessageInConversation, the crate website.send"),
        format!("{message}: go has website.SendTextMessageInConversation, the crate website.send"),
    ];
    for line in expected {
        assert!(
            after.contains(&line),
            "{line} is not among\n{}",
            after.join("\n")
        );
    }
}
