//! Checks the description against the rules that its readers and the generator rely on.

use serde_json::{Map, Value};

use crate::bundle::Bundle;
use crate::error::{Diagnostic, Diagnostics};

mod bodies;
mod convert;
mod distinct;
mod events;
mod examples;
mod names;
mod operations;
mod parameters;
mod schemas;
mod shape;
mod usage;

use shape::Node;

/// Checks every rule, and reports everything that breaks one.
///
/// # Errors
///
/// Every violation, each with its place and the fix.
pub fn lint(bundle: &Bundle) -> Result<(), Diagnostics> {
    let mut lint = Lint {
        bundle,
        problems: Vec::new(),
    };
    let nodes = shape::check(&mut lint);
    operations::check(&mut lint);
    bodies::check(&mut lint);
    parameters::check(&mut lint, &nodes);
    distinct::check(&mut lint);
    names::check(&mut lint);
    events::check(&mut lint);
    usage::check(&mut lint, &nodes);
    schemas::check(&mut lint, &nodes);
    // A schema that is made of itself has no example, and checking one would not end.
    if schemas::check_rings(&mut lint) {
        examples::check(&mut lint, &nodes);
    }
    Diagnostics::check(lint.problems)
}

/// The state that the rules share: the description, and the problems found so far.
struct Lint<'a> {
    bundle: &'a Bundle,
    problems: Vec<Diagnostic>,
}

impl Lint<'_> {
    fn report(&mut self, pointer: &str, what: impl Into<String>, help: impl Into<String>) {
        self.problems
            .push(Diagnostic::new(self.bundle.locate(pointer), what, help));
    }

    /// Reports a key that has no text.
    fn need_text(
        &mut self,
        value: &Map<String, Value>,
        pointer: &str,
        what: &str,
        key: &str,
        help: impl Into<String>,
    ) {
        if text(value, key).is_none() {
            self.report(
                &crate::source::pointer(pointer, key),
                format!("{what} has no {key}"),
                help,
            );
        }
    }
}

/// The text of a key, where there is any.
fn text<'a>(value: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    value
        .get(key)?
        .as_str()
        .filter(|text| !text.trim().is_empty())
}

/// The texts in a list.
fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    items(value).filter_map(Value::as_str)
}

/// The items of a list; none where the value is something else.
fn items(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}
