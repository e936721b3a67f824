//! Documents what refers to a type and has no description of its own by the description of that type.

use std::collections::BTreeMap;

use crate::api::{Api, Place, TypeKind, TypeRef};

pub(super) fn run(api: &mut Api) {
    let docs: BTreeMap<String, String> = api
        .types
        .iter()
        .map(|(name, ty)| (name.clone(), ty.doc.clone()))
        .collect();
    let fill = |doc: &mut String, ty: &TypeRef| {
        if let (true, Some(name)) = (doc.is_empty(), direct(ty)) {
            *doc = docs.get(name).cloned().unwrap_or_default();
        }
    };
    for ty in api.types.values_mut() {
        match &mut ty.kind {
            TypeKind::Struct { fields, .. } => {
                fields
                    .iter_mut()
                    .for_each(|field| fill(&mut field.doc, &field.ty));
            }
            TypeKind::Tagged(variants) | TypeKind::Untagged { variants, .. } => {
                variants
                    .iter_mut()
                    .for_each(|variant| fill(&mut variant.doc, &variant.ty));
            }
            TypeKind::Enum(_) | TypeKind::Alias(_) => {}
        }
    }
    for operation in api.resources.iter_mut().flat_map(|r| &mut r.operations) {
        for argument in &mut operation.arguments {
            fill(&mut argument.doc, &argument.ty);
            // The type says the rest.
            if argument.place == Place::Body
                && let Some((sentence, _)) = argument.doc.split_once(". ")
            {
                argument.doc = format!("{sentence}.");
            }
        }
    }
}

/// The type that a field refers to, rather than one in a list or a map.
fn direct(ty: &TypeRef) -> Option<&str> {
    match ty {
        TypeRef::Named(name) => Some(name),
        TypeRef::Boxed(inner) => direct(inner),
        _ => None,
    }
}
