//! Differences not reported yet: documentation, and parts that no Rust caller sees.

use std::collections::BTreeSet;

use serde_json::Value;

use super::wording::undocumented;
use super::{Action, Changes, Effect, Kind, Revision};
use crate::bundle::entries;
use crate::source::pointer;

/// Compares every operation, event, component and other part in which no change was found.
pub(super) fn compare(changes: &mut Changes<'_>) {
    let (old, new) = (changes.old, changes.new);
    for (id, after) in &new.calls {
        if let Some(before) = old.calls.get(id) {
            let at = (before.pointer.as_str(), after.pointer.as_str());
            part(
                changes,
                (Kind::Operation, id),
                at,
                (before.node, after.node),
            );
        }
    }
    let (before, after) = (&old.bundle.document, &new.bundle.document);
    for (path, item) in entries(after.get("paths")) {
        // The parameters that the operations of a path share.
        let shared = |item: &Value| item.get("parameters").cloned().unwrap_or_default();
        if let Some(was) = before["paths"].get(path) {
            let at = pointer("/paths", path) + "/parameters";
            let values = (&shared(was), &shared(item));
            part(changes, (Kind::Other, path), (&at, &at), values);
        }
    }
    for (name, event) in entries(after.get("x-webhooks")) {
        if let Some(was) = before["x-webhooks"].get(name) {
            let at = pointer("/x-webhooks", name);
            part(changes, (Kind::Event, name), (&at, &at), (was, event));
        }
    }
    for (name, schema) in new.schemas() {
        if let Some(was) = old.schema(name) {
            let (old_at, new_at) = (old.schema_pointer(name), new.schema_pointer(name));
            part(
                changes,
                (Kind::Type, name),
                (&old_at, &new_at),
                (was, schema),
            );
        }
    }
    let components = |view: &Value| -> BTreeSet<(String, String)> {
        let kinds = entries(view.get("components")).filter(|(kind, _)| *kind != "schemas");
        kinds
            .flat_map(|(kind, all)| {
                entries(Some(all)).map(move |(name, _)| (kind.to_owned(), name.to_owned()))
            })
            .collect()
    };
    for (kind, name) in components(before).union(&components(after)) {
        let at = pointer(&pointer("/components", kind), name);
        let about = match kind.as_str() {
            "parameters" => (Kind::Parameter, name.clone()),
            kind => (Kind::Other, format!("{kind}/{name}")),
        };
        whole(changes, (about.0, &about.1), &at);
    }
    for key in [
        "openapi",
        "info",
        "externalDocs",
        "servers",
        "security",
        "tags",
    ] {
        whole(changes, (Kind::Other, key), &pointer("", key));
    }
}

/// A part that may be on either view alone.
fn whole(changes: &mut Changes<'_>, about: (Kind, &str), at: &str) {
    let before = changes.old.bundle.document.pointer(at);
    let after = changes.new.bundle.document.pointer(at);
    match (before, after) {
        (Some(before), Some(after)) => part(changes, about, (at, at), (before, after)),
        (Some(_), None) => {
            changes.remove(about.0, about.1, at, Effect::harmless(Action::Removed, ""));
        }
        (None, Some(_)) => changes.add(about.0, about.1, at, Effect::harmless(Action::Added, "")),
        (None, None) => {}
    }
}

fn part(
    changes: &mut Changes<'_>,
    about: (Kind, &str),
    (old_at, new_at): (&str, &str),
    (before, after): (&Value, &Value),
) {
    let within = |pointer: &str, part: &str| {
        let rest = pointer.strip_prefix(part);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let reported = changes
        .touched
        .iter()
        .any(|(revision, pointer)| match revision {
            Revision::Old => within(pointer, old_at),
            Revision::New => within(pointer, new_at),
        });
    if reported || before == after {
        return;
    }
    let before = changes.old.names.renamed(before);
    if before == *after {
        return;
    }
    let (was, is) = (undocumented(&before), undocumented(after));
    // Whether only people see the difference, by the key that leads to it: `info` and `tags` are text throughout.
    let text = ["/info", "/externalDocs", "/tags"].contains(&new_at);
    let what = if was == is || text {
        Effect::harmless(Action::Documented, "")
    } else {
        let keys: BTreeSet<&str> = [&was, &is]
            .into_iter()
            .flat_map(|value| entries(Some(value)))
            .map(|(key, _)| key)
            .filter(|key| was.get(key) != is.get(key))
            .collect();
        let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
        let what = match keys.is_empty() {
            true => String::new(),
            false => format!("in {}", keys.join(", ")),
        };
        Effect::harmless(Action::Changed, what)
    };
    changes.add(about.0, about.1, new_at, what);
}
