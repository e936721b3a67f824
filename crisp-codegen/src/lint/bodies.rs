//! Checks bodies: none on GET and HEAD, examples, success in an envelope, failure responses.

use heck::ToSnakeCase;
use serde_json::{Map, Value};

use super::{Lint, items};
use crate::bundle::{Operation, entries};
use crate::source::pointer;

const JSON: &str = "application/json";
const ENVELOPE: &str = "#/components/schemas/Envelope";
const DONE: &str = "#/components/schemas/Done";

pub(super) fn check(lint: &mut Lint<'_>) {
    for operation in lint.bundle.operations() {
        request(lint, &operation);
        responses(lint, &operation);
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

/// Reports what an example of a request body lacks: each becomes a test that is named after it.
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
    let what = format!("example `{name}`");
    lint.need_text(
        example,
        at,
        &what,
        "summary",
        "write in a few words what it shows, such as `summary: A choice of answers`",
    );
    if !example.contains_key("value") {
        lint.report(
            at,
            format!("{what} has no value"),
            "write the body under `value:`",
        );
    }
}

/// Reports what a body lacks, and gives the schema of its JSON, with its pointer.
pub(super) fn content<'a>(
    lint: &mut Lint<'_>,
    body: &'a Value,
    at: &str,
    what: &str,
) -> Option<(&'a Value, String)> {
    let at = pointer(at, "content");
    for (kind, _) in entries(body.get("content")).filter(|(kind, _)| *kind != JSON) {
        lint.report(
            &pointer(&at, kind),
            format!("{what} is {kind}"),
            format!("write {JSON}: Crisp speaks nothing else"),
        );
    }
    let Some(json) = body.get("content").and_then(|content| content.get(JSON)) else {
        lint.report(
            &at,
            format!("{what} has no content"),
            format!("write `content:` with `{JSON}:`"),
        );
        return None;
    };
    let at = pointer(&at, JSON);
    let named = entries(json.get("examples")).next().is_some();
    match json.get("example") {
        None if !named => lint.report(
            &pointer(&at, "example"),
            format!("{what} has no example"),
            "write `example:` beside `schema:`, with every field set",
        ),
        Some(_) if named => lint.report(
            &pointer(&at, "examples"),
            format!("{what} has both `example` and `examples`"),
            "move the one into the other: OpenAPI allows one of the two",
        ),
        _ => {}
    }
    match json.get("schema") {
        Some(schema) => Some((schema, pointer(&at, "schema"))),
        None => {
            lint.report(
                &at,
                format!("{what} has no schema"),
                "write `schema:`, often a $ref to a named one",
            );
            None
        }
    }
}

/// Reports named examples where the mock needs the one that it responds with.
pub(super) fn one_example(lint: &mut Lint<'_>, body: &Value, at: &str, what: &str) {
    if body
        .pointer("/content/application~1json/examples")
        .is_some()
    {
        lint.report(
            &format!("{at}/content/application~1json/examples"),
            format!("{what} has several examples"),
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
            "write one, such as '200' (what is created has '201', what is carried out later '202')",
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
                    "a body in the answer to HEAD",
                    "take `content` out: a description is enough",
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
    one_example(lint, response, at, "the answer");
    let Some((schema, at)) = content(lint, response, at, "the answer") else {
        return;
    };
    if !is_ref(schema, DONE) && data_beside(schema, ENVELOPE).is_none() {
        lint.report(
            &at,
            "the answer is not an envelope",
            "write `allOf:` with a $ref to Envelope and `type: object` with `properties: {data: …}`, \
             or a $ref to Done where there is no data",
        );
    }
}

/// Whether a schema is this $ref alone.
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
