//! Writes the API as Rust, one emitter for each kind of file, from the [`Api`] to tokens; and its schemas and catalogue
//! as JSON.

use serde_json::Value;

use crate::api::Api;
use crate::document::Document;
use crate::files::Files;
use crate::schemas as json_schema;

mod catalogue;
mod events;
mod format;
mod imports;
mod methods;
mod modules;
mod requests;
mod rust;
mod schemas;
mod tests;
mod text;
mod types;

pub use format::FormatError;

/// Returns the Rust files of the client and of the tests of its operations, the schemas and the catalogue of the mock, by
/// path below the `crisp-api` folder.
pub(crate) fn emit(api: &Api, document: &Document) -> Result<Files, FormatError> {
    let mut files = Files::new();
    for resource in &api.resources {
        let source = format!("{}.yaml", resource.path);
        let folder = format!("src/generated/{}", resource.path);
        let tests = format!(
            "tests/operations/generated/{}.rs",
            modules::module(&resource.path)
        );
        for (path, tokens) in [
            (format!("{folder}/types.rs"), types::file(api, resource)),
            (
                format!("{folder}/requests.rs"),
                requests::file(api, resource),
            ),
            (format!("{folder}/methods.rs"), methods::file(api, resource)),
            (format!("{folder}/mod.rs"), modules::resource(api, resource)),
            (tests, tests::file(api, resource)),
        ] {
            if let Some(tokens) = tokens {
                files.insert(path, format::file(&source, tokens)?);
            }
        }
    }
    if let Some(tokens) = events::file(api) {
        let path = "src/generated/events/list.rs".to_owned();
        files.insert(path, format::file("events", tokens)?);
    }
    let json_schema = format::file("openapi.yaml", schemas::file(api))?;
    files.insert("src/generated/json_schema.rs".to_owned(), json_schema);
    for (path, tokens) in modules::files(api) {
        files.insert(path, format::file("openapi.yaml", tokens)?);
    }
    for (name, json) in [
        (
            json_schema::FILE,
            json_schema::definitions(&document.schemas),
        ),
        ("operations.json", catalogue::catalogue(document)),
    ] {
        files.insert(format!("src/generated/{name}"), lines(&json, 2) + "\n");
    }
    Ok(files)
}

/// Writes a value with each entry of its lists and mappings on a line, down to a depth: small, and a change of an entry is
/// a change of a line.
fn lines(value: &Value, depth: usize) -> String {
    let (start, entries, end) = match value {
        Value::Object(object) if depth > 0 => {
            let entries = object.iter().map(|(name, value)| {
                let name = Value::from(name.as_str());
                format!("{name}: {}", lines(value, depth - 1))
            });
            ("{", entries.collect::<Vec<_>>(), "}")
        }
        Value::Array(items) if depth > 0 => {
            let entries = items.iter().map(|item| lines(item, depth - 1));
            ("[", entries.collect(), "]")
        }
        value => return value.to_string(),
    };
    format!("{start}\n{}\n{end}", entries.join(",\n"))
}
