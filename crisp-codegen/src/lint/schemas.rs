//! Checks schemas: described, named where they become a type of their own, and supported where they stand.

use serde_json::{Map, Value};

use super::shape::Kind;
use super::{Lint, Node, combined, idents, items, keywords, objects, texts, unions};
use crate::bundle::entries;
use crate::source::pointer;

/// The position of a schema, which decides what it may be without a name.
#[derive(Clone, Copy, PartialEq)]
enum Position<'a> {
    /// A component, with its name.
    Named(&'a str),
    /// A part of the `allOf` of a component.
    Part,
    /// A branch of the union of a component.
    Branch,
    /// The `type` that distinguishes a branch.
    Tag,
    /// The whole of a request body: its fields are arguments.
    Arguments,
    /// The whole of a response or payload: an envelope.
    Frame,
    /// A part of an envelope, with `data`.
    FramePart,
    /// A property of an object.
    Property,
    /// An item, a value of a map, `data`, or a parameter.
    Inner,
}

use Position::{Arguments, Branch, Frame, FramePart, Inner, Named, Part, Property, Tag};

pub(super) fn check(lint: &mut Lint<'_>, nodes: &[Node<'_>]) {
    for node in nodes
        .iter()
        .filter(|node| node.kind == Kind::Schema && node.parent != Kind::Schema)
    {
        let name = node.pointer.rsplit('/').next().unwrap_or_default();
        let is_request = node.pointer.starts_with("/components/requestBodies/")
            || (node.pointer.starts_with("/paths/") && node.pointer.contains("/requestBody/"));
        let position = match node.parent {
            Kind::Components => Named(name),
            Kind::MediaType if is_request => Arguments,
            Kind::MediaType => Frame,
            _ => Inner,
        };
        if let Named(name) = position {
            lint.need_text(
                node.value,
                &node.pointer,
                &format!("schema `{name}`"),
                "description",
                "write in a line what it is",
            );
        }
        schema(lint, node.value, &node.pointer, position);
    }
}

fn schema(lint: &mut Lint<'_>, schema: &Map<String, Value>, at: &str, position: Position<'_>) {
    if schema.contains_key("$ref") {
        return;
    }
    keywords::check(lint, schema, at);
    check_position(lint, schema, at, position);
    enumeration(lint, schema, at, position);
    object(lint, schema, at, position);
    for key in ["items", "additionalProperties"] {
        if let Some(Value::Object(value)) = schema.get(key) {
            self::schema(lint, value, &pointer(at, key), Inner);
        }
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        let at = pointer(at, key);
        for (index, part) in items(schema.get(key)).enumerate() {
            let Value::Object(part) = part else { continue };
            let position = match (key, position) {
                ("allOf", Frame) => FramePart,
                ("allOf", Named(_)) => Part,
                ("oneOf" | "anyOf", Named(_)) => Branch,
                _ => Inner,
            };
            self::schema(lint, part, &format!("{at}/{index}"), position);
        }
    }
}

/// Checks that a schema is supported in its position.
fn check_position(
    lint: &mut Lint<'_>,
    schema: &Map<String, Value>,
    at: &str,
    position: Position<'_>,
) {
    let whole = Value::Object(schema.clone());
    if schema.contains_key("nullable") && position != Property {
        lint.report(
            &pointer(at, "nullable"),
            "`nullable` on a schema that is not a property",
            "write it on the property; beside a $ref, write `allOf:` with the $ref as its only item and \
             `nullable: true`",
        );
    }
    if schema.contains_key("title") && position != Branch {
        lint.report(
            &pointer(at, "title"),
            "a title outside of a union",
            "take it out: a title names the variant of a branch",
        );
    }
    let is_tagged = position == Branch && objects::tag(&whole).is_some();
    if schema.contains_key("properties")
        && matches!(position, Property | Inner | Branch | Tag)
        && !is_tagged
    {
        lint.report(
            at,
            "an object with properties inside another schema",
            "give it a name under `components: schemas:` and refer to it with $ref",
        );
    }
    if position == Arguments && schema.get("properties").is_none() {
        lint.report(
            at,
            "a request body that is not an object with properties",
            "write `type: object` with `properties:`, or a $ref to a schema under `components: schemas:`",
        );
    }
    if position == Arguments && schema.contains_key("additionalProperties") {
        lint.report(
            &pointer(at, "additionalProperties"),
            "`additionalProperties` in a request body without a name",
            "give the schema a name under `components: schemas:` and refer to it with $ref",
        );
    }
    if schema.contains_key("allOf") {
        match position {
            Named(_) => combined::check(lint, schema, at),
            Frame => {}
            _ => combined::check_reference(lint, schema, at),
        }
    }
    if objects::branches(&whole).is_some() && !objects::is_scalar_union(&whole) {
        match position {
            Named(name) => unions::check(lint, name, schema, at),
            _ => lint.report(
                at,
                "a union inside another schema",
                "give it a name under `components: schemas:` and refer to it with $ref",
            ),
        }
    }
}

fn enumeration(lint: &mut Lint<'_>, schema: &Map<String, Value>, at: &str, position: Position<'_>) {
    let Some(Value::Array(values)) = schema.get("enum") else {
        return;
    };
    let list = pointer(at, "enum");
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => {}
        // The rules for parameters check flags.
        Some("integer") if is_parameter(at) => return,
        _ => {
            return lint.report(
                &list,
                "an enum of other values than strings",
                "take it out, write `minimum:` and `maximum:`, and list the values in the description",
            );
        }
    }
    if values.is_empty() {
        lint.report(
            &list,
            "an enum without values",
            "write the known values, or take it out",
        );
    }
    if !matches!(position, Named(_) | Tag) {
        lint.report(
            at,
            "an enum of strings without a name",
            "give it a name under `components: schemas:` and refer to it with $ref",
        );
    }
    for (index, value) in values.iter().enumerate() {
        let at = format!("{list}/{index}");
        let Some(value) = value.as_str() else {
            lint.report(
                &at,
                format!("{value} in an enum of strings"),
                "put it in quotes, or take it out; for null, write `nullable: true` on the property",
            );
            continue;
        };
        let earlier = values[..index].iter().filter_map(Value::as_str);
        check_value(lint, value, earlier, &at);
    }
}

/// Checks that the value of an enum gives a variant, which no earlier value gives.
fn check_value<'v>(
    lint: &mut Lint<'_>,
    value: &str,
    mut earlier: impl Iterator<Item = &'v str>,
    at: &str,
) {
    let leave_out = "leave it out: values that are not listed are preserved as received";
    let Some(variant) = idents::variant(value) else {
        return lint.report(
            at,
            format!("enum value `{value}` gives no variant name in Rust"),
            leave_out,
        );
    };
    match earlier.find(|earlier| idents::variant(earlier).as_ref() == Some(&variant)) {
        Some(first) if first == value => lint.report(
            at,
            format!("enum value `{value}` is listed twice"),
            "take one out",
        ),
        Some(first) => lint.report(
            at,
            format!("enum value `{value}` gives the same variant name in Rust as `{first}`"),
            leave_out,
        ),
        None => {}
    }
}

/// Returns whether a pointer leads to the schema of a parameter.
fn is_parameter(at: &str) -> bool {
    let is_shared = at.starts_with("/components/parameters/");
    (is_shared || at.contains("/parameters/")) && at.ends_with("/schema")
}

fn object(lint: &mut Lint<'_>, schema: &Map<String, Value>, at: &str, position: Position<'_>) {
    if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
        lint.report(
            &pointer(at, "additionalProperties"),
            "`additionalProperties: false`",
            "take it out: unknown fields are always accepted",
        );
    }
    let properties = schema.get("properties");
    if properties.is_some() && entries(properties).next().is_none() {
        lint.report(
            &pointer(at, "properties"),
            "an object without properties",
            "take `properties` out for an object with any fields, or write one",
        );
    }
    required(lint, schema, at);
    let is_tagged = position == Branch && objects::tag(&Value::Object(schema.clone())).is_some();
    for (name, value) in entries(properties) {
        let Value::Object(value) = value else {
            continue;
        };
        let at = pointer(&pointer(at, "properties"), name);
        // The description of a response documents its data.
        let is_data = position == FramePart && name == "data";
        if !value.contains_key("$ref") && !is_data {
            lint.need_text(
                value,
                &at,
                &format!("property `{name}`"),
                "description",
                "write in a line what it is, and its unit or range",
            );
        }
        let position = match position {
            Branch if is_tagged && name == "type" => Tag,
            // The content of a variant is not optional.
            Branch => Inner,
            FramePart if is_data => Inner,
            _ => Property,
        };
        self::schema(lint, value, &at, position);
    }
}

fn required(lint: &mut Lint<'_>, schema: &Map<String, Value>, at: &str) {
    if schema.contains_key("allOf") {
        return;
    }
    let known: Vec<_> = entries(schema.get("properties"))
        .map(|(name, _)| name)
        .collect();
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
