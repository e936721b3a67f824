//! Pieces of Rust that the emitters share: names, types, the ways of passing arguments, features.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::api::{Api, Argument, TypeKind, TypeRef};

/// Returns an identifier; a keyword gets an underscore, as progenitor writes it.
pub(super) fn ident(name: &str) -> Ident {
    syn::parse_str(name).unwrap_or_else(|_| {
        let plain: String = name
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { '_' })
            .collect();
        Ident::new(&format!("{plain}_"), Span::call_site())
    })
}

/// Returns a type.
pub(super) fn ty(ty: &TypeRef) -> TokenStream {
    match ty {
        TypeRef::Unit => quote!(()),
        TypeRef::Bool => quote!(bool),
        TypeRef::I32 => quote!(i32),
        TypeRef::I64 => quote!(i64),
        TypeRef::U32 => quote!(u32),
        TypeRef::U64 => quote!(u64),
        TypeRef::F64 => quote!(f64),
        TypeRef::String => quote!(String),
        TypeRef::Value => quote!(Value),
        TypeRef::List(item) => generic("Vec", item),
        TypeRef::Map(value) if **value == TypeRef::Value => quote!(Map<String, Value>),
        TypeRef::Map(value) => {
            let value = self::ty(value);
            quote!(BTreeMap<String, #value>)
        }
        TypeRef::Optional(inner) => generic("Option", inner),
        TypeRef::Boxed(inner) => generic("Box", inner),
        TypeRef::Named(name) => {
            let name = ident(name);
            quote!(#name)
        }
    }
}

fn generic(wrapper: &str, inner: &TypeRef) -> TokenStream {
    let (wrapper, inner) = (ident(wrapper), ty(inner));
    quote!(#wrapper<#inner>)
}

/// The way in which an argument is passed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PassBy {
    /// A number, a flag, or an enum: as it is.
    Value,
    /// A text: borrowed.
    Text,
    /// A list: borrowed as a slice.
    Slice,
    /// A union: anything that becomes it.
    Into,
    /// Anything else: borrowed.
    Borrowed,
}

impl PassBy {
    /// Returns the way in which an argument is passed.
    pub(super) fn of(api: &Api, argument: &Argument) -> Self {
        match &argument.ty {
            TypeRef::String => Self::Text,
            TypeRef::List(_) => Self::Slice,
            TypeRef::Named(name) => match api.types.get(name).map(|ty| &ty.kind) {
                Some(TypeKind::Enum(_)) => Self::Value,
                Some(TypeKind::Untagged { .. }) => Self::Into,
                _ => Self::Borrowed,
            },
            ty if ty.is_scalar() => Self::Value,
            _ => Self::Borrowed,
        }
    }

    /// Returns the type of the argument.
    pub(super) fn argument_type(self, argument: &Argument) -> TokenStream {
        let ty = self::ty(&argument.ty);
        let passed = match (self, &argument.ty) {
            (Self::Value, _) => ty,
            (Self::Text, _) => quote!(&str),
            (Self::Slice, TypeRef::List(item)) => {
                let item = self::ty(item);
                quote!(&[#item])
            }
            (Self::Into, _) => quote!(impl Into<#ty>),
            _ => quote!(&#ty),
        };
        match argument.nullable {
            true => quote!(Option<#passed>),
            false => passed,
        }
    }
}

/// Returns `#[cfg(…)]` for what any of some features needs.
pub(super) fn cfg(features: &BTreeSet<String>) -> TokenStream {
    let features: Vec<_> = features.iter().collect();
    match features.as_slice() {
        [feature] => quote!(#[cfg(feature = #feature)]),
        _ => quote!(#[cfg(any(#(feature = #features),*))]),
    }
}
