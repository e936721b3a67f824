//! The forms of schemas.

use serde_json::Value;

use super::{Branch, CONTENT, Field, SchemaKind, object, text};
use crate::bundle::Bundle;

pub(super) fn read_kind(bundle: &Bundle, schema: &Value) -> SchemaKind {
    if let Some(values) = schema["enum"].as_array() {
        return SchemaKind::Enum(values.iter().map(text).collect());
    }
    if let Some(branches) = branches(schema) {
        return if is_scalar_union(schema) {
            SchemaKind::Inline
        } else if is_tagged(schema) {
            SchemaKind::Tagged(branches.iter().map(|b| branch(bundle, b)).collect())
        } else {
            SchemaKind::Untagged(branches.iter().map(|b| branch(bundle, b)).collect())
        };
    }
    if schema["properties"].is_object() || content_union(bundle, schema).is_some() {
        return SchemaKind::Object {
            fields: fields(bundle, schema),
            open: schema["additionalProperties"] == true,
        };
    }
    SchemaKind::Inline
}

fn branch(bundle: &Bundle, branch: &Value) -> Branch {
    Branch {
        title: ref_name(branch).map_or_else(|| text(&branch["title"]), str::to_owned),
        description: text(described(bundle, branch)),
        tag: text(&branch["properties"]["type"]["enum"][0]),
    }
}

/// The branches of a union: `oneOf`, or `anyOf` where they overlap.
pub fn branches(schema: &Value) -> Option<&Vec<Value>> {
    schema["oneOf"].as_array().or(schema["anyOf"].as_array())
}

/// Whether every branch of a union is a plain text, number or boolean.
pub fn is_scalar_union(schema: &Value) -> bool {
    branches(schema).is_some_and(|branches| {
        branches.iter().all(|b| {
            matches!(
                b["type"].as_str(),
                Some("string" | "boolean" | "number" | "integer")
            )
        })
    })
}

/// Whether the branches of a union are distinguished by `type`, with the rest in `content`.
pub fn is_tagged(schema: &Value) -> bool {
    branches(schema).is_some_and(|branches| {
        branches.iter().all(|b| {
            b["properties"]["type"]["enum"]
                .as_array()
                .is_some_and(|v| v.len() == 1)
                && b["properties"].get(CONTENT).is_some()
        })
    })
}

/// `allOf: [object, tagged union]`: the object and the reference to the union.
pub fn content_union<'a>(bundle: &'a Bundle, schema: &'a Value) -> Option<(&'a Value, &'a Value)> {
    match schema["allOf"].as_array()?.as_slice() {
        [base, union] if is_tagged(bundle.resolve(union)) => Some((base, union)),
        _ => None,
    }
}

/// A `$ref` that wants a description of its own stands alone in an `allOf`.
pub fn described_ref(schema: &Value) -> Option<&Value> {
    match schema["allOf"].as_array()?.as_slice() {
        [only] if only.get("$ref").is_some() => Some(only),
        _ => None,
    }
}

/// The name of the schema that a `$ref` names.
pub fn ref_name(value: &Value) -> Option<&str> {
    value["$ref"]
        .as_str()?
        .strip_prefix("#/components/schemas/")
}

/// The fields of an object, the shared tagged union last.
pub(super) fn fields(bundle: &Bundle, schema: &Value) -> Vec<Field> {
    let (base, union) =
        content_union(bundle, schema).map_or((schema, None), |(base, union)| (base, Some(union)));
    let required = base["required"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut fields: Vec<Field> = object(&base["properties"])
        .map(|(name, property)| Field {
            name: name.clone(),
            description: text(described(bundle, property)),
            required: required.iter().any(|r| r == name),
            nullable: property["nullable"] == true || refers_to_nullable(bundle, property),
            flatten: false,
        })
        .collect();
    if let Some(union) = union {
        fields.push(Field {
            name: CONTENT.to_owned(),
            description: text(described(bundle, union)),
            required: true,
            nullable: false,
            flatten: true,
        });
    }
    fields
}

fn refers_to_nullable(bundle: &Bundle, property: &Value) -> bool {
    let reference = described_ref(property).unwrap_or(property);
    bundle.resolve(reference)["nullable"] == true
}

fn described<'a>(bundle: &'a Bundle, property: &'a Value) -> &'a Value {
    match property.get("description") {
        Some(description) => description,
        None => &bundle.resolve(property)["description"],
    }
}
