//! The names that arguments of an operation get in Rust: valid, each once, and not those of a request's own methods.

use super::Lint;
use crate::model::{self, Body, Operation};
use crate::rewrite;
use crate::source::pointer;

/// The methods of requests, which no setter may hide.
const RESERVED: [&str; 5] = ["clone", "into_future", "response", "scopes", "stream"];

pub(super) fn check(lint: &mut Lint<'_>) {
    let model = model::model(lint.bundle);
    for operation in model.resources.iter().flat_map(|r| &r.operations) {
        check_arguments(lint, operation);
    }
}

/// An argument, and the place that names it.
struct Argument<'a> {
    name: &'a str,
    /// Whether it is in the path; none for what is in the body.
    in_path: Option<bool>,
    required: bool,
    at: String,
}

fn check_arguments(lint: &mut Lint<'_>, operation: &Operation) {
    let arguments = arguments(lint, operation);
    let idents = rewrite::argument_idents(operation);
    let help =
        "give it another name in `argument_idents` of crisp-codegen/src/rewrite/arguments.rs";
    for (index, (ident, argument)) in idents.iter().zip(&arguments).enumerate() {
        let Argument { name, at, .. } = argument;
        // The rules for parameters and properties report this.
        if name.is_empty() {
            continue;
        }
        let mut report = |message: String| {
            let id = &operation.id;
            lint.report(at, format!("argument `{name}` of {id}: {message}"), help);
        };
        if !rewrite::is_ident(ident) {
            report(format!("`{ident}` is not a name in Rust"));
        } else if !argument.required && RESERVED.contains(&ident.as_str()) {
            report(format!("every request has a method `{ident}` already"));
        }
        let first = idents[..index].iter().position(|other| other == ident);
        let first = first.map(|first| &arguments[first]);
        // The rules for parameters report one that is declared twice.
        if let Some(first) =
            first.filter(|first| first.name != *name || first.in_path != argument.in_path)
        {
            report(format!("`{}` is called `{ident}` in Rust, too", first.name));
        }
    }
}

/// The arguments of an operation, in the order of their names in Rust.
fn arguments<'a>(lint: &Lint<'_>, operation: &'a Operation) -> Vec<Argument<'a>> {
    let parameters = model::parameters(lint.bundle, &operation.path, &operation.method);
    let mut arguments: Vec<_> = parameters
        .into_iter()
        .zip(&operation.parameters)
        .map(|((at, _), parameter)| Argument {
            name: &parameter.name,
            in_path: Some(parameter.in_path),
            required: parameter.required,
            at: pointer(&at, "name"),
        })
        .collect();
    let at = pointer(&pointer("/paths", &operation.path), &operation.method);
    let body = &lint.bundle.document["paths"][&operation.path][&operation.method]["requestBody"];
    let (at, _) = lint.bundle.follow(pointer(&at, "requestBody"), body);
    let schema = at + "/content/application~1json/schema";
    let in_body = |name: &'a str, required, at| Argument {
        name,
        in_path: None,
        required,
        at,
    };
    match &operation.body {
        Body::None => {}
        Body::Named { .. } => arguments.push(in_body("body", true, schema)),
        Body::Fields(fields) => arguments.extend(fields.iter().map(|field| {
            let at = pointer(&format!("{schema}/properties"), &field.name);
            in_body(&field.name, field.required, at)
        })),
    }
    arguments
}
