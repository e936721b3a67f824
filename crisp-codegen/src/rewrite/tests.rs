//! A test for each operation: call it with everything set, see it accepted, and the answer come back whole.

use heck::ToUpperCamelCase;
use serde_json::Value;

use super::arguments::{Argument, Source, arguments};
use super::rust::{self, Taken};
use super::{Output, RewriteError};
use crate::model::{Model, Operation, Resource, Style};

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
        .map(|operation| rust::item(&test(operation, model, output)?))
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

fn test(operation: &Operation, model: &Model, output: &Output) -> Result<String, RewriteError> {
    let arguments = arguments(operation, model, output)?;
    let mut positional = Vec::new();
    let mut setters = String::new();
    for argument in &arguments {
        // Fields that exclude each other can't all stand in one example.
        if matches!(argument.source, Source::Field)
            && argument.example.is_null()
            && !argument.required
        {
            continue;
        }
        let value = literal(operation, argument);
        let value = if argument.nullable {
            format!("Some({value})")
        } else {
            value
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
        "{deprecated}#[tokio::test]\nasync fn {service}_{name}() {{\n\
         check(Tier::{tier}, {id:?}, |crisp| {{ crisp.{service}().{method}({positional}){setters} }}).await;\n}}",
        name = operation.name,
        id = operation.id,
        method = rust::ident(&operation.name),
        positional = positional.join(", "),
    ))
}

/// The example of an argument as Rust, or a look-up of it where it is an object or a list.
fn literal(operation: &Operation, argument: &Argument) -> String {
    let id = &operation.id;
    let (example, look_up) = match argument.source {
        Source::Body => (&Value::Null, format!("body({id:?})")),
        Source::Field => (
            argument.example,
            format!("field({id:?}, {:?})", argument.name),
        ),
        Source::Parameter(parameter) if parameter.style == Style::Flag => {
            return (parameter.example == 1).to_string();
        }
        Source::Parameter(parameter) => (
            argument.example,
            format!("parameter({id:?}, {:?})", parameter.name),
        ),
    };
    match (argument.taken, example) {
        (Taken::Value | Taken::Text, Value::Number(_) | Value::Bool(_)) => example.to_string(),
        (Taken::Text, Value::String(text)) => format!("{text:?}"),
        (Taken::Value, Value::String(text)) => format!("{text:?}.into()"),
        (Taken::Slice, _) => format!("&{}", look_up.replacen('(', "::<Vec<_>>(", 1)),
        (Taken::Into, _) => look_up.replacen(
            '(',
            &format!("::<crisp_api::types::{}>(", rust::text(&argument.ty)),
            1,
        ),
        _ => format!("&{look_up}"),
    }
}
