//! Writes a type out where it is used if it is but another name: of a list, a map, a text, or any JSON.

use std::collections::BTreeMap;

use crate::api::{Api, TypeKind, TypeRef};

pub(super) fn run(api: &mut Api) {
    for ty in api.types.values_mut() {
        if let TypeKind::Untagged { variants, .. } = &ty.kind
            && variants.iter().all(|variant| variant.ty.is_scalar())
        {
            ty.kind = TypeKind::Alias(TypeRef::Value);
        }
    }
    let targets: BTreeMap<String, Option<TypeRef>> = api
        .types
        .iter()
        .map(|(name, ty)| match &ty.kind {
            TypeKind::Alias(target) => (name.clone(), Some(target.clone())),
            _ => (name.clone(), None),
        })
        .collect();
    api.for_each_use(&mut |ty| resolve(ty, &targets, 0));
    api.types.retain(|name, _| targets[name].is_none());
    for resource in &mut api.resources {
        resource.types.retain(|name| api.types.contains_key(name));
    }
}

/// The depth at which an alias is taken to lead to itself. The lint rejects these.
const MAX_DEPTH: usize = 16;

fn resolve(ty: &mut TypeRef, targets: &BTreeMap<String, Option<TypeRef>>, depth: usize) {
    let ty = ty.innermost_mut();
    if let TypeRef::Named(name) = ty
        && let Some(Some(target)) = targets.get(name)
        && depth < MAX_DEPTH
    {
        *ty = target.clone();
        resolve(ty, targets, depth + 1);
    }
}
