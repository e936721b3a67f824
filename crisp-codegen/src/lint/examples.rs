//! Examples are valid against their schemas.

use jsonschema::error::ValidationErrorKind as Wrong;
use jsonschema::{Registry, ValidationError, Validator};
use serde_json::Value;

use super::shape::Kind;
use super::{Lint, Node, convert};
use crate::bundle::entries;
use crate::source::pointer;

pub(super) fn check(lint: &mut Lint<'_>, nodes: &[Node<'_>]) {
    let components = convert::components(lint.bundle);
    let registry = Registry::new()
        .add(convert::COMPONENTS, components)
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
    registry: &'c Registry<'c>,
}

impl Checker<'_, '_> {
    fn validator(&mut self, schema: &Value, at: &str) -> Option<Validator> {
        let bundle = self.lint.bundle;
        let schema = convert::closed(bundle, schema);
        let options = jsonschema::options()
            .with_registry(self.registry)
            .should_validate_formats(true);
        match options.build(&schema) {
            Ok(validator) => Some(validator),
            // The cause has usually been reported, at its own place.
            Err(_) if !self.lint.problems.is_empty() => None,
            Err(error) => {
                let what = format!("its schema can't be used: {}", error.masked_with("a value"));
                self.lint.report(at, what, "fix the schema");
                None
            }
        }
    }

    fn valid(&mut self, schema: &Value, example: &Value, at: &str) {
        let Some(validator) = self.validator(schema, at) else {
            return;
        };
        for (path, wrong) in errors(&validator, example) {
            let shown = if path.is_empty() {
                "it".to_owned()
            } else {
                format!("`{path}`")
            };
            self.lint.report(
                &format!("{at}{path}"),
                format!("the example is not valid: {shown} {wrong}"),
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
    let (unnamed, other): (Vec<_>, Vec<_>) = validator
        .iter_errors(value)
        .partition(|error| matches!(error.kind(), Wrong::UnevaluatedProperties { .. }));
    // If a part of a schema fails, its properties count as unevaluated, there and in all parents.
    let errors = if other.is_empty() {
        innermost(unnamed)
    } else {
        other
    };
    errors.iter().flat_map(explain).collect()
}

fn innermost(mut errors: Vec<ValidationError<'_>>) -> Vec<ValidationError<'_>> {
    let paths: Vec<_> = errors
        .iter()
        .map(|error| error.instance_path().to_string())
        .collect();
    errors.retain(|error| {
        let around = format!("{}/", error.instance_path());
        !paths.iter().any(|path| path.starts_with(&around))
    });
    errors
}

fn explain(error: &ValidationError<'_>) -> Vec<(String, String)> {
    let path = error.instance_path().to_string();
    let how = match error.kind() {
        Wrong::UnevaluatedProperties { unexpected } => {
            format!(
                "has {}, which the schema doesn't name",
                unexpected.join(", ")
            )
        }
        Wrong::Required { property } => format!("lacks {property}"),
        Wrong::OneOfNotValid { context } | Wrong::AnyOf { context } => {
            let mut meant = context
                .iter()
                .filter(|errors| !is_other_form(&path, errors));
            match (meant.next(), meant.next()) {
                (Some(errors), None) => return errors.iter().flat_map(explain).collect(),
                _ => "is of none of the forms that the schema allows".to_owned(),
            }
        }
        _ => error.masked_with("").to_string().trim_start().to_owned(),
    };
    vec![(path, how)]
}

/// Whether a value at a path is plainly meant as another of several forms: of another type, or with another tag.
fn is_other_form(path: &str, errors: &[ValidationError<'_>]) -> bool {
    errors.iter().any(|error| {
        let below = error.instance_path().to_string();
        match error.kind() {
            Wrong::Type { .. } => below == path,
            Wrong::Enum { .. } => below
                .rsplit_once('/')
                .is_some_and(|(parent, _)| parent == path),
            _ => false,
        }
    })
}
