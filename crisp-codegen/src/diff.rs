//! Compares two descriptions: the changes, and the ones that break callers of the Rust API.
//!
//! The two [`Api`] models are compared first: they have the names and types of the generated code. The parts of the
//! documents that no model has, such as ranges, formats and texts, are compared after that, item by item.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::panic;

use crate::api::Api;
use crate::bundle::Bundle;
use crate::error::Location;
use crate::lint;

mod operations;
mod remainder;
mod renames;
mod render;
mod types;
mod wording;

use renames::Renames;

/// The error type of [`diff()`]: a description can't be turned into an [`Api`].
#[derive(Debug, thiserror::Error)]
#[error("the {} description: {cause}", render::word(.revision))]
pub struct Error {
    /// The description.
    pub revision: Revision,
    /// The cause, with its location if it is known.
    pub cause: String,
}

/// One of the two descriptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Revision {
    /// The older one.
    Old,
    /// The newer one.
    New,
}

/// The kind of item that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An operation: a method.
    Operation,
    /// A parameter of an operation, or a field of its body: an argument, or a setter of the request.
    Argument,
    /// A parameter that operations share.
    Parameter,
    /// The response of an operation.
    Response,
    /// An event.
    Event,
    /// A named schema: a type.
    Type,
    /// A field of a type.
    Field,
    /// A value of an enum.
    Value,
    /// A variant of a union.
    Variant,
    /// Any other part of a description.
    Other,
}

/// The kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// The item is new.
    Added,
    /// The item is gone.
    Removed,
    /// The item differs.
    Changed,
    /// Only the documentation differs.
    Documented,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The kind of the item.
    pub kind: Kind,
    /// The name of the item: an operationId, `operationId(argument)`, an event, `Type`, `Type.field`, `Type::variant`.
    pub name: String,
    /// The kind of change.
    pub action: Action,
    /// Whether code that calls the Rust API may no longer compile, or may do something else.
    pub breaking: bool,
    /// The difference, or its consequence. Empty if the other fields suffice.
    pub detail: String,
    /// The description that has the location: the old one for a removed item.
    pub revision: Revision,
    /// The location in that description.
    pub location: Location,
}

/// Every change between two descriptions, each once, sorted by kind and name of the item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// The changes.
    pub changes: Vec<Change>,
}

impl Diff {
    /// Whether any change breaks code that calls the Rust API.
    pub fn is_breaking(&self) -> bool {
        self.changes.iter().any(|change| change.breaking)
    }
}

/// Compares two descriptions. They need not pass the lint: an older one followed the rules of its time.
///
/// # Errors
///
/// Returns an error if one of them can't be turned into an [`Api`], with the revision and the cause.
pub fn diff(old: &Bundle, new: &Bundle) -> Result<Diff, Error> {
    let api = |revision, bundle| api(bundle).map_err(|cause| Error { revision, cause });
    let (mut before, after) = (api(Revision::Old, old)?, api(Revision::New, new)?);
    let renames = Renames::apply(&mut before, &after);
    let mut changes = Changes {
        found: BTreeSet::new(),
        changed: Default::default(),
        items: Vec::new(),
        bundles: [old, new],
    };
    operations::compare(&mut changes, &renames, &before, &after);
    types::compare(&mut changes, &before, &after);
    remainder::compare(&mut changes, &renames);
    let changes = changes.found.into_iter().collect();
    Ok(Diff { changes })
}

/// Returns the API of a description that may break the rules on which the generator relies.
fn api(bundle: &Bundle) -> Result<Api, String> {
    // Progenitor's recursion over such a schema would not end.
    lint::check_recursion(bundle).map_err(|diagnostics| diagnostics.to_string())?;
    // Progenitor has `todo!()` for some schemas.
    let api = panic::catch_unwind(|| crate::api(bundle)).map_err(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
        format!("progenitor panicked: {}", text.unwrap_or_default())
    })?;
    api.map_err(|error| error.to_string())
}

/// The changes found so far. Pairs are of the old and the new description.
struct Changes<'a> {
    found: BTreeSet<Change>,
    /// The pointers at which a change was found.
    changed: [HashSet<String>; 2],
    /// The items that the models have, each after the one that contains it.
    items: Vec<Item>,
    bundles: [&'a Bundle; 2],
}

/// An item, with its pointer in each description that has it.
#[derive(Clone)]
struct Item {
    kind: Kind,
    name: String,
    pointers: [Option<String>; 2],
}

impl Changes<'_> {
    /// Registers an item of the models, whose remainder is compared later. The function returns its name and pointer.
    fn item<T>(
        &mut self,
        kind: Kind,
        pair: Pair<'_, T>,
        describe: impl Fn(&T) -> (String, &String),
    ) -> Item {
        let [old, new] = pair.map(|side| side.map(&describe));
        let pointers = [&old, &new].map(|side| side.as_ref().map(|(_, at)| (*at).clone()));
        let name = new.or(old).map(|(name, _)| name).unwrap_or_default();
        let item = Item {
            kind,
            name,
            pointers,
        };
        self.items.push(item.clone());
        item
    }

    fn add(&mut self, item: &Item, action: Action, breaking: bool, detail: impl Into<String>) {
        let revision = match action {
            Action::Removed => Revision::Old,
            _ => Revision::New,
        };
        let pointer = item.pointers[revision as usize].clone().unwrap_or_default();
        self.found.insert(Change {
            kind: item.kind,
            name: item.name.clone(),
            action,
            breaking,
            detail: detail.into(),
            revision,
            location: self.bundles[revision as usize].locate(&pointer),
        });
        self.changed[revision as usize].insert(pointer);
    }

    /// Adds a change of an item that breaks callers.
    fn breaks(&mut self, item: &Item, detail: impl Into<String>) {
        self.add(item, Action::Changed, true, detail);
    }

    /// Adds a change of an item that breaks no caller.
    fn notes(&mut self, item: &Item, detail: impl Into<String>) {
        self.add(item, Action::Changed, false, detail);
    }

    /// Adds a breaking change of an item if its Rust type differs.
    fn compare_types(&mut self, item: &Item, old: &str, new: &str) {
        if old != new {
            self.breaks(item, format!("was `{old}`, is `{new}`"));
        }
    }

    /// Adds a breaking change of an item if the order of the names that both lists have differs.
    fn compare_order(&mut self, item: &Item, what: &str, [old, new]: [Vec<&str>; 2]) {
        let common = |names: &[&str], others: &[&str]| {
            let common = names.iter().filter(|name| others.contains(name));
            common.copied().collect::<Vec<_>>().join(", ")
        };
        let (old, new) = (common(&old, &new), common(&new, &old));
        if old != new {
            self.breaks(item, format!("the order of {what} was `{old}`, is `{new}`"));
        }
    }
}

/// A part of the old model and of the new one.
type Pair<'a, T> = [Option<&'a T>; 2];

/// Pairs the parts that have the same key.
fn matched<'a, T: 'a, K: Ord>(
    old: impl IntoIterator<Item = &'a T>,
    new: impl IntoIterator<Item = &'a T>,
    key: impl Fn(&'a T) -> K,
) -> impl Iterator<Item = Pair<'a, T>> {
    let mut pairs: BTreeMap<K, Pair<'a, T>> = BTreeMap::new();
    for part in old {
        pairs.entry(key(part)).or_default()[0] = Some(part);
    }
    for part in new {
        pairs.entry(key(part)).or_default()[1] = Some(part);
    }
    pairs.into_values()
}
