//! Names what progenitor does not: the requests that have setters, and fields that share the name of a parameter. Variants
//! lose what the name of their union says too.

use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::api::{Api, Place, TypeKind};

/// The variant of an open enum for values that are not known.
const UNKNOWN: &str = "Unknown";

pub(super) fn run(api: &mut Api) {
    for operation in api.resources.iter_mut().flat_map(|r| &mut r.operations) {
        let parameters: Vec<String> = operation
            .arguments
            .iter()
            .filter(|argument| !matches!(argument.place, Place::Field | Place::Body))
            .map(|argument| argument.ident.clone())
            .collect();
        for argument in &mut operation.arguments {
            // A field may share the name of a parameter and have another meaning.
            if argument.place == Place::Field && parameters.contains(&argument.ident) {
                argument.ident.insert_str(0, "body_");
            }
        }
        if operation
            .arguments
            .iter()
            .any(|argument| !argument.required)
        {
            operation.request = Some(operation.ident.to_upper_camel_case());
        }
    }
    for (name, ty) in &mut api.types {
        match &mut ty.kind {
            TypeKind::Enum(values) => {
                for value in values.iter_mut().filter(|value| value.ident == UNKNOWN) {
                    value.ident.push_str("Value");
                }
            }
            TypeKind::Untagged { variants, .. } => {
                for variant in variants {
                    variant.ident = variant_name(name, &variant.ident);
                }
            }
            TypeKind::Struct { .. } | TypeKind::Tagged(_) | TypeKind::Alias(_) => {}
        }
    }
}

/// Returns the variant of a form of a union: its title without the word that also ends the name of the union.
pub(crate) fn variant_name(union: &str, title: &str) -> String {
    let snake = union.to_snake_case();
    let last = snake.rsplit('_').next().unwrap_or_default();
    match title.strip_suffix(&last.to_upper_camel_case()) {
        Some(short) if !short.is_empty() => short.to_owned(),
        _ => title.to_owned(),
    }
}
