//! The implementations of `schemars::JsonSchema`.

use proc_macro2::TokenStream;
use quote::quote;

use super::rust;
use crate::api::Api;

/// Returns the implementations for all types, and the function that finds one by the name of its schema.
pub(super) fn file(api: &Api) -> TokenStream {
    let types = api
        .types
        .values()
        .map(|ty| (rust::ident(&ty.name), &ty.name, rust::cfg(&ty.features)));
    let arms = types.clone().map(|(ident, name, cfg)| {
        quote!(#cfg #name => Some(generator.subschema_for::<types::#ident>()),)
    });
    let calls = types.map(|(ident, _, cfg)| quote!(#cfg json_schema!(#ident);));
    quote! {
        use schemars::{Schema, SchemaGenerator};

        use crate::json_schema::json_schema;
        use crate::types;

        /// Returns a reference to the schema of a type; `None` for a schema that is not a type.
        pub(crate) fn subschema(name: &str, generator: &mut SchemaGenerator) -> Option<Schema> {
            match name {
                #(#arms)*
                _ => None,
            }
        }

        #(#calls)*
    }
}
