//! The facts about schemas that several rules need: what a `$ref` leads to, the fields of an object, the kind of JSON.

use serde_json::Value;

use super::{items, texts};
use crate::bundle::{Bundle, entries};

/// The limit of references from one schema to the next: the rule against schemas made of themselves reports a ring.
const MAX_STEPS: usize = 32;

/// The kind of JSON that a schema describes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum JsonKind {
    Text,
    Number,
    Flag,
    List,
    Object,
    /// Any, or one of several.
    Any,
}

/// Returns the reference that is a schema: `$ref`, or `allOf` with a `$ref` as its only item.
pub(super) fn reference(schema: &Value) -> Option<&str> {
    let reference = match schema
        .get("allOf")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    {
        Some([only]) => only,
        _ => schema,
    };
    reference.get("$ref")?.as_str()
}

/// Returns the schema that a schema refers to, over any number of references, or the schema itself.
pub(super) fn target<'a>(bundle: &'a Bundle, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    for _ in 0..MAX_STEPS {
        let next = reference(schema)
            .and_then(|reference| bundle.document.pointer(reference.strip_prefix('#')?));
        match next {
            Some(next) => schema = next,
            None => break,
        }
    }
    schema
}

/// A property of an object, and whether it is required.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) schema: &'a Value,
    pub(super) required: bool,
}

/// Returns the fields of an object, with those of the parts of an `allOf`.
pub(super) fn fields<'a>(bundle: &'a Bundle, schema: &'a Value) -> Vec<Field<'a>> {
    let mut found = Vec::new();
    collect(bundle, schema, 0, &mut found);
    found
}

fn collect<'a>(bundle: &'a Bundle, schema: &'a Value, depth: usize, found: &mut Vec<Field<'a>>) {
    if depth > MAX_STEPS {
        return;
    }
    let schema = target(bundle, schema);
    let required: Vec<_> = texts(schema.get("required")).collect();
    found.extend(
        entries(schema.get("properties")).map(|(name, schema)| Field {
            name,
            schema,
            required: required.contains(&name),
        }),
    );
    for part in items(schema.get("allOf")) {
        collect(bundle, part, depth + 1, found);
    }
}

/// Returns the kind of JSON that a schema describes.
pub(super) fn json_kind(bundle: &Bundle, schema: &Value) -> JsonKind {
    let schema = target(bundle, schema);
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => JsonKind::Text,
        Some("integer" | "number") => JsonKind::Number,
        Some("boolean") => JsonKind::Flag,
        Some("array") => JsonKind::List,
        Some("object") => JsonKind::Object,
        _ if schema.get("allOf").is_some() => JsonKind::Object,
        _ => JsonKind::Any,
    }
}

/// Returns the branches of a union.
pub(super) fn branches(schema: &Value) -> Option<&Vec<Value>> {
    let list = |key| schema.get(key).and_then(Value::as_array);
    list("oneOf").or_else(|| list("anyOf"))
}

/// Returns whether every branch of a union is a plain string, number or boolean, so that it needs no type of its own.
pub(super) fn is_scalar_union(schema: &Value) -> bool {
    let is_scalar = |branch: &Value| {
        let kind = branch.get("type").and_then(Value::as_str);
        let is_plain = branch.get("enum").is_none();
        matches!(kind, Some("string" | "integer" | "number" | "boolean")) && is_plain
    };
    branches(schema).is_some_and(|branches| branches.iter().all(is_scalar))
}

/// Returns the value of `type` that distinguishes a branch whose rest is in `content`.
pub(super) fn tag(branch: &Value) -> Option<&str> {
    let properties = branch.get("properties")?;
    let values = properties.get("type")?.get("enum")?.as_array()?;
    match (values.as_slice(), properties.get("content")) {
        ([only], Some(_)) => only.as_str(),
        _ => None,
    }
}

/// Returns whether the branches of a union are distinguished by `type`, with the rest in `content`.
pub(super) fn is_tagged(schema: &Value) -> bool {
    branches(schema)
        .is_some_and(|branches| !branches.is_empty() && branches.iter().all(|b| tag(b).is_some()))
}

/// Returns whether a schema is an object with fields of its own, or is combined of such objects.
pub(super) fn is_object(bundle: &Bundle, schema: &Value) -> bool {
    let schema = target(bundle, schema);
    schema.get("properties").is_some() || schema.get("allOf").is_some()
}
