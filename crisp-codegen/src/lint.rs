//! Checks the description against the rules that its readers and the generator rely on.
//!
//! A description that passes generates Rust that compiles and means what the YAML says. Anything else is a diagnostic
//! at its place in the YAML.

use serde_json::{Map, Value};

use crate::bundle::Bundle;
use crate::error::{Diagnostic, Diagnostics, Location};

mod arguments;
mod bodies;
mod combined;
mod distinct;
mod events;
mod examples;
mod files;
mod idents;
mod keywords;
mod names;
mod objects;
mod operations;
mod parameters;
mod recursion;
mod schemas;
mod shape;
mod texts;
mod types;
mod unions;
mod usage;

use shape::Node;

/// Checks every rule, and reports everything that breaks one.
///
/// # Errors
///
/// Returns every violation, each with its location and the fix.
pub fn lint(bundle: &Bundle) -> Result<(), Diagnostics> {
    let mut lint = Lint {
        bundle,
        problems: Vec::new(),
    };
    let nodes = shape::check(&mut lint);
    texts::check(&mut lint, &nodes);
    files::check(&mut lint);
    operations::check(&mut lint);
    bodies::check(&mut lint);
    parameters::check(&mut lint, &nodes);
    distinct::check(&mut lint);
    names::check(&mut lint);
    types::check(&mut lint);
    events::check(&mut lint);
    usage::check(&mut lint, &nodes);
    schemas::check(&mut lint, &nodes);
    // A schema that is made of itself has no example, and checking one would not end.
    if recursion::check(&mut lint) {
        examples::check(&mut lint, &nodes);
    }
    Diagnostics::check(lint.problems)
}

/// Checks that no schema consists of itself: recursion over one would not end.
pub(crate) fn check_recursion(bundle: &Bundle) -> Result<(), Diagnostics> {
    let mut lint = Lint {
        bundle,
        problems: Vec::new(),
    };
    recursion::check(&mut lint);
    Diagnostics::check(lint.problems)
}

/// The state that the rules share: the description, and the diagnostics so far.
struct Lint<'a> {
    bundle: &'a Bundle,
    problems: Vec<Diagnostic>,
}

impl Lint<'_> {
    fn report(&mut self, pointer: &str, message: impl Into<String>, help: impl Into<String>) {
        self.problems
            .push(Diagnostic::new(self.bundle.locate(pointer), message, help));
    }

    /// Reports a diagnostic that concerns all of the file that owns a pointer.
    fn report_file(&mut self, pointer: &str, message: impl Into<String>, help: impl Into<String>) {
        let location = Location::start_of(self.bundle.locate(pointer).file);
        self.problems.push(Diagnostic::new(location, message, help));
    }

    /// Reports a key that has no text.
    fn need_text(
        &mut self,
        value: &Map<String, Value>,
        pointer: &str,
        subject: &str,
        key: &str,
        help: impl Into<String>,
    ) {
        if text(value, key).is_none() {
            self.report(
                &crate::source::pointer(pointer, key),
                format!("{subject} has no {key}"),
                help,
            );
        }
    }
}

/// Returns the text of a key, or `None` if it has no text.
fn text<'a>(value: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    value
        .get(key)?
        .as_str()
        .filter(|text| !text.trim().is_empty())
}

/// Returns the texts in a list.
fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    items(value).filter_map(Value::as_str)
}

/// Returns the items of a list, or none if the value is something else.
fn items(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}
