//! The keywords of a schema beside its structure, and the wording of differences in them.

use serde_json::{Map, Value};

/// Keys that only people read.
const DOCUMENTATION: [&str; 7] = [
    "title",
    "summary",
    "description",
    "externalDocs",
    "tags",
    "example",
    "examples",
];
/// Keys that hold a mapping from names, of which none is a keyword.
const NAMES: [&str; 4] = ["properties", "responses", "content", "headers"];
/// Keys whose differences are reported one by one.
const STRUCTURE: [&str; 7] = [
    "properties",
    "required",
    "items",
    "allOf",
    "oneOf",
    "anyOf",
    "$ref",
];

/// A value without what only people read.
pub(super) fn undocumented(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut kept = Map::new();
            for (key, value) in map {
                let value = match value {
                    // A set, in whatever order it is written.
                    Value::Array(names) if key == "required" => {
                        let mut names = names.clone();
                        names.sort_by_key(Value::to_string);
                        Value::Array(names)
                    }
                    _ if DOCUMENTATION.contains(&key.as_str()) => continue,
                    Value::Object(names) if NAMES.contains(&key.as_str()) => names
                        .iter()
                        .map(|(name, value)| (name.clone(), undocumented(value)))
                        .collect(),
                    value => undocumented(value),
                };
                kept.insert(key.clone(), value);
            }
            Value::Object(kept)
        }
        Value::Array(items) => items.iter().map(undocumented).collect(),
        value => value.clone(),
    }
}

/// The keys of two objects that differ and are neither documentation nor structure, each in a few words.
pub(super) fn facts(old: &Value, new: &Value) -> Vec<String> {
    let keys = |value: &Value| -> Vec<String> {
        let map = value.as_object().into_iter().flatten();
        map.map(|(key, _)| key.clone()).collect()
    };
    // The values of a set of texts are reported one by one.
    let texts = old["type"] == "string" && new["type"] == "string";
    let mut all = keys(old);
    all.extend(keys(new).into_iter().filter(|key| old.get(key).is_none()));
    all.iter()
        .filter(|key| !DOCUMENTATION.contains(&key.as_str()) && !STRUCTURE.contains(&key.as_str()))
        .filter(|key| key.as_str() != "enum" || !texts)
        .filter_map(|key| fact(key, old.get(key), new.get(key)))
        .collect()
}

/// The difference in one key, if there is one.
pub(super) fn fact(key: &str, old: Option<&Value>, new: Option<&Value>) -> Option<String> {
    let written = |value: Option<&Value>| match value {
        None => "none".to_owned(),
        Some(Value::String(text)) => format!("`{text}`"),
        Some(value) => format!("`{value}`"),
    };
    if old == new {
        return None;
    }
    // A schema within a schema is compared for itself.
    if key == "additionalProperties" && [old, new].into_iter().flatten().any(Value::is_object) {
        return None;
    }
    Some(format!("{key} was {}, is {}", written(old), written(new)))
}
