//! A test for each operation, or for each example of its body: sets every argument, and compares request and response.

use heck::ToUpperCamelCase;
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::imports::{item, with_imports};

use super::rust::{self, PassBy};
use crate::api::{Api, Argument, Encoding, Example, Operation, Place, Resource};

const IMPORTS: [&str; 5] = [
    "crisp_api::Tier",
    "crate::body",
    "crate::check",
    "crate::field",
    "crate::parameter",
];

/// Returns the tests of a resource; `None` without operations.
pub(super) fn file(api: &Api, resource: &Resource) -> Option<TokenStream> {
    let none = Example {
        name: None,
        value: Value::Null,
    };
    let mut items = Vec::new();
    for operation in &resource.operations {
        let examples = match operation.examples.as_slice() {
            [] => std::slice::from_ref(&none),
            examples => examples,
        };
        items.extend(
            examples
                .iter()
                .map(|example| item(test(api, operation, example))),
        );
    }
    (!items.is_empty()).then(|| with_imports(api, items, &IMPORTS))
}

fn test(api: &Api, operation: &Operation, example: &Example) -> TokenStream {
    // Names the operation, and its example where there are several.
    let case = match &example.name {
        Some(name) => format!("{}/{name}", operation.id),
        None => operation.id.clone(),
    };
    let mut required = Vec::new();
    let mut setters = Vec::new();
    for argument in &operation.arguments {
        // Fields that exclude each other can't all be in one example.
        let absent = argument.place == Place::Field && example.value.get(&argument.name).is_none();
        if absent && !argument.required {
            continue;
        }
        let value = value(api, &case, &example.value, argument);
        if argument.required {
            required.push(value);
        } else {
            let ident = rust::ident(&argument.ident);
            setters.push(quote!(.#ident(#value)));
        }
    }
    let tier = operation
        .access
        .tiers
        .last()
        .map(|tier| rust::ident(&tier.to_upper_camel_case()));
    let deprecated = operation.deprecated.then(|| quote!(#[allow(deprecated)]));
    let name = case.replace(['.', '/'], "_");
    let (name, service, method) = (
        rust::ident(&name),
        rust::ident(&operation.service),
        rust::ident(&operation.ident),
    );
    quote! {
        #deprecated
        #[tokio::test]
        async fn #name() {
            check(Tier::#tier, #case, |crisp| crisp.#service().#method(#(#required),*) #(#setters)*).await;
        }
    }
}

fn value(api: &Api, case: &str, body: &Value, argument: &Argument) -> TokenStream {
    let value = literal(api, case, body, argument);
    match argument.nullable {
        true if body[&argument.name].is_null() => quote!(None),
        true => quote!(Some(#value)),
        false => value,
    }
}

/// The example of an argument as Rust, or a look-up of it where it is an object or a list.
fn literal(api: &Api, case: &str, body: &Value, argument: &Argument) -> TokenStream {
    let name = &argument.name;
    let (example, function, arguments) = match &argument.place {
        Place::Body => (&Value::Null, quote!(body), quote!(#case)),
        Place::Field => (&body[name], quote!(field), quote!(#case, #name)),
        Place::Query {
            encoding: Encoding::Flag,
            ..
        } => {
            let flag = argument.example == 1;
            return quote!(#flag);
        }
        Place::Path { .. } | Place::Query { .. } => {
            (&argument.example, quote!(parameter), quote!(#case, #name))
        }
    };
    let ty = rust::ty(&argument.ty);
    match (PassBy::of(api, argument), example) {
        (PassBy::Value | PassBy::Text, Value::Number(_) | Value::Bool(_)) => {
            let text = example.to_string();
            text.parse().unwrap_or_else(|_| quote!(#text))
        }
        (PassBy::Text, Value::String(text)) => quote!(#text),
        (PassBy::Value, Value::String(text)) => quote!(#text.into()),
        (PassBy::Value, _) => quote!(#function(#arguments)),
        (PassBy::Slice, _) => quote!(&#function::<Vec<_>>(#arguments)),
        (PassBy::Into, _) => quote!(#function::<crisp_api::types::#ty>(#arguments)),
        _ => quote!(&#function(#arguments)),
    }
}
