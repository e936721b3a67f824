//! Checks events: name, documentation and payload.

use serde_json::Value;

use super::{Lint, bodies, operations};
use crate::bundle::entries;
use crate::source::pointer;

const DELIVERY: &str = "#/components/schemas/Delivery";

pub(super) fn check(lint: &mut Lint<'_>) {
    for (name, item) in entries(lint.bundle.document.get("x-webhooks")) {
        let at = pointer("/x-webhooks", name);
        let words: Vec<_> = name.split(':').collect();
        let lower = |word: &&str| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        if words.len() < 2 || !words.iter().all(lower) {
            lint.report(
                &at,
                format!("`{name}` is not the name of an event"),
                "write it as Crisp does, such as `message:send`",
            );
        }
        let Some(Value::Object(event)) = item.get("post") else {
            lint.report(
                &at,
                format!("event `{name}` has no `post`"),
                "describe it under `post:`, as a Web Hook delivers it",
            );
            continue;
        };
        let at = pointer(&at, "post");
        operations::common(lint, event, &at, &format!("event `{name}`"));
        let Some(body) = event.get("requestBody") else {
            lint.report(
                &at,
                format!("event `{name}` has no payload"),
                "write `requestBody:` with the delivery and its data",
            );
            continue;
        };
        payload(
            lint,
            name,
            lint.bundle.resolve(body),
            &pointer(&at, "requestBody"),
        );
    }
}

fn payload(lint: &mut Lint<'_>, name: &str, body: &Value, at: &str) {
    bodies::one_example(lint, body, at, &format!("event `{name}`"));
    let Some((schema, at)) = bodies::content(lint, body, at, &format!("event `{name}`")) else {
        return;
    };
    if bodies::data_beside(schema, DELIVERY).is_none() {
        lint.report(
            &at,
            format!("the payload of event `{name}` is not a delivery"),
            "write `allOf:` with a $ref to Delivery and `type: object` with `properties: {data: …}`",
        );
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
