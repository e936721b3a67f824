//! The operations and events of the bundled description.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use http::{Method, StatusCode};
use serde_json::Value;

use super::route::Route;
use super::schema::{Check, resolve};

/// The description that this version of the crate was generated from.
static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    let document = serde_json::from_str(include_str!("../generated/openapi.json"));
    Spec::new(&document.expect("the bundled description is JSON"))
});

/// Returns the index of the bundled description.
pub(super) fn spec() -> &'static Spec {
    &SPEC
}

/// The operations and events of a description.
#[derive(Debug)]
pub(super) struct Spec {
    operations: Vec<Operation>,
    /// The example data of each event, by name.
    pub(super) events: BTreeMap<String, Value>,
}

/// An operation: the requests it accepts, and its example response.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) id: String,
    method: Method,
    route: Route,
    pub(super) tiers: Vec<String>,
    pub(super) path: Vec<Parameter>,
    pub(super) query: Vec<Parameter>,
    pub(super) body: Option<Body>,
    /// The status of a success.
    pub(super) status: StatusCode,
    /// The example response body, envelope included. A response to `HEAD` has none.
    pub(super) example: Option<Value>,
}

/// A parameter in the path or the query.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) example: Option<Value>,
    check: Check,
    /// Whether the value is structured and sent as JSON text.
    is_json: bool,
}

/// The body of a request.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) required: bool,
    pub(super) check: Check,
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
    fn new(document: &Value) -> Self {
        let mut operations = Vec::new();
        for (template, item) in object(document.get("paths")) {
            for (method, operation) in object(Some(item)) {
                operations.extend(Operation::new(method, template, item, operation, document));
            }
        }
        let example = "/post/requestBody/content/application~1json/example/data";
        let events = object(document.get("x-webhooks"));
        let events = events
            .filter_map(|(name, item)| Some((name.clone(), item.pointer(example)?.clone())))
            .collect();
        Self { operations, events }
    }

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
        let with_method = matches.filter(|found| found.operation.method == *method);
        let best = with_method.min_by_key(|found| found.operation.route.specificity());
        best.ok_or(NoMatch::Method)
    }
}

impl Operation {
    /// Reads an operation; `None` for a key of a path item that is not a method, such as `parameters`.
    fn new(
        method: &str,
        template: &str,
        item: &Value,
        operation: &Value,
        document: &Value,
    ) -> Option<Self> {
        let id = operation.get("operationId")?.as_str()?.to_owned();
        // Parameters of the operation come first, as they override those of the path item.
        let declared = [operation, item].map(|at| array(at.get("parameters")));
        let declared = declared.concat();
        let declared = declared
            .iter()
            .map(|parameter| resolve(parameter, document).unwrap_or(parameter));
        let declared = declared.collect::<Vec<_>>();
        let parameters_in = |kind: &str| {
            let mut found = Vec::<Parameter>::new();
            for parameter in declared.iter().filter(|parameter| parameter["in"] == kind) {
                let new = Parameter::new(parameter, document);
                found.extend(new.filter(|new| found.iter().all(|old| old.name != new.name)));
            }
            found
        };
        let is_slug_path = |name: &str| {
            let mut named = declared
                .iter()
                .filter(|parameter| parameter["name"] == name);
            named.any(|parameter| parameter["x-crisp-slug-path"] == true)
        };
        let mut responses = object(operation.get("responses"));
        let (status, response) = responses.find(|(status, _)| status.starts_with('2'))?;
        let response = resolve(response, document).unwrap_or(response);
        let tiers = array(operation.get("x-crisp-tiers"));
        Some(Self {
            id,
            method: method.to_uppercase().parse().ok()?,
            route: Route::new(template, is_slug_path),
            tiers: tiers
                .iter()
                .filter_map(|tier| Some(tier.as_str()?.to_owned()))
                .collect(),
            path: parameters_in("path"),
            query: parameters_in("query"),
            body: operation
                .get("requestBody")
                .and_then(|body| Body::new(body, document)),
            status: status.parse().unwrap_or(StatusCode::OK),
            example: response
                .pointer("/content/application~1json/example")
                .cloned(),
        })
    }

    /// Returns whether the request is for another page of a list than the example is.
    pub(super) fn is_past_example(&self, arguments: &[(String, String)]) -> bool {
        let requested = arguments.iter().find(|(name, _)| name == "page_number");
        let requested = requested.and_then(|(_, page)| page.parse::<u64>().ok());
        let example = self
            .path
            .iter()
            .find(|parameter| parameter.name == "page_number");
        let example = example.and_then(|page| page.example.as_ref()?.as_u64());
        let is_list = self
            .example
            .as_ref()
            .is_some_and(|example| example["data"].is_array());
        is_list && requested.is_some() && requested != example
    }
}

fn object(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

fn array(value: Option<&Value>) -> Vec<Value> {
    value.and_then(Value::as_array).cloned().unwrap_or_default()
}

impl Parameter {
    fn new(parameter: &Value, document: &Value) -> Option<Self> {
        let json_schema = parameter.get("x-crisp-value");
        Some(Self {
            name: parameter.get("name")?.as_str()?.to_owned(),
            required: parameter["required"] == true,
            example: parameter.get("example").cloned(),
            check: Check::new(json_schema.or_else(|| parameter.get("schema"))?, document),
            is_json: json_schema.is_some(),
        })
    }

    /// Checks a decoded argument.
    pub(super) fn check(&self, argument: &str) -> Result<(), String> {
        if self.is_json {
            self.check.json_text(&self.name, argument)
        } else {
            self.check.text(&self.name, argument)
        }
    }
}

impl Body {
    fn new(body: &Value, document: &Value) -> Option<Self> {
        let body = resolve(body, document).unwrap_or(body);
        Some(Self {
            required: body["required"] == true,
            check: Check::new(body.pointer("/content/application~1json/schema")?, document),
        })
    }
}
