//! Checks values against the schemas of the bundled description.
//!
//! The schemas are OpenAPI 3.0, which is close to JSON Schema but not the same. [`Check::new`] converts a schema; it is
//! compiled on first use, so that starting a mock compiles none.

use std::borrow::Cow;
use std::sync::OnceLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::{Map, Value, json};

/// The formats that are checked; other formats are annotations.
const FORMATS: [&str; 4] = ["uuid", "uri", "email", "date-time"];

/// The keywords of OpenAPI 3.0 that do not restrict values.
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

/// The limit of errors in a message: a body of 2 MiB can have 200,000 unknown fields.
const MAX_ERRORS: usize = 10;

/// The limit of a name in a message, in characters.
const MAX_NAME: usize = 200;

/// A schema of the description, compiled on first use.
#[derive(Debug)]
pub(super) struct Check {
    schema: Value,
    validator: OnceLock<Result<Validator, String>>,
}

impl Check {
    /// Converts a schema of `document`, and the schemas that it refers to.
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

    /// Checks a JSON value. Each part of the error message starts with its location: `body.content.url: …` if `name` is
    /// `body`.
    pub(super) fn value(&self, name: &str, value: &Value) -> Result<(), String> {
        let errors = self.errors(value)?;
        if errors.is_empty() {
            Ok(())
        } else {
            Err(describe(name, &errors))
        }
    }

    /// Checks a value of a path or a query: the text itself must match the schema, or the number that it spells.
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
            // The schema is for strings, so the error about the text is more useful.
            Some(error) if is_wrong_json_type(error) => as_text,
            Some(_) => Err(describe(name, &errors)),
        }
    }

    /// Checks a structured value that is sent as JSON text, or a plain string.
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
                .map_err(|error| format!("the description contains an invalid schema: {error}"))
        });
        match compiled {
            Ok(validator) => Ok(validator.iter_errors(value).collect()),
            Err(message) => Err(message.clone()),
        }
    }
}

/// Converts an OpenAPI 3.0 schema to JSON Schema 2020-12.
///
/// `closed` is true for the schema of a whole value, and false for a part of another schema. If a closed schema declares
/// properties, it rejects others.
fn convert(schema: &Value, document: &Value, closed: bool) -> Value {
    let Some(from) = schema.as_object() else {
        return schema.clone();
    };
    let mut to = Map::new();
    if let Some(target) = from.get("$ref") {
        // OpenAPI 3.0 ignores the siblings of a reference.
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
        // `oneOf` would reject values that match several schemas, which is common: an integer is a number too, and
        // object schemas without required properties overlap.
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
        // Third parties extend some of Crisp's enumerations with URNs, such as the origins of messages. The description
        // does not list which, so every enumeration accepts a URN.
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

/// Returns whether a schema, or one that it is composed of, declares properties.
fn declares_properties(schema: &Value, document: &Value, depth: u8) -> bool {
    // A limit for a schema that is composed of itself; real ones nest a few levels.
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

/// Returns the target of a reference within `document`; `None` if `value` is not one.
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

/// Describes errors by location, without the values: a rejected body may hold a secret.
fn describe(name: &str, errors: &[ValidationError<'_>]) -> String {
    let mut parts = Vec::new();
    // The properties of a failed branch count as undeclared, so these errors are meaningful only without others.
    let all_undeclared = errors.iter().all(is_undeclared);
    let relevant = errors
        .iter()
        .filter(|error| all_undeclared || !is_undeclared(error));
    for error in relevant {
        describe_one(name, error, &mut parts);
    }
    parts.dedup();
    if parts.len() > MAX_ERRORS {
        let more = parts.len() - MAX_ERRORS;
        parts.truncate(MAX_ERRORS);
        parts.push(format!("… and {more} more"));
    }
    parts.join("; ")
}

fn describe_one(name: &str, error: &ValidationError<'_>, parts: &mut Vec<String>) {
    let location = location(name, error);
    match error.kind() {
        ValidationErrorKind::AnyOf { context } => match closest(error, context) {
            Some(branch) => parts.push(describe(name, branch)),
            None => parts.push(format!("{location}: {}", error.masked())),
        },
        ValidationErrorKind::Required { property } => {
            parts.push(format!(
                "{location}.{}: is required",
                property.as_str().unwrap_or_default()
            ));
        }
        ValidationErrorKind::UnevaluatedProperties { unexpected }
        | ValidationErrorKind::AdditionalProperties { unexpected } => {
            parts.extend(
                unexpected
                    .iter()
                    .map(|field| format!("{location}.{}: is an unknown field", shorten(field))),
            );
        }
        _ => parts.push(format!("{location}: {}", error.masked())),
    }
}

/// Returns the errors of the branch that the value was most likely meant for: of the right JSON type, with the right
/// `type` property, and with the fewest errors.
fn closest<'e>(
    error: &ValidationError<'_>,
    branches: &'e [Vec<ValidationError<'static>>],
) -> Option<&'e [ValidationError<'static>]> {
    let here = error.instance_path().as_str();
    let tag = format!("{here}/type");
    let of_json_type = branches.iter().filter(|errors| {
        !errors
            .iter()
            .any(|error| is_wrong_json_type(error) && error.instance_path().as_str() == here)
    });
    let is_other_tag = |error: &ValidationError<'_>| error.instance_path().as_str() == tag;
    of_json_type
        .min_by_key(|errors| (errors.iter().any(is_other_tag), errors.len()))
        .map(Vec::as_slice)
}

fn is_wrong_json_type(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), ValidationErrorKind::Type { .. })
}

fn is_undeclared(error: &ValidationError<'_>) -> bool {
    matches!(
        error.kind(),
        ValidationErrorKind::UnevaluatedProperties { .. }
    )
}

/// Returns the location of an error in the notation of JavaScript: `body.content.choices[0].value`.
fn location(name: &str, error: &ValidationError<'_>) -> String {
    use jsonschema::paths::LocationSegment::{Index, Property};
    error
        .instance_path()
        .iter()
        .fold(name.to_owned(), |location, segment| match segment {
            Property(property) => format!("{location}.{}", shorten(&property)),
            Index(index) => format!("{location}[{index}]"),
        })
}

fn shorten(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("{}…", &name[..end]).into(),
        None => name.into(),
    }
}

#[cfg(test)]
mod tests;
