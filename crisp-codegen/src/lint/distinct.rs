//! The arguments of an operation have different examples: the generated test of an operation could not notice two
//! arguments in each other's place if both had the same value.

use serde_json::Value;

use super::{Lint, arguments};
use crate::bundle::{Operation, entries};
use crate::source::pointer;

pub(super) fn check(lint: &mut Lint<'_>) {
    for operation in lint.bundle.operations() {
        let parameters = parameters(lint, &operation);
        let bodies = bodies(lint, &operation);
        if bodies.is_empty() {
            compare(lint, &parameters);
        }
        for fields in bodies {
            compare(lint, &[parameters.as_slice(), &fields].concat());
        }
    }
}

/// An argument with its example.
#[derive(Clone)]
struct Argument<'a> {
    name: &'a str,
    example: &'a Value,
    /// The pointer of the example.
    at: String,
}

fn parameters<'a>(lint: &Lint<'a>, operation: &Operation<'a>) -> Vec<Argument<'a>> {
    arguments::parameters(lint.bundle, operation)
        .into_iter()
        // A flag has two values, and there can be more flags than that.
        .filter(|(_, parameter)| !parameter.get("schema").is_some_and(arguments::is_flag))
        .filter_map(|(at, parameter)| {
            Some(Argument {
                name: parameter.get("name")?.as_str()?,
                example: parameter.get("example")?,
                at: pointer(&at, "example"),
            })
        })
        .collect()
}

/// The fields of each example of an inline body; a body with a name is one argument.
fn bodies<'a>(lint: &Lint<'a>, operation: &Operation<'a>) -> Vec<Vec<Argument<'a>>> {
    let Some(body) = operation.value.get("requestBody") else {
        return Vec::new();
    };
    let at = pointer(&operation.pointer, "requestBody");
    let (at, body) = lint.bundle.follow(at, body);
    let Some(json) = body.pointer("/content/application~1json") else {
        return Vec::new();
    };
    if json.pointer("/schema/$ref").is_some() {
        return Vec::new();
    }
    let at = at + "/content/application~1json";
    let single = json
        .get("example")
        .map(|example| (pointer(&at, "example"), example));
    let named = entries(json.get("examples")).map(|(name, example)| {
        let at = pointer(&pointer(&at, "examples"), name) + "/value";
        (at, example.get("value").unwrap_or(&Value::Null))
    });
    single
        .into_iter()
        .chain(named)
        .map(|(at, example)| {
            entries(Some(example))
                .filter(|(_, example)| !example.is_boolean() && !example.is_null())
                .map(|(name, example)| Argument {
                    name,
                    example,
                    at: pointer(&at, name),
                })
                .collect()
        })
        .collect()
}

fn compare(lint: &mut Lint<'_>, arguments: &[Argument<'_>]) {
    for (index, argument) in arguments.iter().enumerate() {
        let same = arguments[..index]
            .iter()
            .find(|other| other.example == argument.example);
        if let Some(same) = same {
            lint.report(
                &argument.at,
                format!(
                    "`{}` has the same example as `{}`: a test could not distinguish the two",
                    argument.name, same.name
                ),
                "write another value in one of them",
            );
        }
    }
}
