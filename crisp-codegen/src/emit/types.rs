//! The types of a resource.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Item;

use super::imports::{item, with_imports};
use super::{rust, text};
use crate::api::{Api, EnumValue, Field, Resource, Type, TypeKind, TypeRef, Variant};

/// What the types of a file may need.
const IMPORTS: [&str; 8] = [
    "std::collections::BTreeMap",
    "serde_json::Map",
    "serde_json::Value",
    "crate::macros::open_enum",
    "crate::macros::tagged",
    "crate::object::object",
    "crate::value::Extra",
    "crate::value::Nullable",
];

/// Returns the types of a resource; `None` without any.
pub(super) fn file(api: &Api, resource: &Resource) -> Option<TokenStream> {
    let types: Vec<&Type> = resource
        .types
        .iter()
        .filter_map(|name| api.types.get(name))
        .collect();
    let all = features(api, resource);
    let mut items = Vec::new();
    for ty in &types {
        let cfg = match ty.features == all {
            true => quote!(),
            false => rust::cfg(&ty.features),
        };
        let emitter = Emitter { api, ty, cfg };
        items.extend(emitter.items());
    }
    (!items.is_empty()).then(|| with_imports(api, items, &IMPORTS))
}

/// Returns the features that need any type of a resource.
pub(super) fn features(api: &Api, resource: &Resource) -> BTreeSet<String> {
    let types = resource.types.iter().filter_map(|name| api.types.get(name));
    types.flat_map(|ty| ty.features.clone()).collect()
}

/// Emits a type.
struct Emitter<'a> {
    api: &'a Api,
    ty: &'a Type,
    /// The condition of each item.
    cfg: TokenStream,
}

impl Emitter<'_> {
    fn items(&self) -> Vec<Item> {
        match &self.ty.kind {
            TypeKind::Struct { fields, open } => self.object(fields, *open),
            TypeKind::Enum(values) => self.open_enum(values),
            TypeKind::Tagged(variants) => self.tagged(variants),
            TypeKind::Untagged { variants, open } => self.untagged(variants, *open),
            TypeKind::Alias(_) => Vec::new(),
        }
    }

    fn item(&self, tokens: TokenStream) -> Item {
        let cfg = &self.cfg;
        item(quote!(#cfg #tokens))
    }

    fn doc(&self) -> TokenStream {
        text::doc(self.api, &self.ty.doc)
    }

    fn name(&self) -> Ident {
        rust::ident(&self.ty.name)
    }

    fn object(&self, fields: &[Field], open: bool) -> Vec<Item> {
        let (name, doc) = (self.name(), self.doc());
        let default = fields
            .iter()
            .all(|field| field.optional)
            .then(|| quote!(Default,));
        let members = fields.iter().map(|field| {
            let (ident, doc) = (rust::ident(&field.ident), text::doc(self.api, &field.doc));
            let ty = field_type(field);
            quote!(#doc pub #ident: #ty)
        });
        let extra = open.then(|| {
            quote! {
                /// Fields unknown to this version, preserved as received.
                pub extra: Extra,
            }
        });
        let declaration = self.item(quote! {
            #doc
            #[derive(Debug, Clone, #default PartialEq)]
            #[non_exhaustive]
            pub struct #name { #(#members,)* #extra }
        });
        let mut items = vec![declaration, self.serialization(fields, open)];
        let mut functions = Vec::new();
        if self.ty.in_requests {
            if default.is_none() {
                functions.push(self.constructor(fields, open));
            }
            let optional = fields.iter().filter(|field| field.optional);
            functions.extend(optional.map(|field| self.setter(field)));
        }
        if !functions.is_empty() {
            items.push(self.item(quote!(impl #name { #(#functions)* })));
        }
        items
    }

    /// The call of the runtime's macro that implements the traits of serde.
    fn serialization(&self, fields: &[Field], open: bool) -> Item {
        let name = self.name();
        let group = |group: &str, of: &dyn Fn(&Field) -> bool| {
            let fields: Vec<_> = fields
                .iter()
                .filter(|field| !field.flatten && of(field))
                .collect();
            let entries = fields.iter().map(|field| {
                let (wire, ident) = (&field.name, rust::ident(&field.ident));
                quote!(#wire => #ident,)
            });
            let group = rust::ident(group);
            (!fields.is_empty()).then(|| quote!(#group { #(#entries)* }))
        };
        let required = group("required", &|field| !field.optional && !field.nullable);
        let nullable = group("nullable", &|field| !field.optional && field.nullable);
        let optional = group("optional", &|field| field.optional);
        let content = fields.iter().filter(|field| field.flatten).map(|field| {
            let ident = rust::ident(&field.ident);
            quote!(content { #ident })
        });
        let extra = open.then(|| quote!(extra { extra }));
        self.item(quote! {
            object!(#name { #required #nullable #optional #(#content)* #extra });
        })
    }

    fn constructor(&self, fields: &[Field], open: bool) -> TokenStream {
        let required = fields.iter().filter(|field| !field.optional);
        let parameters = required.map(|field| {
            let (ident, (accepted, _)) = (rust::ident(&field.ident), self.accepted(field));
            quote!(#ident: #accepted)
        });
        let values = fields.iter().map(|field| {
            let ident = rust::ident(&field.ident);
            match (field.optional, field.nullable) {
                (true, true) => quote!(#ident: Nullable::Absent),
                (true, false) => quote!(#ident: None),
                (false, _) => match self.accepted(field) {
                    (_, Some(value)) => quote!(#ident: #value),
                    (_, None) => quote!(#ident),
                },
            }
        });
        let extra = open.then(|| quote!(extra: Extra::new(),));
        let doc = match fields.iter().any(|field| field.optional) {
            true => " Creates a value with the required fields; optional fields are unset.",
            false => " Creates a value with all fields.",
        };
        quote! {
            #[doc = #doc]
            pub fn new(#(#parameters),*) -> Self {
                Self { #(#values,)* #extra }
            }
        }
    }

    fn setter(&self, field: &Field) -> TokenStream {
        let ident = rust::ident(&field.ident);
        let doc = format!(" Sets [`{ident}`](Self::{ident}).");
        let (accepted, value) = if field.nullable {
            let ty = rust::ty(&field.ty);
            (quote!(impl Into<Nullable<#ty>>), quote!(#ident.into()))
        } else {
            let (accepted, value) = self.accepted(field);
            let value = value.unwrap_or_else(|| quote!(#ident));
            (accepted, quote!(Some(#value)))
        };
        quote! {
            #[doc = #doc]
            #[must_use]
            pub fn #ident(mut self, #ident: #accepted) -> Self {
                self.#ident = #value;
                self
            }
        }
    }

    /// The type that a setter or constructor accepts for a field, and the conversion to the field's, if it needs one.
    fn accepted(&self, field: &Field) -> (TokenStream, Option<TokenStream>) {
        let (ident, ty) = (rust::ident(&field.ident), rust::ty(&field.ty));
        let is_union = field
            .ty
            .named()
            .and_then(|name| self.api.types.get(name))
            .is_some_and(|ty| matches!(ty.kind, TypeKind::Tagged(_) | TypeKind::Untagged { .. }));
        match &field.ty {
            _ if field.nullable => (quote!(Option<#ty>), None),
            TypeRef::Named(_) if is_union => (quote!(impl Into<#ty>), Some(quote!(#ident.into()))),
            TypeRef::String => (quote!(impl Into<String>), Some(quote!(#ident.into()))),
            TypeRef::List(item) if **item == TypeRef::String => (
                quote!(impl IntoIterator<Item = impl Into<String>>),
                Some(quote!(#ident.into_iter().map(Into::into).collect())),
            ),
            _ => (ty, None),
        }
    }

    fn open_enum(&self, values: &[EnumValue]) -> Vec<Item> {
        let (name, doc) = (self.name(), self.doc());
        let idents: Vec<_> = values
            .iter()
            .map(|value| rust::ident(&value.ident))
            .collect();
        let docs = values.iter().map(|value| format!(" `{}`", value.value));
        let texts = values.iter().map(|value| &value.value);
        vec![
            self.item(quote! {
                #doc
                #[derive(Debug, Clone, PartialEq, Eq, Hash)]
                #[non_exhaustive]
                pub enum #name {
                    #(#[doc = #docs] #idents,)*
                    /// A value unknown to this version, preserved as received.
                    Unknown(String),
                }
            }),
            self.item(quote!(open_enum!(#name { #(#idents = #texts,)* });)),
        ]
    }

    fn tagged(&self, variants: &[Variant]) -> Vec<Item> {
        let (name, doc, members) = (self.name(), self.doc(), self.members(variants));
        let entries = variants.iter().map(|variant| {
            let (ident, ty, tag) = (
                rust::ident(&variant.ident),
                rust::ty(&variant.ty),
                &variant.tag,
            );
            quote!(#ident(#ty) = #tag,)
        });
        let mut items = vec![
            self.item(quote! {
                #doc
                #[derive(Debug, Clone, PartialEq)]
                #[non_exhaustive]
                pub enum #name {
                    #members
                    /// A type unknown to this version, or a content of an unknown form, preserved as received.
                    Unknown {
                        /// The `type`. `None` if there was none.
                        type_: Option<String>,
                        /// The `content`. `None` if there was none.
                        content: Option<Value>,
                    },
                }
            }),
            self.item(quote!(tagged!(#name { #(#entries)* });)),
        ];
        items.extend(self.conversions(variants));
        items
    }

    fn untagged(&self, variants: &[Variant], open: bool) -> Vec<Item> {
        let (name, doc, members) = (self.name(), self.doc(), self.members(variants));
        let other = open.then(|| {
            quote! {
                /// A value of a form unknown to this version, preserved as received.
                Other(Value),
            }
        });
        let mut items = vec![self.item(quote! {
            #doc
            #[derive(Debug, Clone, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
            #[non_exhaustive]
            #[serde(untagged)]
            pub enum #name { #members #other }
        })];
        items.extend(self.conversions(variants));
        items
    }

    fn members(&self, variants: &[Variant]) -> TokenStream {
        let members = variants.iter().map(|variant| {
            let doc = text::doc(self.api, &variant.doc);
            let (ident, ty) = (rust::ident(&variant.ident), rust::ty(&variant.ty));
            quote!(#doc #ident(#ty),)
        });
        quote!(#(#members)*)
    }

    /// `From` for each content that only one variant has, and for borrowed text where that is one.
    fn conversions(&self, variants: &[Variant]) -> Vec<Item> {
        let name = self.name();
        let alone = variants.iter().filter(|variant| {
            variants
                .iter()
                .filter(|other| other.ty == variant.ty)
                .count()
                == 1
        });
        let mut items = Vec::new();
        for variant in alone {
            let ident = rust::ident(&variant.ident);
            let mut convert = |from: TokenStream, value: TokenStream| {
                items.push(self.item(quote! {
                    impl From<#from> for #name {
                        fn from(content: #from) -> Self {
                            Self::#ident(#value)
                        }
                    }
                }));
            };
            convert(rust::ty(&variant.ty), quote!(content));
            if variant.ty == TypeRef::String {
                convert(quote!(&str), quote!(content.to_owned()));
            }
        }
        items
    }
}

/// The type of a field, wrapped if it can be absent or null.
fn field_type(field: &Field) -> TokenStream {
    let ty = rust::ty(&field.ty);
    match (field.optional, field.nullable) {
        (false, false) => ty,
        (true, true) => quote!(Nullable<#ty>),
        _ => quote!(Option<#ty>),
    }
}
