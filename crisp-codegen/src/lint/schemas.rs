//! Schemas: described, named where they become a type of their own, and sound.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::shape::Kind;
use super::{Lint, Node, items, texts};
use crate::bundle::entries;
use crate::source::pointer;

const SCHEMAS: &str = "/components/schemas";
const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];

/// The position of a schema, which decides whether it may be an object or an enum without a name.
#[derive(Clone, Copy, PartialEq)]
enum Position {
    /// A component: it has a name.
    Named,
    /// The whole of a body: its fields are arguments.
    Body,
    /// A part of a body: its `data` stands beside the envelope.
    Part,
    /// One of several forms that are distinguished by a field.
    Tagged,
    /// The field that distinguishes the forms.
    Tag,
    /// Within another schema, or in a parameter.
    Inner,
}

pub(super) fn check(lint: &mut Lint<'_>, nodes: &[Node<'_>]) {
    for node in nodes
        .iter()
        .filter(|node| node.kind == Kind::Schema && node.parent != Kind::Schema)
    {
        let position = match node.parent {
            Kind::Components => Position::Named,
            Kind::MediaType => Position::Body,
            _ => Position::Inner,
        };
        if position == Position::Named {
            let name = node.pointer.rsplit('/').next().unwrap_or_default();
            lint.need_text(
                node.value,
                &node.pointer,
                &format!("schema `{name}`"),
                "description",
                "write in a line what it is",
            );
            if !name.starts_with(|first: char| first.is_ascii_uppercase())
                || !name.bytes().all(|byte| byte.is_ascii_alphanumeric())
            {
                lint.report(
                    &node.pointer,
                    format!("schema `{name}` is not the name of a type"),
                    "write it in letters and digits, each word with a capital: `PeopleProfile`",
                );
            }
        }
        schema(lint, node.value, &node.pointer, position);
    }
}

fn schema(lint: &mut Lint<'_>, schema: &Map<String, Value>, at: &str, position: Position) {
    if schema.contains_key("$ref") {
        return;
    }
    types(lint, schema, at);
    if schema.contains_key("properties") && matches!(position, Position::Inner | Position::Tag) {
        lint.report(
            at,
            "an object with properties inside another schema",
            "give it a name under `components: schemas:` and refer to it with $ref",
        );
    }
    enumeration(lint, schema, at, position);
    required(lint, schema, at);

    let tag = (position == Position::Tagged)
        .then(|| tag_of(schema))
        .flatten();
    for (name, value) in entries(schema.get("properties")) {
        let Value::Object(value) = value else {
            continue;
        };
        let at = pointer(&pointer(at, "properties"), name);
        // The description of a response documents its data.
        let documented = position == Position::Part && name == "data";
        if !value.contains_key("$ref") && !documented {
            lint.need_text(
                value,
                &at,
                &format!("property `{name}`"),
                "description",
                "write in a line what it is, and its unit or range",
            );
        }
        let inner = if tag == Some(name) {
            Position::Tag
        } else {
            Position::Inner
        };
        self::schema(lint, value, &at, inner);
    }
    for key in ["items", "additionalProperties"] {
        if let Some(Value::Object(value)) = schema.get(key) {
            self::schema(lint, value, &pointer(at, key), Position::Inner);
        }
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        let at = pointer(at, key);
        for (index, part) in items(schema.get(key)).enumerate() {
            let Value::Object(part) = part else { continue };
            let inner = match (key, position) {
                ("allOf", Position::Body) => Position::Part,
                // The parts of a schema are that schema.
                ("allOf", position) => position,
                (_, Position::Named) if tag_of(part).is_some() => Position::Tagged,
                _ => Position::Inner,
            };
            self::schema(lint, part, &format!("{at}/{index}"), inner);
        }
    }
}

/// The required property that has but one value, so that it tells this form from others.
fn tag_of(schema: &Map<String, Value>) -> Option<&str> {
    let required: Vec<_> = texts(schema.get("required")).collect();
    let only_value = |value: &Value| {
        value
            .get("enum")
            .and_then(Value::as_array)
            .is_some_and(|values| values.len() == 1)
    };
    entries(schema.get("properties"))
        .find(|(name, value)| required.contains(name) && only_value(value))
        .map(|(name, _)| name)
}

fn types(lint: &mut Lint<'_>, schema: &Map<String, Value>, at: &str) {
    let kind = schema.get("type").and_then(Value::as_str);
    if let Some(kind) = kind.filter(|kind| !TYPES.contains(kind)) {
        let help = format!(
            "write one of {}, and `nullable: true` beside it where null is meant",
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
            "write one as JavaScript has them, in single quotes",
        );
    }
    for (needs, key) in [("array", "items"), ("object", "properties")] {
        if schema.contains_key(key) && kind != Some(needs) {
            lint.report(
                at,
                format!("`{key}` without `type: {needs}`"),
                format!("write `type: {needs}` beside it"),
            );
        }
    }
    if kind == Some("array") && !schema.contains_key("items") {
        lint.report(
            at,
            "an array without items",
            "write `items:` with the schema of one item",
        );
    }
}

fn enumeration(lint: &mut Lint<'_>, schema: &Map<String, Value>, at: &str, position: Position) {
    let Some(Value::Array(values)) = schema.get("enum") else {
        return;
    };
    let place = pointer(at, "enum");
    if values.is_empty() {
        lint.report(
            &place,
            "an enum without values",
            "write the known values, or take it out",
        );
    }
    for (index, value) in values.iter().enumerate() {
        if values[..index].contains(value) {
            lint.report(
                &format!("{place}/{index}"),
                format!("{value} stands twice in the enum"),
                "take one out",
            );
        }
    }
    let named = matches!(position, Position::Named | Position::Tag);
    if schema.get("type").and_then(Value::as_str) == Some("string") && !named {
        lint.report(
            at,
            "an enum of texts without a name",
            "give it a name under `components: schemas:` and refer to it with $ref",
        );
    }
}

fn required(lint: &mut Lint<'_>, schema: &Map<String, Value>, at: &str) {
    let mut known = HashSet::new();
    properties(lint, schema, &mut known, &mut HashSet::new());
    let names: Vec<_> = texts(schema.get("required")).collect();
    for (index, name) in names.iter().enumerate() {
        let at = format!("{at}/required/{index}");
        if names[..index].contains(name) {
            lint.report(&at, format!("`{name}` is required twice"), "take one out");
        } else if !known.contains(name) {
            lint.report(
                &at,
                format!("`{name}` is required and not a property"),
                "describe it under `properties:`, or take it out of `required`",
            );
        }
    }
}

/// The properties of a schema and of all that it is made of.
fn properties<'a>(
    lint: &Lint<'a>,
    schema: &'a Map<String, Value>,
    known: &mut HashSet<&'a str>,
    seen: &mut HashSet<&'a str>,
) {
    known.extend(entries(schema.get("properties")).map(|(name, _)| name));
    for part in parts(schema) {
        if let Some(reference) = part.get("$ref").and_then(Value::as_str)
            && !seen.insert(reference)
        {
            continue;
        }
        if let Value::Object(part) = lint.bundle.resolve(part) {
            properties(lint, part, known, seen);
        }
    }
}

/// The parts of a schema that apply to the same value.
fn parts(schema: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    ["allOf", "oneOf", "anyOf"]
        .into_iter()
        .flat_map(|key| items(schema.get(key)))
}

/// Reports the schemas that are made of themselves; true where there is none.
pub(super) fn check_rings(lint: &mut Lint<'_>) -> bool {
    let mut made_of: HashMap<String, HashSet<String>> = HashMap::new();
    for (name, schema) in entries(lint.bundle.document.pointer(SCHEMAS)) {
        let mut names = HashSet::new();
        collect(schema, &mut names);
        made_of.insert(format!("#{}", pointer(SCHEMAS, name)), names);
    }
    let mut sound = true;
    for reference in made_of.keys() {
        let mut reached = HashSet::new();
        let mut from = vec![reference];
        while let Some(next) = from.pop() {
            from.extend(
                made_of
                    .get(next)
                    .into_iter()
                    .flatten()
                    .filter(|name| reached.insert(*name)),
            );
        }
        if reached.contains(reference) {
            sound = false;
            let (_, name) = reference.rsplit_once('/').unwrap_or_default();
            lint.report(
                &reference[1..],
                format!("schema `{name}` is made of itself"),
                "refer to it from a property of an object",
            );
        }
    }
    sound
}

/// Collects the references to schemas that a schema is composed of.
fn collect(schema: &Value, references: &mut HashSet<String>) {
    let Value::Object(schema) = schema else {
        return;
    };
    references.extend(
        schema
            .get("$ref")
            .and_then(Value::as_str)
            .map(str::to_owned),
    );
    // A list or a map has no type of its own in Rust: it is written out where it is used.
    if !schema.contains_key("properties") && !schema.contains_key("oneOf") {
        for inner in ["items", "additionalProperties"] {
            collect(schema.get(inner).unwrap_or(&Value::Null), references);
        }
    }
    for part in parts(schema) {
        collect(part, references);
    }
}
