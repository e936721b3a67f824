//! Preserves what the description does not know in what Crisp sends: the fields of objects, and the forms of unions.

use crate::api::{Api, TypeKind};

pub(super) fn run(api: &mut Api) {
    for ty in api.types.values_mut() {
        match &mut ty.kind {
            TypeKind::Struct { open, .. } => *open |= ty.in_responses,
            TypeKind::Untagged { open, .. } => *open |= ty.in_responses,
            TypeKind::Enum(_) | TypeKind::Tagged(_) | TypeKind::Alias(_) => {}
        }
    }
}
