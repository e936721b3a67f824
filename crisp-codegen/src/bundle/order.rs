//! Sorts parameters: OpenAPI gives their order of declaration no meaning, so it must not reach anything generated.

use serde_json::Value;

use super::{Bundle, METHODS, entries};
use crate::source::pointer;

/// Sorts the parameters of every path and operation: those in the path first, in the order of its template.
pub(super) fn sort_parameters(bundle: &mut Bundle) {
    let mut unsorted = Vec::new();
    for (path, item) in entries(bundle.document.get("paths")) {
        let at = pointer("/paths", path);
        let operations = entries(Some(item))
            .filter(|(method, _)| METHODS.contains(method))
            .map(|(method, operation)| (pointer(&at, method), operation));
        for (at, owner) in std::iter::once((at.clone(), item)).chain(operations) {
            let Some(parameters) = owner.get("parameters").and_then(Value::as_array) else {
                continue;
            };
            let mut order: Vec<usize> = (0..parameters.len()).collect();
            order.sort_by_key(|&index| {
                let parameter = bundle.resolve(&parameters[index]);
                let name = parameter["name"].as_str().unwrap_or_default();
                rank(path, parameter["in"] == "path", name)
            });
            if !order.is_sorted() {
                unsorted.push((format!("{at}/parameters"), order));
            }
        }
    }
    for (at, order) in unsorted {
        reorder(bundle, &at, &order);
    }
}

/// The rank of a parameter among those of an operation: its position in the template, or after all of these.
pub(crate) fn rank(path: &str, in_path: bool, name: &str) -> usize {
    let position = in_path.then(|| path.find(&format!("{{{name}}}")));
    position.flatten().unwrap_or(usize::MAX)
}

/// Reorders the items of a list, and the positions of all that is in them.
fn reorder(bundle: &mut Bundle, at: &str, order: &[usize]) {
    if let Some(Value::Array(items)) = bundle.document.pointer_mut(at) {
        *items = order.iter().map(|&index| items[index].take()).collect();
    }
    let Some(file) = bundle.file_of(at) else {
        return;
    };
    let positions = &mut bundle.files[file].positions;
    let prefix = format!("{at}/");
    let moved: Vec<_> = positions
        .extract_if(|pointer, _| pointer.starts_with(&prefix))
        .collect();
    for (old, position) in moved {
        let rest = &old[prefix.len()..];
        let (index, below) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let new = order.iter().position(|old| old.to_string() == index);
        if let Some(new) = new {
            positions.insert(format!("{prefix}{new}{below}"), position);
        }
    }
}
