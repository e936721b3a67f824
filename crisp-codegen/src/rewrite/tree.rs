//! The modules that hold the files of the resources together.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;

use super::types;
use super::{Files, rust};
use crate::model::Model;

/// Adds `mod.rs` of the client and of the tests.
pub(super) fn modules(model: &Model, files: &mut Files) {
    let mut folders: BTreeSet<&str> = BTreeSet::new();
    let mut type_uses = String::new();
    let mut request_uses = String::new();
    let mut test_modules = String::new();
    for resource in &model.resources {
        let Some((folder, leaf)) = resource.path.split_once('/') else {
            continue;
        };
        let has =
            |file: &str| files.contains_key(&format!("src/generated/{}/{file}.rs", resource.path));
        let own = rust::cfg(&BTreeSet::from([resource.feature()]));
        let path = format!("{folder}::{leaf}");
        let mut parts = String::new();
        let mut reached = BTreeSet::new();
        if has("methods") {
            parts.push_str(&format!("{own}mod methods;\n"));
            reached.insert(resource.feature());
            test_modules.push_str(&format!("{own}mod {};\n", rust::module(&resource.path)));
        }
        if has("requests") {
            parts.push_str(&format!("{own}pub(in crate::generated) mod requests;\n"));
            request_uses.push_str(&format!(
                "    {}    pub use super::{path}::requests::*;\n",
                own
            ));
        }
        if has("types") {
            let features = types::features(model, resource);
            let cfg = rust::cfg(&features);
            parts.push_str(&format!("{cfg}pub(in crate::generated) mod types;\n"));
            type_uses.push_str(&format!("    {cfg}    pub use super::{path}::types::*;\n"));
            reached.extend(features);
        }
        if parts.is_empty() {
            continue;
        }
        folders.insert(folder);
        files.insert(
            format!("src/generated/{}/mod.rs", resource.path),
            format!(
                "{}{parts}",
                rust::preamble(&format!("{}.yaml", resource.path))
            ),
        );
        let entry = files
            .entry(format!("src/generated/{folder}/mod.rs"))
            .or_insert_with(|| rust::preamble("openapi.yaml"));
        entry.push_str(&format!("{}pub(super) mod {leaf};\n", rust::cfg(&reached)));
    }
    let mut root = rust::preamble("openapi.yaml");
    let has_events = files.contains_key("src/generated/events/list.rs");
    if has_events {
        let entry = files
            .entry("src/generated/events/mod.rs".into())
            .or_insert_with(|| rust::preamble("openapi.yaml"));
        entry.push_str("#[cfg(feature = \"events\")]\nmod list;\n\n#[cfg(feature = \"events\")]\npub use list::{Event, EventName};\n");
        folders.insert("events");
    }
    for folder in &folders {
        root.push_str(&format!("mod {folder};\n"));
    }
    if has_events {
        root.push_str("\n#[cfg(feature = \"events\")]\npub use events::{Event, EventName};\n");
    }
    root.push_str(&format!("\n/// The types of requests, responses and events, one for each schema of the spec.\npub mod types {{\n{type_uses}}}\n"));
    root.push_str(&format!(
        "\n/// The requests with optional parameters or fields.\npub mod requests {{\n{request_uses}}}\n"
    ));
    let services: Vec<String> = model
        .services
        .iter()
        .map(|service| service_struct(model, service))
        .collect();
    root.push_str(&format!(
        "\n/// The services, with one method for each operation.\npub mod services {{\n{}}}\n",
        rust::indent(services.join("\n").trim_end()),
    ));
    files.insert("src/generated/mod.rs".into(), root);
    files.insert(
        "tests/operations/generated/mod.rs".into(),
        format!("{}{test_modules}", rust::preamble("openapi.yaml")),
    );
}

fn service_struct(model: &Model, service: &str) -> String {
    let features: BTreeSet<String> = model
        .resources
        .iter()
        .filter(|resource| {
            resource
                .operations
                .iter()
                .any(|operation| operation.service == service)
        })
        .map(|resource| resource.feature())
        .collect();
    let cfg = rust::cfg(&features);
    let name = service.to_upper_camel_case();
    format!(
        "{cfg}/// The operations of the `{service}` service, returned by [`Crisp::{service}`](crate::Crisp::{service}).
#[derive(Debug, Clone)]
pub struct {name} {{
    pub(crate) crisp: crate::Crisp,
}}

{cfg}impl crate::Crisp {{
    /// Returns the operations of the `{service}` service.
    #[must_use]
    pub fn {service}(&self) -> {name} {{
        {name} {{ crisp: self.clone() }}
    }}
}}
"
    )
}
