//! The operations and events of the description, from the generated catalogue.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use http::{Method, StatusCode};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use super::route::Route;
use super::schema::Check;

static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../generated/operations.json"))
        .expect("the generated catalogue has the form of `Spec`")
});

/// Returns the catalogue of this version of the crate.
pub(super) fn spec() -> &'static Spec {
    &SPEC
}

/// The operations and events of the description.
#[derive(Debug, Deserialize)]
pub(super) struct Spec {
    operations: Vec<Operation>,
    /// The events by name.
    pub(super) events: BTreeMap<String, Event>,
}

/// An operation: the requests it accepts, and its example response.
#[derive(Debug, Deserialize)]
pub(super) struct Operation {
    pub(super) id: String,
    method: String,
    #[serde(rename = "path")]
    route: Route,
    pub(super) tiers: Vec<String>,
    parameters: Vec<Parameter>,
    /// The check of the body, which is required; `None` without a body.
    pub(super) body: Option<Check>,
    /// The status of a success.
    #[serde(deserialize_with = "status")]
    pub(super) status: StatusCode,
    /// The check of the data of a response.
    #[cfg(test)]
    pub(super) data: Option<Check>,
    /// The example response body, envelope included. A response to `HEAD` has none.
    #[serde(rename = "response")]
    pub(super) example: Option<Value>,
}

/// A parameter in the path or the query.
#[derive(Debug, Deserialize)]
pub(super) struct Parameter {
    pub(super) name: String,
    #[serde(rename = "in")]
    place: Place,
    pub(super) required: bool,
    pub(super) example: Option<Value>,
    #[serde(rename = "schema")]
    check: Check,
    /// Whether the value is structured and sent as JSON text.
    #[serde(rename = "json")]
    is_json: bool,
}

/// The part of a request that has a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Place {
    Path,
    Query,
}

/// An event.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    /// The check of its data.
    #[cfg(test)]
    pub(super) data: Check,
    /// The example of its data.
    pub(super) example: Value,
}

/// The operation that matches a request.
#[derive(Debug)]
pub(super) struct Match<'s> {
    pub(super) operation: &'s Operation,
    /// The path arguments by name, decoded.
    pub(super) arguments: Vec<(String, String)>,
}

/// The reason why no operation matches a request.
#[derive(Debug, PartialEq)]
pub(super) enum NoMatch {
    Path,
    Method,
}

impl Spec {
    /// Returns the operation with an ID.
    pub(super) fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// Finds the operation of a request. `path` is percent-encoded, without the prefix of the base URL.
    pub(super) fn find(&self, method: &Method, path: &str) -> Result<Match<'_>, NoMatch> {
        let matches = self.operations.iter().filter_map(|operation| {
            let arguments = operation.route.arguments(path)?;
            Some(Match {
                operation,
                arguments,
            })
        });
        let mut matches = matches.peekable();
        matches.peek().ok_or(NoMatch::Path)?;
        let with_method = matches.filter(|found| found.operation.method == method.as_str());
        let best = with_method.min_by_key(|found| found.operation.route.specificity());
        best.ok_or(NoMatch::Method)
    }
}

impl Operation {
    /// Returns the parameters in a part of the request.
    pub(super) fn parameters(&self, place: Place) -> impl Iterator<Item = &Parameter> {
        self.parameters
            .iter()
            .filter(move |parameter| parameter.place == place)
    }

    /// Returns whether the request is for another page of a list than the example is.
    pub(super) fn is_past_example(&self, arguments: &[(String, String)]) -> bool {
        let requested = arguments.iter().find(|(name, _)| name == "page_number");
        let requested = requested.and_then(|(_, page)| page.parse::<u64>().ok());
        let example = self
            .parameters(Place::Path)
            .find(|parameter| parameter.name == "page_number");
        let example = example.and_then(|page| page.example.as_ref()?.as_u64());
        let is_list = self
            .example
            .as_ref()
            .is_some_and(|example| example["data"].is_array());
        is_list && requested.is_some() && requested != example
    }
}

impl Parameter {
    /// Checks a decoded argument.
    pub(super) fn check(&self, argument: &str) -> Result<(), String> {
        if self.is_json {
            self.check.json_text(&self.name, argument)
        } else {
            self.check.text(&self.name, argument)
        }
    }
}

fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StatusCode, D::Error> {
    let status = u16::deserialize(deserializer)?;
    StatusCode::from_u16(status).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_compiles_and_accepts_its_example() {
        for operation in &spec().operations {
            for parameter in &operation.parameters {
                let example = parameter.example.as_ref().unwrap();
                let text = example
                    .as_str()
                    .map_or_else(|| example.to_string(), str::to_owned);
                assert_eq!(parameter.check(&text), Ok(()), "{}", operation.id);
            }
            if let Some(body) = &operation.body {
                assert!(body.value("body", &Value::Null).is_err());
            }
            if let (Some(data), Some(example)) = (&operation.data, &operation.example) {
                let example = &example["data"];
                assert_eq!(data.value("data", example), Ok(()), "{}", operation.id);
            }
        }
        for (name, event) in &spec().events {
            assert_eq!(event.data.value("data", &event.example), Ok(()), "{name}");
        }
    }
}
