//! Operations and their parameters, as facts.

use serde_json::Value;

use super::schema::fields;
use super::{Body, BodyExample, Operation, Parameter, Style, object, text};
use crate::bundle::{Bundle, rank};
use crate::source::pointer;

pub(super) fn read_operation(
    bundle: &Bundle,
    path: &str,
    method: &str,
    operation: &Value,
) -> Operation {
    let id = text(&operation["operationId"]);
    let (service, name) = id.split_once('.').unwrap_or(("", &id));
    let request_body = bundle.resolve(&operation["requestBody"]);
    let schema = json_schema(request_body);
    let body = if request_body.is_null() {
        Body::None
    } else if schema.get("$ref").is_some() {
        let description = text(&bundle.resolve(schema)["description"]);
        let sentence = description
            .split_once(". ")
            .map(|(first, _)| format!("{first}."));
        Body::Named {
            description: sentence.unwrap_or(description),
        }
    } else {
        Body::Fields(fields(bundle, schema))
    };
    Operation {
        service: service.to_owned(),
        name: name.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        description: text(&operation["description"]),
        reference: text(&operation["externalDocs"]["url"]),
        tiers: tiers(operation),
        scopes: scopes(operation),
        deprecated: operation["deprecated"] == true,
        parameters: parameters(bundle, path, method)
            .into_iter()
            .map(|(_, parameter)| read_parameter(parameter))
            .collect(),
        body,
        examples: body_examples(request_body),
        id,
    }
}

/// The `example` of a body, or its named `examples`.
fn body_examples(body: &Value) -> Vec<BodyExample> {
    let json = &body["content"]["application/json"];
    let single = json.get("example").map(|value| BodyExample {
        name: None,
        value: value.clone(),
    });
    let named = object(&json["examples"]).map(|(name, example)| BodyExample {
        name: Some(name.clone()),
        value: example["value"].clone(),
    });
    single.into_iter().chain(named).collect()
}

/// The parameters of an operation, each resolved and with its pointer: those in the path in the order of the template,
/// then the others.
pub fn parameters<'a>(bundle: &'a Bundle, path: &str, method: &str) -> Vec<(String, &'a Value)> {
    let item_pointer = pointer("/paths", path);
    let operation_pointer = pointer(&item_pointer, method);
    let mut parameters = Vec::new();
    for owner_pointer in [item_pointer, operation_pointer] {
        let list_pointer = owner_pointer + "/parameters";
        let list = bundle.document.pointer(&list_pointer);
        let list = list.and_then(Value::as_array).into_iter().flatten();
        for (index, parameter) in list.enumerate() {
            parameters.push(bundle.follow(format!("{list_pointer}/{index}"), parameter));
        }
    }
    parameters.sort_by_key(|(_, parameter)| rank(path, parameter));
    parameters
}

fn read_parameter(parameter: &Value) -> Parameter {
    let schema = &parameter["schema"];
    let style = if parameter.get("x-crisp-value").is_some() {
        Style::Json
    } else if is_flag(schema) {
        Style::Flag
    } else {
        Style::Plain
    };
    Parameter {
        name: text(&parameter["name"]),
        in_path: parameter["in"] == "path",
        required: parameter["required"] == true,
        description: text(&parameter["description"]),
        slug_path: parameter["x-crisp-slug-path"] == true,
        style,
        range: match style {
            Style::Plain => (schema["minimum"].as_i64(), schema["maximum"].as_i64()),
            _ => (None, None),
        },
        example: parameter["example"].clone(),
    }
}

/// Whether a schema is a flag of a query: the integers 0 and 1.
pub fn is_flag(schema: &Value) -> bool {
    schema["type"] == "integer"
        && schema["enum"]
            .as_array()
            .is_some_and(|values| *values == [0, 1])
}

/// The JSON schema of a request body or a response.
pub fn json_schema(body: &Value) -> &Value {
    &body["content"]["application/json"]["schema"]
}

/// The schema of `data` in the envelope of an operation's success.
pub fn data_schema<'a>(bundle: &'a Bundle, operation: &'a Value) -> Option<&'a Value> {
    let (_, response) =
        object(&operation["responses"]).find(|(status, _)| status.starts_with('2'))?;
    data_of(json_schema(bundle.resolve(response)))
}

/// The schema of `data` in an envelope.
pub(super) fn data_of(envelope: &Value) -> Option<&Value> {
    let parts = envelope["allOf"].as_array()?;
    parts.iter().find_map(|part| part["properties"].get("data"))
}

/// The tiers that an operation or event is for.
pub(super) fn tiers(node: &Value) -> Vec<String> {
    let tiers = node["x-crisp-tiers"].as_array().into_iter().flatten();
    tiers.map(text).collect()
}

/// The scopes that an operation or event asks for, with their access.
pub(super) fn scopes(node: &Value) -> Vec<(String, String)> {
    object(&node["x-crisp-scopes"])
        .map(|(scope, access)| (scope.clone(), text(access)))
        .collect()
}
