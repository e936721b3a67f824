//! The modules that hold the files of the resources together, and the services.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;

use super::{rust, types};
use crate::api::{Api, Resource, Service};

/// The folder of the events.
const EVENTS: &str = "events";

/// Returns a path of the description as the name of a module: `website/conversation` is `website_conversation`.
pub(super) fn module(path: &str) -> String {
    path.replace(['/', '-'], "_")
}

/// Returns the module of a resource; `None` if it is empty.
pub(super) fn resource(api: &Api, resource: &Resource) -> Option<TokenStream> {
    let own = rust::cfg(&BTreeSet::from([resource.feature()]));
    let methods = has_methods(resource).then(|| quote!(#own mod methods;));
    let requests =
        has_requests(resource).then(|| quote!(#own pub(in crate::generated) mod requests;));
    let types = (!resource.types.is_empty()).then(|| {
        let cfg = rust::cfg(&types::features(api, resource));
        quote!(#cfg pub(in crate::generated) mod types;)
    });
    (methods.is_some() || types.is_some()).then(|| quote!(#methods #requests #types))
}

fn has_methods(resource: &Resource) -> bool {
    !resource.operations.is_empty()
}

fn has_requests(resource: &Resource) -> bool {
    let mut operations = resource.operations.iter();
    operations.any(|operation| operation.request.is_some())
}

/// The folder and the module of a resource.
fn split(resource: &Resource) -> (&str, &str) {
    resource
        .path
        .split_once('/')
        .unwrap_or((&resource.path, "root"))
}

/// Returns the modules of the folders, of the client, and of the tests, by path.
pub(super) fn files(api: &Api) -> Vec<(String, TokenStream)> {
    let mut folders: BTreeMap<&str, Vec<TokenStream>> = BTreeMap::new();
    for resource in &api.resources {
        let mut features = types::features(api, resource);
        if has_methods(resource) {
            features.insert(resource.feature());
        }
        if features.is_empty() {
            continue;
        }
        let (folder, name) = split(resource);
        let (cfg, name) = (rust::cfg(&features), rust::ident(name));
        let modules = folders.entry(folder).or_default();
        modules.push(quote!(#cfg pub(super) mod #name;));
    }
    if !api.events.is_empty() {
        folders.entry(EVENTS).or_default().push(quote! {
            #[cfg(feature = "events")]
            mod list;
            #[cfg(feature = "events")]
            pub use list::{Event, EventName};
        });
    }
    let names: Vec<_> = folders.keys().map(|folder| rust::ident(folder)).collect();
    let mut files: Vec<_> = folders
        .iter()
        .map(|(folder, modules)| {
            let path = format!("src/generated/{folder}/mod.rs");
            (path, quote!(#(#modules)*))
        })
        .collect();
    files.push(("src/generated/mod.rs".to_owned(), root(api, &names)));
    let tests = api
        .resources
        .iter()
        .filter(|resource| has_methods(resource))
        .map(|resource| {
            let cfg = rust::cfg(&BTreeSet::from([resource.feature()]));
            let name = rust::ident(&module(&resource.path));
            quote!(#cfg mod #name;)
        });
    let path = "tests/operations/generated/mod.rs".to_owned();
    files.push((path, quote!(#(#tests)*)));
    files
}

fn root(api: &Api, folders: &[proc_macro2::Ident]) -> TokenStream {
    let events = (!api.events.is_empty()).then(|| {
        quote! {
            #[cfg(feature = "events")]
            pub use events::{Event, EventName};
        }
    });
    let mut types = Vec::new();
    let mut requests = Vec::new();
    for resource in &api.resources {
        let (folder, name) = split(resource);
        let (folder, name) = (rust::ident(folder), rust::ident(name));
        if !resource.types.is_empty() {
            let cfg = rust::cfg(&types::features(api, resource));
            types.push(quote!(#cfg pub use super::#folder::#name::types::*;));
        }
        if has_requests(resource) {
            let cfg = rust::cfg(&BTreeSet::from([resource.feature()]));
            requests.push(quote!(#cfg pub use super::#folder::#name::requests::*;));
        }
    }
    let services = api.services.iter().map(service);
    quote! {
        #(mod #folders;)*
        #[cfg(feature = "schemars")]
        #[allow(unused, reason = "whether it is used depends on the resources that are switched on")]
        pub(crate) mod json_schema;
        #events

        /// The types of requests, responses and events, one for each schema of the description.
        pub mod types { #(#types)* }

        /// The requests with optional parameters or fields.
        pub mod requests { #(#requests)* }

        /// The services, with one method for each operation.
        pub mod services { #(#services)* }
    }
}

fn service(service: &Service) -> TokenStream {
    let cfg = rust::cfg(&service.features);
    let (name, ident) = (rust::ident(&service.name), rust::ident(&service.ident));
    let doc = format!(
        " The operations of the `{name}` service, returned by [`Crisp::{name}`](crate::Crisp::{name})."
    );
    let method_doc = format!(" Returns the operations of the `{name}` service.");
    quote! {
        #cfg
        #[doc = #doc]
        #[derive(Debug, Clone)]
        pub struct #ident {
            pub(crate) crisp: crate::Crisp,
        }

        #cfg
        impl crate::Crisp {
            #[doc = #method_doc]
            #[must_use]
            pub fn #name(&self) -> #ident {
                #ident { crisp: self.clone() }
            }
        }
    }
}
