//! The events: their names, and the event with its payload.

use proc_macro2::TokenStream;
use quote::quote;

use super::imports::{item, with_imports};
use super::{rust, text};
use crate::api::{Api, Event, TypeKind, TypeRef};

const IMPORTS: [&str; 4] = [
    "serde_json::Value",
    "crate::event::events",
    "crate::macros::open_enum",
    "crate::macros::tagged",
];

/// The fields that identify the website and the session of an event.
const IDS: [&str; 2] = ["website_id", "session_id"];

/// Returns the events; `None` without any.
pub(super) fn file(api: &Api) -> Option<TokenStream> {
    if api.events.is_empty() {
        return None;
    }
    let idents: Vec<_> = api
        .events
        .iter()
        .map(|event| rust::ident(&event.ident))
        .collect();
    let names: Vec<_> = api.events.iter().map(|event| &event.name).collect();
    let payloads: Vec<_> = api
        .events
        .iter()
        .map(|event| rust::ty(&event.payload))
        .collect();
    let name_docs = api
        .events
        .iter()
        .map(|event| format!(" `{}`: see [`Event::{}`].", event.name, event.ident));
    let docs = api
        .events
        .iter()
        .map(|event| text::doc(api, &text::with_access(&event.doc, &event.access)));
    let ids = api.events.iter().map(|event| ids(api, event));
    let items = vec![
        item(quote! {
            #[doc = include_str!("../../event_name.md")]
            #[derive(Debug, Clone, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum EventName {
                #(#[doc = #name_docs] #idents,)*
                /// A name unknown to this version, preserved as received.
                Unknown(String),
            }
        }),
        item(quote!(open_enum!(EventName { #(#idents = #names,)* });)),
        item(quote! {
            #[doc = include_str!("../../event.md")]
            #[derive(Debug, Clone, PartialEq)]
            #[non_exhaustive]
            pub enum Event {
                #(#docs #idents(Box<#payloads>),)*
                /// An event unknown to this version.
                Unknown {
                    /// Its name.
                    name: String,
                    /// Its payload as received: the JSON text as a string if no `Value` can hold it.
                    data: Value,
                },
                /// A known event with a payload that does not have the known form.
                Invalid {
                    /// Its name.
                    name: EventName,
                    /// The error, with the path of the field in the payload.
                    reason: String,
                    /// Its payload as received: the JSON text as a string if no `Value` can hold it.
                    data: Value,
                },
            }
        }),
        item(quote!(events!(Event { #(#idents(#ids) = #names,)* });)),
    ];
    Some(with_imports(api, items, &IMPORTS))
}

/// The fields of the payload that identify the website and the session.
fn ids(api: &Api, event: &Event) -> TokenStream {
    let ty = match &event.payload {
        TypeRef::Named(name) => api.types.get(name),
        _ => None,
    };
    let ids = match ty.map(|ty| &ty.kind) {
        Some(TypeKind::Struct { fields, .. }) => {
            let is_text = |id: &&str| {
                fields
                    .iter()
                    .any(|field| field.name == **id && field.ty == TypeRef::String)
            };
            IDS.into_iter()
                .filter(|id| is_text(id))
                .map(rust::ident)
                .collect()
        }
        _ => Vec::new(),
    };
    quote!(#(#ids)*)
}
