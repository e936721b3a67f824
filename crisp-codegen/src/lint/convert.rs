//! Turns a schema of OpenAPI 3.0 into one of JSON Schema 2020-12, which validators know.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use crate::bundle::{Bundle, entries};

/// The base URI of the converted components.
pub(super) const COMPONENTS: &str = "crisp:/components";

/// Every named schema, converted, at the pointer that it has in the description.
pub(super) fn components(bundle: &Bundle) -> Value {
    let schemas = entries(bundle.document.pointer("/components/schemas"));
    let schemas: Map<_, _> = schemas
        .map(|(name, schema)| (name.to_owned(), convert(bundle, schema)))
        .collect();
    json!({ "components": { "schemas": schemas } })
}

/// A schema whose own objects may hold what it doesn't name.
pub(super) fn convert(bundle: &Bundle, schema: &Value) -> Value {
    let Value::Object(schema) = schema else {
        return schema.clone();
    };
    if let Some(Value::String(reference)) = schema.get("$ref") {
        return json!({ "$ref": format!("{COMPONENTS}{reference}") });
    }
    let mut converted = Map::new();
    for (key, value) in schema {
        let value = match key.as_str() {
            "properties" => entries(Some(value))
                .map(|(name, value)| (name.to_owned(), closed(bundle, value)))
                .collect::<Map<_, _>>()
                .into(),
            "items" | "additionalProperties" => closed(bundle, value),
            "allOf" | "oneOf" | "anyOf" => super::items(Some(value))
                .map(|part| convert(bundle, part))
                .collect::<Vec<_>>()
                .into(),
            "type" | "format" | "enum" | "required" | "pattern" | "uniqueItems" | "minimum"
            | "maximum" | "minLength" | "maxLength" | "minItems" | "maxItems" => value.clone(),
            _ => continue,
        };
        converted.insert(key.clone(), value);
    }
    if schema.get("format").and_then(Value::as_str) == Some("int32") {
        converted
            .entry("minimum")
            .or_insert_with(|| i32::MIN.into());
        converted
            .entry("maximum")
            .or_insert_with(|| i32::MAX.into());
    }
    if schema.get("nullable") == Some(&Value::Bool(true)) {
        nullable(converted)
    } else {
        Value::Object(converted)
    }
}

/// A schema that rejects properties it doesn't name: in an example these are mistakes.
pub(super) fn closed(bundle: &Bundle, schema: &Value) -> Value {
    let mut converted = convert(bundle, schema);
    if let Value::Object(converted) = &mut converted
        && names_properties(bundle, schema, &mut HashSet::new())
    {
        converted.insert("unevaluatedProperties".to_owned(), false.into());
    }
    converted
}

fn names_properties<'a>(
    bundle: &'a Bundle,
    schema: &'a Value,
    seen: &mut HashSet<&'a str>,
) -> bool {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return seen.insert(reference) && names_properties(bundle, bundle.resolve(schema), seen);
    }
    schema.get("properties").is_some()
        || ["allOf", "oneOf", "anyOf"]
            .into_iter()
            .flat_map(|key| super::items(schema.get(key)))
            .any(|part| names_properties(bundle, part, seen))
}

fn nullable(mut schema: Map<String, Value>) -> Value {
    let Some(kind) = schema.get_mut("type") else {
        return json!({ "anyOf": [{ "type": "null" }, schema] });
    };
    *kind = json!([kind, "null"]);
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.push(Value::Null);
    }
    Value::Object(schema)
}
