//! Small descriptions, written to a folder and read back.
#![allow(dead_code, reason = "each test program uses its part")]
#![allow(clippy::unwrap_used, reason = "only tests call these")]

use std::fs;

use crisp_codegen::bundle::{Bundle, bundle};
use crisp_codegen::error::Diagnostics;
use crisp_codegen::source::{Source, load, pointer};
use serde_json::Value;

/// A root with nothing in it but what every root has.
pub(crate) const ROOT: &str = "\
openapi: 3.0.3
info: {title: Test, version: '1'}
paths: {}
";

/// Reads a spec folder with these files, given as path and text.
pub(crate) fn read(files: &[(&str, &str)]) -> Result<Vec<Source>, Diagnostics> {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    load(folder.path())
}

/// Joins these files.
pub(crate) fn join(files: &[(&str, &str)]) -> Result<Bundle, Diagnostics> {
    bundle(&read(files)?)
}

/// The problems of these files, as displayed.
pub(crate) fn errors_of(files: &[(&str, &str)]) -> String {
    join(files)
        .map(|_| "nothing is wrong".to_owned())
        .unwrap_or_else(|problems| problems.to_string())
}

/// The pointer of every value within a value.
pub(crate) fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let children: Vec<_> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, value)| (index.to_string(), value))
            .collect(),
        _ => return,
    };
    for (key, value) in children {
        let at = pointer(at, &key);
        pointers(value, &at, found);
        found.push(at);
    }
}
