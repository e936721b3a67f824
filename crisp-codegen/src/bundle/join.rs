//! Puts the entries of every file into one document.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Bundle, File, entries, order, refs};
use crate::error::{Diagnostic, Diagnostics, Location};
use crate::source::{ROOT, Source, pointer};

/// The keys of a file that are joined, entry by entry.
const JOINED: [&str; 3] = ["paths", "x-webhooks", "components"];
/// The keys that every file has, as a document of its own.
const OWN: [&str; 2] = ["openapi", "info"];
/// The keys that only the root has.
const ROOT_ONLY: [&str; 4] = ["externalDocs", "servers", "security", "tags"];

/// Joins the files into one document: what only the root has, then the paths, events and components of each file.
///
/// # Errors
///
/// A `$ref` that leads nowhere, and a path, operationId, event or component that stands in two places.
pub fn bundle(sources: &[Source]) -> Result<Bundle, Diagnostics> {
    let Some(root) = sources.first().filter(|source| source.path == ROOT) else {
        let place = Location::start_of(ROOT);
        return Err(Diagnostic::new(
            place,
            "is missing",
            "write it: it holds info, servers, security and tags",
        )
        .into());
    };
    let mut problems = Vec::new();
    for source in sources {
        check_keys(source, &mut problems);
    }

    // The places of everything that must be unique, by identity.
    let mut seen: HashMap<String, Location> = HashMap::new();
    let mut owners = HashMap::new();
    let mut kept = Vec::new();
    for (file, source) in sources.iter().enumerate() {
        for entry in joined(source) {
            let place = source.location(&entry.pointer);
            if let Some(first) = seen.insert(entry.identity(), place.clone()) {
                let what = format!(
                    "duplicate {} `{}`, already at {first}",
                    entry.kind(),
                    entry.name
                );
                problems.push(Diagnostic::new(place, what, entry.help()));
                continue;
            }
            operation_ids(source, &entry, &mut seen, &mut problems);
            owners.insert(entry.pointer.clone(), file);
            kept.push((source, entry));
        }
    }

    let mut document = Value::Object(Map::new());
    for key in OWN.iter().chain(&ROOT_ONLY) {
        if let Some(value) = root.document.get(key) {
            document[key] = value.clone();
        }
    }
    for section in JOINED {
        document[section] = Value::Object(Map::new());
        for (source, entry) in kept.iter().filter(|(_, entry)| entry.section == section) {
            let mut value = entry.value.clone();
            refs::rewrite_refs(&mut value, &entry.pointer, source, sources, &mut problems);
            match entry.component {
                None => document[section][entry.name] = value,
                Some(kind) => document[section][kind][entry.name] = value,
            }
        }
    }
    Diagnostics::check(problems)?;
    let files = sources.iter().map(|source| File {
        path: source.path.clone(),
        positions: source.positions.clone(),
    });
    let mut bundle = Bundle {
        document,
        files: files.collect(),
        owners,
    };
    order::sort_parameters(&mut bundle);
    Ok(bundle)
}

/// A path, event or component of a file.
struct Entry<'a> {
    section: &'static str,
    /// The kind of a component: schemas, parameters …
    component: Option<&'a str>,
    name: &'a str,
    pointer: String,
    value: &'a Value,
}

impl Entry<'_> {
    /// Two entries with the same identity clash. Paths that differ in the names of parameters are the same route.
    fn identity(&self) -> String {
        if self.section != "paths" {
            return self.pointer.clone();
        }
        let mut route = String::from("/paths");
        for segment in self.name.split('/') {
            let parameter = segment.starts_with('{') && segment.ends_with('}');
            route = pointer(&route, if parameter { "{}" } else { segment });
        }
        route
    }

    fn kind(&self) -> &str {
        match (self.section, self.component) {
            ("paths", _) => "path",
            ("x-webhooks", _) => "event",
            (_, Some("schemas")) => "schema",
            (_, Some("parameters")) => "parameter",
            (_, Some("responses")) => "response",
            _ => "component",
        }
    }

    fn help(&self) -> &str {
        match self.section {
            "paths" => "move the operations of both to one place",
            "x-webhooks" => "keep one of the two",
            _ => "rename one, or keep one and refer to it with $ref: names are shared by all files",
        }
    }
}

/// The paths, events and components of a file.
fn joined(source: &Source) -> impl Iterator<Item = Entry<'_>> {
    JOINED.iter().flat_map(move |&section| {
        let at = pointer("", section);
        entries(source.document.get(section)).flat_map(move |(name, value)| {
            let at = pointer(&at, name);
            let named: Box<dyn Iterator<Item = Entry<'_>>> = if section == "components" {
                Box::new(entries(Some(value)).map(move |(component, value)| Entry {
                    section,
                    component: Some(name),
                    name: component,
                    pointer: pointer(&at, component),
                    value,
                }))
            } else {
                Box::new(std::iter::once(Entry {
                    section,
                    component: None,
                    name,
                    pointer: at,
                    value,
                }))
            };
            named
        })
    })
}

fn operation_ids(
    source: &Source,
    entry: &Entry<'_>,
    seen: &mut HashMap<String, Location>,
    problems: &mut Vec<Diagnostic>,
) {
    if entry.section != "paths" {
        return;
    }
    for (method, operation) in entries(Some(entry.value)) {
        let Some(id) = operation.get("operationId").and_then(Value::as_str) else {
            continue;
        };
        let place = source.location(&pointer(&pointer(&entry.pointer, method), "operationId"));
        // No pointer starts with a letter, so an id is no entry.
        if let Some(first) = seen.insert(format!("operationId {id}"), place.clone()) {
            problems.push(Diagnostic::new(
                place,
                format!("duplicate operationId `{id}`, already at {first}"),
                "name one after its own label in the reference",
            ));
        }
    }
}

/// Nothing in a file may be lost without a word.
fn check_keys(source: &Source, problems: &mut Vec<Diagnostic>) {
    for key in OWN {
        if source.document.get(key).is_none() {
            problems.push(Diagnostic::new(
                Location::start_of(&source.path),
                format!("`{key}` is missing"),
                "start the file with `openapi: 3.0.3` and `info:`, so that editors can read it alone",
            ));
        }
    }
    for (key, value) in entries(Some(&source.document)) {
        let place = || source.location(&pointer("", key));
        let joined = JOINED.contains(&key);
        if !joined && !OWN.contains(&key) && !ROOT_ONLY.contains(&key) {
            let known = [OWN.as_slice(), &ROOT_ONLY, &JOINED].concat().join(", ");
            problems.push(Diagnostic::new(
                place(),
                format!("`{key}` is not a key of a description"),
                format!("take it out, or write one of {known}"),
            ));
        } else if ROOT_ONLY.contains(&key) && source.path != ROOT {
            problems.push(Diagnostic::new(
                place(),
                format!("`{key}` stands outside the root"),
                format!("move it to {ROOT}"),
            ));
        } else if joined && !value.is_object() {
            problems.push(Diagnostic::new(
                place(),
                format!("`{key}` is not a mapping"),
                "write its entries, or `{}`",
            ));
        }
    }
    for (kind, value) in entries(source.document.get("components")) {
        if !value.is_object() {
            let place = source.location(&pointer("/components", kind));
            problems.push(Diagnostic::new(
                place,
                format!("`{kind}` is not a mapping"),
                "write its entries, or take it out",
            ));
        }
    }
}
