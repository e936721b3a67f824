//! Turns references between files into references within the one document.

use serde_json::Value;

use crate::bundle::entries;
use crate::error::Diagnostic;
use crate::source::{Source, pointer};

/// Keys that hold data, in which `$ref` is a key as any other.
const DATA: [&str; 4] = ["example", "examples", "default", "enum"];
/// Keys that hold a mapping from names, of which none is a keyword.
const NAMES: [&str; 5] = ["properties", "responses", "content", "headers", "mapping"];

/// Rewrites every reference below a path, event or component, and reports those that lead nowhere.
pub(super) fn rewrite_refs(
    value: &mut Value,
    at: &str,
    source: &Source,
    sources: &[Source],
    problems: &mut Vec<Diagnostic>,
) {
    Walk {
        source,
        sources,
        problems,
    }
    .keywords(value, at);
}

struct Walk<'a> {
    source: &'a Source,
    sources: &'a [Source],
    problems: &'a mut Vec<Diagnostic>,
}

impl Walk<'_> {
    /// An object whose keys are keywords.
    fn keywords(&mut self, value: &mut Value, at: &str) {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.keywords(item, &format!("{at}/{index}"));
                }
            }
            Value::Object(map) => {
                for (key, value) in map {
                    let at = pointer(at, key);
                    match (key.as_str(), &mut *value) {
                        ("$ref", Value::String(reference)) => self.reference(reference, &at),
                        (key, _) if DATA.contains(&key) => {}
                        (key, Value::Object(names)) if NAMES.contains(&key) => {
                            for (name, value) in names {
                                self.keywords(value, &pointer(&at, name));
                            }
                        }
                        _ => self.keywords(value, &at),
                    }
                }
            }
            _ => {}
        }
    }

    fn reference(&mut self, reference: &mut String, at: &str) {
        match self.target(reference) {
            Ok(fragment) => *reference = format!("#{fragment}"),
            Err((what, help)) => {
                self.problems
                    .push(Diagnostic::new(self.source.location(at), what, help))
            }
        }
    }

    /// The fragment that a reference leads to, or the problem and its fix.
    fn target(&self, reference: &str) -> Result<String, (String, String)> {
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let parts: Vec<_> = fragment.split('/').collect();
        let &["", "components", kind, name] = parts.as_slice() else {
            return Err((
                format!("$ref `{reference}` doesn't name a component"),
                format!("write `{file}#/components/schemas/NAME` (or parameters, responses)"),
            ));
        };
        let path = if file.is_empty() {
            Some(self.source.path.clone())
        } else {
            join(&self.source.path, file)
        };
        let target = path
            .as_ref()
            .and_then(|path| self.sources.iter().find(|source| source.path == *path));
        if target.is_some_and(|target| target.document.pointer(fragment).is_some()) {
            return Ok(fragment.to_owned());
        }
        let add = format!("add `{name}` under `components: {kind}:`");
        let (what, otherwise) = match (target, path) {
            (Some(target), _) => (
                format!(
                    "spec/{} has no `{name}` under `components: {kind}:`",
                    target.path
                ),
                add,
            ),
            (None, Some(path)) => (
                format!("there is no file spec/{path}"),
                "add that file".to_owned(),
            ),
            (None, None) => ("it leads out of the spec folder".to_owned(), add),
        };
        let help = match self.suggestion(kind, name) {
            Some((true, reference)) => format!("write '{reference}'"),
            Some((false, reference)) => format!("write '{reference}', or {otherwise}"),
            None => format!("{otherwise}, or take the reference out"),
        };
        Err((format!("$ref `{reference}`: {what}"), help))
    }

    /// The component with the most similar name in any file, and whether the name is the same.
    fn suggestion(&self, kind: &str, name: &str) -> Option<(bool, String)> {
        let components = self.sources.iter().flat_map(|source| {
            let names = source
                .document
                .get("components")
                .and_then(|components| components.get(kind));
            entries(names).map(move |(name, _)| (name, source))
        });
        let (_, other, target) = components
            .map(|(other, source)| (strsim::jaro_winkler(name, other), other, source))
            .filter(|(similarity, ..)| *similarity > 0.8)
            .max_by(|(a, ..), (b, ..)| a.total_cmp(b))?;
        let file = relative(&self.source.path, &target.path);
        Some((other == name, format!("{file}#/components/{kind}/{other}")))
    }
}

/// The file that a relative reference leads to; none where it leaves the spec folder.
fn join(from: &str, to: &str) -> Option<String> {
    let mut parts: Vec<_> = from.split('/').collect();
    parts.pop();
    for part in to.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()?),
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The relative path from one file to another; empty for the same file.
fn relative(from: &str, to: &str) -> String {
    if from == to {
        return String::new();
    }
    let mut folders: Vec<_> = from.split('/').collect();
    folders.pop();
    let target: Vec<_> = to.split('/').collect();
    let shared = folders
        .iter()
        .zip(&target)
        .take_while(|(a, b)| a == b)
        .count();
    let up = "../".repeat(folders.len() - shared);
    up + &target[shared..].join("/")
}
