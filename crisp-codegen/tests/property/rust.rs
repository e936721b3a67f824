//! The items of generated Rust files, as far as they can be compared with a document.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Fields, Ident, ImplItem, Item, LitStr, Token, Type, braced, parenthesized};

/// The items of some files.
#[derive(Default)]
pub(crate) struct Items {
    /// The fields of each struct: the name in JSON, by identifier.
    pub(crate) structs: BTreeMap<String, BTreeMap<String, String>>,
    /// The variants of each enum: the value in JSON, by identifier. Empty for a variant without one.
    pub(crate) enums: BTreeMap<String, BTreeMap<String, String>>,
    /// The functions of the `impl` blocks of each type.
    pub(crate) functions: BTreeMap<String, BTreeSet<String>>,
    /// The types of requests.
    pub(crate) requests: BTreeSet<String>,
    /// Names that are defined twice.
    pub(crate) collisions: Vec<String>,
}

impl Items {
    /// Adds the items of a file.
    pub(crate) fn read(&mut self, text: &str) -> syn::Result<()> {
        for item in syn::parse_file(text)?.items {
            match item {
                Item::Struct(item) => {
                    let fields = match &item.fields {
                        Fields::Named(fields) => fields.named.iter().collect(),
                        _ => Vec::new(),
                    };
                    let mut names = BTreeMap::new();
                    for field in fields {
                        let ident = field.ident.as_ref().map(plain).unwrap_or_default();
                        self.add(&mut names, ident.clone(), ident);
                    }
                    let name = item.ident.to_string();
                    self.define(&name);
                    self.structs.insert(name, names);
                }
                Item::Enum(item) => {
                    let mut variants = BTreeMap::new();
                    for variant in &item.variants {
                        self.add(&mut variants, variant.ident.to_string(), String::new());
                    }
                    let name = item.ident.to_string();
                    self.define(&name);
                    self.enums.insert(name, variants);
                }
                Item::Impl(item) if item.trait_.is_none() => {
                    let owner = last_segment(&item.self_ty);
                    for function in item.items {
                        if let ImplItem::Fn(function) = function {
                            let name = plain(&function.sig.ident);
                            if !self
                                .functions
                                .entry(owner.clone())
                                .or_default()
                                .insert(name)
                            {
                                self.collisions
                                    .push(format!("{owner}::{}", function.sig.ident));
                            }
                        }
                    }
                }
                Item::Macro(item) => {
                    let name = item
                        .mac
                        .path
                        .segments
                        .last()
                        .map(|last| last.ident.to_string());
                    self.read_macro(&name.unwrap_or_default(), item.mac.tokens)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn read_macro(&mut self, name: &str, tokens: TokenStream) -> syn::Result<()> {
        match name {
            "open_enum" | "tagged" => {
                let item: Values = syn::parse2(tokens)?;
                let variants = self.enums.entry(item.ident.to_string()).or_default();
                for (ident, value) in item.variants {
                    variants.insert(ident.to_string(), value);
                }
            }
            "object" => {
                let item: ObjectFields = syn::parse2(tokens)?;
                let fields = self.structs.entry(item.ident.to_string()).or_default();
                for (wire, ident) in item.fields {
                    fields.insert(plain(&ident), wire);
                }
            }
            "request" => {
                let item: Request = syn::parse2(tokens)?;
                self.requests.insert(item.0.to_string());
            }
            _ => {}
        }
        Ok(())
    }

    fn define(&mut self, name: &str) {
        if self.structs.contains_key(name) || self.enums.contains_key(name) {
            self.collisions.push(name.to_owned());
        }
    }

    fn add(&mut self, names: &mut BTreeMap<String, String>, ident: String, value: String) {
        if names.insert(ident.clone(), value).is_some() {
            self.collisions.push(ident);
        }
    }
}

/// An identifier without the underscore of one that would be a keyword.
fn plain(ident: &Ident) -> String {
    ident.to_string().trim_end_matches('_').to_owned()
}

fn last_segment(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
    .unwrap_or_default()
}

/// `Name { Variant = "value", Variant(Content) = "value" }`
struct Values {
    ident: Ident,
    variants: Vec<(Ident, String)>,
}

impl Parse for Values {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let ident = input.parse()?;
        let content;
        braced!(content in input);
        let variants = Punctuated::<Variant, Token![,]>::parse_terminated(&content)?;
        let variants = variants.into_iter().map(|variant| (variant.0, variant.1));
        Ok(Self {
            ident,
            variants: variants.collect(),
        })
    }
}

/// `Name(Request<…>)`
struct Request(Ident);

impl Parse for Request {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let ident = input.parse()?;
        let content;
        parenthesized!(content in input);
        content.parse::<TokenStream>()?;
        Ok(Self(ident))
    }
}

struct Variant(Ident, String);

impl Parse for Variant {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let ident = input.parse()?;
        if input.peek(syn::token::Paren) {
            let content;
            parenthesized!(content in input);
            content.parse::<TokenStream>()?;
        }
        input.parse::<Token![=]>()?;
        let value: LitStr = input.parse()?;
        Ok(Self(ident, value.value()))
    }
}

/// `Name { group { "name" => ident, … } group { ident, } }`
struct ObjectFields {
    ident: Ident,
    fields: Vec<(String, Ident)>,
}

impl Parse for ObjectFields {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let ident = input.parse()?;
        let groups;
        braced!(groups in input);
        let mut fields = Vec::new();
        while !groups.is_empty() {
            groups.parse::<Ident>()?;
            let group;
            braced!(group in groups);
            while !group.is_empty() {
                if group.peek(LitStr) {
                    let wire: LitStr = group.parse()?;
                    group.parse::<Token![=>]>()?;
                    fields.push((wire.value(), group.parse()?));
                } else {
                    group.parse::<Ident>()?;
                }
                group.parse::<Option<Token![,]>>()?;
            }
        }
        Ok(Self { ident, fields })
    }
}
