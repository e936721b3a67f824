//! Checks events: name, documentation and payload.

use std::collections::HashMap;

use heck::ToUpperCamelCase;
use serde_json::Value;

use super::objects::{self, JsonKind};
use super::{Lint, bodies, operations};
use crate::bundle::entries;
use crate::source::pointer;

const DELIVERY: &str = "#/components/schemas/Delivery";
const REFERENCE: &str = "https://docs.crisp.chat/references/";
/// The fields that identify the website and the session of an event.
const IDS: [&str; 2] = ["website_id", "session_id"];

pub(super) fn check(lint: &mut Lint<'_>) {
    let mut variants: HashMap<String, &str> = HashMap::new();
    for (name, item) in entries(lint.bundle.document.get("x-webhooks")) {
        let at = pointer("/x-webhooks", name);
        check_name(lint, name, &at);
        let variant = name.replace(':', "_").to_upper_camel_case();
        if let Some(first) = variants.insert(variant, name) {
            lint.report(
                &at,
                format!("event `{name}` gives the same variant name in Rust as `{first}`"),
                "keep the one that Crisp sends",
            );
        }
        let Some(Value::Object(event)) = item.get("post") else {
            lint.report(
                &at,
                format!("event `{name}` has no `post`"),
                "describe it under `post:`, as a webhook delivers it",
            );
            continue;
        };
        let at = pointer(&at, "post");
        operations::common(lint, event, &at, &format!("event `{name}`"));
        let url = event.get("externalDocs").and_then(|docs| docs.get("url"));
        if let Some(url) = url
            .and_then(Value::as_str)
            .filter(|url| !url.starts_with(REFERENCE))
        {
            lint.report(
                &pointer(&pointer(&at, "externalDocs"), "url"),
                format!("externalDocs.url `{url}` is not a page of the Crisp reference"),
                format!("write an address that starts with {REFERENCE}"),
            );
        }
        let Some(body) = event.get("requestBody") else {
            lint.report(
                &at,
                format!("event `{name}` has no payload"),
                "write `requestBody:` with the delivery and its data",
            );
            continue;
        };
        let at = pointer(&at, "requestBody");
        payload(lint, name, lint.bundle.resolve(body), &at);
    }
}

fn check_name(lint: &mut Lint<'_>, name: &str, at: &str) {
    let words: Vec<_> = name.split(':').collect();
    let is_word = |word: &&str| {
        word.starts_with(|first: char| first.is_ascii_lowercase())
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    if words.len() < 2 || !words.iter().all(is_word) {
        lint.report(
            at,
            format!("`{name}` is not the name of an event"),
            "write it as Crisp does, such as `message:send`",
        );
    }
}

fn payload(lint: &mut Lint<'_>, name: &str, body: &Value, at: &str) {
    bodies::one_example(lint, body, at, &format!("event `{name}`"));
    let Some((schema, at)) = bodies::content(lint, body, at, &format!("event `{name}`")) else {
        return;
    };
    match bodies::data_beside(schema, DELIVERY) {
        None => lint.report(
            &at,
            format!("the payload of event `{name}` is not a delivery"),
            "write `allOf:` with a $ref to Delivery and `type: object` with `properties: {data: …}`",
        ),
        Some(data) => check_data(lint, name, data, &format!("{at}/allOf/1/properties/data")),
    }
    let Some(example) = body.pointer("/content/application~1json/example") else {
        return;
    };
    if example.get("event").and_then(Value::as_str) != Some(name) {
        let at = at.trim_end_matches("schema").to_owned() + "example/event";
        lint.report(
            &at,
            format!("the example is not of event `{name}`"),
            format!("write `event: {name}` in it"),
        );
    }
}

/// Checks the data of an event: a named object, whose IDs are text.
fn check_data(lint: &mut Lint<'_>, name: &str, data: &Value, at: &str) {
    let bundle = lint.bundle;
    let is_alias = objects::reference(bundle.resolve(data)).is_some();
    if data.get("$ref").is_none() || is_alias || !objects::is_object(bundle, data) {
        return lint.report(
            at,
            format!("the data of event `{name}` is not a named object"),
            "write a $ref to a schema of `type: object` with `properties:`",
        );
    }
    for field in objects::fields(bundle, data) {
        let is_text = objects::json_kind(bundle, field.schema) == JsonKind::Text
            && objects::target(bundle, field.schema).get("enum").is_none();
        let has_three_states = !field.required && field.schema.get("nullable").is_some();
        if IDS.contains(&field.name) && (!is_text || has_three_states) {
            lint.report(
                at,
                format!("`{}` in the data of event `{name}` is not a plain string", field.name),
                "write `type: string` without an enum, and either require it or leave `nullable` out",
            );
        }
    }
}
