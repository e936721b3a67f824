//! What changed between two descriptions, and what it breaks for those who call the Rust API.
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
mod feed;
mod names;
mod operations;
mod render;
mod rest;
mod side;
mod slots;
mod types;
mod wording;

use feed::{Feed, Slot};
use names::Names;
use side::Side;

/// Why two descriptions can't be compared.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A schema that leads to itself and to nothing else.
    #[error("the {0} description: {1}")]
    Ring(Revision, Diagnostic),
    /// Drift gave up.
    #[error("drift can't compare the descriptions: {0}")]
    Drift(String),
}

/// One of the two descriptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Revision {
    /// What was.
    Old,
    /// What is.
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

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An operation: a method.
    Operation,
    /// A parameter of an operation, or a field of its body: an argument, or a setter of the request.
    Argument,
    /// A parameter that operations share.
    Parameter,
    /// What an operation gives.
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

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is not what it was.
    Changed,
    /// It says something else to people, and the same to programs.
    Documented,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What it is about.
    pub kind: Kind,
    /// The name of that: an operationId, `operationId(argument)`, an event, `Type`, `Type.field`, `Type::variant`.
    pub name: String,
    /// What was done.
    pub action: Action,
    /// Whether what calls the Rust API may no longer compile, or compile and do something else.
    pub breaking: bool,
    /// What it was and is, or what breaks. Empty where the rest says all.
    pub detail: String,
    /// The description that holds the place: the old one for what was removed.
    pub revision: Revision,
    /// Where it stands.
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
    let old = Side::new(old, &models.0, &names);
    let new = Side::new(new, &models.1, &unchanged);

    let mut changes = Changes {
        found: BTreeSet::new(),
        touched: Vec::new(),
        old: &old,
        new: &new,
    };
    let touched = touched(&feed::feed(&old), &feed::feed(&new), &mut changes)?;
    operations::compare(&mut changes, &names);
    types::compare(&mut changes, &names);
    for (slot, touch) in &touched {
        slots::explain(&mut changes, slot, touch);
    }
    rest::compare(&mut changes);
    Ok(Diff {
        changes: changes.found.into_iter().collect(),
    })
}

/// What drift says of a part of the API.
#[derive(Default)]
struct Touch {
    /// The pointers of its differences, old and new.
    places: BTreeSet<(String, String)>,
    /// What drift calls them, without what is documentation.
    messages: BTreeSet<String>,
}

/// The parts of the API in which drift finds a difference; what it finds on one side only is a change at once.
fn touched(
    old: &Feed,
    new: &Feed,
    changes: &mut Changes<'_>,
) -> Result<BTreeMap<Slot, Touch>, Error> {
    let found = drift::compare(&old.document, &new.document)
        .map_err(|error| Error::Drift(format!("{error:#}")))?;
    let mut touched: BTreeMap<Slot, Touch> = BTreeMap::new();
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
                    slots::removed(changes, &before.slot, &before.pointer);
                }
                (ChangeDetails::Added | ChangeDetails::AddedRequired, _, Some(after)) => {
                    slots::added(changes, &after.slot, &after.pointer);
                }
                // Where one thing refers to another than before, what differs between the two is no change.
                (_, Some(before), Some(after)) if before.slot == after.slot => {
                    let touch = touched.entry(after.slot.clone()).or_default();
                    touch
                        .places
                        .insert((before.pointer.clone(), after.pointer.clone()));
                    if info.class != ChangeClass::Trivial {
                        touch.messages.insert(info.message.clone());
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
    old: &'a Side<'a>,
    new: &'a Side<'a>,
}

impl Changes<'_> {
    /// Adds what stands in the new description.
    fn add(&mut self, kind: Kind, name: impl Into<String>, pointer: &str, what: What) {
        self.put(kind, name.into(), Revision::New, pointer, what);
    }

    /// Adds what stands in the old description alone.
    fn remove(&mut self, kind: Kind, name: impl Into<String>, pointer: &str, what: What) {
        self.put(kind, name.into(), Revision::Old, pointer, what);
    }

    fn put(&mut self, kind: Kind, name: String, revision: Revision, pointer: &str, what: What) {
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

/// What was done, and what it breaks.
struct What {
    action: Action,
    breaking: bool,
    detail: String,
}

impl What {
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
