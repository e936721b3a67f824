//! The operations of a resource, as methods of their service.

use std::collections::BTreeMap;

use heck::ToUpperCamelCase;
use proc_macro2::TokenStream;
use quote::quote;

use super::imports::{item, with_imports};
use super::requests::setter_call;
use super::rust::{self, PassBy};
use super::text;
use crate::api::{Api, Operation, Place, Resource, Response};

const IMPORTS: [&str; 6] = [
    "std::collections::BTreeMap",
    "reqwest::Method",
    "serde_json::Map",
    "serde_json::Value",
    "crate::PagedRequest",
    "crate::Request",
];

/// The argument that a page sets for itself.
const PAGE_NUMBER: &str = "page_number";

/// Returns the methods of a resource; `None` without operations.
pub(super) fn file(api: &Api, resource: &Resource) -> Option<TokenStream> {
    let mut services: BTreeMap<&str, Vec<TokenStream>> = BTreeMap::new();
    for operation in &resource.operations {
        let methods = services.entry(&operation.service).or_default();
        methods.push(method(api, operation));
    }
    let doc = text::doc(api, &resource.description);
    let items: Vec<_> = services
        .into_iter()
        .map(|(service, methods)| {
            let service = rust::ident(&service.to_upper_camel_case());
            item(quote!(#doc impl crate::services::#service { #(#methods)* }))
        })
        .collect();
    if items.is_empty() {
        return None;
    }
    let requests = resource
        .operations
        .iter()
        .any(|operation| operation.request.is_some());
    let requests = requests.then(|| {
        item(quote!(
            use super::requests::*;
        ))
    });
    Some(with_imports(
        api,
        requests.into_iter().chain(items).collect(),
        &IMPORTS,
    ))
}

/// Returns the type of the request of an operation without setters, or in the one with setters, and the text for the
/// compiler's warning if it is not used.
pub(super) fn inner_request(operation: &Operation) -> (TokenStream, &'static str) {
    let sent = "a request is sent only when it is awaited";
    match &operation.response {
        Response::Exists => (quote!(Request<bool>), sent),
        Response::Data(ty) => {
            let ty = rust::ty(ty);
            (quote!(Request<#ty>), sent)
        }
        Response::Page(item) => {
            let item = rust::ty(item);
            let text = "a request is sent only when it is awaited, or its stream is read";
            (quote!(PagedRequest<#item>), text)
        }
    }
}

fn method(api: &Api, operation: &Operation) -> TokenStream {
    let doc = text::doc(api, &text::method_doc(operation));
    let deprecated =
        operation.deprecated.then(
            || match text::replacement(api, &operation.doc.description) {
                Some(replacement) => {
                    let note = format!("use `{replacement}` instead");
                    quote!(#[deprecated = #note])
                }
                None => quote!(#[deprecated]),
            },
        );
    let name = rust::ident(&operation.ident);
    let required: Vec<_> = operation
        .arguments
        .iter()
        .filter(|argument| argument.required)
        .collect();
    let parameters = required.iter().map(|argument| {
        let (ident, ty) = (
            rust::ident(&argument.ident),
            PassBy::of(api, argument).argument_type(argument),
        );
        quote!(#ident: #ty)
    });
    let is_page = matches!(operation.response, Response::Page(_));
    // A page sets its own number.
    let set: Vec<_> = required
        .iter()
        .filter(|argument| !is_page || argument.name != PAGE_NUMBER)
        .collect();
    let in_path = set
        .iter()
        .filter(|argument| matches!(argument.place, Place::Path { .. }));
    let in_path = in_path.map(|argument| {
        let ident = rust::ident(&argument.ident);
        quote!(&#ident)
    });
    let calls = set.iter().map(|argument| setter_call(api, argument));
    let (id, path) = (&operation.id, &operation.path);
    let constructor = if is_page {
        quote!(PagedRequest::new(&self.crisp, #id, #path, &[#(#in_path),*], page_number))
    } else {
        let method = rust::ident(&operation.method);
        quote!(Request::new(&self.crisp, Method::#method, #id, #path, &[#(#in_path),*]))
    };
    let scopes: Vec<_> = operation
        .access
        .scopes
        .iter()
        .map(|(scope, access)| format!("{scope} ({access})"))
        .collect();
    let scopes = (!scopes.is_empty()).then(|| quote!(.scopes(&[#(#scopes),*])));
    let request = quote!(#constructor #scopes #(#calls)*);
    let (ty, value) = match &operation.request {
        Some(name) => {
            let name = rust::ident(name);
            (quote!(#name), quote!(#name(#request)))
        }
        None => (inner_request(operation).0, request),
    };
    // Inlined, so that a method and the serialization of its body are compiled only where they are called.
    quote! {
        #doc
        #deprecated
        #[inline]
        pub fn #name(&self, #(#parameters),*) -> #ty {
            #value
        }
    }
}
