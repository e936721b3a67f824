//! Joins the files of the description into one self-contained document, and remembers which file owns what.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::error::Location;
use crate::source::{self, pointer};

mod join;
mod order;
mod refs;
mod yaml;

pub use join::bundle;
pub(crate) use order::rank;

/// The methods an operation can have.
pub const METHODS: [&str; 6] = ["head", "get", "post", "put", "patch", "delete"];

/// The whole description as one document.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// The document. Paths, events and components stand at the same JSON pointer as in their file.
    pub document: Value,
    files: Vec<File>,
    /// The file that owns a path, event or component, by its pointer.
    owners: HashMap<String, usize>,
}

/// The parts of a file that are needed after joining.
#[derive(Debug, Clone)]
struct File {
    path: String,
    positions: HashMap<String, (usize, usize)>,
}

/// An operation of the description.
#[derive(Debug, Clone)]
pub struct Operation<'a> {
    /// The path, as a template.
    pub path: &'a str,
    /// The method, in lower case.
    pub method: &'a str,
    /// The JSON pointer of the operation.
    pub pointer: String,
    /// The operation itself.
    pub value: &'a Map<String, Value>,
}

impl<'a> Operation<'a> {
    /// The text of a key, where it is there.
    pub fn text(&self, key: &str) -> Option<&'a str> {
        self.value.get(key)?.as_str()
    }
}

impl Bundle {
    /// The place of the value at a JSON pointer of the document, or of its nearest ancestor that has one.
    pub fn locate(&self, pointer: &str) -> Location {
        let file = &self.files[self.file_of(pointer).unwrap_or(0)];
        source::location(&file.path, &file.positions, pointer)
    }

    /// The file that a schema stands in.
    pub fn owner(&self, schema: &str) -> Option<&str> {
        self.file(&pointer("/components/schemas", schema))
    }

    /// The file that a path stands in.
    pub fn file_of_path(&self, path: &str) -> Option<&str> {
        self.file(&pointer("/paths", path))
    }

    /// The file that an event stands in.
    pub fn file_of_event(&self, event: &str) -> Option<&str> {
        self.file(&pointer("/x-webhooks", event))
    }

    /// Every operation, in the order of the document.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        entries(self.document.get("paths")).flat_map(|(path, item)| {
            entries(Some(item))
                .filter(|(method, _)| METHODS.contains(method))
                .filter_map(move |(method, value)| {
                    let pointer = pointer(&pointer("/paths", path), method);
                    Some(Operation {
                        path,
                        method,
                        pointer,
                        value: value.as_object()?,
                    })
                })
        })
    }

    /// Follows a `$ref`; any other value is itself.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let mut value = value;
        // A ring of references leads nowhere, however long it is followed.
        for _ in 0..8 {
            let target = value
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|reference| self.document.pointer(reference.strip_prefix('#')?));
            match target {
                Some(target) => value = target,
                None => break,
            }
        }
        value
    }

    /// Follows a `$ref`, and gives the pointer of what it leads to; any other value is itself, at its own pointer.
    pub(crate) fn follow<'a>(&'a self, at: String, value: &'a Value) -> (String, &'a Value) {
        let target = value
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| reference.strip_prefix('#'));
        match target {
            // Only components are referred to, and none of them is a reference itself.
            Some(target) => (target.to_owned(), self.resolve(value)),
            None => (at, value),
        }
    }

    /// The document as JSON.
    pub fn to_json(&self) -> String {
        format!("{:#}\n", self.document)
    }

    /// The document as YAML.
    pub fn to_yaml(&self) -> String {
        yaml::write(&self.document)
    }

    fn file(&self, entry: &str) -> Option<&str> {
        self.owners
            .get(entry)
            .map(|&file| self.files[file].path.as_str())
    }

    /// The file of the path, event or component that a pointer leads to or into.
    fn file_of(&self, pointer: &str) -> Option<usize> {
        let mut ends = pointer
            .match_indices('/')
            .map(|(at, _)| at)
            .skip(1)
            .chain([pointer.len()]);
        ends.find_map(|end| self.owners.get(&pointer[..end]).copied())
    }
}

/// The entries of a mapping; none where the value is something else.
pub(crate) fn entries(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    value
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.as_str(), value))
}
