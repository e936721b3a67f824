//! Compares the description with the facts.

use crisp_codegen::bundle::{Bundle, Operation};
use serde_json::{Value, json};

use crate::facts::{Fact, Step};

const MISSING: &str = "is not in the description";
const UNTYPED: &str = "is untyped";

/// The keywords that type a value.
const TYPING: [&str; 8] = [
    "type",
    "properties",
    "items",
    "enum",
    "allOf",
    "oneOf",
    "anyOf",
    "additionalProperties",
];

/// The description, followed along its references.
pub(crate) struct Spec<'a>(pub(crate) &'a Bundle);

impl<'a> Spec<'a> {
    /// The problem with a value in the response of an operation.
    pub(crate) fn answer(&self, operation: &Operation<'a>, fact: &Fact) -> Option<String> {
        let responses = operation.value.get("responses").and_then(Value::as_object);
        let success = responses
            .into_iter()
            .flatten()
            .find(|(status, _)| status.starts_with('2'));
        match success.and_then(|(_, response)| self.data(response)) {
            Some(data) => self.received(data, fact),
            None => Some("the answer is untyped".to_owned()),
        }
    }

    /// The problem with a value in an event.
    pub(crate) fn event(&self, fact: &Fact) -> Option<String> {
        let events = self.0.document.get("x-webhooks");
        let Some(event) = events.and_then(|events| events.get(&fact.place)) else {
            return Some("there is no such event".to_owned());
        };
        match event
            .pointer("/post/requestBody")
            .and_then(|body| self.data(body))
        {
            Some(data) => self.received(data, fact),
            None => Some("the event is untyped".to_owned()),
        }
    }

    /// The problem with a value in the body of an operation. Required fields are not compared: Crisp requires more than
    /// the types of the wrappers do.
    pub(crate) fn body(&self, operation: &Operation<'a>, fact: &Fact) -> Option<String> {
        match operation
            .value
            .get("requestBody")
            .and_then(|body| self.json(body))
        {
            Some(body) => self.value(body, fact, false),
            None => Some("there is no body".to_owned()),
        }
    }

    /// The problem with a parameter in the query of an operation.
    pub(crate) fn parameter(&self, operation: &Operation<'a>, fact: &Fact) -> Option<String> {
        let path = &self.0.document["paths"][operation.path];
        let parameter = [path.get("parameters"), operation.value.get("parameters")]
            .into_iter()
            .flatten()
            .filter_map(Value::as_array)
            .flatten()
            .map(|parameter| self.0.resolve(parameter))
            .find(|parameter| parameter["in"] == "query" && parameter["name"] == fact.path[1..]);
        let Some(parameter) = parameter else {
            return Some("there is no such parameter".to_owned());
        };
        let schemas = self.arms(&[&parameter["schema"]]);
        mistyped(&schemas, fact, |kind| match kind {
            "flag" => schemas.iter().any(|schema| schema["enum"] == json!([0, 1])),
            "json" => parameter.get("x-crisp-value").is_some(),
            kind => admits(&schemas, kind),
        })
    }

    fn received(&self, root: &'a Value, fact: &Fact) -> Option<String> {
        self.value(root, fact, true)
    }

    /// The problem with the value that a path leads to.
    fn value(&self, root: &'a Value, fact: &Fact, received: bool) -> Option<String> {
        let mut schemas = vec![root];
        for step in &fact.steps {
            if let Step::Property {
                name,
                optional: true,
            } = step
                && received
                && schemas.iter().all(|schema| self.requires(schema, name))
            {
                return Some(format!("`{name}` is required"));
            }
            let arms = self.arms(&schemas);
            schemas = arms
                .iter()
                .filter_map(|schema| follow(schema, step))
                .collect();
            if schemas.is_empty() {
                let open = free(&arms)
                    || arms
                        .iter()
                        .any(|schema| schema["additionalProperties"] == true);
                return Some(if open { UNTYPED } else { MISSING }.to_owned());
            }
        }
        let arms = self.arms(&schemas);
        mistyped(&arms, fact, |kind| admits(&arms, kind))
    }

    /// The schema of the `data` of an answer or an event, unless it is untyped.
    fn data(&self, message: &'a Value) -> Option<&'a Value> {
        let envelope = self.json(message)?;
        self.arms(&[envelope])
            .into_iter()
            .find_map(|schema| schema.pointer("/properties/data"))
            .filter(|data| !free(&self.arms(&[data])))
    }

    fn json(&self, message: &'a Value) -> Option<&'a Value> {
        self.0
            .resolve(message)
            .pointer("/content/application~1json/schema")
    }

    /// Every schema that a value may follow, those that they are composed of among them.
    fn arms(&self, schemas: &[&'a Value]) -> Vec<&'a Value> {
        let mut arms: Vec<&Value> = Vec::new();
        let mut left = schemas.to_vec();
        while let Some(schema) = left.pop() {
            let schema = self.0.resolve(schema);
            if arms.iter().any(|arm| std::ptr::eq(*arm, schema)) {
                continue;
            }
            arms.push(schema);
            for key in ["allOf", "oneOf", "anyOf"] {
                left.extend(items(schema, key));
            }
        }
        arms
    }

    /// Whether a property has to be there whatever else is. A branch of a union only speaks for itself.
    fn requires(&self, schema: &'a Value, name: &str) -> bool {
        let schema = self.0.resolve(schema);
        items(schema, "required").any(|required| required == name)
            || items(schema, "allOf").any(|part| self.requires(part, name))
    }
}

/// The items of a list at a key; none where there is no list.
fn items<'a>(schema: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    schema
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// The problem with the types of a value.
fn mistyped(schemas: &[&Value], fact: &Fact, admits: impl Fn(&str) -> bool) -> Option<String> {
    if free(schemas) {
        let typed = fact
            .types
            .iter()
            .any(|kind| kind != "any" && kind != "object");
        return typed.then(|| UNTYPED.to_owned());
    }
    let mut wrong = fact.types.clone();
    wrong.retain(|kind| !admits(kind));
    (!wrong.is_empty()).then(|| format!("is not {}", wrong.join(", ")))
}

/// The schema that a step leads to.
fn follow<'a>(schema: &'a Value, step: &Step) -> Option<&'a Value> {
    let values = || {
        schema
            .get("additionalProperties")
            .filter(|values| values.is_object())
    };
    match step {
        Step::Property { name, .. } => schema
            .get("properties")
            .and_then(|properties| properties.get(name))
            .or_else(values),
        Step::Items => schema.get("items"),
        Step::Values => values(),
    }
}

/// Whether nothing is said of a value.
fn free(schemas: &[&Value]) -> bool {
    schemas
        .iter()
        .all(|schema| TYPING.iter().all(|key| schema.get(key).is_none()))
}

/// Whether a value of this type may stand where these schemas do.
fn admits(schemas: &[&Value], kind: &str) -> bool {
    let mut schemas = schemas.iter();
    match kind {
        "any" => true,
        "null" => schemas.any(|schema| schema["nullable"] == true),
        "float" => schemas.any(|schema| schema["type"] == "number"),
        "number" | "int32" | "uint32" | "int64" => {
            schemas.any(|schema| match schema["type"].as_str() {
                // A 32-bit integer that is never negative becomes an unsigned integer.
                Some("integer") if schema["format"] == "int32" => match kind {
                    "int64" => false,
                    "uint32" => schema["minimum"].as_i64().is_some_and(|least| least >= 0),
                    _ => true,
                },
                found => matches!(found, Some("integer" | "number")),
            })
        }
        _ => match kind.strip_prefix('"') {
            Some(text) => schemas
                .filter(|schema| schema["type"] == "string")
                .any(|schema| match schema["enum"].as_array() {
                    Some(known) => known
                        .iter()
                        .any(|value| value == text.trim_end_matches('"')),
                    None => true,
                }),
            None => schemas.any(|schema| schema["type"] == kind),
        },
    }
}
