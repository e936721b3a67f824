//! Parameters: those of a path's template are declared, and each says what it is.

use serde_json::{Map, Value};

use super::shape::Kind;
use super::{Lint, Node, items, text};
use crate::bundle::{Bundle, METHODS, entries};
use crate::source::pointer;

pub(super) fn check(lint: &mut Lint<'_>, nodes: &[Node<'_>]) {
    for node in nodes {
        if node.kind == Kind::Parameter && node.reference().is_none() {
            parameter(lint, node.value, &node.pointer);
        }
        if matches!(node.kind, Kind::PathItem | Kind::Operation) {
            duplicates(lint, node);
        }
    }
    let bundle = lint.bundle;
    for (path, item) in entries(bundle.document.get("paths")) {
        template(lint, path, item);
    }
}

fn parameter(lint: &mut Lint<'_>, parameter: &Map<String, Value>, at: &str) {
    let name = text(parameter, "name").unwrap_or("?");
    let what = format!("parameter `{name}`");
    lint.need_text(
        parameter,
        at,
        "a parameter",
        "name",
        "write `name:` as Crisp spells it",
    );
    lint.need_text(
        parameter,
        at,
        &what,
        "description",
        "write in a line what it is, and its unit or range",
    );
    if !parameter.contains_key("example") {
        lint.report(
            at,
            format!("{what} has no example"),
            "write `example:` beside `schema:`, as Crisp would take it",
        );
    }
    if !parameter.contains_key("schema") {
        lint.report(
            at,
            format!("{what} has no schema"),
            "write `schema:` with its type",
        );
    }
    match parameter.get("in").and_then(Value::as_str) {
        Some("query") => {}
        Some("path") => {
            if parameter.get("required") != Some(&Value::Bool(true)) {
                lint.report(
                    at,
                    format!("path {what} isn't required"),
                    "write `required: true`: a path has no gaps",
                );
            }
        }
        _ => lint.report(
            &pointer(at, "in"),
            format!("{what} is not in the path or the query"),
            "write `in: path` or `in: query`",
        ),
    }
    let schema = parameter
        .get("schema")
        .map(|schema| lint.bundle.resolve(schema));
    let is_text = schema
        .and_then(|schema| schema.get("type"))
        .and_then(Value::as_str)
        == Some("string");
    if parameter.contains_key("x-crisp-value") && !is_text {
        lint.report(
            &pointer(at, "x-crisp-value"),
            format!("{what} has an x-crisp-value and is not text"),
            "write `schema: {type: string}`: the value is sent as text",
        );
    }
    let in_path = parameter.get("in").and_then(Value::as_str) == Some("path");
    if parameter.contains_key("x-crisp-slug-path") && !(in_path && is_text) {
        lint.report(
            &pointer(at, "x-crisp-slug-path"),
            format!("{what} has an x-crisp-slug-path and is not a text of the path"),
            "write `in: path` and `schema: {type: string}`, or leave x-crisp-slug-path out",
        );
    }
}

fn duplicates(lint: &mut Lint<'_>, node: &Node<'_>) {
    let mut seen = Vec::new();
    for (index, parameter) in items(node.value.get("parameters")).enumerate() {
        let parameter = lint.bundle.resolve(parameter);
        let key = (parameter.get("name"), parameter.get("in"));
        if let (Some(name), true) = (key.0.and_then(Value::as_str), seen.contains(&key)) {
            let at = format!("{}/parameters/{index}", node.pointer);
            lint.report(
                &at,
                format!("parameter `{name}` stands there twice"),
                "take one out",
            );
        }
        seen.push(key);
    }
}

/// The path parameters in a list, each with its index.
fn declared<'a>(bundle: &'a Bundle, value: &'a Value) -> Vec<(usize, &'a str)> {
    items(value.get("parameters"))
        .map(|parameter| bundle.resolve(parameter))
        .enumerate()
        .filter(|(_, parameter)| parameter.get("in").and_then(Value::as_str) == Some("path"))
        .filter_map(|(index, parameter)| Some((index, parameter.get("name")?.as_str()?)))
        .collect()
}

fn template(lint: &mut Lint<'_>, path: &str, item: &Value) {
    let at = pointer("/paths", path);
    let mut names = Vec::new();
    for segment in path.split('/').skip(1) {
        let name = segment
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        if let Some(name) = name {
            if names.contains(&name) {
                lint.report(
                    &at,
                    format!("path `{path}` has `{{{name}}}` twice"),
                    "give each segment a name of its own, such as `{linked_id}`",
                );
            }
            names.push(name);
        }
        if segment.is_empty()
            || name.unwrap_or(segment).is_empty()
            || name.unwrap_or(segment).contains(['{', '}'])
        {
            lint.report(
                &at,
                format!("path `{path}` has a segment `{segment}`"),
                "write each segment as a word or as one `{parameter}`",
            );
        }
    }
    if !path.starts_with('/') {
        lint.report(
            &at,
            format!("path `{path}` doesn't start with `/`"),
            format!("write `/{path}`"),
        );
    }

    let shared = declared(lint.bundle, item);
    unused(lint, path, &names, &shared, &at);
    for (method, operation) in entries(Some(item)).filter(|(method, _)| METHODS.contains(method)) {
        let at = pointer(&at, method);
        let own = declared(lint.bundle, operation);
        unused(lint, path, &names, &own, &at);
        repeated(lint, item, operation, &at);
        for name in &names {
            if !shared
                .iter()
                .chain(&own)
                .any(|(_, declared)| declared == name)
            {
                lint.report(
                    &at,
                    format!("path parameter `{{{name}}}` of `{path}` is not declared"),
                    help_undeclared(lint, name),
                );
            }
        }
    }
}

/// Reports the parameters of an operation that its path declares already: they would be two arguments.
fn repeated(lint: &mut Lint<'_>, item: &Value, operation: &Value, at: &str) {
    let key = |parameter: &Value| {
        let parameter = lint.bundle.resolve(parameter);
        (parameter.get("name").cloned(), parameter.get("in").cloned())
    };
    let shared: Vec<_> = items(item.get("parameters")).map(key).collect();
    let own: Vec<_> = items(operation.get("parameters")).map(key).collect();
    for (index, key) in own.iter().enumerate() {
        if let (Some(Value::String(name)), true) = (&key.0, shared.contains(key)) {
            lint.report(
                &format!("{at}/parameters/{index}"),
                format!("parameter `{name}` is already declared for the whole path"),
                "take it out here",
            );
        }
    }
}

fn unused(lint: &mut Lint<'_>, path: &str, names: &[&str], declared: &[(usize, &str)], at: &str) {
    for (index, name) in declared {
        if !names.contains(name) {
            lint.report(
                &format!("{at}/parameters/{index}"),
                format!("path parameter `{name}` is not in `{path}`"),
                format!("write `{{{name}}}` in the path, or take the parameter out"),
            );
        }
    }
}

/// The help for a path parameter that is not declared: a `$ref` to the shared one of that name if there is one.
fn help_undeclared(lint: &Lint<'_>, name: &str) -> String {
    let shared = lint.bundle.document.pointer("/components/parameters");
    let shared = entries(shared)
        .find(|(_, parameter)| parameter.get("name").and_then(Value::as_str) == Some(name));
    match shared {
        Some((component, _)) => {
            let file = lint
                .bundle
                .locate(&pointer("/components/parameters", component))
                .file;
            format!(
                "add a $ref to `#/components/parameters/{component}` of spec/{file} under `parameters:` of the path"
            )
        }
        None => format!(
            "add `- name: {name}` with `in: path` and `required: true` under `parameters:` of the path"
        ),
    }
}
