//! Examples are valid against their schemas.

use indexmap::IndexMap;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{Registry, ValidationError, Validator};
use openapiv3::{ReferenceOr, Schema};
use serde::Deserialize;
use serde_json::Value;

use super::shape::Kind;
use super::{Lint, Node};
use crate::bundle::entries;
use crate::schemas;
use crate::source::pointer;

/// The base URI of the schemas while they are compiled.
const BASE: &str = "crisp:/";

pub(super) fn check(lint: &mut Lint<'_>, nodes: &[Node<'_>]) {
    let components = entries(lint.bundle.document.pointer("/components/schemas"));
    // A schema that is not read is reported where it stands, as keys of the wrong kind.
    let components: IndexMap<String, Schema> = components
        .filter_map(|(name, schema)| Some((name.to_owned(), Schema::deserialize(schema).ok()?)))
        .collect();
    let registry = Registry::new()
        .add(
            format!("{BASE}{}", schemas::FILE),
            schemas::definitions(&components),
        )
        .and_then(|registry| registry.prepare());
    let registry = match registry {
        Ok(registry) => registry,
        Err(error) => {
            return lint.report(
                "/components/schemas",
                format!("the schemas can't be used: {error}"),
                "fix them",
            );
        }
    };
    let mut checker = Checker {
        lint,
        components: &components,
        registry: &registry,
    };
    for node in nodes {
        let schema = match node.kind {
            Kind::Schema => Some(Value::Object(node.value.clone())),
            _ => node.value.get("schema").cloned(),
        };
        let Some(schema) = schema else { continue };
        for (name, example) in entries(node.value.get("examples")) {
            if let Some(value) = example.get("value") {
                let at = pointer(&pointer(&node.pointer, "examples"), name) + "/value";
                checker.valid(&schema, value, &at);
            }
        }
        let Some(example) = node.value.get("example") else {
            continue;
        };
        let at = pointer(&node.pointer, "example");
        match (node.kind, node.value.get("x-crisp-value"), example) {
            (Kind::Parameter, Some(carried), Value::String(text)) => {
                checker.carried(carried, text, &at)
            }
            _ => checker.valid(&schema, example, &at),
        }
    }
}

struct Checker<'c, 'a> {
    lint: &'c mut Lint<'a>,
    components: &'c IndexMap<String, Schema>,
    registry: &'c Registry<'c>,
}

impl Checker<'_, '_> {
    fn validator(&mut self, schema: &Value, at: &str) -> Option<Validator> {
        let compiled = ReferenceOr::<Schema>::deserialize(schema)
            .map_err(|error| error.to_string())
            .and_then(|schema| {
                jsonschema::options()
                    .with_base_uri(BASE)
                    .with_registry(self.registry)
                    .should_validate_formats(true)
                    .build(&schemas::convert(self.components, &schema))
                    .map_err(|error| error.masked_with("a value").to_string())
            });
        match compiled {
            Ok(validator) => Some(validator),
            // The cause has usually been reported, at its own place.
            Err(_) if !self.lint.problems.is_empty() => None,
            Err(error) => {
                let message = format!("its schema can't be used: {error}");
                self.lint.report(at, message, "fix the schema");
                None
            }
        }
    }

    fn valid(&mut self, schema: &Value, example: &Value, at: &str) {
        let Some(validator) = self.validator(schema, at) else {
            return;
        };
        for (path, error) in errors(&validator, example) {
            let subject = if path.is_empty() {
                "it".to_owned()
            } else {
                format!("`{path}`")
            };
            self.lint.report(
                &format!("{at}{path}"),
                format!("the example is not valid: {subject} {error}"),
                "fix the example, or the schema if Crisp sends it this way",
            );
        }
    }

    /// A text that carries a value: a list or a mapping as JSON, a text as it is.
    fn carried(&mut self, schema: &Value, text: &str, at: &str) {
        let as_it_is = Value::from(text);
        match serde_json::from_str(text) {
            Ok(json @ (Value::Array(_) | Value::Object(_))) => self.valid(schema, &json, at),
            Ok(json) if !self.is_valid(schema, &as_it_is, at) => self.valid(schema, &json, at),
            _ => self.valid(schema, &as_it_is, at),
        }
    }

    fn is_valid(&mut self, schema: &Value, value: &Value, at: &str) -> bool {
        self.validator(schema, at)
            .is_some_and(|validator| validator.is_valid(value))
    }
}

/// The errors in a value: the JSON pointer of each, and its message.
fn errors(validator: &Validator, value: &Value) -> Vec<(String, String)> {
    let errors: Vec<_> = validator.iter_errors(value).collect();
    relevant(&errors).flat_map(explain).collect()
}

/// The errors that do not follow from others: if a part of a schema fails, its properties count as unevaluated.
fn relevant<'e, 'v>(
    errors: &'e [ValidationError<'v>],
) -> impl Iterator<Item = &'e ValidationError<'v>> {
    let is_unevaluated = |error: &ValidationError<'_>| {
        matches!(
            error.kind(),
            ValidationErrorKind::UnevaluatedProperties { .. }
        )
    };
    let all = errors.iter().all(is_unevaluated);
    errors
        .iter()
        .filter(move |error| all || !is_unevaluated(error))
}

fn explain(error: &ValidationError<'_>) -> Vec<(String, String)> {
    let path = error.instance_path().to_string();
    let message = match error.kind() {
        ValidationErrorKind::UnevaluatedProperties { unexpected }
        | ValidationErrorKind::AdditionalProperties { unexpected } => {
            format!(
                "has {}, which the schema doesn't name",
                unexpected.join(", ")
            )
        }
        ValidationErrorKind::Required { property } => format!("lacks {property}"),
        ValidationErrorKind::AnyOf { context } => {
            let mut meant = context
                .iter()
                .filter(|errors| !is_other_form(&path, errors));
            match (meant.next(), meant.next()) {
                (Some(errors), None) => return relevant(errors).flat_map(explain).collect(),
                _ => "is of none of the forms that the schema allows".to_owned(),
            }
        }
        _ => error.masked_with("").to_string().trim_start().to_owned(),
    };
    vec![(path, message)]
}

/// Whether a value at a path is plainly meant as another of several forms: of another type, or with another tag.
fn is_other_form(path: &str, errors: &[ValidationError<'_>]) -> bool {
    errors.iter().any(|error| {
        let below = error.instance_path().to_string();
        match error.kind() {
            ValidationErrorKind::Type { .. } => below == path,
            ValidationErrorKind::Enum { .. } => below
                .rsplit_once('/')
                .is_some_and(|(parent, _)| parent == path),
            _ => false,
        }
    })
}
