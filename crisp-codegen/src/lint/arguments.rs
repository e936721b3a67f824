//! The arguments of an operation: its parameters, then its body or the fields of its body.

use heck::ToUpperCamelCase;
use serde_json::Value;

use super::{idents, items, texts};
use crate::bundle::{Bundle, Operation, entries};
use crate::source::pointer;

/// The call of an operation.
pub(super) struct Call<'a> {
    /// The part of the operationId before the dot.
    pub(super) service: &'a str,
    /// The part after the dot.
    pub(super) method: &'a str,
    pub(super) arguments: Vec<Argument<'a>>,
}

/// An argument, and the pointer of its name.
pub(super) struct Argument<'a> {
    pub(super) name: &'a str,
    pub(super) source: Source,
    pub(super) required: bool,
    pub(super) at: String,
}

/// The part of a request that an argument sets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Path,
    Query,
    /// A field of the body.
    Field,
    /// The whole body.
    Body,
}

impl<'a> Call<'a> {
    pub(super) fn read(bundle: &'a Bundle, operation: &Operation<'a>) -> Self {
        let id = operation.text("operationId").unwrap_or_default();
        let (service, method) = id.split_once('.').unwrap_or(("", id));
        let mut arguments: Vec<_> = parameters(bundle, operation)
            .into_iter()
            .filter_map(|(at, parameter)| {
                Some(Argument {
                    name: parameter.get("name")?.as_str()?,
                    source: match parameter.get("in").and_then(Value::as_str) {
                        Some("path") => Source::Path,
                        _ => Source::Query,
                    },
                    required: parameter.get("required") == Some(&Value::Bool(true)),
                    at: pointer(&at, "name"),
                })
            })
            .collect();
        if let Some((at, schema)) = body(bundle, operation) {
            arguments.extend(body_arguments(schema, &at));
        }
        Self {
            service,
            method,
            arguments,
        }
    }

    /// Returns the identifiers of the arguments. A name that gives none has a rule of its own.
    pub(super) fn idents(&self) -> Vec<Option<String>> {
        let ident = |argument: &Argument<'_>| idents::field(argument.name);
        let is_parameter =
            |argument: &&Argument<'_>| matches!(argument.source, Source::Path | Source::Query);
        let parameters: Vec<_> = self
            .arguments
            .iter()
            .filter(is_parameter)
            .map(ident)
            .collect();
        let idents = self.arguments.iter().map(|argument| {
            let own = ident(argument);
            // A field may share the name of a parameter and have another meaning.
            let is_shared = argument.source == Source::Field && parameters.contains(&own);
            match own {
                Some(own) if is_shared => Some(format!("body_{own}")),
                own => own,
            }
        });
        idents.collect()
    }

    /// Returns whether the operation has a request type of its own, with a setter for each optional argument.
    pub(super) fn has_setters(&self) -> bool {
        self.arguments.iter().any(|argument| !argument.required)
    }

    /// Returns whether the operation has a body.
    pub(super) fn has_body(&self) -> bool {
        let is_body =
            |argument: &Argument<'_>| matches!(argument.source, Source::Field | Source::Body);
        self.arguments.iter().any(is_body)
    }

    /// Returns the name of the request type.
    pub(super) fn request_name(&self) -> String {
        self.method.to_upper_camel_case()
    }
}

fn body_arguments<'a>(schema: &'a Value, at: &str) -> Vec<Argument<'a>> {
    if schema.get("$ref").is_some() {
        return vec![Argument {
            name: "body",
            source: Source::Body,
            required: true,
            at: at.to_owned(),
        }];
    }
    let required: Vec<_> = texts(schema.get("required")).collect();
    let at = format!("{at}/properties");
    entries(schema.get("properties"))
        .map(|(name, _)| Argument {
            name,
            source: Source::Field,
            required: required.contains(&name),
            at: pointer(&at, name),
        })
        .collect()
}

/// Returns the schema of the request body, with its pointer.
pub(super) fn body<'a>(
    bundle: &'a Bundle,
    operation: &Operation<'a>,
) -> Option<(String, &'a Value)> {
    let body = operation.value.get("requestBody")?;
    let (at, body) = bundle.follow(pointer(&operation.pointer, "requestBody"), body);
    let schema = body.pointer("/content/application~1json/schema")?;
    Some((format!("{at}/content/application~1json/schema"), schema))
}

/// Returns the parameters of an operation and of its path, each resolved and with its pointer.
pub(super) fn parameters<'a>(
    bundle: &'a Bundle,
    operation: &Operation<'a>,
) -> Vec<(String, &'a Value)> {
    let item = pointer("/paths", operation.path);
    let mut parameters = Vec::new();
    for owner in [item, operation.pointer.clone()] {
        let at = owner + "/parameters";
        for (index, parameter) in items(bundle.document.pointer(&at)).enumerate() {
            parameters.push(bundle.follow(format!("{at}/{index}"), parameter));
        }
    }
    parameters
}

/// Returns whether a schema is a flag of a query: the integers 0 and 1.
pub(super) fn is_flag(schema: &Value) -> bool {
    let values = schema.get("enum").and_then(Value::as_array);
    schema.get("type").and_then(Value::as_str) == Some("integer")
        && values.is_some_and(|values| *values == [0, 1])
}
