//! Renamed operations and types.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use crate::api::{Api, Operation, Type, TypeKind, TypeRef};
use crate::document::{Document, schema_name};

/// The renamed operations and types.
#[derive(Default)]
pub(super) struct Renames {
    /// The old ids, by the new ones.
    pub(super) operations: BTreeMap<String, String>,
    /// The new names, by the old ones.
    types: BTreeMap<String, String>,
}

impl Renames {
    /// Finds what was renamed, and gives it its new name in the old model: operations with the same route, and types
    /// with the same shape.
    pub(super) fn apply(old: &mut Api, new: &Api) -> Self {
        let mut renames = Self::default();
        renames.operations(old, new);
        // Types that differ only in the name of another one have the same shape once that is renamed.
        while let Some((from, to)) = renamed_type(old, new) {
            if let Some(mut ty) = old.types.remove(&from) {
                ty.name.clone_from(&to);
                old.types.insert(to.clone(), ty);
            }
            old.for_each_use(&mut |used| rename(used, &from, &to));
            renames.types.insert(from, to);
        }
        renames
    }

    fn operations(&mut self, old: &mut Api, new: &Api) {
        let old_ids: HashSet<String> = old.operations().map(|o| o.id.clone()).collect();
        for operation in old.resources.iter_mut().flat_map(|r| &mut r.operations) {
            let is_known = new.operations().any(|other| other.id == operation.id);
            let mut all = new.operations();
            let same = all.find(|o| o.method == operation.method && o.path == operation.path);
            if let Some(Operation { id, .. }) = same
                && !is_known
                && !old_ids.contains(id)
            {
                let old = std::mem::replace(&mut operation.id, id.clone());
                self.operations.insert(id.clone(), old);
            }
        }
    }

    /// Gives references to renamed schemas the new names.
    pub(super) fn rename_references(&self, part: &mut Value) {
        match part {
            Value::Object(map) => {
                if let Some(Value::String(reference)) = map.get_mut("$ref")
                    && let Some(name) = schema_name(reference).and_then(|old| self.types.get(old))
                {
                    *reference = format!("#{}", Document::schema_pointer(name));
                }
                for value in map.values_mut() {
                    self.rename_references(value);
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.rename_references(item);
                }
            }
            _ => {}
        }
    }
}

/// The old and the new name of a type that only the old model has, and that has the shape of one that only the new
/// model has.
fn renamed_type(old: &Api, new: &Api) -> Option<(String, String)> {
    for (from, before) in old.types.iter().filter(|ty| !new.types.contains_key(ty.0)) {
        for (to, after) in new.types.iter().filter(|ty| !old.types.contains_key(ty.0)) {
            if shape(before, from, to) == shape(after, to, to) {
                return Some((from.clone(), to.clone()));
            }
        }
    }
    None
}

/// The kind of a type under another name, without documentation and pointers.
fn shape(ty: &Type, from: &str, to: &str) -> TypeKind {
    let mut ty = ty.clone();
    ty.for_each_use(&mut |used| rename(used, from, to));
    match &mut ty.kind {
        TypeKind::Struct { fields, .. } => {
            for field in fields {
                field.doc.clear();
                field.pointer.clear();
            }
        }
        TypeKind::Tagged(variants) | TypeKind::Untagged { variants, .. } => {
            for variant in variants {
                variant.doc.clear();
                variant.pointer.clear();
            }
        }
        TypeKind::Enum(_) | TypeKind::Alias(_) => {}
    }
    ty.kind
}

fn rename(ty: &mut TypeRef, from: &str, to: &str) {
    if let TypeRef::Named(name) = ty.innermost_mut()
        && name == from
    {
        to.clone_into(name);
    }
}
