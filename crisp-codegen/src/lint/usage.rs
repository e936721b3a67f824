//! Nothing is declared in vain: every tag and every component is used.

use std::collections::HashSet;

use super::shape::Kind;
use super::{Lint, Node, items, texts};
use crate::bundle::entries;
use crate::source::pointer;

pub(super) fn check(lint: &mut Lint<'_>, nodes: &[Node<'_>]) {
    tags(lint, nodes);
    components(lint, nodes);
}

fn tags(lint: &mut Lint<'_>, nodes: &[Node<'_>]) {
    let used: HashSet<_> = nodes
        .iter()
        .filter(|node| matches!(node.kind, Kind::Operation | Kind::Event))
        .flat_map(|node| texts(node.value.get("tags")))
        .collect();
    for (index, tag) in items(lint.bundle.document.get("tags")).enumerate() {
        let Some(name) = tag.get("name").and_then(|name| name.as_str()) else {
            continue;
        };
        if !used.contains(name) {
            lint.report(
                &format!("/tags/{index}"),
                format!("tag `{name}` is declared and not used"),
                "take it out, or give it to an operation",
            );
        }
    }
}

fn components(lint: &mut Lint<'_>, nodes: &[Node<'_>]) {
    // A component is used where a path or an event leads to it, over however many others.
    let mut reached = HashSet::new();
    let mut from = vec!["/paths/".to_owned(), "/x-webhooks/".to_owned()];
    while let Some(owner) = from.pop() {
        for node in nodes.iter().filter(|node| node.pointer.starts_with(&owner)) {
            let Some(target) = node
                .reference()
                .and_then(|reference| reference.strip_prefix('#'))
            else {
                continue;
            };
            if reached.insert(target) {
                from.push(format!("{target}/"));
            }
        }
    }
    let security = items(lint.bundle.document.get("security")).flat_map(|item| entries(Some(item)));
    let schemes: HashSet<_> = security.map(|(scheme, _)| scheme).collect();
    for (kind, named) in entries(lint.bundle.document.get("components")) {
        for (name, _) in entries(Some(named)) {
            let at = pointer(&pointer("/components", kind), name);
            let used = if kind == "securitySchemes" {
                schemes.contains(name)
            } else {
                reached.contains(at.as_str())
            };
            if !used {
                lint.report(
                    &at,
                    format!("`{name}` under {kind} is not used"),
                    "take it out, or refer to it with $ref",
                );
            }
        }
    }
}
