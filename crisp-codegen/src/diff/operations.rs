//! Operations and events.

use super::renames::Renames;
use super::wording::{response_type, return_type, type_name, value_type};
use super::{Action, Changes, Item, Kind, Pair, matched};
use crate::api::{Access, Api, Argument, Operation, Place, Response};

/// Compares the operations and events of two APIs.
pub(super) fn compare(changes: &mut Changes<'_>, renames: &Renames, old: &Api, new: &Api) {
    let operations = [old, new].map(operations);
    for pair in matched(&operations[0], &operations[1], |o| &o.1.id) {
        let item = changes.item(Kind::Operation, pair, |o| (o.1.id.clone(), &o.1.pointer));
        match pair {
            [Some((from, old)), Some((to, new))] => {
                if let Some(name) = renames.operations.get(&new.id) {
                    changes.breaks(&item, format!("was named `{name}`"));
                }
                if from != to {
                    let detail = format!("was behind the feature `{from}`, is behind `{to}`");
                    changes.breaks(&item, detail);
                }
                operation(changes, &item, old, new);
            }
            [_, None] => changes.add(&item, Action::Removed, true, "the method is gone"),
            [None, _] => changes.add(&item, Action::Added, false, ""),
        }
    }
    for pair in matched(&old.events, &new.events, |event| &event.name) {
        let item = changes.item(Kind::Event, pair, |e| (e.name.clone(), &e.pointer));
        match pair {
            [Some(old), Some(new)] => {
                changes.compare_types(&item, &type_name(&old.payload), &type_name(&new.payload));
                access(changes, &item, &old.access, &new.access);
            }
            [_, None] => changes.add(&item, Action::Removed, true, "its variant is gone"),
            [None, _] => changes.add(&item, Action::Added, false, ""),
        }
    }
}

/// The operations, each with its feature.
fn operations(api: &Api) -> Vec<(String, &Operation)> {
    let all = api.resources.iter().flat_map(|resource| {
        let operations = resource.operations.iter();
        operations.map(|operation| (resource.feature(), operation))
    });
    all.collect()
}

fn operation(changes: &mut Changes<'_>, item: &Item, old: &Operation, new: &Operation) {
    let [was, is] = [old, new].map(|side| format!("{} {}", side.method, side.path));
    if was != is {
        let detail = format!("was `{was}`, is `{is}`: another request on the wire");
        changes.notes(item, detail);
    }
    let required = [old, new].map(|side| {
        let required = side.arguments.iter().filter(|argument| argument.required);
        required.map(|argument| argument.name.as_str()).collect()
    });
    changes.compare_order(item, "arguments", required);
    let [was, is] = [old, new].map(|side| {
        let is_page = matches!(side.response, Response::Page(_));
        (side.request.is_some(), is_page)
    });
    if was != is {
        let (was, is) = (return_type(old), return_type(new));
        changes.breaks(item, format!("the method returned `{was}`, returns `{is}`"));
    }
    let [was, is] = [old, new].map(|side| response_type(&side.response));
    let mut response = item.clone();
    response.kind = Kind::Response;
    changes.compare_types(&response, &was, &is);
    access(changes, item, &old.access, &new.access);
    if old.deprecated != new.deprecated {
        let (was, is) = (old.deprecated, new.deprecated);
        changes.notes(item, format!("deprecated was `{was}`, is `{is}`"));
    }
    arguments(changes, old, new);
}

/// Compares tiers and scopes.
fn access(changes: &mut Changes<'_>, item: &Item, old: &Access, new: &Access) {
    if old.tiers != new.tiers {
        let detail = format!("tiers was {:?}, is {:?}", old.tiers, new.tiers);
        changes.notes(item, detail);
    }
    if old.scopes != new.scopes {
        let detail = format!("scopes was {:?}, is {:?}", old.scopes, new.scopes);
        changes.notes(item, detail);
    }
}

fn arguments(changes: &mut Changes<'_>, old: &Operation, new: &Operation) {
    let is_path = |argument: &Argument| matches!(argument.place, Place::Path { .. });
    let is_known = |name: &str| old.arguments.iter().any(|old| old.name == name);
    // The names of parameters of the path are part of neither the request nor the method.
    let is_renamed = |argument: &Argument| is_path(argument) && !is_known(&argument.name);
    let by_position = new.arguments.iter().any(is_renamed);
    let numbered = [old, new].map(|side| side.arguments.iter().enumerate().collect::<Vec<_>>());
    let key = |(index, argument): &(usize, &Argument)| match argument.place {
        Place::Path { .. } if by_position => ("path", index.to_string()),
        Place::Path { .. } => ("path", argument.name.clone()),
        Place::Query { .. } => ("query", argument.name.clone()),
        Place::Field => ("field", argument.name.clone()),
        Place::Body => ("body", argument.name.clone()),
    };
    for pair in matched(&numbered[0], &numbered[1], key) {
        argument(changes, &new.id, pair.map(|side| side.map(|(_, own)| *own)));
    }
}

fn argument(changes: &mut Changes<'_>, operation: &str, pair: Pair<'_, Argument>) {
    // A shared parameter has changed once, not in each operation.
    let shared = match pair.map(|argument| argument.and_then(shared_name)) {
        [Some(old), Some(new)] if old == new => Some(new),
        _ => None,
    };
    let kind = shared.as_ref().map_or(Kind::Argument, |_| Kind::Parameter);
    let item = changes.item(kind, pair, |argument| {
        let own = || format!("{operation}({})", argument.name);
        (shared.clone().unwrap_or_else(own), &argument.pointer)
    });
    let ty = |argument: &Argument| value_type(&argument.ty, false, argument.nullable);
    match pair {
        [Some(old), Some(new)] => {
            if old.ident != new.ident && !old.required && !new.required {
                let (was, is) = (&old.ident, &new.ident);
                changes.breaks(&item, format!("the setter was `{was}`, is `{is}`"));
            }
            match (old.required, new.required) {
                (false, true) => changes.breaks(&item, "was a setter, is an argument"),
                (true, false) => changes.breaks(&item, "was an argument, is a setter"),
                _ => {}
            }
            changes.compare_types(&item, &ty(old), &ty(new));
        }
        [Some(old), None] => {
            let detail = match old.required {
                true => "the method takes one argument less",
                false => "the setter is gone",
            };
            changes.add(&item, Action::Removed, true, detail);
        }
        [None, Some(new)] => {
            let detail = match new.required {
                true => format!("the method takes one more argument, `{}`", ty(new)),
                false => format!("a setter that takes `{}`", ty(new)),
            };
            changes.add(&item, Action::Added, new.required, detail);
        }
        [None, None] => {}
    }
}

/// The name of a parameter that operations share: a component, or a parameter of a path.
fn shared_name(argument: &Argument) -> Option<String> {
    if let Some(component) = argument.pointer.strip_prefix("/components/parameters/") {
        return Some(component.to_owned());
    }
    let (path, parameter) = argument.pointer.strip_prefix("/paths/")?.split_once('/')?;
    parameter.strip_prefix("parameters/")?;
    let path = path.replace("~1", "/").replace("~0", "~");
    Some(format!("{path}({})", argument.name))
}
