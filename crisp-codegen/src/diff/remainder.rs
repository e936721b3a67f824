//! The parts of the documents that no model has: texts, ranges, formats, statuses, unused components and the like.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::renames::Renames;
use super::wording::differences;
use super::{Action, Changes, Item, Kind};
use crate::bundle::entries;
use crate::source::pointer;

/// Keys that hold a mapping from names, of which none is a keyword.
const NAMES: [&str; 4] = ["properties", "responses", "content", "headers"];

/// Compares the remainder of each item, and of the documents.
pub(super) fn compare(changes: &mut Changes<'_>, renames: &Renames) {
    let mut old = changes.bundles[0].document.clone();
    renames.rename_references(&mut old);
    let documents = [&old, &changes.bundles[1].document];
    let mut items = std::mem::take(&mut changes.items);
    let pointers = [0, 1].map(|side| {
        let pointers = items.iter().filter_map(|item| item.pointers[side].clone());
        pointers.collect::<HashSet<String>>()
    });
    // An item comes before the one that contains it.
    items.reverse();
    let parts: BTreeSet<_> = documents.into_iter().flat_map(parts).collect();
    items.extend(parts.into_iter().map(|(kind, name, at)| Item {
        kind,
        name,
        pointers: documents.map(|document| document.pointer(&at).map(|_| at.clone())),
    }));
    let mut compared = HashSet::new();
    for item in items {
        // Operations share parameters.
        if !compared.insert(item.pointers.clone()) {
            continue;
        }
        match &item.pointers {
            [Some(old), Some(new)] => {
                let difference = difference(changes, &item, documents, &pointers, [old, new]);
                match difference.as_deref() {
                    None => {}
                    Some("") => changes.add(&item, Action::Documented, false, ""),
                    Some(detail) => changes.notes(&item, detail),
                }
            }
            // A path is added and removed with its operations.
            [None, Some(at)] | [Some(at), None] if at.starts_with("/paths/") => {}
            [Some(at), None] if !pointers[0].contains(at) => {
                changes.add(&item, Action::Removed, false, "");
            }
            [None, Some(at)] if !pointers[1].contains(at) => {
                changes.add(&item, Action::Added, false, "");
            }
            _ => {}
        }
    }
}

/// The parts of a document that may be no item of the models, with their pointers.
fn parts(document: &Value) -> Vec<(Kind, String, String)> {
    let mut parts = Vec::new();
    for (key, value) in entries(Some(document)) {
        for (name, inner) in entries(Some(value)) {
            let at = pointer(&pointer("", key), name);
            match key {
                "paths" => parts.push((Kind::Other, name.to_owned(), at)),
                "components" => parts.extend(entries(Some(inner)).map(|(component, _)| {
                    let (kind, name) = match name {
                        "schemas" => (Kind::Type, component.to_owned()),
                        "parameters" => (Kind::Parameter, component.to_owned()),
                        section => (Kind::Other, format!("{section}/{component}")),
                    };
                    (kind, name, pointer(&at, component))
                })),
                _ => {}
            }
        }
        if !matches!(key, "paths" | "components" | "x-webhooks") {
            parts.push((Kind::Other, key.to_owned(), pointer("", key)));
        }
    }
    parts
}

/// Returns the difference between the remainders of an item, if there is one. It is empty if only people read it.
fn difference(
    changes: &Changes<'_>,
    item: &Item,
    documents: [&Value; 2],
    items: &[HashSet<String>; 2],
    at: [&String; 2],
) -> Option<String> {
    let old = documents[0].pointer(at[0])?;
    let new = documents[1].pointer(at[1])?;
    // The remainder of a changed item is mostly what its change is made of.
    let is_changed = (0..2).any(|side| changes.changed[side].contains(at[side]));
    if old == new || is_changed {
        return None;
    }
    let remainders = |texts| {
        let remainder = |side: usize, value| {
            let (items, kind) = (&items[side], item.kind);
            Remainder { items, kind, texts }.of(value, at[side], false)
        };
        (remainder(0, old), remainder(1, new))
    };
    let (was, is) = remainders(false);
    if was != is {
        return Some(differences(&was, &is));
    }
    let (was, is) = remainders(true);
    // The rest has no meaning, such as the order of a set. The name of a parameter is in the route.
    let is_reported = matches!(item.kind, Kind::Argument | Kind::Parameter)
        || (0..2).any(|side| {
            let within = format!("{}/", at[side]);
            let mut changed = changes.changed[side].iter();
            changed.any(|at| at.starts_with(&within))
        });
    (was != is || !is_reported).then(String::new)
}

/// The part of an item that is neither another item nor in the model.
struct Remainder<'a> {
    /// The pointers of the items.
    items: &'a HashSet<String>,
    /// The kind of the item.
    kind: Kind,
    /// Whether to keep the texts for people.
    texts: bool,
}

impl Remainder<'_> {
    /// Returns the remainder of a value. The keys of an object are keywords, or else names.
    fn of(&self, value: &Value, at: &str, is_names: bool) -> Value {
        match value {
            Value::Object(map) => {
                let mut kept = Map::new();
                for (key, value) in map {
                    let below = pointer(at, key);
                    let is_known = !is_names && self.is_known(map, key, at);
                    if is_known || self.items.contains(&below) {
                        continue;
                    }
                    let is_names = !is_names && NAMES.contains(&key.as_str());
                    let mut value = self.of(value, &below, is_names);
                    if let (Value::Array(names), "required") = (&mut value, key.as_str()) {
                        names.sort_by_key(Value::to_string);
                    }
                    kept.insert(key.clone(), value);
                }
                Value::Object(kept)
            }
            Value::Array(items) => {
                let items = items
                    .iter()
                    .enumerate()
                    .map(|(index, value)| (format!("{at}/{index}"), value));
                let kept = items.filter(|(at, _)| !self.items.contains(at));
                kept.map(|(at, value)| self.of(value, &at, false)).collect()
            }
            value => value.clone(),
        }
    }

    /// Whether a keyword is compared elsewhere, or is a text for people that is not to be kept.
    fn is_known(&self, parent: &Map<String, Value>, key: &str, at: &str) -> bool {
        match (key, self.kind) {
            ("title" | "summary" | "description" | "externalDocs", _) => !self.texts,
            ("tags" | "example" | "examples", _) => !self.texts,
            // All parameters are arguments.
            ("parameters", _) => parent[key].is_array(),
            ("required", _) => {
                let at = pointer(at, "properties");
                let mut fields = entries(parent.get("properties"));
                fields.any(|(name, _)| self.items.contains(&pointer(&at, name)))
            }
            ("operationId" | "deprecated", Kind::Operation) => true,
            ("x-crisp-tiers" | "x-crisp-scopes", Kind::Operation | Kind::Event) => true,
            ("name", Kind::Argument | Kind::Parameter) => true,
            _ => false,
        }
    }
}
