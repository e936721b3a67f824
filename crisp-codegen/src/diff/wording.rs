//! The words for types, lists of names and differences of the documents.

use serde_json::Value;

use crate::api::{Operation, Response, TypeKind, TypeRef};

/// The limit of a value in a message, in characters.
const MAX_VALUE: usize = 80;
/// The limit of differences in a message.
const MAX_DIFFERENCES: usize = 8;

/// A type in Rust.
pub(super) fn type_name(ty: &TypeRef) -> String {
    match ty {
        TypeRef::Unit => "()".to_owned(),
        TypeRef::String | TypeRef::Value => format!("{ty:?}"),
        TypeRef::List(inner) => format!("Vec<{}>", type_name(inner)),
        TypeRef::Map(inner) => format!("Map<String, {}>", type_name(inner)),
        TypeRef::Optional(inner) => format!("Option<{}>", type_name(inner)),
        TypeRef::Boxed(inner) => format!("Box<{}>", type_name(inner)),
        TypeRef::Named(name) => name.clone(),
        primitive => format!("{primitive:?}").to_lowercase(),
    }
}

/// The type of a field or an argument.
pub(super) fn value_type(ty: &TypeRef, optional: bool, nullable: bool) -> String {
    let ty = type_name(ty);
    match (optional, nullable) {
        (false, false) => ty,
        (true, true) => format!("Nullable<{ty}>"),
        _ => format!("Option<{ty}>"),
    }
}

/// The type of a response.
pub(super) fn response_type(response: &Response) -> String {
    match response {
        Response::Exists => "bool".to_owned(),
        Response::Data(ty) => type_name(ty),
        Response::Page(item) => format!("Vec<{}>", type_name(item)),
    }
}

/// The type that a method returns.
pub(super) fn return_type(operation: &Operation) -> String {
    let request = match &operation.response {
        Response::Page(item) => format!("PagedRequest<{}>", type_name(item)),
        response => format!("Request<{}>", response_type(response)),
    };
    match &operation.request {
        Some(name) => format!("{name}({request})"),
        None => request,
    }
}

/// The Rust item of a kind.
pub(super) fn kind_name(kind: &TypeKind) -> &'static str {
    match kind {
        TypeKind::Struct { .. } => "a struct",
        TypeKind::Enum(_) => "an enum of texts",
        TypeKind::Tagged(_) => "a union tagged by `type`",
        TypeKind::Untagged { .. } => "an untagged union",
        TypeKind::Alias(_) => "an alias",
    }
}

/// The differences between two values, each with its path.
pub(super) fn differences(old: &Value, new: &Value) -> String {
    let mut found = Vec::new();
    collect(Some(old), Some(new), "", &mut found);
    if found.len() > MAX_DIFFERENCES {
        let more = format!("{} more differences", found.len() - MAX_DIFFERENCES);
        found.truncate(MAX_DIFFERENCES);
        found.push(more);
    }
    found.join("; ")
}

fn collect(old: Option<&Value>, new: Option<&Value>, path: &str, found: &mut Vec<String>) {
    let below = |key: &str| format!("{path}/{key}");
    // The limits of a parameter are in its schema.
    let name = path.strip_prefix("/schema/").unwrap_or(path);
    let name = name.trim_start_matches('/');
    match (old, new) {
        (old, new) if old == new => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let added = new.keys().filter(|key| !old.contains_key(*key));
            for key in old.keys().chain(added) {
                collect(old.get(key), new.get(key), &below(key), found);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new)))
            if old.len() == new.len() && old.iter().all(Value::is_object) =>
        {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                collect(Some(old), Some(new), &below(&index.to_string()), found);
            }
        }
        (Some(Value::Object(_)), None) => found.push(format!("{name} removed")),
        (None, Some(Value::Object(_))) => found.push(format!("{name} added")),
        (old, new) => found.push(format!("{name} was {}, is {}", value(old), value(new))),
    }
}

/// A value, without its end if it is long.
fn value(value: Option<&Value>) -> String {
    let text = match value {
        None => return "none".to_owned(),
        Some(Value::String(text)) => text.escape_debug().to_string(),
        Some(value) => value.to_string(),
    };
    match text.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}
