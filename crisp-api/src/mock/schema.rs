//! Checks values against the generated schemas.

use std::borrow::Cow;
use std::sync::{LazyLock, OnceLock};

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Registry, ValidationError, Validator};
use serde::Deserialize;
use serde_json::Value;

/// The base URI of schemas, to which their references to `schemas.json` are relative.
const BASE: &str = "crisp:/";

/// The limit of errors in a message: a body of 2 MiB can have 200,000 unknown fields.
const MAX_ERRORS: usize = 10;

/// The limit of a name in a message, in characters.
const MAX_NAME: usize = 200;

/// The definitions of `schemas.json`.
static DEFINITIONS: LazyLock<Registry<'static>> = LazyLock::new(|| {
    let definitions: Value = serde_json::from_str(include_str!("../generated/schemas.json"))
        .expect("the generated schemas are JSON");
    Registry::new()
        .add(format!("{BASE}schemas.json"), definitions)
        .and_then(|registry| registry.prepare())
        .expect("the generated schemas are valid")
});

/// A schema, compiled on first use, so that starting a mock compiles none.
#[derive(Debug, Deserialize)]
#[serde(from = "Value")]
pub(super) struct Check {
    schema: Value,
    validator: OnceLock<Validator>,
}

impl From<Value> for Check {
    fn from(schema: Value) -> Self {
        Self {
            schema,
            validator: OnceLock::new(),
        }
    }
}

impl Check {
    /// Checks a JSON value. Each part of the error message starts with its location: `body.content.url: …` if `name` is
    /// `body`.
    pub(super) fn value(&self, name: &str, value: &Value) -> Result<(), String> {
        let errors = self.errors(value);
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
        let errors = self.errors(&number);
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

    fn errors<'v>(&'v self, value: &'v Value) -> Vec<ValidationError<'v>> {
        let validator = self.validator.get_or_init(|| {
            jsonschema::options()
                .with_base_uri(BASE)
                .with_registry(&DEFINITIONS)
                .should_validate_formats(true)
                .build(&self.schema)
                .expect("the generated schemas are valid")
        });
        validator.iter_errors(value).collect()
    }
}

/// Describes errors by location, without the values: a rejected body may hold a secret.
fn describe(name: &str, errors: &[ValidationError<'_>]) -> String {
    let mut parts = Vec::new();
    // The properties of a failed part count as unevaluated, so these errors are meaningful only without others.
    let all_unevaluated = errors.iter().all(is_unevaluated);
    let relevant = errors
        .iter()
        .filter(|error| all_unevaluated || !is_unevaluated(error));
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

fn is_unevaluated(error: &ValidationError<'_>) -> bool {
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
