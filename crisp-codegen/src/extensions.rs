//! The vendor extensions of the description: facts that OpenAPI has no keys for.

use indexmap::IndexMap;
use openapiv3::{OpenAPI, PathItem, ReferenceOr, Schema};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The facts of an operation or an event.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub(crate) struct Facts {
    /// `x-crisp-tiers`: the tiers that may use it.
    #[serde(rename = "x-crisp-tiers", default)]
    pub(crate) tiers: Vec<String>,
    /// `x-crisp-scopes`: the scopes that a plugin token needs, each with its access.
    #[serde(rename = "x-crisp-scopes", default)]
    pub(crate) scopes: IndexMap<String, String>,
}

/// The facts of a parameter.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub(crate) struct ParameterFacts {
    /// `x-crisp-value`: the schema of the value that a text carries, as JSON.
    #[serde(rename = "x-crisp-value")]
    pub(crate) value: Option<ReferenceOr<Schema>>,
    /// `x-crisp-slug-path`: whether slashes in the value separate segments of the path.
    #[serde(rename = "x-crisp-slug-path", default)]
    pub(crate) slug_path: bool,
}

/// Reads the facts of an operation or an event.
pub(crate) fn facts(extensions: &IndexMap<String, Value>) -> serde_json::Result<Facts> {
    read(extensions)
}

/// Reads the facts of a parameter.
pub(crate) fn parameter_facts(
    extensions: &IndexMap<String, Value>,
) -> serde_json::Result<ParameterFacts> {
    read(extensions)
}

/// Reads `x-crisp-urn` of an enum: whether URNs of third parties stand beside its values.
pub(crate) fn allows_urn(extensions: &IndexMap<String, Value>) -> bool {
    extensions.get("x-crisp-urn") == Some(&Value::Bool(true))
}

/// Reads `x-webhooks`: the events by name, each as the operation that receives it.
pub(crate) fn events(api: &OpenAPI) -> serde_json::Result<IndexMap<String, PathItem>> {
    match api.extensions.get("x-webhooks") {
        Some(events) => IndexMap::deserialize(events),
        None => Ok(IndexMap::new()),
    }
}

fn read<T: DeserializeOwned>(extensions: &IndexMap<String, Value>) -> serde_json::Result<T> {
    let map: Map<String, Value> = extensions
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    serde_json::from_value(Value::Object(map))
}
