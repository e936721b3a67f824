//! Finds out which responses, requests and features each type and service is for, and drops the types of none.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{Api, Response, Type, TypeRef};

/// The feature of event payloads.
const EVENTS: &str = "events";

pub(super) fn run(api: &mut Api) {
    let uses: BTreeMap<String, Vec<String>> = api
        .types
        .iter_mut()
        .map(|(name, ty)| {
            let mut names = Vec::new();
            ty.for_each_use(&mut |used| names.extend(used.named().map(str::to_owned)));
            (name.clone(), names)
        })
        .collect();
    let mut types = std::mem::take(&mut api.types);
    let mut mark = |used: &TypeRef, feature: &str, direction: fn(&mut Type)| {
        let mut next: Vec<&str> = used.named().into_iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(name) = next.pop() {
            if let (true, Some(ty)) = (seen.insert(name), types.get_mut(name)) {
                direction(ty);
                ty.features.insert(feature.to_owned());
                next.extend(uses[name].iter().map(String::as_str));
            }
        }
    };
    for resource in &api.resources {
        let feature = resource.feature();
        for operation in &resource.operations {
            if let Response::Data(ty) | Response::Page(ty) = &operation.response {
                mark(ty, &feature, |ty| ty.in_responses = true);
            }
            for argument in &operation.arguments {
                mark(&argument.ty, &feature, |ty| ty.in_requests = true);
            }
        }
    }
    for event in &api.events {
        mark(&event.payload, EVENTS, |ty| ty.in_responses = true);
    }
    types.retain(|_, ty| !ty.features.is_empty());
    for resource in &mut api.resources {
        resource.types.retain(|name| types.contains_key(name));
    }
    api.types = types;
    for service in &mut api.services {
        let own = api.resources.iter().filter(|resource| {
            let mut operations = resource.operations.iter();
            operations.any(|operation| operation.service == service.name)
        });
        service.features = own.map(|resource| resource.feature()).collect();
    }
}
