//! The requests of a resource that have setters.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::imports::{item, with_imports};
use super::rust::{self, PassBy};
use super::{methods, text};
use crate::api::{Api, Argument, Encoding, Place, Resource};

const IMPORTS: [&str; 6] = [
    "std::collections::BTreeMap",
    "serde_json::Map",
    "serde_json::Value",
    "crate::PagedRequest",
    "crate::Request",
    "crate::macros::request",
];

/// Returns the requests of a resource; `None` without any.
pub(super) fn file(api: &Api, resource: &Resource) -> Option<TokenStream> {
    let mut items = Vec::new();
    for operation in &resource.operations {
        let Some(request) = &operation.request else {
            continue;
        };
        let doc = text::request(api, operation);
        let name = rust::ident(request);
        let (inner, must_use) = methods::inner_request(operation);
        let setters = operation
            .arguments
            .iter()
            .filter(|argument| !argument.required);
        let setters = setters.map(|argument| {
            let doc = text::doc(api, &argument.doc);
            let ident = rust::ident(&argument.ident);
            let ty = PassBy::of(api, argument).argument_type(argument);
            let call = setter_call(api, argument);
            quote! {
                #doc
                #[inline]
                pub fn #ident(self, #ident: #ty) -> Self {
                    Self(self.0 #call)
                }
            }
        });
        items.push(item(quote! {
            #doc
            #[derive(Debug, Clone)]
            #[must_use = #must_use]
            pub struct #name(pub(crate) #inner);
        }));
        items.push(item(quote!(request!(#name(#inner));)));
        items.push(item(quote!(impl #name { #(#setters)* })));
    }
    (!items.is_empty()).then(|| with_imports(api, items, &IMPORTS))
}

/// Returns the call that sets an argument on a request. The constructor sets those of the path.
pub(super) fn setter_call(api: &Api, argument: &Argument) -> TokenStream {
    let (name, ident) = (&argument.name, rust::ident(&argument.ident));
    let borrowed = match PassBy::of(api, argument) {
        PassBy::Into => quote!(&#ident.into()),
        PassBy::Value => quote!(&#ident),
        _ if argument.nullable => quote!(&#ident),
        PassBy::Text | PassBy::Slice | PassBy::Borrowed => quote!(#ident),
    };
    match &argument.place {
        Place::Path { range } => in_range(argument, *range),
        Place::Query { encoding, range } => match encoding {
            Encoding::Plain => {
                let in_range = in_range(argument, *range);
                quote!(#in_range.query(#name, #ident))
            }
            Encoding::Flag => quote!(.flag(#name, #ident)),
            Encoding::Json => quote!(.json_query(#name, #borrowed)),
        },
        Place::Field => match PassBy::of(api, argument) {
            PassBy::Into => {
                let ty = rust::ty(&argument.ty);
                quote!(.field(#name, &#ident.into() as &#ty))
            }
            _ => quote!(.field(#name, #borrowed)),
        },
        Place::Body => quote!(.body(#borrowed)),
    }
}

/// The check of a number; none where the type allows just the range.
fn in_range(argument: &Argument, (least, most): (Option<i64>, Option<i64>)) -> TokenStream {
    if most.is_none() && least.unwrap_or(0) <= 0 {
        return quote!();
    }
    let (name, ident, ty) = (
        &argument.name,
        rust::ident(&argument.ident),
        rust::ty(&argument.ty),
    );
    let number = |number: i64| {
        let digits = Literal::u64_unsuffixed(number.unsigned_abs());
        match number < 0 {
            true => quote!(-#digits),
            false => quote!(#digits),
        }
    };
    let least = least.map_or_else(|| quote!(#ty::MIN), number);
    let most = most.map_or_else(|| quote!(#ty::MAX), number);
    quote!(.in_range(#name, #ident, #least..=#most))
}
