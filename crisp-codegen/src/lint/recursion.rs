//! Checks that no schema is made of itself, and that values of a schema can end.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::{Lint, items, objects};
use crate::bundle::entries;
use crate::source::pointer;

pub(super) const SCHEMAS: &str = "/components/schemas";

/// The schemas that a schema leads to, by reference.
type Edges = HashMap<String, HashSet<String>>;

/// Reports the schemas that are made of themselves. Returns whether there is none.
pub(super) fn check(lint: &mut Lint<'_>) -> bool {
    let mut made_of = Edges::new();
    for (name, schema) in named(lint) {
        let mut references = HashSet::new();
        collect(schema, &mut references);
        made_of.insert(reference_to(name), references);
    }
    let rings = rings(&made_of);
    for reference in &rings {
        report(
            lint,
            reference,
            "is made of itself",
            "refer to it from a property of an object",
        );
    }
    if rings.is_empty() {
        check_endless(lint);
    }
    rings.is_empty()
}

/// Reports the schemas of which every value contains another: no value is finite.
fn check_endless(lint: &mut Lint<'_>) {
    let bundle = lint.bundle;
    let contains = named(lint).map(|(name, schema)| {
        let fields = objects::fields(bundle, schema).into_iter();
        let contained = fields
            .filter(|field| field.required && field.schema.get("nullable").is_none())
            .filter_map(|field| objects::reference(field.schema).map(str::to_owned));
        (reference_to(name), contained.chain(alias(schema)).collect())
    });
    for reference in rings(&contains.collect()) {
        report(
            lint,
            &reference,
            "contains itself in every value, which never ends",
            "take the property out of `required`, or make it nullable or a list",
        );
    }
}

/// The schema that a named one is only another name of.
fn alias(schema: &Value) -> Option<String> {
    objects::reference(schema).map(str::to_owned)
}

fn named<'a>(lint: &Lint<'a>) -> impl Iterator<Item = (&'a str, &'a Value)> {
    entries(lint.bundle.document.pointer(SCHEMAS))
}

fn reference_to(name: &str) -> String {
    format!("#{}", pointer(SCHEMAS, name))
}

fn report(lint: &mut Lint<'_>, reference: &str, message: &str, help: &str) {
    let (_, name) = reference.rsplit_once('/').unwrap_or_default();
    lint.report(&reference[1..], format!("schema `{name}` {message}"), help);
}

/// Returns the references that lead to themselves.
fn rings(edges: &Edges) -> Vec<String> {
    let leads_to_itself = |reference: &&String| {
        let mut reached = HashSet::new();
        let mut from = vec![*reference];
        while let Some(next) = from.pop() {
            let targets = edges.get(next).into_iter().flatten();
            from.extend(targets.filter(|target| reached.insert(*target)));
        }
        reached.contains(reference)
    };
    edges.keys().filter(leads_to_itself).cloned().collect()
}

/// Collects the references to schemas that a schema is composed of.
fn collect(schema: &Value, references: &mut HashSet<String>) {
    let Value::Object(schema) = schema else {
        return;
    };
    let reference = schema.get("$ref").and_then(Value::as_str);
    references.extend(reference.map(str::to_owned));
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

/// The parts of a schema that apply to the same value.
fn parts(schema: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    ["allOf", "oneOf", "anyOf"]
        .into_iter()
        .flat_map(|key| items(schema.get(key)))
}
