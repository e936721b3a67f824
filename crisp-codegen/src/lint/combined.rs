//! Checks `allOf`: the objects that a schema combines.

use serde_json::{Map, Value};

use super::{Lint, items, objects};
use crate::bundle::Bundle;
use crate::source::pointer;

/// Checks an `allOf` inside another schema: a `$ref` with keys beside it.
pub(super) fn check_reference(lint: &mut Lint<'_>, schema: &Map<String, Value>, at: &str) {
    let parts: Vec<_> = items(schema.get("allOf")).collect();
    let is_reference = matches!(parts.as_slice(), [only] if only.get("$ref").is_some());
    if !is_reference {
        lint.report(
            &pointer(at, "allOf"),
            "an `allOf` of several schemas inside another schema",
            "give it a name under `components: schemas:` and refer to it with $ref",
        );
    }
}

/// Checks an `allOf` that is the whole of a named schema: a reference, objects, or an object and a tagged union.
pub(super) fn check(lint: &mut Lint<'_>, schema: &Map<String, Value>, at: &str) {
    if schema.contains_key("required") {
        lint.report(
            &pointer(at, "required"),
            "`required` beside `allOf`",
            "move it into the part that has the properties",
        );
    }
    let at = pointer(at, "allOf");
    let parts: Vec<_> = items(schema.get("allOf")).collect();
    let bundle = lint.bundle;
    match parts.as_slice() {
        [only] if only.get("$ref").is_some() => {}
        [_] | [] => lint.report(
            &at,
            "an `allOf` of fewer than two objects",
            "write the schema itself, or a $ref as the only item",
        ),
        parts if parts.iter().any(|part| has_union(bundle, part, 0)) => {
            check_content(lint, parts, &at)
        }
        parts => check_objects(lint, parts, &at),
    }
}

/// The limit of nested `allOf`: the rule against schemas made of themselves reports a ring.
const MAX_DEPTH: usize = 32;

/// Returns whether a part is a union, or combined with one.
fn has_union(bundle: &Bundle, part: &Value, depth: usize) -> bool {
    let part = objects::target(bundle, part);
    depth < MAX_DEPTH
        && (objects::branches(part).is_some()
            || items(part.get("allOf")).any(|part| has_union(bundle, part, depth + 1)))
}

/// Checks an object that shares its JSON with a tagged union.
fn check_content(lint: &mut Lint<'_>, parts: &[&Value], at: &str) {
    let bundle = lint.bundle;
    let [base, union] = parts else {
        return report_union(lint, at);
    };
    let is_tagged = union.get("$ref").is_some() && objects::is_tagged(bundle.resolve(union));
    if base.get("properties").is_none() || !is_tagged {
        return report_union(lint, at);
    }
    for name in ["type", "content"] {
        if base["properties"].get(name).is_some() {
            lint.report(
                &format!("{at}/0/properties/{name}"),
                format!("property `{name}` is that of the union, too"),
                "take it out here",
            );
        }
    }
}

fn report_union(lint: &mut Lint<'_>, at: &str) {
    lint.report(
        at,
        "an `allOf` with a union that is not an object and a tagged union",
        "write two items: `type: object` with its properties, then a $ref to a union whose branches have `type` and \
         `content`",
    );
}

/// Checks objects that are merged.
fn check_objects(lint: &mut Lint<'_>, parts: &[&Value], at: &str) {
    let bundle = lint.bundle;
    for (index, part) in parts.iter().enumerate() {
        let at = format!("{at}/{index}");
        if !objects::is_object(bundle, part) {
            lint.report(
                &at,
                "a part of `allOf` is not an object with properties",
                "write `type: object` with `properties:`, or a $ref to such a schema",
            );
            continue;
        }
        for field in objects::fields(bundle, part) {
            let earlier = parts[..index]
                .iter()
                .flat_map(|part| objects::fields(bundle, part))
                .any(|other| other.name == field.name && other.schema != field.schema);
            if earlier {
                lint.report(
                    &pointer(&format!("{at}/properties"), field.name),
                    format!("property `{}` is declared by an earlier part of `allOf`, with another schema", field.name),
                    "keep one of the two, or give both the same schema",
                );
            }
        }
    }
}
