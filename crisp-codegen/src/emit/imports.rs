//! The imports of a generated file.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::visit::{self, Visit};
use syn::{Item, Path};

use crate::api::Api;

/// Returns code after its imports: those of some paths whose last segment it names, and the types of the API.
pub(super) fn with_imports(api: &Api, items: Vec<Item>, paths: &[&str]) -> TokenStream {
    let mut names = Names::default();
    items.iter().for_each(|item| names.visit_item(item));
    let used = paths.iter().filter(|path| {
        let last = path.rsplit("::").next().unwrap_or_default();
        names.used.contains(last)
    });
    let (external, own): (Vec<_>, Vec<_>) = used
        .filter_map(|path| syn::parse_str::<Path>(path).ok())
        .partition(|path| {
            path.segments
                .first()
                .is_some_and(|first| first.ident != "crate")
        });
    let types = names
        .used
        .iter()
        .any(|name| api.types.contains_key(name) && !names.defined.contains(name));
    let types = types.then(|| {
        quote!(
            use crate::types::*;
        )
    });
    quote! {
        #(use #external;)*
        #(use #own;)*
        #types
        #(#items)*
    }
}

/// Parses an item.
///
/// # Panics
///
/// Panics if the tokens are not an item: the tokens of an emitter always are.
pub(super) fn item(tokens: TokenStream) -> Item {
    syn::parse2(tokens.clone()).unwrap_or(Item::Verbatim(tokens))
}

/// The names in code.
#[derive(Default)]
struct Names {
    /// The first segments of paths.
    used: BTreeSet<String>,
    /// The types that it defines.
    defined: BTreeSet<String>,
}

impl Visit<'_> for Names {
    fn visit_item(&mut self, item: &Item) {
        match item {
            Item::Struct(item) => self.defined.insert(item.ident.to_string()),
            Item::Enum(item) => self.defined.insert(item.ident.to_string()),
            _ => false,
        };
        visit::visit_item(self, item);
    }

    fn visit_path(&mut self, path: &Path) {
        if let (None, Some(first)) = (path.leading_colon, path.segments.first()) {
            self.used.insert(first.ident.to_string());
        }
        visit::visit_path(self, path);
    }
}
