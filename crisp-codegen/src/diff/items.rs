//! Reports the differences that drift found, by the item of the API that they belong to.

use super::projection::ApiItem;
use super::wording::facts;
use super::{Action, Change, Changes, Effect, Hit, Kind, Revision, types};

/// Reports an item that was removed.
pub(super) fn removed(changes: &mut Changes<'_>, item: &ApiItem, at: &str) {
    let old = changes.old;
    match item {
        ApiItem::Operation(id) => {
            let what = Effect::breaking(Action::Removed, "the method is gone");
            changes.remove(Kind::Operation, id, at, what);
        }
        ApiItem::Event(name) => {
            let what = Effect::breaking(Action::Removed, "its variant is gone");
            changes.remove(Kind::Event, name, at, what);
        }
        ApiItem::Argument { operation, key } => {
            let argument = old.calls.get(operation).and_then(|call| call.argument(key));
            if let Some(argument) = argument {
                let what = match argument.required {
                    true => "the method takes one argument less",
                    false => "the setter is gone",
                };
                let name = format!("{operation}({})", argument.name);
                changes.remove(
                    Kind::Argument,
                    name,
                    at,
                    Effect::breaking(Action::Removed, what),
                );
            }
        }
        _ => {}
    }
}

/// Reports an item that was added.
pub(super) fn added(changes: &mut Changes<'_>, item: &ApiItem, at: &str) {
    let new = changes.new;
    match item {
        ApiItem::Operation(id) => {
            changes.add(Kind::Operation, id, at, Effect::harmless(Action::Added, ""));
        }
        ApiItem::Event(name) => {
            changes.add(Kind::Event, name, at, Effect::harmless(Action::Added, ""));
        }
        ApiItem::Argument { operation, key } => {
            let argument = new.calls.get(operation).and_then(|call| call.argument(key));
            if let Some(argument) = argument {
                let ty = &argument.ty;
                let what = match argument.required {
                    true => Effect::breaking(
                        Action::Added,
                        format!("the method takes one more argument, `{ty}`"),
                    ),
                    false => Effect::harmless(Action::Added, format!("a setter that takes `{ty}`")),
                };
                let name = format!("{operation}({})", argument.name);
                changes.add(Kind::Argument, name, at, what);
            }
        }
        _ => {}
    }
}

/// Reports the changes of an item that is in both descriptions.
pub(super) fn explain(changes: &mut Changes<'_>, item: &ApiItem, hit: &Hit) {
    let (old, new) = (changes.old, changes.new);
    let start = changes.touched.len();
    match item {
        ApiItem::Operation(_) | ApiItem::Event(_) => {}
        ApiItem::Argument { operation, key } => {
            let before = old.calls.get(operation).and_then(|call| call.argument(key));
            let after = new.calls.get(operation).and_then(|call| call.argument(key));
            let (Some(before), Some(after)) = (before, after) else {
                return;
            };
            // A shared parameter has changed once, not in each operation.
            let shared = after.pointer.strip_prefix("/components/parameters/");
            let (kind, name) = match shared.filter(|_| before.pointer == after.pointer) {
                Some(shared) => (Kind::Parameter, shared.to_owned()),
                None => (Kind::Argument, format!("{operation}({})", after.name)),
            };
            let at = &after.pointer;
            if before.required != after.required {
                let what = match after.required {
                    true => "was a setter, is an argument",
                    false => "was an argument, is a setter",
                };
                changes.add(kind, &name, at, Effect::breaking(Action::Changed, what));
            }
            let types = (Some(before.ty.clone()), Some(after.ty.clone()));
            typed(changes, (kind, &name), at, types, hit);
        }
        ApiItem::Answer(id) => {
            let call =
                |view: &super::ApiView<'_>| view.calls.get(id).map(|call| call.answer.clone());
            let at = first(hit);
            typed(
                changes,
                (Kind::Answer, id),
                &at,
                (call(old), call(new)),
                hit,
            );
        }
        ApiItem::EventData(event) => {
            let data = (Some(old.event_data(event)), Some(new.event_data(event)));
            typed(changes, (Kind::Event, event), &first(hit), data, hit);
        }
        ApiItem::Field { ty, field } => {
            types::field(changes, ty, field);
            let name = format!("{ty}.{field}");
            let types = (old.field(ty, field), new.field(ty, field));
            let at = new.field_pointer(ty, field);
            typed(changes, (Kind::Field, &name), &at, types, hit);
        }
        ApiItem::Variant { ty, key } => {
            let variant = |view: &super::ApiView<'_>| {
                let mut variants = view.variants(ty).into_iter();
                variants.find(|variant| variant.key == *key)
            };
            if let (Some(before), Some(after)) = (variant(old), variant(new)) {
                let name = format!("{ty}::{}", after.name);
                let types = (Some(before.ty), Some(after.ty));
                typed(changes, (Kind::Variant, &name), &after.pointer, types, hit);
            }
        }
        ApiItem::Type(name) => {
            types::explain(changes, name);
            remaining(changes, (Kind::Type, name), &new.schema_pointer(name), hit);
        }
    }
    // Anything else is reported with the message of drift.
    if changes.touched.len() == start
        && let (Some(message), Some((_, at))) = (hit.messages.first(), hit.places.first())
    {
        let what = Effect::harmless(Action::Changed, message);
        match item {
            ApiItem::Operation(name) | ApiItem::Answer(name) => {
                changes.add(Kind::Operation, name, at, what);
            }
            ApiItem::Argument { operation, .. } => {
                changes.add(Kind::Operation, operation, at, what)
            }
            ApiItem::Event(name) | ApiItem::EventData(name) => {
                changes.add(Kind::Event, name, at, what)
            }
            ApiItem::Type(ty) | ApiItem::Field { ty, .. } | ApiItem::Variant { ty, .. } => {
                changes.add(Kind::Type, ty, at, what);
            }
        }
    }
}

/// Reports a different Rust type, or else the remaining differences.
fn typed(
    changes: &mut Changes<'_>,
    about: (Kind, &str),
    at: &str,
    types: (Option<String>, Option<String>),
    hit: &Hit,
) {
    match types {
        (Some(before), Some(after)) if before != after => {
            let detail = format!("was `{before}`, is `{after}`");
            changes.add(
                about.0,
                about.1,
                at,
                Effect::breaking(Action::Changed, detail),
            );
        }
        _ => remaining(changes, about, at, hit),
    }
}

/// Reports the remaining differences of an item.
fn remaining(changes: &mut Changes<'_>, about: (Kind, &str), at: &str, hit: &Hit) {
    let known = |change: &Change| change.kind == about.0 && change.name == about.1;
    if changes.found.iter().any(known) {
        // The change is reported elsewhere.
        changes.touched.push((Revision::New, at.to_owned()));
        return;
    }
    let mut details = Vec::new();
    for (before, after) in &hit.places {
        let old = changes.old.bundle.document.pointer(before);
        let new = changes.new.bundle.document.pointer(after);
        if let (Some(old), Some(new)) = (old, new) {
            details.extend(facts(old, new));
        }
    }
    if !details.is_empty() {
        let what = Effect::harmless(Action::Changed, details.join("; "));
        changes.add(about.0, about.1, at, what);
    }
}

fn first(hit: &Hit) -> String {
    let place = hit.places.first();
    place.map_or_else(String::new, |(_, new)| new.clone())
}
