//! What a place that drift found means for the part of the API that it belongs to.

use super::feed::Slot;
use super::wording::facts;
use super::{Action, Change, Changes, Kind, Revision, Touch, What, types};

/// Tells what is there no more.
pub(super) fn removed(changes: &mut Changes<'_>, slot: &Slot, at: &str) {
    let old = changes.old;
    match slot {
        Slot::Operation(id) => {
            let what = What::breaking(Action::Removed, "the method is gone");
            changes.remove(Kind::Operation, id, at, what);
        }
        Slot::Event(name) => {
            let what = What::breaking(Action::Removed, "its variant is gone");
            changes.remove(Kind::Event, name, at, what);
        }
        Slot::Argument { operation, key } => {
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
                    What::breaking(Action::Removed, what),
                );
            }
        }
        _ => {}
    }
}

/// Tells what was not there before.
pub(super) fn added(changes: &mut Changes<'_>, slot: &Slot, at: &str) {
    let new = changes.new;
    match slot {
        Slot::Operation(id) => {
            changes.add(Kind::Operation, id, at, What::harmless(Action::Added, ""));
        }
        Slot::Event(name) => {
            changes.add(Kind::Event, name, at, What::harmless(Action::Added, ""));
        }
        Slot::Argument { operation, key } => {
            let argument = new.calls.get(operation).and_then(|call| call.argument(key));
            if let Some(argument) = argument {
                let ty = &argument.ty;
                let what = match argument.required {
                    true => What::breaking(
                        Action::Added,
                        format!("the method takes one more argument, `{ty}`"),
                    ),
                    false => What::harmless(Action::Added, format!("a setter that takes `{ty}`")),
                };
                let name = format!("{operation}({})", argument.name);
                changes.add(Kind::Argument, name, at, what);
            }
        }
        _ => {}
    }
}

/// Tells what became of a part of the API that is there before and after.
pub(super) fn explain(changes: &mut Changes<'_>, slot: &Slot, touch: &Touch) {
    let (old, new) = (changes.old, changes.new);
    let start = changes.touched.len();
    match slot {
        Slot::Operation(_) | Slot::Event(_) => {}
        Slot::Argument { operation, key } => {
            let before = old.calls.get(operation).and_then(|call| call.argument(key));
            let after = new.calls.get(operation).and_then(|call| call.argument(key));
            let (Some(before), Some(after)) = (before, after) else {
                return;
            };
            // What operations share has changed once, not in each of them.
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
                changes.add(kind, &name, at, What::breaking(Action::Changed, what));
            }
            let types = (Some(before.ty.clone()), Some(after.ty.clone()));
            typed(changes, (kind, &name), at, types, touch);
        }
        Slot::Answer(id) => {
            let call = |side: &super::Side<'_>| side.calls.get(id).map(|call| call.answer.clone());
            let at = first(touch);
            typed(
                changes,
                (Kind::Answer, id),
                &at,
                (call(old), call(new)),
                touch,
            );
        }
        Slot::EventData(event) => {
            let data = (Some(old.event_data(event)), Some(new.event_data(event)));
            typed(changes, (Kind::Event, event), &first(touch), data, touch);
        }
        Slot::Field { ty, field } => {
            types::field(changes, ty, field);
            let name = format!("{ty}.{field}");
            let types = (old.field(ty, field), new.field(ty, field));
            let at = new.field_pointer(ty, field);
            typed(changes, (Kind::Field, &name), &at, types, touch);
        }
        Slot::Variant { ty, key } => {
            let variant = |side: &super::Side<'_>| {
                let mut variants = side.variants(ty).into_iter();
                variants.find(|variant| variant.key == *key)
            };
            if let (Some(before), Some(after)) = (variant(old), variant(new)) {
                let name = format!("{ty}::{}", after.name);
                let types = (Some(before.ty), Some(after.ty));
                typed(
                    changes,
                    (Kind::Variant, &name),
                    &after.pointer,
                    types,
                    touch,
                );
            }
        }
        Slot::Type(name) => {
            types::explain(changes, name);
            told(
                changes,
                (Kind::Type, name),
                &new.schema_pointer(name),
                touch,
            );
        }
    }
    // What can't be explained is told in the words of drift.
    if changes.touched.len() == start
        && let (Some(message), Some((_, at))) = (touch.messages.first(), touch.places.first())
    {
        let what = What::harmless(Action::Changed, message);
        match slot {
            Slot::Operation(name) | Slot::Answer(name) => {
                changes.add(Kind::Operation, name, at, what);
            }
            Slot::Argument { operation, .. } => changes.add(Kind::Operation, operation, at, what),
            Slot::Event(name) | Slot::EventData(name) => changes.add(Kind::Event, name, at, what),
            Slot::Type(ty) | Slot::Field { ty, .. } | Slot::Variant { ty, .. } => {
                changes.add(Kind::Type, ty, at, what);
            }
        }
    }
}

/// Tells that the Rust type is another, or else what differs besides.
fn typed(
    changes: &mut Changes<'_>,
    about: (Kind, &str),
    at: &str,
    types: (Option<String>, Option<String>),
    touch: &Touch,
) {
    match types {
        (Some(before), Some(after)) if before != after => {
            let detail = format!("was `{before}`, is `{after}`");
            changes.add(
                about.0,
                about.1,
                at,
                What::breaking(Action::Changed, detail),
            );
        }
        _ => told(changes, about, at, touch),
    }
}

/// Tells what else differs of a thing of which no more is known.
fn told(changes: &mut Changes<'_>, about: (Kind, &str), at: &str, touch: &Touch) {
    let known = |change: &Change| change.kind == about.0 && change.name == about.1;
    if changes.found.iter().any(known) {
        // That it was told elsewhere is explanation enough.
        changes.touched.push((Revision::New, at.to_owned()));
        return;
    }
    let mut said = Vec::new();
    for (before, after) in &touch.places {
        let old = changes.old.bundle.document.pointer(before);
        let new = changes.new.bundle.document.pointer(after);
        if let (Some(old), Some(new)) = (old, new) {
            said.extend(facts(old, new));
        }
    }
    if !said.is_empty() {
        let what = What::harmless(Action::Changed, said.join("; "));
        changes.add(about.0, about.1, at, what);
    }
}

fn first(touch: &Touch) -> String {
    let place = touch.places.first();
    place.map_or_else(String::new, |(_, new)| new.clone())
}
