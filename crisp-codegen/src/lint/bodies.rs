//! Checks bodies: none on GET and HEAD, examples, success in an envelope, failure responses, pages.

use heck::ToSnakeCase;
use serde_json::{Map, Value};

use super::objects::{self, JsonKind};
use super::{Lint, arguments, items};
use crate::bundle::{Operation, entries};
use crate::source::pointer;

const JSON: &str = "application/json";
const ENVELOPE: &str = "#/components/schemas/Envelope";
const DONE: &str = "#/components/schemas/Done";

/// The schemas around the data of responses and events, which have no type of their own.
pub(super) const FRAMES: [&str; 3] = [ENVELOPE, DONE, "#/components/schemas/Delivery"];

/// The end of the path of a list that is read page by page.
const PAGE: &str = "/{page_number}";

pub(super) fn check(lint: &mut Lint<'_>) {
    for operation in lint.bundle.operations() {
        request(lint, &operation);
        responses(lint, &operation);
        page(lint, &operation);
    }
}

fn request(lint: &mut Lint<'_>, operation: &Operation<'_>) {
    let Some(body) = operation.value.get("requestBody") else {
        return;
    };
    let at = pointer(&operation.pointer, "requestBody");
    if matches!(operation.method, "head" | "get") {
        let method = operation.method.to_uppercase();
        lint.report(
            &at,
            format!("a request body on {method}"),
            "take it out, and send values as query parameters",
        );
        return;
    }
    let body = lint.bundle.resolve(body);
    if body.get("required") != Some(&Value::Bool(true)) {
        lint.report(
            &at,
            "a request body that isn't required",
            "write `required: true`, or take the body out",
        );
    }
    content(lint, body, &at, "the request body");
    let at = at + "/content/application~1json/examples";
    for (name, example) in entries(body.pointer("/content/application~1json/examples")) {
        named_example(lint, name, example, &pointer(&at, name));
    }
}

/// Checks an example of a request body: each becomes a test that is named after it.
fn named_example(lint: &mut Lint<'_>, name: &str, example: &Value, at: &str) {
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) || name.to_snake_case() != name {
        lint.report(
            at,
            format!("example `{name}` is not in snake case"),
            "name it in lower case after what it shows, such as `picker`",
        );
    }
    let Value::Object(example) = example else {
        return;
    };
    let subject = format!("example `{name}`");
    lint.need_text(
        example,
        at,
        &subject,
        "summary",
        "write in a few words what it shows, such as `summary: A choice of answers`",
    );
    if !example.contains_key("value") {
        lint.report(
            at,
            format!("{subject} has no value"),
            "write the body under `value:`",
        );
    }
}

/// Checks the content of a body, and returns the schema of its JSON, with its pointer.
pub(super) fn content<'a>(
    lint: &mut Lint<'_>,
    body: &'a Value,
    at: &str,
    subject: &str,
) -> Option<(&'a Value, String)> {
    let at = pointer(at, "content");
    for (kind, _) in entries(body.get("content")).filter(|(kind, _)| *kind != JSON) {
        lint.report(
            &pointer(&at, kind),
            format!("{subject} is {kind}"),
            format!("write {JSON}: Crisp has no other format"),
        );
    }
    let Some(json) = body.get("content").and_then(|content| content.get(JSON)) else {
        lint.report(
            &at,
            format!("{subject} has no content"),
            format!("write `content:` with `{JSON}:`"),
        );
        return None;
    };
    let at = pointer(&at, JSON);
    let named = entries(json.get("examples")).next().is_some();
    match json.get("example") {
        None if !named => lint.report(
            &pointer(&at, "example"),
            format!("{subject} has no example"),
            "write `example:` beside `schema:`, with every field set",
        ),
        Some(_) if named => lint.report(
            &pointer(&at, "examples"),
            format!("{subject} has both `example` and `examples`"),
            "move one into the other: OpenAPI allows one of the two",
        ),
        _ => {}
    }
    match json.get("schema") {
        Some(schema) => Some((schema, pointer(&at, "schema"))),
        None => {
            lint.report(
                &at,
                format!("{subject} has no schema"),
                "write `schema:`, often a $ref to a named one",
            );
            None
        }
    }
}

/// Reports named examples where the mock needs the one that it responds with.
pub(super) fn one_example(lint: &mut Lint<'_>, body: &Value, at: &str, subject: &str) {
    if body
        .pointer("/content/application~1json/examples")
        .is_some()
    {
        lint.report(
            &format!("{at}/content/application~1json/examples"),
            format!("{subject} has several examples"),
            "write one as `example:`: the mock sends it",
        );
    }
}

fn responses(lint: &mut Lint<'_>, operation: &Operation<'_>) {
    let at = pointer(&operation.pointer, "responses");
    let name = format!("{} {}", operation.method.to_uppercase(), operation.path);
    let responses: Vec<_> = entries(operation.value.get("responses")).collect();
    for (status, _) in &responses {
        if !is_status(status) {
            lint.report(
                &pointer(&at, status),
                format!("`{status}` is not a status"),
                "write one such as '200', or a range such as 4XX",
            );
        }
    }
    let successes: Vec<_> = responses
        .iter()
        .filter(|(status, _)| status.starts_with('2'))
        .collect();
    if successes.len() != 1 {
        lint.report(
            &at,
            format!("{name} has {} responses for success", successes.len()),
            "write one, such as '200' ('201' if something is created, '202' if it is executed later)",
        );
    }
    if !responses.iter().any(|(status, _)| status.starts_with('4')) {
        let (status, content) = match operation.method {
            "head" => ("'404'", "`description: …` alone"),
            _ => (
                "4XX",
                "`$ref: '../openapi.yaml#/components/responses/Failure'`",
            ),
        };
        lint.report(
            &at,
            format!("{name} has no response for failure"),
            format!("write `{status}:` with {content}"),
        );
    }
    for (status, response) in &responses {
        let at = pointer(&at, status);
        let response = lint.bundle.resolve(response);
        if operation.method == "head" {
            if response.get("content").is_some() {
                lint.report(
                    &at,
                    "a response to HEAD with a body",
                    "remove `content`: a description is enough",
                );
            }
        } else if status.starts_with('2') {
            success(lint, response, &at);
        }
    }
}

fn is_status(status: &str) -> bool {
    match status.as_bytes() {
        [b'1'..=b'5', b'X', b'X'] => true,
        [b'1'..=b'5', tens, ones] => tens.is_ascii_digit() && ones.is_ascii_digit(),
        _ => false,
    }
}

fn success(lint: &mut Lint<'_>, response: &Value, at: &str) {
    one_example(lint, response, at, "the response");
    let Some((schema, at)) = content(lint, response, at, "the response") else {
        return;
    };
    if !is_ref(schema, DONE) && data_beside(schema, ENVELOPE).is_none() {
        lint.report(
            &at,
            "the response is not an envelope",
            "write `allOf:` with a $ref to Envelope and `type: object` with `properties: {data: …}`, \
             or a $ref to Done where there is no data",
        );
    }
}

/// Returns whether a schema is only this $ref.
pub(super) fn is_ref(schema: &Value, reference: &str) -> bool {
    schema.get("$ref").and_then(Value::as_str) == Some(reference)
}

/// The schema of `data` in `allOf: [$ref, {properties: {data: …}}]`, and nothing else in it.
pub(super) fn data_beside<'a>(schema: &'a Value, reference: &str) -> Option<&'a Value> {
    let parts: Vec<_> = items(schema.get("allOf")).collect();
    let [base, part] = parts.as_slice() else {
        return None;
    };
    let properties: &Map<_, _> = part.get("properties")?.as_object()?;
    let data = properties.get("data")?;
    (is_ref(base, reference) && properties.len() == 1).then_some(data)
}

/// Checks a list that is read page by page: it is requested with GET, by a number from 1.
fn page(lint: &mut Lint<'_>, operation: &Operation<'_>) {
    let bundle = lint.bundle;
    if !operation.path.ends_with(PAGE) {
        return;
    }
    let success =
        entries(operation.value.get("responses")).find(|(status, _)| status.starts_with('2'));
    let data = success
        .and_then(|(_, response)| {
            bundle
                .resolve(response)
                .pointer("/content/application~1json/schema")
        })
        .and_then(|schema| data_beside(schema, ENVELOPE));
    if !data.is_some_and(|data| objects::json_kind(bundle, data) == JsonKind::List) {
        return;
    }
    if operation.method != "get" {
        lint.report(
            &operation.pointer,
            format!(
                "a list in pages is requested with {}",
                operation.method.to_uppercase()
            ),
            "write `get:`, or end the path with another parameter than `{page_number}`",
        );
    }
    for (at, parameter) in arguments::parameters(bundle, operation) {
        let key = |key: &str| parameter.get("schema").and_then(|schema| schema.get(key));
        let is_page = parameter.get("name").and_then(Value::as_str) == Some("page_number");
        let is_number = key("type").is_some_and(|kind| kind == "integer")
            && key("format").is_some_and(|format| format == "int32")
            && key("minimum").is_some_and(|least| *least == 1);
        if is_page && (!is_number || key("maximum").is_some()) {
            lint.report(
                &pointer(&at, "schema"),
                "the page number is not an int32 from 1",
                "write `type: integer`, `format: int32` and `minimum: 1`",
            );
        }
    }
}
