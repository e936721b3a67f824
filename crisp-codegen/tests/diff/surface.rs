//! The public surface of generated code, from which breaking changes are determined.

use std::collections::BTreeSet;

use crisp_codegen::files::Files;
use quote::ToTokens;
use syn::{FnArg, ImplItem, Item, ItemEnum, ItemStruct, Visibility};

/// A line for everything that callers may rely on. What is lost from one version to the next breaks them.
pub(crate) fn surface(files: &Files) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for (path, text) in files {
        let Some(path) = path.strip_prefix("src/generated/") else {
            continue;
        };
        let is_api = ["/types.rs", "/requests.rs", "/list.rs"];
        if is_api.iter().any(|end| path.ends_with(end)) {
            read(text, "", &mut lines);
        } else if let Some(resource) = path.strip_suffix("/methods.rs") {
            // A method is there for those who ask for the feature of its resource.
            read(text, &format!("{resource}: "), &mut lines);
        }
    }
    lines
}

fn read(text: &str, feature: &str, lines: &mut BTreeSet<String>) {
    let file = syn::parse_file(text).expect("generated code is Rust");
    for item in file.items {
        match item {
            Item::Struct(item) => structure(&item, lines),
            Item::Enum(item) => enumeration(&item, lines),
            // The calls of macros implement traits that follow from the type.
            Item::Macro(_) => {}
            Item::Impl(block) => {
                let of = text_of(&block.self_ty);
                if let Some(implemented) = &block.trait_ {
                    lines.insert(format!("impl {} for {of}", text_of(&implemented.0)));
                    continue;
                }
                for item in block.items {
                    if let ImplItem::Fn(function) = item {
                        // The names of arguments are no part of a signature.
                        let inputs: Vec<_> = function
                            .sig
                            .inputs
                            .iter()
                            .map(|input| match input {
                                FnArg::Typed(argument) => text_of(&argument.ty),
                                receiver => text_of(receiver),
                            })
                            .collect();
                        lines.insert(format!(
                            "{feature}{of}::{}({}) {}",
                            function.sig.ident,
                            inputs.join(", "),
                            text_of(&function.sig.output)
                        ));
                    }
                }
            }
            _ => {}
        }
    }
}

fn structure(item: &ItemStruct, lines: &mut BTreeSet<String>) {
    let name = &item.ident;
    lines.insert(format!("struct {name}"));
    for field in &item.fields {
        if field.ident.is_none() {
            // A request is awaited, and gives what the one within gives.
            lines.insert(format!("{name} gives {}", text_of(&field.ty)));
        }
        if let (Some(field_name), Visibility::Public(_)) = (&field.ident, &field.vis) {
            lines.insert(format!("{name}.{field_name}: {}", text_of(&field.ty)));
        }
    }
    if item.attrs.iter().any(|a| text_of(a).contains("Default")) {
        lines.insert(format!("impl Default for {name}"));
    }
}

fn enumeration(item: &ItemEnum, lines: &mut BTreeSet<String>) {
    for variant in &item.variants {
        let fields = text_of(&variant.fields);
        lines.insert(format!("{}::{}{fields}", item.ident, variant.ident));
    }
    lines.insert(format!("enum {}", item.ident));
}

fn text_of(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string()
}
