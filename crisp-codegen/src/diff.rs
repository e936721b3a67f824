//! Compares two descriptions: the changes, and the ones that break callers of the Rust API.
//!
//! `drift` finds the places that differ (`feed` gives it documents in which it sees all that matters); what stands at
//! them is held against what the generator makes of it. Names, the order of arguments and what else drift doesn't look
//! at is compared here.

use std::collections::{BTreeMap, BTreeSet};

use drift::{ChangeClass, ChangeDetails};
use serde_json::Value;

use crate::bundle::Bundle;
use crate::error::{Diagnostic, Location};
use crate::source::pointer;
use crate::{lower, model};

mod calls;
mod items;
mod names;
mod operations;
mod projection;
mod render;
mod rest;
mod types;
mod view;
mod wording;

use names::Names;
use projection::{ApiItem, Projection};
use view::ApiView;

/// The error type of [`diff()`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A schema that refers only to itself.
    #[error("the {0} description: {1}")]
    Ring(Revision, Diagnostic),
    /// Drift failed.
    #[error("drift can't compare the descriptions: {0}")]
    Drift(String),
}

/// One of the two descriptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Revision {
    /// The older one.
    Old,
    /// The newer one.
    New,
}

impl std::fmt::Display for Revision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Old => "old",
            Self::New => "new",
        })
    }
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
    Answer,
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
    /// The name of that: an operationId, `operationId(argument)`, an event, `Type`, `Type.field`, `Type::variant`.
    pub name: String,
    /// The kind of change.
    pub action: Action,
    /// Whether what calls the Rust API may no longer compile, or compile and do something else.
    pub breaking: bool,
    /// The difference, or the consequence. Empty if the other fields suffice.
    pub detail: String,
    /// The description that holds the place: the old one for what was removed.
    pub revision: Revision,
    /// The place in the description.
    pub place: Location,
}

/// Every change between two descriptions, each once, sorted by what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// The changes.
    pub changes: Vec<Change>,
}

impl Diff {
    /// Whether any change breaks what calls the Rust API.
    pub fn is_breaking(&self) -> bool {
        self.changes.iter().any(|change| change.breaking)
    }
}

/// Compares two descriptions. They need not pass the lint: an older one followed the rules of its time.
///
/// # Errors
///
/// A schema that leads to nothing but itself, and what is no OpenAPI to drift.
pub fn diff(old: &Bundle, new: &Bundle) -> Result<Diff, Error> {
    check_rings(old).map_err(|problem| Error::Ring(Revision::Old, problem))?;
    check_rings(new).map_err(|problem| Error::Ring(Revision::New, problem))?;
    let models = (model::model(old), model::model(new));
    let names = Names::find((old, &models.0), (new, &models.1));
    let unchanged = Names::default();
    let old = ApiView::new(old, &models.0, &names);
    let new = ApiView::new(new, &models.1, &unchanged);

    let mut changes = Changes {
        found: BTreeSet::new(),
        touched: Vec::new(),
        old: &old,
        new: &new,
    };
    let touched = touched(
        &projection::project(&old),
        &projection::project(&new),
        &mut changes,
    )?;
    operations::compare(&mut changes, &names);
    types::compare(&mut changes, &names);
    for (item, hit) in &touched {
        items::explain(&mut changes, item, hit);
    }
    rest::compare(&mut changes);
    Ok(Diff {
        changes: changes.found.into_iter().collect(),
    })
}

/// The differences that drift finds in an item of the API.
#[derive(Default)]
struct Hit {
    /// The pointers of its differences, old and new.
    places: BTreeSet<(String, String)>,
    /// The messages of drift, without those on documentation.
    messages: BTreeSet<String>,
}

/// The parts of the API in which drift finds a difference; what it finds on one view only is a change at once.
fn touched(
    old: &Projection,
    new: &Projection,
    changes: &mut Changes<'_>,
) -> Result<BTreeMap<ApiItem, Hit>, Error> {
    let found = drift::compare(&old.document, &new.document)
        .map_err(|error| Error::Drift(format!("{error:#}")))?;
    let mut touched: BTreeMap<ApiItem, Hit> = BTreeMap::new();
    for change in &found {
        let Some(path) = change.paths.first() else {
            continue;
        };
        for info in &change.changes {
            let at = |base: &str, below: &str| {
                let base = base.trim_start_matches('#');
                if below.is_empty() {
                    base.to_owned()
                } else {
                    format!("{base}/{below}")
                }
            };
            let before = old.origin(&at(path.old.base_and_subpath().0, &info.old_subpath));
            let after = new.origin(&at(path.new.base_and_subpath().0, &info.new_subpath));
            match (info.details, before, after) {
                (ChangeDetails::Removed, Some(before), _) => {
                    items::removed(changes, &before.item, &before.pointer);
                }
                (ChangeDetails::Added | ChangeDetails::AddedRequired, _, Some(after)) => {
                    items::added(changes, &after.item, &after.pointer);
                }
                // If a reference has a new target, the differences of the targets are no change.
                (_, Some(before), Some(after)) if before.item == after.item => {
                    let hit = touched.entry(after.item.clone()).or_default();
                    hit.places
                        .insert((before.pointer.clone(), after.pointer.clone()));
                    if info.class != ChangeClass::Trivial {
                        hit.messages.insert(info.message.clone());
                    }
                }
                _ => {}
            }
        }
    }
    Ok(touched)
}

/// The changes found so far.
struct Changes<'a> {
    found: BTreeSet<Change>,
    /// The pointers that a change was found at.
    touched: Vec<(Revision, String)>,
    old: &'a ApiView<'a>,
    new: &'a ApiView<'a>,
}

impl Changes<'_> {
    /// Adds what stands in the new description.
    fn add(&mut self, kind: Kind, name: impl Into<String>, pointer: &str, what: Effect) {
        self.put(kind, name.into(), Revision::New, pointer, what);
    }

    /// Adds what stands in the old description alone.
    fn remove(&mut self, kind: Kind, name: impl Into<String>, pointer: &str, what: Effect) {
        self.put(kind, name.into(), Revision::Old, pointer, what);
    }

    fn put(&mut self, kind: Kind, name: String, revision: Revision, pointer: &str, what: Effect) {
        let bundle = match revision {
            Revision::Old => self.old.bundle,
            Revision::New => self.new.bundle,
        };
        self.touched.push((revision, pointer.to_owned()));
        self.found.insert(Change {
            kind,
            name,
            action: what.action,
            breaking: what.breaking,
            detail: what.detail,
            revision,
            place: bundle.locate(pointer),
        });
    }
}

/// The effect of a change.
struct Effect {
    action: Action,
    breaking: bool,
    detail: String,
}

impl Effect {
    fn harmless(action: Action, detail: impl Into<String>) -> Self {
        Self {
            action,
            breaking: false,
            detail: detail.into(),
        }
    }

    fn breaking(action: Action, detail: impl Into<String>) -> Self {
        Self {
            action,
            breaking: true,
            detail: detail.into(),
        }
    }
}

/// Refuses a schema that is written out where it is used, and uses itself: there is no end to that.
fn check_rings(bundle: &Bundle) -> Result<(), Diagnostic> {
    for (name, schema) in model::object(&bundle.document["components"]["schemas"]) {
        if lower::is_inline(bundle, schema) && is_ring(bundle, schema, &mut vec![name]) {
            return Err(Diagnostic::new(
                bundle.locate(&pointer("/components/schemas", name)),
                format!("schema `{name}` leads to itself, and is no type of its own"),
                "put an object with properties between",
            ));
        }
    }
    Ok(())
}

fn is_ring<'a>(bundle: &'a Bundle, schema: &'a Value, from: &mut Vec<&'a str>) -> bool {
    if let Some(name) = model::ref_name(schema) {
        if from.contains(&name) {
            return true;
        }
        let target = &bundle.document["components"]["schemas"][name];
        if !lower::is_inline(bundle, target) {
            return false;
        }
        from.push(name);
        let ring = is_ring(bundle, target, from);
        from.pop();
        return ring;
    }
    match schema {
        Value::Object(map) => map.values().any(|inner| is_ring(bundle, inner, from)),
        Value::Array(items) => items.iter().any(|inner| is_ring(bundle, inner, from)),
        _ => false,
    }
}
