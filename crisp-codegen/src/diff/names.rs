//! Renames: the same item under another name.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::wording::undocumented;
use crate::bundle::{Bundle, entries};
use crate::model::{self, Model, Operation, SchemaKind};
use crate::source::pointer;

/// New names by old ones. Empty for the new description itself.
#[derive(Default)]
pub(super) struct Names {
    pub(super) operations: HashMap<String, String>,
    pub(super) schemas: HashMap<String, String>,
}

impl Names {
    /// An operation is renamed where the same route has another operationId, a type where a schema of another name
    /// says the same.
    pub(super) fn find(old: (&Bundle, &Model), new: (&Bundle, &Model)) -> Self {
        Self {
            operations: operations(old.1, new.1),
            schemas: schemas(old, new),
        }
    }

    pub(super) fn operation<'n>(&'n self, own: &'n str) -> &'n str {
        self.operations.get(own).map_or(own, String::as_str)
    }

    pub(super) fn schema<'n>(&'n self, own: &'n str) -> &'n str {
        self.schemas.get(own).map_or(own, String::as_str)
    }

    /// The name that a schema has in its own description.
    pub(super) fn own_schema<'n>(&'n self, name: &'n str) -> &'n str {
        let renamed = self.schemas.iter().find(|(_, new)| *new == name);
        renamed.map_or(name, |(own, _)| own)
    }
}

impl Names {
    /// A part of a description with the references to what was renamed as they are now.
    pub(super) fn renamed(&self, part: &Value) -> Value {
        match part {
            Value::Object(map) => {
                let mut map: Map<_, _> = map
                    .iter()
                    .map(|(key, value)| (key.clone(), self.renamed(value)))
                    .collect();
                if let Some(name) = model::ref_name(part).and_then(|name| self.schemas.get(name)) {
                    let reference = format!("#{}", pointer("/components/schemas", name));
                    map.insert("$ref".to_owned(), reference.into());
                }
                Value::Object(map)
            }
            Value::Array(items) => items.iter().map(|item| self.renamed(item)).collect(),
            part => part.clone(),
        }
    }
}

/// The operationId, or the route where there is none.
pub(super) fn id(operation: &Operation) -> String {
    match operation.id.as_str() {
        "" => format!("{} {}", operation.method.to_uppercase(), operation.path),
        id => id.to_owned(),
    }
}

fn operations(old: &Model, new: &Model) -> HashMap<String, String> {
    let all = |model: &Model| -> HashMap<(String, String), String> {
        let operations = model.resources.iter().flat_map(|r| &r.operations);
        operations
            .map(|o| ((o.method.clone(), o.path.clone()), id(o)))
            .collect()
    };
    let (old, new) = (all(old), all(new));
    let (olds, news): (HashSet<_>, HashSet<_>) = (old.values().collect(), new.values().collect());
    let renamed = old.iter().filter_map(|(route, id)| {
        let other = new.get(route)?;
        (!news.contains(id) && !olds.contains(other)).then(|| (id.clone(), other.clone()))
    });
    renamed.collect()
}

fn schemas(old: (&Bundle, &Model), new: (&Bundle, &Model)) -> HashMap<String, String> {
    let gone = |(from, model): (&Bundle, &Model), other: &Bundle| -> Vec<(String, Value)> {
        entries(from.document.pointer("/components/schemas"))
            .filter(|(name, _)| other.owner(name).is_none())
            .filter(|(name, _)| {
                let schema = model.schemas.get(*name);
                schema.is_some_and(|schema| !matches!(schema.kind, SchemaKind::Inline))
            })
            .map(|(name, schema)| (name.to_owned(), undocumented(schema)))
            .collect()
    };
    let mut added = gone(new, old.0);
    let mut renamed = HashMap::new();
    for (name, schema) in gone(old, new.0) {
        if let Some(at) = added.iter().position(|(_, other)| *other == schema) {
            renamed.insert(name, added.remove(at).0);
        }
    }
    renamed
}
