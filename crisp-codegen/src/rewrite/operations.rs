//! The operations of a resource: a method each on the service, and a type for each request that has more to set.

use std::collections::{HashMap, HashSet};

use heck::ToUpperCamelCase;
use serde_json::Value;
use syn::Type;

use super::rust::{self, Taken};
use super::{Output, RewriteError};
use crate::lower;
use crate::model::{Body, Field, Model, Operation, Parameter, Resource, Style};

/// Something that a call takes: a parameter, or a field of the body.
pub(super) struct Argument<'a> {
    /// Its name in Rust.
    pub ident: String,
    /// Its name on the wire.
    pub name: &'a str,
    /// The type of its value.
    pub ty: Type,
    pub required: bool,
    pub nullable: bool,
    pub taken: Taken,
    description: &'a str,
    /// A real value; null where the whole body is the argument.
    pub example: &'a Value,
    pub source: Source<'a>,
}

/// Where an argument goes.
pub(super) enum Source<'a> {
    Parameter(&'a Parameter),
    Field,
    Body,
}

impl Argument<'_> {
    /// Whether it is an argument of the method, rather than a setter of the request.
    pub(super) fn is_positional(&self) -> bool {
        self.required
    }

    fn written(&self) -> String {
        let written = self.taken.written(&self.ty);
        if self.nullable {
            format!("Option<{written}>")
        } else {
            written
        }
    }

    /// The call that puts it into the request. Parameters of the path are given when the request is made.
    fn put(&self) -> String {
        let Self { ident, name, .. } = self;
        let borrowed = match self.taken {
            Taken::Into => format!("&{ident}.into()"),
            Taken::Value => format!("&{ident}"),
            _ if self.nullable => format!("&{ident}"),
            Taken::Text | Taken::Slice | Taken::Borrowed => ident.clone(),
        };
        match self.source {
            Source::Parameter(parameter) => {
                let range = match parameter.range {
                    (least, None) if least.unwrap_or(0) <= 0 => String::new(),
                    (least, most) => {
                        let ty = rust::text(&self.ty);
                        let least =
                            least.map_or_else(|| format!("{ty}::MIN"), |least| least.to_string());
                        let most =
                            most.map_or_else(|| format!("{ty}::MAX"), |most| most.to_string());
                        format!(".in_range({name:?}, {ident}, {least}..={most})")
                    }
                };
                match parameter.style {
                    _ if parameter.in_path => range,
                    Style::Plain => format!("{range}.query({name:?}, {ident})"),
                    Style::Flag => format!(".flag({name:?}, {ident})"),
                    Style::Json => format!(".json_query({name:?}, {borrowed})"),
                }
            }
            Source::Field => match self.taken {
                Taken::Into => format!(
                    ".field({name:?}, &{ident}.into() as &{})",
                    rust::text(&self.ty)
                ),
                _ => format!(".field({name:?}, {borrowed})"),
            },
            Source::Body => format!(".body({borrowed})"),
        }
    }
}

/// What a call of an operation takes, in the order of the spec: parameters, then the body or its fields.
pub(super) fn arguments<'a>(
    operation: &'a Operation,
    model: &Model,
    output: &Output,
) -> Result<Vec<Argument<'a>>, RewriteError> {
    let (mut types, _) = output.signature(&operation.id)?;
    let take = |types: &mut HashMap<String, Type>, name: &str| {
        types.remove(name).ok_or_else(|| {
            RewriteError::new(format!(
                "progenitor's method of {} has no argument {name}",
                operation.id
            ))
        })
    };
    let mut arguments = Vec::new();
    for parameter in &operation.parameters {
        let ident = rust::ident(&parameter.name);
        let ty = match take(&mut types, ident.trim_start_matches("r#")) {
            Ok(ty) => ty,
            Err(_) => take(&mut types, &format!("{}_", ident.trim_start_matches("r#")))?,
        };
        arguments.push(Argument {
            ident,
            name: &parameter.name,
            taken: Taken::of(&ty, model),
            ty,
            required: parameter.required,
            nullable: false,
            description: &parameter.description,
            example: &parameter.example,
            source: Source::Parameter(parameter),
        });
    }
    match &operation.body {
        Body::None => {}
        Body::Named => {
            let ty = take(&mut types, "body")?;
            arguments.push(Argument {
                ident: "body".into(),
                name: "body",
                taken: Taken::of(&ty, model),
                ty,
                required: true,
                nullable: false,
                description: "What to send.",
                example: &Value::Null,
                source: Source::Body,
            });
        }
        Body::Fields(fields) => {
            let mut types = output.fields(&lower::body_type(&operation.id))?;
            for field in fields {
                arguments.push(field_argument(operation, field, model, &mut types)?);
            }
        }
    }
    let mut seen = HashSet::new();
    for argument in &arguments {
        let reserved = !argument.required
            && ["response", "stream", "into_future"].contains(&argument.ident.as_str());
        if reserved || !seen.insert(&argument.ident) {
            return Err(RewriteError::new(format!(
                "{}: two things would be called `{}`; the name needs a rule of its own in rewrite/operations.rs",
                operation.id, argument.ident
            )));
        }
    }
    Ok(arguments)
}

fn field_argument<'a>(
    operation: &Operation,
    field: &'a Field,
    model: &Model,
    types: &mut HashMap<String, (syn::Ident, Type)>,
) -> Result<Argument<'a>, RewriteError> {
    let (_, ty) = types.remove(&field.name).ok_or_else(|| {
        RewriteError::new(format!(
            "progenitor's body of {} has no field {}",
            operation.id, field.name
        ))
    })?;
    Ok(Argument {
        ident: rust::ident(&field.name),
        name: &field.name,
        taken: Taken::of(&ty, model),
        ty,
        required: field.required,
        nullable: field.nullable,
        description: &field.description,
        example: &field.example,
        source: Source::Field,
    })
}

/// The name of the request type of an operation.
fn request_name(operation: &Operation) -> String {
    operation.name.to_upper_camel_case()
}

/// What an operation gives when awaited, and whether it is a page of a list.
struct Answer {
    /// `Request<T>` or `PagedRequest<T>`.
    request: String,
    paged: bool,
}

fn answer(operation: &Operation, output: &Output) -> Result<Answer, RewriteError> {
    let (_, ty) = output.signature(&operation.id)?;
    let data = match operation.method.as_str() {
        "head" => "bool".to_owned(),
        _ => rust::text(&ty),
    };
    let item = data
        .strip_prefix("Vec <")
        .and_then(|rest| rest.strip_suffix('>'));
    Ok(match item {
        Some(item) if operation.path.ends_with("/{page_number}") => Answer {
            request: format!("PagedRequest<{item}>"),
            paged: true,
        },
        _ => Answer {
            request: format!("Request<{data}>"),
            paged: false,
        },
    })
}

/// The request types of a resource, or nothing where no operation has anything to set.
pub(super) fn requests_file(
    model: &Model,
    resource: &Resource,
    output: &Output,
) -> Result<Option<String>, RewriteError> {
    let mut items = Vec::new();
    for operation in &resource.operations {
        let arguments = arguments(operation, model, output)?;
        let setters: Vec<&Argument> = arguments.iter().filter(|a| !a.is_positional()).collect();
        if setters.is_empty() {
            continue;
        }
        let name = request_name(operation);
        let service = operation.service.to_upper_camel_case();
        let doc = rust::doc(&format!(
            "{}: what [`{service}::{method}`](crate::services::{service}::{method}) makes.",
            operation.summary,
            method = operation.name,
        ));
        items.push(format!(
            "request! {{\n{}    pub struct {name}({});\n}}\n",
            rust::indent(&doc),
            tidy(&answer(operation, output)?.request),
        ));
        let functions: Vec<String> = setters
            .iter()
            .map(|argument| {
                format!(
                    "{}pub fn {}(self, {}: {}) -> Self {{ Self(self.0{}) }}",
                    rust::doc(argument.description),
                    argument.ident,
                    argument.ident,
                    argument.written(),
                    argument.put(),
                )
            })
            .collect();
        items.push(rust::impl_block(&name, &functions)?);
    }
    if items.is_empty() {
        return Ok(None);
    }
    let body = items.join("\n");
    Ok(Some(format!(
        "{}{}\n{body}",
        rust::preamble(&format!("{}.yaml", resource.path)),
        imports(&body),
    )))
}

/// The methods of a resource, or nothing where it has no operations.
pub(super) fn methods_file(
    model: &Model,
    resource: &Resource,
    output: &Output,
) -> Result<Option<String>, RewriteError> {
    let Some(first) = resource.operations.first() else {
        return Ok(None);
    };
    let functions: Vec<String> = resource
        .operations
        .iter()
        .map(|operation| method(operation, model, output))
        .collect::<Result<_, _>>()?;
    let service = first.service.to_upper_camel_case();
    let head = format!("crate::services::{service}");
    let body = format!(
        "{}{}",
        rust::doc(&resource.description),
        rust::impl_block(&head, &functions)?
    );
    let named = resource
        .operations
        .iter()
        .any(|operation| rust::uses(&body, &request_name(operation)));
    Ok(Some(format!(
        "{}use reqwest::Method;\n{}{}\n{body}",
        rust::preamble(&format!("{}.yaml", resource.path)),
        imports(&body),
        if named {
            "\nuse super::requests::*;\n"
        } else {
            ""
        },
    )))
}

/// The imports of methods and requests.
fn imports(body: &str) -> String {
    let outside = rust::imports(body, &["serde_json::Map", "serde_json::Value"]);
    let ours = rust::imports(
        body,
        &[
            "crate::macros::request",
            "crate::types::*",
            "crate::PagedRequest",
            "crate::Request",
        ],
    );
    if outside.is_empty() {
        format!("\n{ours}")
    } else {
        format!("{outside}\n{ours}")
    }
}

fn method(operation: &Operation, model: &Model, output: &Output) -> Result<String, RewriteError> {
    let arguments = arguments(operation, model, output)?;
    let answer = answer(operation, output)?;
    let named = arguments.iter().any(|a| !a.is_positional());
    let mut signature = String::new();
    let mut path = Vec::new();
    let mut puts = String::new();
    for argument in arguments.iter().filter(|a| a.is_positional()) {
        signature.push_str(&format!(", {}: {}", argument.ident, argument.written()));
        let in_path = matches!(argument.source, Source::Parameter(parameter) if parameter.in_path);
        if in_path && !(answer.paged && argument.name == "page_number") {
            path.push(format!("&{}", argument.ident));
        }
        if !(answer.paged && argument.name == "page_number") {
            puts.push_str(&argument.put());
        }
    }
    let path = path.join(", ");
    let Operation {
        id, path: template, ..
    } = operation;
    let made = if answer.paged {
        format!("PagedRequest::new(&self.crisp, {id:?}, {template:?}, &[{path}], page_number)")
    } else {
        format!(
            "Request::new(&self.crisp, Method::{}, {id:?}, {template:?}, &[{path}])",
            operation.method.to_uppercase()
        )
    };
    let request = request_name(operation);
    let (gives, value) = if named {
        (request.clone(), format!("{request}({made}{puts})"))
    } else {
        (tidy(&answer.request), format!("{made}{puts}"))
    };
    Ok(format!(
        "{}{}pub fn {}(&self{signature}) -> {gives} {{ {value} }}",
        rust::doc(&documentation(operation, &arguments)),
        deprecation(operation),
        rust::ident(&operation.name),
    ))
}

fn documentation(operation: &Operation, arguments: &[Argument]) -> String {
    let mut doc = format!(
        "{}\n\n{}\n\nTiers: {}.",
        operation.summary,
        operation.description,
        operation.tiers.join(", ")
    );
    if !operation.scopes.is_empty() {
        let scopes: Vec<String> = operation
            .scopes
            .iter()
            .map(|(scope, access)| format!("`{scope}` ({access})"))
            .collect();
        doc.push_str(&format!(
            " Scopes of a plugin token: {}.",
            scopes.join(", ")
        ));
    }
    doc.push_str(&format!(" [Reference]({})", operation.reference));
    let mut positional = arguments.iter().filter(|a| a.is_positional()).peekable();
    if positional.peek().is_some() {
        doc.push_str("\n\n# Arguments\n");
        for argument in positional {
            let description = argument.description.replace('\n', " ");
            doc.push_str(&format!("\n- `{}`: {description}", argument.ident));
        }
    }
    doc
}

/// `#[deprecated]` with the replacement that the description names.
fn deprecation(operation: &Operation) -> String {
    if !operation.deprecated {
        return String::new();
    }
    let replacement = operation
        .description
        .split('`')
        .skip(1)
        .step_by(2)
        .find_map(rust::operation_link);
    match replacement {
        Some(replacement) => format!("#[deprecated = \"use `{replacement}` instead\"]\n"),
        None => "#[deprecated]\n".into(),
    }
}

/// A type as people write it, from the text of its tokens.
fn tidy(ty: &str) -> String {
    ty.replace(' ', "").replace(',', ", ")
}
