//! Checks values against the schemas of the bundled description.
//!
//! These are OpenAPI 3.0, which is close to JSON Schema but not the same. [`Check::new`] converts one, and it is
//! compiled when it is first used, so that starting a mock compiles none of them.

use std::sync::OnceLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::{Map, Value, json};

/// The formats that are checked; other formats only say what is meant.
const FORMATS: [&str; 4] = ["uuid", "uri", "email", "date-time"];

/// What OpenAPI 3.0 adds to a schema and JSON Schema has no use for.
const ANNOTATIONS: [&str; 8] = [
    "description",
    "title",
    "example",
    "default",
    "deprecated",
    "discriminator",
    "externalDocs",
    "nullable",
];

/// A schema of the description, ready to check values.
#[derive(Debug)]
pub(super) struct Check {
    schema: Value,
    validator: OnceLock<Result<Validator, String>>,
}

impl Check {
    /// Takes a schema of `document`, with all that it refers to there.
    pub(super) fn new(schema: &Value, document: &Value) -> Self {
        let mut needed = Map::new();
        let mut root = convert(schema, document, true);
        collect(&root, document, &mut needed);
        if let Some(root) = root.as_object_mut() {
            root.insert("components".to_owned(), json!({ "schemas": needed }));
        }
        Self {
            schema: root,
            validator: OnceLock::new(),
        }
    }

    /// Checks a JSON value. Each part of the message of a refusal starts with the place: `body.content.url: …` when
    /// `name` is `body`.
    pub(super) fn value(&self, name: &str, value: &Value) -> Result<(), String> {
        let errors = self.errors(value)?;
        if errors.is_empty() {
            Ok(())
        } else {
            Err(describe(name, &errors))
        }
    }

    /// Checks a value that travels as text, in a path or a query: the text fits as it is, or the number it spells.
    pub(super) fn text(&self, name: &str, text: &str) -> Result<(), String> {
        let as_text = self.value(name, &Value::from(text));
        let Ok(number @ Value::Number(_)) = serde_json::from_str(text) else {
            return as_text;
        };
        if as_text.is_ok() {
            return as_text;
        }
        let errors = self.errors(&number)?;
        match errors.first() {
            None => Ok(()),
            // The schema is one of texts: what is wrong with the text says more.
            Some(error) if is_wrong_kind(error) => as_text,
            Some(_) => Err(describe(name, &errors)),
        }
    }

    /// Checks a structured value that travels as JSON text, or as it is where it is a text.
    pub(super) fn json_text(&self, name: &str, text: &str) -> Result<(), String> {
        match serde_json::from_str(text) {
            Ok(value @ (Value::Array(_) | Value::Object(_))) => self.value(name, &value),
            _ => self.text(name, text),
        }
    }

    fn errors<'v>(&'v self, value: &'v Value) -> Result<Vec<ValidationError<'v>>, String> {
        let compiled = self.validator.get_or_init(|| {
            jsonschema::options()
                .with_draft(Draft::Draft202012)
                .should_validate_formats(true)
                .build(&self.schema)
                .map_err(|error| {
                    format!("the description has a schema that can't be used: {error}")
                })
        });
        match compiled {
            Ok(validator) => Ok(validator.iter_errors(value).collect()),
            Err(message) => Err(message.clone()),
        }
    }
}

/// Converts an OpenAPI 3.0 schema to JSON Schema 2020-12.
///
/// `closed` says that the schema stands for a whole value rather than for a branch of another schema. Where such a
/// schema declares properties, one that it doesn't declare is refused.
fn convert(schema: &Value, document: &Value, closed: bool) -> Value {
    let Some(from) = schema.as_object() else {
        return schema.clone();
    };
    let mut to = Map::new();
    if let Some(target) = from.get("$ref") {
        // OpenAPI 3.0 ignores what stands beside a reference.
        to.insert("$ref".to_owned(), target.clone());
    } else {
        for (key, value) in from
            .iter()
            .filter(|(key, _)| !ANNOTATIONS.contains(&key.as_str()))
        {
            convert_keyword(key, value, from, document, &mut to);
        }
        let free = to.get("type").is_some_and(|kind| kind == "object")
            && !["properties", "additionalProperties", "allOf", "anyOf"]
                .iter()
                .any(|key| to.contains_key(*key));
        if free {
            to.insert("additionalProperties".to_owned(), Value::Bool(true));
        }
    }
    if from
        .get("nullable")
        .is_some_and(|nullable| nullable == true)
        && !from.contains_key("$ref")
    {
        to = Map::from_iter([("anyOf".to_owned(), json!([to, { "type": "null" }]))]);
    }
    if closed && declares_properties(schema, document, 0) {
        to.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
    }
    Value::Object(to)
}

fn convert_keyword(
    key: &str,
    value: &Value,
    from: &Map<String, Value>,
    document: &Value,
    to: &mut Map<String, Value>,
) {
    let each = |value: &Value, closed| match value.as_array() {
        Some(schemas) => schemas
            .iter()
            .map(|schema| convert(schema, document, closed))
            .collect(),
        None => value.clone(),
    };
    match key {
        "properties" => {
            let properties = value.as_object().into_iter().flatten();
            let properties =
                properties.map(|(name, schema)| (name.clone(), convert(schema, document, true)));
            to.insert(key.to_owned(), properties.collect());
        }
        "items" | "additionalProperties" => {
            to.insert(key.to_owned(), convert(value, document, true));
        }
        "not" => {
            to.insert(key.to_owned(), convert(value, document, false));
        }
        "allOf" => {
            to.insert(key.to_owned(), each(value, false));
        }
        // What matters is that a form fits. Several often do: an integer is a number too, and forms of objects
        // without required properties overlap.
        "anyOf" | "oneOf" => {
            to.insert("anyOf".to_owned(), each(value, false));
        }
        "exclusiveMinimum" | "exclusiveMaximum" if value.is_boolean() => {
            let bound = if key == "exclusiveMinimum" {
                "minimum"
            } else {
                "maximum"
            };
            if let (true, Some(bound)) = (value == true, from.get(bound)) {
                to.insert(key.to_owned(), bound.clone());
            }
        }
        // Third parties extend some sets of Crisp with URNs, such as the origins of messages. Which sets, the
        // description doesn't say, so a URN passes in each.
        "enum" if from.get("type").is_some_and(|kind| kind == "string") => {
            to.insert(
                "anyOf".to_owned(),
                json!([{ "enum": value }, { "pattern": "^urn:" }]),
            );
        }
        "format" if value == "int32" => {
            to.entry("minimum").or_insert(i32::MIN.into());
            to.entry("maximum").or_insert(i32::MAX.into());
        }
        "format" if !FORMATS.iter().any(|format| value == format) => {}
        _ => {
            to.insert(key.to_owned(), value.clone());
        }
    }
}

/// Whether the schema, or one that it is made of, declares properties.
fn declares_properties(schema: &Value, document: &Value, depth: u8) -> bool {
    // Schemas refer to one another through properties in practice; the bound is for one made of itself.
    if depth > 16 {
        return false;
    }
    let parts = ["allOf", "anyOf", "oneOf"]
        .iter()
        .filter_map(|key| schema.get(key)?.as_array())
        .flatten();
    schema.get("properties").is_some()
        || resolve(schema, document)
            .is_some_and(|target| declares_properties(target, document, depth + 1))
        || parts
            .into_iter()
            .any(|part| declares_properties(part, document, depth + 1))
}

/// What `value` refers to, where it is a reference within `document`.
pub(super) fn resolve<'d>(value: &Value, document: &'d Value) -> Option<&'d Value> {
    document.pointer(value.get("$ref")?.as_str()?.strip_prefix('#')?)
}

/// Adds the schemas that `converted` refers to, and those that they refer to, to `needed`.
fn collect(converted: &Value, document: &Value, needed: &mut Map<String, Value>) {
    match converted {
        Value::Object(object) => {
            let name = object.get("$ref").and_then(Value::as_str);
            if let Some(name) = name.and_then(|name| name.strip_prefix("#/components/schemas/"))
                && !needed.contains_key(name)
                && let Some(schema) = resolve(converted, document)
            {
                let schema = convert(schema, document, false);
                needed.insert(name.to_owned(), schema.clone());
                collect(&schema, document, needed);
            }
            object
                .values()
                .for_each(|value| collect(value, document, needed));
        }
        Value::Array(array) => array
            .iter()
            .for_each(|value| collect(value, document, needed)),
        _ => {}
    }
}

/// Says what is wrong and where, without the values themselves: a refused body may hold a secret.
fn describe(name: &str, errors: &[ValidationError<'_>]) -> String {
    let mut parts = Vec::new();
    // What a failed branch declares counts as undeclared, so such errors say something only when they stand alone.
    let real = errors
        .iter()
        .filter(|error| !is_undeclared(error))
        .collect::<Vec<_>>();
    let shown = if real.is_empty() {
        errors.iter().collect()
    } else {
        real
    };
    for error in shown {
        leaf(name, error, &mut parts);
    }
    parts.dedup();
    parts.join("; ")
}

fn leaf(name: &str, error: &ValidationError<'_>, parts: &mut Vec<String>) {
    let place = place(name, error);
    match error.kind() {
        ValidationErrorKind::AnyOf { context } => match closest(error, context) {
            Some(branch) => parts.push(describe(name, branch)),
            None => parts.push(format!("{place}: {}", error.masked())),
        },
        ValidationErrorKind::Required { property } => {
            parts.push(format!(
                "{place}.{}: is required",
                property.as_str().unwrap_or_default()
            ));
        }
        ValidationErrorKind::UnevaluatedProperties { unexpected }
        | ValidationErrorKind::AdditionalProperties { unexpected } => {
            parts.extend(
                unexpected
                    .iter()
                    .map(|field| format!("{place}.{field}: is no field that Crisp knows")),
            );
        }
        _ => parts.push(format!("{place}: {}", error.masked())),
    }
}

/// The errors of the branch that the value was most likely meant for: of the right kind, with the right `type`, and
/// the fewest errors.
fn closest<'e>(
    error: &ValidationError<'_>,
    branches: &'e [Vec<ValidationError<'static>>],
) -> Option<&'e [ValidationError<'static>]> {
    let here = error.instance_path().as_str();
    let tag = format!("{here}/type");
    let of_kind = branches.iter().filter(|errors| {
        !errors
            .iter()
            .any(|error| is_wrong_kind(error) && error.instance_path().as_str() == here)
    });
    let is_other_tag = |error: &ValidationError<'_>| error.instance_path().as_str() == tag;
    of_kind
        .min_by_key(|errors| (errors.iter().any(is_other_tag), errors.len()))
        .map(Vec::as_slice)
}

fn is_wrong_kind(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), ValidationErrorKind::Type { .. })
}

fn is_undeclared(error: &ValidationError<'_>) -> bool {
    matches!(
        error.kind(),
        ValidationErrorKind::UnevaluatedProperties { .. }
    )
}

/// The place of an error in the notation of JavaScript: `body.content.choices[0].value`.
fn place(name: &str, error: &ValidationError<'_>) -> String {
    use jsonschema::paths::LocationSegment::{Index, Property};
    error
        .instance_path()
        .iter()
        .fold(name.to_owned(), |place, segment| match segment {
            Property(property) => format!("{place}.{property}"),
            Index(index) => format!("{place}[{index}]"),
        })
}

#[cfg(test)]
mod tests;
