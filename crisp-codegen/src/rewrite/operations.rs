//! The operations of a resource: a method each on the service, and a type for each request that has more to set.

use heck::ToUpperCamelCase;

use super::arguments::{Argument, Source, arguments};
use super::{Output, RewriteError, rust};
use crate::model::{Model, Operation, Resource};

/// The name of the request type of an operation.
pub(crate) fn request_name(operation: &Operation) -> String {
    operation.name.to_upper_camel_case()
}

/// The request type of an operation, and whether it is a page of a list.
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
        Some(item) if operation.is_paged() => Answer {
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
        let setters: Vec<&Argument> = arguments.iter().filter(|a| !a.required).collect();
        if setters.is_empty() {
            continue;
        }
        let name = request_name(operation);
        let service = operation.service.to_upper_camel_case();
        let doc = rust::doc(&format!(
            "The request of [`{service}::{method}`](crate::services::{service}::{method}): {}.",
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
                // Inlined, as the methods are.
                format!(
                    "{}#[inline] pub fn {}(self, {}: {}) -> Self {{ Self(self.0{}) }}",
                    rust::doc(argument.description),
                    argument.ident,
                    argument.ident,
                    argument.argument_type(),
                    argument.setter_call(),
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
    let named = arguments.iter().any(|a| !a.required);
    let mut signature = String::new();
    let mut path = Vec::new();
    let mut puts = String::new();
    for argument in arguments.iter().filter(|a| a.required) {
        signature.push_str(&format!(
            ", {}: {}",
            argument.ident,
            argument.argument_type()
        ));
        let in_path = matches!(argument.source, Source::Parameter(parameter) if parameter.in_path);
        if in_path && !(answer.paged && argument.name == "page_number") {
            path.push(format!("&{}", argument.ident));
        }
        if !(answer.paged && argument.name == "page_number") {
            puts.push_str(&argument.setter_call());
        }
    }
    let path = path.join(", ");
    let id = &operation.id;
    let mut template = operation.path.clone();
    for parameter in operation.parameters.iter().filter(|p| p.slug_path) {
        // `{+name}`, as in RFC 6570, keeps the slashes of a path of slugs.
        let name = &parameter.name;
        template = template.replace(&format!("{{{name}}}"), &format!("{{+{name}}}"));
    }
    let made = if answer.paged {
        format!("PagedRequest::new(&self.crisp, {id:?}, {template:?}, &[{path}], page_number)")
    } else {
        format!(
            "Request::new(&self.crisp, Method::{}, {id:?}, {template:?}, &[{path}])",
            operation.method.to_uppercase()
        )
    };
    let made = format!("{made}{}", scopes(operation));
    let request = request_name(operation);
    let (gives, value) = if named {
        (request.clone(), format!("{request}({made}{puts})"))
    } else {
        (tidy(&answer.request), format!("{made}{puts}"))
    };
    // Inlined, so that a method and the serialization of its body are compiled only where they are called.
    Ok(format!(
        "{}{}#[inline] pub fn {}(&self{signature}) -> {gives} {{ {value} }}",
        rust::doc(&documentation(operation, &arguments)),
        deprecation(operation),
        rust::ident(&operation.name),
    ))
}

/// The call that hands the scopes of an operation to the runtime, which names them when a request is forbidden.
fn scopes(operation: &Operation) -> String {
    if operation.scopes.is_empty() {
        return String::new();
    }
    let scopes: Vec<String> = operation
        .scopes
        .iter()
        .map(|(scope, access)| format!("\"{scope} ({access})\""))
        .collect();
    format!(".scopes(&[{}])", scopes.join(", "))
}

fn documentation(operation: &Operation, arguments: &[Argument]) -> String {
    let access = rust::access(&operation.tiers, &operation.scopes, &operation.reference);
    let mut doc = format!(
        "{}\n\n{}\n\n{access}",
        operation.summary, operation.description
    );
    let mut positional = arguments.iter().filter(|a| a.required).peekable();
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
