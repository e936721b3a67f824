//! Checks operations: ID, documentation, reference, tiers and scopes.

use heck::{ToKebabCase, ToSnakeCase};
use serde_json::{Map, Value};

use super::{Lint, files, idents, items, text, texts};
use crate::bundle::{METHODS, Operation, entries};
use crate::source::pointer;

const TIERS: [&str; 3] = ["user", "website", "plugin"];
const REFERENCE: &str = "https://docs.crisp.chat/references/rest-api/v1/#";

pub(super) fn check(lint: &mut Lint<'_>) {
    let bundle = lint.bundle;
    for (path, item) in entries(bundle.document.get("paths")) {
        if !entries(Some(item)).any(|(key, _)| METHODS.contains(&key)) {
            lint.report(
                &pointer("/paths", path),
                format!("path `{path}` has no operation"),
                "write one, such as `get:`, or take the path out",
            );
        }
    }
    let ids: Vec<_> = bundle
        .operations()
        .filter_map(|operation| operation.text("operationId"))
        .collect();
    for operation in bundle.operations() {
        let name = format!("{} {}", operation.method.to_uppercase(), operation.path);
        operation_id(lint, &operation, &name);
        let docs = text(operation.value, "summary").map_or_else(
            || format!("{REFERENCE}…"),
            |label| format!("{REFERENCE}{}", label.to_kebab_case()),
        );
        common(lint, operation.value, &operation.pointer, &name);
        external_docs(lint, &operation, &name, &docs);
        deprecation(lint, &operation, &name, &ids);
    }
}

/// The checks that an operation and an event share.
pub(super) fn common(lint: &mut Lint<'_>, value: &Map<String, Value>, at: &str, name: &str) {
    lint.need_text(
        value,
        at,
        name,
        "summary",
        "write the label of the reference, such as `summary: List Conversations`",
    );
    lint.need_text(
        value,
        at,
        name,
        "description",
        "write in a sentence what it does, such as `description: Resolves …`",
    );
    tags(lint, value, at, name);
    tiers(lint, value, at, name);
    scopes(lint, value, at);
}

/// Checks an operationId: the service, which also starts the path, and a method.
fn operation_id(lint: &mut Lint<'_>, operation: &Operation<'_>, name: &str) {
    let at = pointer(&operation.pointer, "operationId");
    let segment = operation.path.split('/').nth(1).unwrap_or_default();
    let label = text(operation.value, "summary").map_or_else(
        || "list_conversations".to_owned(),
        ToSnakeCase::to_snake_case,
    );
    let id = text(operation.value, "operationId");
    let (service, method) = id.and_then(|id| id.split_once('.')).unwrap_or(("", ""));
    let starts_path = files::is_service(service, segment);
    let meant = if starts_path { service } else { segment };
    let help = format!(
        "write `operationId: {meant}.{label}`: the service, then the label of the reference in snake case"
    );
    let Some(id) = id else {
        return lint.report(&at, format!("{name} has no operationId"), help);
    };
    if !starts_path || service.is_empty() {
        lint.report(
            &at,
            format!("operationId `{id}` doesn't start with the service of its path, `/{segment}`"),
            help,
        );
    } else if !idents::is_snake(service) || idents::CLIENT_METHODS.contains(&service) {
        lint.report(
            &at,
            format!("service `{service}` can't be the name of a method of `Crisp`"),
            "start the path and the operationId with another word",
        );
    } else if !idents::is_snake(method) || method == "clone" {
        lint.report(
            &at,
            format!("`{method}` of operationId `{id}` can't be the name of a method in Rust"),
            help,
        );
    }
}

fn tags(lint: &mut Lint<'_>, value: &Map<String, Value>, at: &str, name: &str) {
    let at = pointer(at, "tags");
    let declared: Vec<_> = items(lint.bundle.document.get("tags"))
        .filter_map(|tag| tag.get("name")?.as_str())
        .collect();
    let tags: Vec<_> = texts(value.get("tags")).collect();
    if tags.len() != 1 {
        lint.report(
            &at,
            format!("{name} has {} tags", tags.len()),
            "write one, such as `tags: [WebsiteConversation]`",
        );
    }
    for (index, tag) in tags.iter().enumerate() {
        if !declared.contains(tag) {
            lint.report(
                &format!("{at}/{index}"),
                format!("tag `{tag}` is not declared"),
                format!(
                    "declare it under `tags:` in openapi.yaml, or write one of {}",
                    declared.join(", ")
                ),
            );
        }
    }
}

fn tiers(lint: &mut Lint<'_>, value: &Map<String, Value>, at: &str, name: &str) {
    let at = pointer(at, "x-crisp-tiers");
    let tiers: Vec<_> = texts(value.get("x-crisp-tiers")).collect();
    let help = format!(
        "write those that may, such as `x-crisp-tiers: [{}]`",
        TIERS.join(", ")
    );
    if tiers.is_empty() {
        lint.report(&at, format!("{name} has no x-crisp-tiers"), help);
        return;
    }
    for (index, tier) in tiers.iter().enumerate() {
        let at = format!("{at}/{index}");
        if !TIERS.contains(tier) {
            lint.report(&at, format!("tier `{tier}` is not known"), &help);
        } else if tiers[..index].contains(tier) {
            lint.report(
                &at,
                format!("tier `{tier}` is listed twice"),
                "take one out",
            );
        }
    }
}

fn scopes(lint: &mut Lint<'_>, value: &Map<String, Value>, at: &str) {
    let Some(scopes) = value.get("x-crisp-scopes") else {
        return;
    };
    let at = pointer(at, "x-crisp-scopes");
    let help = "write `website:conversation:messages: read`, with access `read` or `write`";
    if entries(Some(scopes)).next().is_none() {
        lint.report(
            &at,
            "x-crisp-scopes names no scope",
            format!("{help}, or take it out"),
        );
    }
    for (scope, access) in entries(Some(scopes)) {
        let words = scope.split(':');
        let formed = words.clone().count() >= 2
            && words
                .clone()
                .all(|word| !word.is_empty() && word.to_snake_case() == word);
        if !formed {
            lint.report(
                &pointer(&at, scope),
                format!("scope `{scope}` is not words in lower case between colons"),
                help,
            );
        }
        if !matches!(access.as_str(), Some("read" | "write")) {
            lint.report(
                &pointer(&at, scope),
                format!("access {access} of scope `{scope}` is not known"),
                help,
            );
        }
    }
}

fn external_docs(lint: &mut Lint<'_>, operation: &Operation<'_>, name: &str, anchor: &str) {
    let url = operation
        .value
        .get("externalDocs")
        .and_then(|docs| docs.get("url"))
        .and_then(Value::as_str);
    let at = pointer(&pointer(&operation.pointer, "externalDocs"), "url");
    let help = format!("write `externalDocs:` with `url: {anchor}`");
    match url {
        None => lint.report(&at, format!("{name} has no externalDocs.url"), help),
        Some(url) if !url.starts_with(REFERENCE) => {
            lint.report(
                &at,
                format!("externalDocs.url `{url}` is not an anchor of the Crisp reference"),
                help,
            );
        }
        Some(_) => {}
    }
}

fn deprecation(lint: &mut Lint<'_>, operation: &Operation<'_>, name: &str, ids: &[&str]) {
    if operation.value.get("deprecated") != Some(&Value::Bool(true)) {
        return;
    }
    let description = operation.text("description").unwrap_or_default();
    let own = operation.text("operationId");
    let named = ids
        .iter()
        .any(|id| Some(*id) != own && description.contains(*id));
    if !named && !description.contains("instead") {
        lint.report(
            &pointer(&operation.pointer, "description"),
            format!("{name} is deprecated, and its description doesn't say what replaces it"),
            "name the operationId of what replaces it, or say what to do instead",
        );
    }
}
