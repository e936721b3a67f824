//! Turns progenitor's tokens into the public API.
//!
//! Progenitor decides what Rust type stands for what schema, and what a call takes and gives. Its types and signatures
//! are read here with `syn`; each pass writes one kind of file from them.

mod arguments;
mod events;
mod operations;
mod rust;
mod tests;
mod tree;
mod types;

use std::collections::{BTreeMap, HashMap};

use proc_macro2::TokenStream;
use syn::{
    FnArg, GenericArgument, ImplItem, Item, Pat, PathArguments, ReturnType, Signature, Type,
};

use crate::model::Model;

pub(crate) use arguments::argument_idents;
pub(crate) use operations::request_name;
pub(crate) use rust::{is_ident, variant};
pub(crate) use types::variant_name;

/// Rust source by path below the `crisp-api` folder.
pub type Files = BTreeMap<String, String>;

/// Something in progenitor's output that is not as expected: a change of progenitor, or a spec that slipped through
/// the lint.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct RewriteError(String);

impl RewriteError {
    fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// Every Rust file of the client, and of the tests of its operations.
pub fn rewrite(model: &Model, tokens: TokenStream) -> Result<Files, RewriteError> {
    let output = Output::read(tokens)?;
    let mut files = Files::new();
    for resource in &model.resources {
        let folder = format!("src/generated/{}", resource.path);
        if let Some(source) = types::file(model, resource, &output)? {
            files.insert(format!("{folder}/types.rs"), source);
        }
        if let Some(source) = operations::requests_file(model, resource, &output)? {
            files.insert(format!("{folder}/requests.rs"), source);
        }
        if let Some(source) = operations::methods_file(model, resource, &output)? {
            files.insert(format!("{folder}/methods.rs"), source);
        }
        if let Some(source) = tests::file(model, resource, &output)? {
            files.insert(
                format!(
                    "tests/operations/generated/{}.rs",
                    rust::module(&resource.path)
                ),
                source,
            );
        }
    }
    if let Some(source) = events::file(model)? {
        files.insert("src/generated/events/list.rs".into(), source);
    }
    tree::modules(model, &mut files);
    Ok(files)
}

/// The parts of progenitor's output that are used.
struct Output {
    /// The structs and enums, by name.
    types: HashMap<String, Item>,
    /// The methods of the client, by name.
    methods: HashMap<String, Signature>,
}

impl Output {
    fn read(tokens: TokenStream) -> Result<Self, RewriteError> {
        let file: syn::File = syn::parse2(tokens)
            .map_err(|e| RewriteError::new(format!("progenitor wrote what is not Rust: {e}")))?;
        let mut output = Self {
            types: HashMap::new(),
            methods: HashMap::new(),
        };
        for item in file.items {
            match item {
                Item::Mod(module) if module.ident == "types" => {
                    for item in module.content.into_iter().flat_map(|(_, items)| items) {
                        match &item {
                            Item::Struct(s) => output.types.insert(s.ident.to_string(), item),
                            Item::Enum(e) => output.types.insert(e.ident.to_string(), item),
                            _ => None,
                        };
                    }
                }
                Item::Impl(block) if block.trait_.is_none() => {
                    for item in block.items {
                        if let ImplItem::Fn(method) = item {
                            output
                                .methods
                                .insert(method.sig.ident.to_string(), method.sig);
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(output)
    }

    /// The fields of a struct with their types, by name on the wire.
    fn fields(&self, name: &str) -> Result<HashMap<String, Type>, RewriteError> {
        let Some(Item::Struct(item)) = self.types.get(name) else {
            return Err(RewriteError::new(format!(
                "progenitor made no struct of the schema {name}"
            )));
        };
        Ok(item
            .fields
            .iter()
            .filter_map(|field| {
                let ident = field.ident.as_ref()?;
                Some((
                    rust::wire_name(ident, &field.attrs),
                    rust::short(field.ty.clone()),
                ))
            })
            .collect())
    }

    /// The content of each variant of an enum, in order.
    fn variants(&self, name: &str) -> Result<Vec<Type>, RewriteError> {
        let Some(Item::Enum(item)) = self.types.get(name) else {
            return Err(RewriteError::new(format!(
                "progenitor made no enum of the schema {name}"
            )));
        };
        item.variants
            .iter()
            .map(|variant| match variant.fields.iter().next() {
                Some(field) => Ok(rust::short(field.ty.clone())),
                None => Err(RewriteError::new(format!(
                    "progenitor gave the variant {name}::{} no content",
                    variant.ident
                ))),
            })
            .collect()
    }

    /// The types of the parameters of an operation, by name, and of its answer.
    fn signature(&self, operation: &str) -> Result<(HashMap<String, Type>, Type), RewriteError> {
        let method = operation.replace('.', "_");
        let signature = self.methods.get(&method).ok_or_else(|| {
            RewriteError::new(format!(
                "progenitor made no method of the operation {operation}"
            ))
        })?;
        let parameters = signature
            .inputs
            .iter()
            .filter_map(|input| match input {
                FnArg::Typed(argument) => match &*argument.pat {
                    Pat::Ident(name) => {
                        Some((name.ident.to_string(), rust::value_type(&argument.ty)))
                    }
                    _ => None,
                },
                FnArg::Receiver(_) => None,
            })
            .collect();
        let answer = match &signature.output {
            ReturnType::Type(_, result) => first_argument(result).and_then(first_argument),
            ReturnType::Default => None,
        };
        let answer = answer.ok_or_else(|| {
            RewriteError::new(format!(
                "progenitor's answer of {operation} is not a Result of a ResponseValue"
            ))
        })?;
        Ok((parameters, rust::short(answer.clone())))
    }
}

/// `T` of `Wrapper<T, …>`.
fn first_argument(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}
