//! Checks the keywords of one schema: each belongs to its type, and none contradicts another.

use serde_json::{Map, Value, json};

use super::{Lint, objects};
use crate::source::pointer;

const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];

/// The keywords that belong to a type.
const OWNERS: [(&str, &[&str]); 6] = [
    ("string", &["minLength", "maxLength", "pattern"]),
    ("array", &["items", "minItems", "maxItems", "uniqueItems"]),
    (
        "object",
        &["properties", "required", "additionalProperties"],
    ),
    ("integer", &["minimum", "maximum"]),
    ("number", &["minimum", "maximum"]),
    ("boolean", &[]),
];

/// The formats of a type.
const FORMATS: [(&str, &[&str]); 3] = [
    (
        "string",
        &["date", "date-time", "email", "password", "uri", "uuid"],
    ),
    ("integer", &["int32", "int64"]),
    ("number", &["double", "float"]),
];

/// The keywords of which a schema has one at most.
const SHAPES: [&str; 6] = ["properties", "items", "enum", "allOf", "oneOf", "anyOf"];

pub(super) fn check(lint: &mut Lint<'_>, schema: &Map<String, Value>, at: &str) {
    let kind = schema.get("type").and_then(Value::as_str);
    check_type(lint, schema, kind, at);
    check_owners(lint, schema, kind, at);
    check_shapes(lint, schema, kind, at);
    check_format(lint, schema, kind, at);
    check_limits(lint, schema, kind, at);
    check_default(lint, schema, at);
}

fn check_type(lint: &mut Lint<'_>, schema: &Map<String, Value>, kind: Option<&str>, at: &str) {
    if let Some(kind) = kind.filter(|kind| !TYPES.contains(kind)) {
        let help = format!(
            "write one of {}, and `nullable: true` beside it where null is allowed",
            TYPES.join(", ")
        );
        lint.report(
            &pointer(at, "type"),
            format!("`{kind}` is not a type"),
            help,
        );
    }
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str)
        && jsonschema::validator_for(&json!({ "pattern": pattern })).is_err()
    {
        lint.report(
            &pointer(at, "pattern"),
            format!("`{pattern}` is not a regular expression"),
            "write one in the syntax of JavaScript, in single quotes",
        );
    }
    if kind == Some("array") && !schema.contains_key("items") {
        lint.report(
            at,
            "an array without items",
            "write `items:` with the schema of one item",
        );
    }
}

/// Reports keywords of another type: they would be ignored.
fn check_owners(lint: &mut Lint<'_>, schema: &Map<String, Value>, kind: Option<&str>, at: &str) {
    for key in schema.keys() {
        let owners: Vec<_> = OWNERS
            .iter()
            .filter(|(_, keys)| keys.contains(&key.as_str()))
            .map(|(owner, _)| *owner)
            .collect();
        // A combined schema has a rule of its own for `required`.
        let is_combined = key == "required" && schema.contains_key("allOf");
        if let Some(owner) = owners.first()
            && !kind.is_some_and(|kind| owners.contains(&kind))
            && !is_combined
        {
            lint.report(
                at,
                format!("`{key}` without `type: {owner}`"),
                format!("write `type: {owner}` beside it"),
            );
        }
    }
}

/// Reports combinations of which the generator would use one and ignore the others.
fn check_shapes(lint: &mut Lint<'_>, schema: &Map<String, Value>, kind: Option<&str>, at: &str) {
    let shapes: Vec<_> = SHAPES
        .into_iter()
        .filter(|key| schema.contains_key(*key))
        .collect();
    if let &[first, second, ..] = shapes.as_slice() {
        lint.report(
            &pointer(at, second),
            format!("`{second}` beside `{first}`"),
            "keep one of the two, and give the other a name under `components: schemas:`",
        );
    }
    let is_union = shapes
        .iter()
        .any(|shape| matches!(*shape, "oneOf" | "anyOf"));
    if is_union && kind.is_some() {
        lint.report(
            &pointer(at, "type"),
            "`type` beside a union",
            "take it out: each branch has its type",
        );
    }
}

fn check_format(lint: &mut Lint<'_>, schema: &Map<String, Value>, kind: Option<&str>, at: &str) {
    let Some(format) = schema.get("format").and_then(Value::as_str) else {
        return;
    };
    let known = FORMATS.iter().find(|(owner, _)| Some(*owner) == kind);
    let at = pointer(at, "format");
    match known {
        Some((kind, formats)) if !formats.contains(&format) => lint.report(
            &at,
            format!("`{format}` is not a format of type {kind}"),
            format!("write one of {}, or take it out", formats.join(", ")),
        ),
        Some(("string", _)) if schema.contains_key("enum") => lint.report(
            &at,
            "`format` beside `enum`",
            "take it out: the values are the format",
        ),
        Some(_) => {}
        None => lint.report(
            &at,
            "`format` without a type that has formats",
            "write `type: string`, `integer` or `number` beside it, or take it out",
        ),
    }
}

fn check_limits(lint: &mut Lint<'_>, schema: &Map<String, Value>, kind: Option<&str>, at: &str) {
    for (least, most) in [
        ("minimum", "maximum"),
        ("minLength", "maxLength"),
        ("minItems", "maxItems"),
    ] {
        let [low, high] = [least, most].map(|key| schema.get(key).and_then(Value::as_f64));
        if let (Some(low), Some(high)) = (low, high)
            && low > high
        {
            lint.report(
                &pointer(at, least),
                format!("`{least}` {low} is greater than `{most}` {high}"),
                "exchange the two, or fix one",
            );
        }
    }
    if kind != Some("integer") {
        return;
    }
    let is_int32 = schema.get("format").and_then(Value::as_str) == Some("int32");
    for key in ["minimum", "maximum"] {
        let Some(limit) = schema.get(key).filter(|limit| limit.is_number()) else {
            continue;
        };
        let fits = limit
            .as_i64()
            .is_some_and(|limit| !is_int32 || i32::try_from(limit).is_ok());
        if !fits {
            let kind = if is_int32 { "an int32" } else { "an int64" };
            lint.report(
                &pointer(at, key),
                format!("`{key}` {limit} is not {kind}"),
                "write an integer in its range, or another `format:`",
            );
        }
    }
}

/// Checks that a default is a scalar that the schema allows.
fn check_default(lint: &mut Lint<'_>, schema: &Map<String, Value>, at: &str) {
    let Some(default) = schema.get("default") else {
        return;
    };
    let whole = Value::Object(schema.clone());
    let target = objects::target(lint.bundle, &whole);
    let is_of_type = match target.get("type").and_then(Value::as_str) {
        Some("string") => default.is_string(),
        Some("integer") => default.is_i64(),
        Some("number") => default.is_number(),
        Some("boolean") => default.is_boolean(),
        _ => false,
    };
    let is_known = target
        .get("enum")
        .and_then(Value::as_array)
        .is_none_or(|values| values.contains(default));
    let within = |key: &str, fits: fn(f64, f64) -> bool| {
        let limit = target.get(key).and_then(Value::as_f64);
        match (default.as_f64(), limit) {
            (Some(default), Some(limit)) => fits(default, limit),
            _ => true,
        }
    };
    let is_in_range = within("minimum", |default, least| default >= least)
        && within("maximum", |default, most| default <= most);
    if !(is_of_type && is_known && is_in_range) {
        lint.report(
            &pointer(at, "default"),
            format!("the default {default} is not a value of the schema"),
            "write a string, number or boolean that it allows, or write the default into the description",
        );
    }
}
