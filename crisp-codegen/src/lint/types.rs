//! Checks the names of types and fields: valid, and each once.

use std::collections::HashMap;

use heck::ToUpperCamelCase;
use serde_json::Value;

use super::arguments::Call;
use super::recursion::SCHEMAS;
use super::{Lint, bodies, idents, items, objects};
use crate::bundle::entries;
use crate::source::pointer;

pub(super) fn check(lint: &mut Lint<'_>) {
    let derived = derived(lint);
    let bundle = lint.bundle;
    for (name, schema) in entries(bundle.document.pointer(SCHEMAS)) {
        let at = pointer(SCHEMAS, name);
        check_name(lint, name, &at);
        if let Some(origin) = derived.get(name) {
            lint.report(
                &at,
                format!("schema `{name}` has the name of the type of {origin}"),
                "give the schema another name",
            );
        }
        // The frames have no type of their own.
        if !bodies::FRAMES.iter().any(|frame| frame[1..] == at) {
            check_fields(lint, schema, &at);
        }
    }
}

fn check_name(lint: &mut Lint<'_>, name: &str, at: &str) {
    if !idents::is_camel(name) {
        lint.report(
            at,
            format!("schema `{name}` is not the name of a type"),
            "write it in letters and digits, each word with one capital: `PeopleProfile`, `FaqPage`",
        );
    } else if idents::is_reserved_type(name) {
        lint.report(
            at,
            format!("schema `{name}` has a name that generated code needs for something else"),
            format!("write a more precise one, such as `Website{name}`"),
        );
    }
}

/// The names that the generator gives to types without a name of their own, each with what it is the type of.
fn derived(lint: &Lint<'_>) -> HashMap<String, String> {
    let mut derived = HashMap::new();
    for operation in lint.bundle.operations() {
        let call = Call::read(lint.bundle, &operation);
        let id = operation.text("operationId").unwrap_or_default();
        if call.has_setters() {
            derived.insert(call.request_name(), format!("the request of `{id}`"));
        }
        let camel = id.to_upper_camel_case();
        for (suffix, part) in [
            ("Body", "the body"),
            ("Response", "the response"),
            ("Error", "the error"),
        ] {
            derived.insert(format!("{camel}{suffix}"), format!("{part} of `{id}`"));
        }
        for argument in &call.arguments {
            let name = format!("{camel}{}", argument.name.to_upper_camel_case());
            derived
                .entry(name)
                .or_insert_with(|| format!("argument `{}` of `{id}`", argument.name));
        }
    }
    for (name, schema) in entries(lint.bundle.document.pointer(SCHEMAS)) {
        for part in std::iter::once(schema).chain(items(schema.get("allOf"))) {
            for (property, value) in entries(part.get("properties")) {
                if needs_type(value) {
                    let camel = format!("{name}{}", property.to_upper_camel_case());
                    for suffix in ["", "Item", "Value"] {
                        let origin = format!("property `{property}` of schema `{name}`");
                        derived.insert(format!("{camel}{suffix}"), origin);
                    }
                }
            }
        }
    }
    derived
}

/// Returns whether a schema inside another one may get a type of its own.
fn needs_type(schema: &Value) -> bool {
    let has_limit = ["minLength", "maxLength", "pattern"]
        .iter()
        .any(|key| schema.get(key).is_some());
    let inner = ["items", "additionalProperties"]
        .iter()
        .filter_map(|key| schema.get(key));
    has_limit || objects::branches(schema).is_some() || inner.into_iter().any(needs_type)
}

/// Checks that each property gives a field, which no other property gives.
fn check_fields(lint: &mut Lint<'_>, schema: &Value, at: &str) {
    let bundle = lint.bundle;
    let mut parts: Vec<_> = items(schema.get("allOf"))
        .enumerate()
        .map(|(index, part)| (format!("{at}/allOf/{index}/properties"), part))
        .collect();
    if parts.is_empty() {
        parts.push((format!("{at}/properties"), schema));
    }
    let mut seen: HashMap<String, &str> = HashMap::new();
    for (at, part) in parts {
        for field in objects::fields(bundle, part) {
            let name = field.name;
            let at = pointer(&at, name);
            let Some(ident) = idents::field(name) else {
                lint.report(
                    &at,
                    format!("property `{name}` gives no field name in Rust"),
                    "leave it out, and write `additionalProperties: true`: unknown fields are preserved",
                );
                continue;
            };
            if ident == idents::UNKNOWN_FIELDS {
                lint.report(
                    &at,
                    format!("property `{name}` has the name of the field for unknown fields"),
                    "leave it out, and write `additionalProperties: true`: it is preserved there",
                );
            } else if idents::STRUCT_FUNCTIONS.contains(&ident.as_str()) && !field.required {
                lint.report(
                    &at,
                    format!("the setter of property `{name}` has the name of a function that every struct has"),
                    "leave it out, and write `additionalProperties: true`: unknown fields are preserved",
                );
            }
            match seen.get(&ident) {
                // The rule for `allOf` reports one that differs.
                Some(first) if *first == name => {}
                Some(first) => lint.report(
                    &at,
                    format!("property `{name}` gives the same field name in Rust as `{first}`"),
                    "keep the one that Crisp sends, and write `additionalProperties: true` for the other",
                ),
                None => {
                    seen.insert(ident, name);
                }
            }
        }
    }
}
