//! Names what progenitor does not: the requests that have setters, and fields that share the name of a parameter.

use heck::ToUpperCamelCase;

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
    for ty in api.types.values_mut() {
        if let TypeKind::Enum(values) = &mut ty.kind {
            for value in values.iter_mut().filter(|value| value.ident == UNKNOWN) {
                value.ident.push_str("Value");
            }
        }
    }
}
