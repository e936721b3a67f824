//! A test for each operation, or for each example of its body: every argument set, request and response compared.

use heck::ToUpperCamelCase;
use serde_json::Value;

use super::arguments::{Argument, Source, arguments};
use super::rust::{self, PassBy};
use super::{Output, RewriteError};
use crate::model::{BodyExample, Model, Operation, Resource, Style};

/// The tests of a resource, or nothing where it has no operations.
pub(super) fn file(
    model: &Model,
    resource: &Resource,
    output: &Output,
) -> Result<Option<String>, RewriteError> {
    if resource.operations.is_empty() {
        return Ok(None);
    }
    let functions: Vec<String> = resource
        .operations
        .iter()
        .flat_map(|operation| tests(operation, model, output))
        .collect::<Result<_, _>>()?;
    let body = functions.join("\n");
    let helpers = [
        "crate::body",
        "crate::check",
        "crate::field",
        "crate::parameter",
    ];
    Ok(Some(format!(
        "{}use crisp_api::Tier;\n\n{}\n{body}",
        rust::preamble(&format!("{}.yaml", resource.path)),
        rust::imports(&body, &helpers),
    )))
}

/// A test for each example of the body, or one where there is no body.
fn tests(
    operation: &Operation,
    model: &Model,
    output: &Output,
) -> Vec<Result<String, RewriteError>> {
    let no_body = [BodyExample {
        name: None,
        value: Value::Null,
    }];
    let examples = match operation.examples.as_slice() {
        [] => &no_body,
        examples => examples,
    };
    examples
        .iter()
        .map(|example| rust::item(&test(operation, example, model, output)?))
        .collect()
}

fn test(
    operation: &Operation,
    example: &BodyExample,
    model: &Model,
    output: &Output,
) -> Result<String, RewriteError> {
    let arguments = arguments(operation, model, output)?;
    // Names the operation, and its example where there are several.
    let case = match &example.name {
        Some(name) => format!("{}/{name}", operation.id),
        None => operation.id.clone(),
    };
    let mut positional = Vec::new();
    let mut setters = String::new();
    for argument in &arguments {
        // Fields that exclude each other can't all stand in one example.
        if matches!(argument.source, Source::Field)
            && example.value.get(argument.name).is_none()
            && !argument.required
        {
            continue;
        }
        let value = match literal(&case, &example.value, argument) {
            _ if argument.nullable && example.value[argument.name].is_null() => "None".into(),
            value if argument.nullable => format!("Some({value})"),
            value => value,
        };
        if argument.required {
            positional.push(value);
        } else {
            setters.push_str(&format!(".{}({value})", argument.ident));
        }
    }
    let tier = operation
        .tiers
        .last()
        .map(|tier| tier.to_upper_camel_case())
        .unwrap_or_default();
    let deprecated = if operation.deprecated {
        "#[allow(deprecated)]\n"
    } else {
        ""
    };
    let service = &operation.service;
    Ok(format!(
        "{deprecated}#[tokio::test]\nasync fn {service}_{name}{suffix}() {{\n\
         check(Tier::{tier}, {case:?}, |crisp| {{ crisp.{service}().{method}({positional}){setters} }}).await;\n}}",
        name = operation.name,
        suffix = example
            .name
            .as_ref()
            .map_or_else(String::new, |name| format!("_{name}")),
        method = rust::ident(&operation.name),
        positional = positional.join(", "),
    ))
}

/// The example of an argument as Rust, or a look-up of it where it is an object or a list.
fn literal(case: &str, body: &Value, argument: &Argument) -> String {
    let (example, look_up) = match argument.source {
        Source::Body => (&Value::Null, format!("body({case:?})")),
        Source::Field => (
            &body[argument.name],
            format!("field({case:?}, {:?})", argument.name),
        ),
        Source::Parameter(parameter) if parameter.style == Style::Flag => {
            return (parameter.example == 1).to_string();
        }
        Source::Parameter(parameter) => (
            &parameter.example,
            format!("parameter({case:?}, {:?})", parameter.name),
        ),
    };
    match (argument.pass_by, example) {
        (PassBy::Value | PassBy::Text, Value::Number(_) | Value::Bool(_)) => example.to_string(),
        (PassBy::Text, Value::String(text)) => format!("{text:?}"),
        (PassBy::Value, Value::String(text)) => format!("{text:?}.into()"),
        (PassBy::Slice, _) => format!("&{}", look_up.replacen('(', "::<Vec<_>>(", 1)),
        (PassBy::Into, _) => look_up.replacen(
            '(',
            &format!("::<crisp_api::types::{}>(", rust::text(&argument.ty)),
            1,
        ),
        _ => format!("&{look_up}"),
    }
}
