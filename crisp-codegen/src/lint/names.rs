//! Checks the names that operations and their arguments get in Rust: valid, each once, and not those of methods that
//! exist already.

use std::collections::HashMap;

use heck::ToUpperCamelCase;

use super::arguments::{Argument, Call, Source};
use super::{Lint, idents};
use crate::bundle::{Operation, entries};
use crate::source::pointer;

/// The name that the generator gives to the body of a request.
const BODY: &str = "body";

pub(super) fn check(lint: &mut Lint<'_>) {
    let bundle = lint.bundle;
    let mut names = Names::default();
    for operation in bundle.operations() {
        let call = Call::read(bundle, &operation);
        check_arguments(lint, &operation, &call);
        names.add(lint, &operation, &call);
    }
}

fn check_arguments(lint: &mut Lint<'_>, operation: &Operation<'_>, call: &Call<'_>) {
    let idents = call.idents();
    for (index, (ident, argument)) in idents.iter().zip(&call.arguments).enumerate() {
        let Argument { name, at, .. } = argument;
        // The rules for parameters report this.
        if name.is_empty() {
            continue;
        }
        let mut report = |message: String| {
            let id = operation.text("operationId").unwrap_or_default();
            lint.report(
                at,
                format!("argument `{name}` of {id}: {message}"),
                help(argument),
            );
        };
        let Some(ident) = ident else {
            report("the name can't be used in Rust".to_owned());
            continue;
        };
        let is_parameter = matches!(argument.source, Source::Path | Source::Query);
        if is_parameter && ident == BODY && call.has_body() {
            report(format!("the request has a {BODY}, too"));
        }
        if !argument.required && idents::REQUEST_METHODS.contains(&ident.as_str()) {
            report(format!("every request has a method `{ident}`"));
        }
        let first = idents[..index]
            .iter()
            .position(|other| other.as_ref() == Some(ident));
        let first = first.map(|first| &call.arguments[first]);
        // The rules for parameters report one that is declared twice, and that above one named like the body.
        if argument.source == Source::Body {
            continue;
        }
        if let Some(first) =
            first.filter(|first| first.name != *name || first.source != argument.source)
        {
            report(format!(
                "has the name `{ident}` in Rust, as `{}` has",
                first.name
            ));
        }
    }
}

/// The name of an argument is Crisp's, but an author can choose how the request is described.
fn help(argument: &Argument<'_>) -> &'static str {
    match argument.source {
        Source::Path => "write another name in the path and in `name:`: Crisp never sees it",
        Source::Query => "leave the parameter out: callers can send it with `Crisp::request`",
        Source::Field | Source::Body => {
            "give the body a name under `components: schemas:` and refer to it with $ref: its fields are no arguments"
        }
    }
}

/// The names so far, each with the operationId that it is derived from.
#[derive(Default)]
struct Names {
    services: HashMap<String, String>,
    operations: HashMap<String, String>,
    requests: HashMap<String, String>,
    tests: HashMap<String, String>,
}

impl Names {
    fn add(&mut self, lint: &mut Lint<'_>, operation: &Operation<'_>, call: &Call<'_>) {
        let Some(id) = operation.text("operationId") else {
            return;
        };
        let at = pointer(&operation.pointer, "operationId");
        let service = self
            .services
            .entry(call.service.to_upper_camel_case())
            .or_insert_with(|| call.service.to_owned());
        if *service != call.service {
            lint.report(
                &at,
                format!(
                    "service `{}` has the same type in Rust as `{service}`",
                    call.service
                ),
                "rename one of the two",
            );
        }
        let help = "name one of the two after its label in the reference";
        if let Some(first) = self
            .operations
            .insert(id.to_upper_camel_case(), id.to_owned())
        {
            lint.report(
                &at,
                format!("operationId `{id}` gives the same type names in Rust as `{first}`"),
                help,
            );
        } else if call.has_setters() {
            let request = call.request_name();
            if idents::is_reserved_type(&request) {
                lint.report(
                    &at,
                    format!("the request type of `{id}` has the name `{request}`, which generated code needs"),
                    "write a longer label, such as the method and its object",
                );
            } else if let Some(first) = self.requests.insert(request, id.to_owned()) {
                lint.report(
                    &at,
                    format!("operationId `{id}` gives the same request type in Rust as `{first}`"),
                    help,
                );
            }
        }
        self.add_tests(lint, operation, call, id);
    }

    /// Each example of a body is a test.
    fn add_tests(
        &mut self,
        lint: &mut Lint<'_>,
        operation: &Operation<'_>,
        call: &Call<'_>,
        id: &str,
    ) {
        let at = pointer(&operation.pointer, "requestBody");
        let body = operation.value.get("requestBody");
        let named = body.map(|body| lint.bundle.follow(at, body));
        let examples = named.and_then(|(at, body)| {
            let examples = body.pointer("/content/application~1json/examples")?;
            Some((at + "/content/application~1json/examples", examples))
        });
        let test = format!("{}_{}", call.service, call.method);
        let tests: Vec<_> = match examples {
            Some((at, examples)) => entries(Some(examples))
                .map(|(name, _)| (format!("{test}_{name}"), pointer(&at, name)))
                .collect(),
            None => vec![(test, pointer(&operation.pointer, "operationId"))],
        };
        for (test, at) in tests {
            if let Some(first) = self.tests.insert(test.clone(), id.to_owned()) {
                // The operation that is declared twice is reported where the files are joined.
                lint.report(
                    &at,
                    format!("the test `{test}` of `{id}` has the name of a test of `{first}`"),
                    "give the example another name",
                );
            }
        }
    }
}
