//! Checks parameters: those of a path's template are declared, each is described, and can be sent as text.

use serde_json::{Map, Value};

use super::shape::Kind;
use super::{Lint, Node, arguments, items, objects, text};
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
    let subject = format!("parameter `{name}`");
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
        &subject,
        "description",
        "write in a line what it is, and its unit or range",
    );
    if !parameter.contains_key("example") {
        lint.report(
            at,
            format!("{subject} has no example"),
            "write `example:` beside `schema:`, as Crisp would accept it",
        );
    }
    let in_path = match parameter.get("in").and_then(Value::as_str) {
        Some("query") => false,
        Some("path") => {
            if parameter.get("required") != Some(&Value::Bool(true)) {
                lint.report(
                    at,
                    format!("path {subject} isn't required"),
                    "write `required: true`: a path has no gaps",
                );
            }
            true
        }
        _ => {
            return lint.report(
                &pointer(at, "in"),
                format!("{subject} is not in the path or the query"),
                "write `in: path` or `in: query`",
            );
        }
    };
    let Some(schema) = parameter.get("schema") else {
        return lint.report(
            at,
            format!("{subject} has no schema"),
            "write `schema:` with its type",
        );
    };
    let target = objects::target(lint.bundle, schema);
    let is_text = target.get("type").and_then(Value::as_str) == Some("string");
    value(
        lint,
        schema,
        target,
        in_path,
        &subject,
        &pointer(at, "schema"),
    );
    if parameter.contains_key("x-crisp-value") && (in_path || !is_text) {
        lint.report(
            &pointer(at, "x-crisp-value"),
            format!("{subject} has an x-crisp-value and is not a text of the query"),
            "write `in: query` and `schema: {type: string}`: the value is sent as text",
        );
    }
    if parameter.contains_key("x-crisp-slug-path") && !(in_path && is_text) {
        lint.report(
            &pointer(at, "x-crisp-slug-path"),
            format!("{subject} has an x-crisp-slug-path and is not a text of the path"),
            "write `in: path` and `schema: {type: string}`, or remove x-crisp-slug-path",
        );
    }
}

/// Checks the schema of the text that a parameter sends, and the schema that it refers to.
fn value(
    lint: &mut Lint<'_>,
    schema: &Value,
    target: &Value,
    in_path: bool,
    subject: &str,
    at: &str,
) {
    let kind = target.get("type").and_then(Value::as_str);
    let has_range = ["minimum", "maximum"]
        .iter()
        .any(|key| target.get(key).is_some());
    match kind {
        Some("string") => {}
        Some("boolean") => lint.report(
            at,
            format!("{subject} is a boolean"),
            "write `type: integer` and `enum: [0, 1]`, as Crisp expects a flag: it is a `bool` in Rust",
        ),
        Some("integer" | "number") if has_range && objects::reference(schema).is_some() => {
            lint.report(
                at,
                format!("{subject} refers to a schema with a range, which is not checked"),
                "write type and range in the parameter, without $ref",
            );
        }
        Some("number") if has_range => lint.report(
            at,
            format!("{subject} is a number with a range, which is not checked"),
            "write `type: integer`, or the range into the description",
        ),
        Some("integer" | "number") => {}
        _ => lint.report(
            at,
            format!("{subject} is not text, a number or a flag"),
            "write `schema: {type: string}`, and the schema of the value as `x-crisp-value:`, which is sent as JSON",
        ),
    }
    let is_enum = target.get("enum").is_some();
    if is_enum && kind == Some("integer") && (in_path || !arguments::is_flag(schema)) {
        lint.report(
            at,
            format!("{subject} is an enum of integers"),
            "write `enum: [0, 1]` in a query for a flag; else `minimum:` and `maximum:`, and list the values in the \
             description",
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
                format!("parameter `{name}` is listed twice"),
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
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        let word = name.unwrap_or(segment);
        if !word.bytes().all(is_plain) || matches!(word, "" | "." | "..") {
            lint.report(
                &at,
                format!("path `{path}` has a segment `{segment}`"),
                "write each segment as a word in letters, digits, `_`, `-` and `.`, or as one `{parameter}`",
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
