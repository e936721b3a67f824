//! Reads progenitor's output: the structs, enums and methods that it made, with their documentation.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, ExprCall, ExprLit, Field, Fields, FnArg, ImplItem, ImplItemFn, Item, Lit,
    Meta, Pat, ReturnType, Token,
};

use crate::api::TypeRef;

/// The error of output that is not as expected: progenitor has changed, or a description has passed the lint that
/// should not have.
#[derive(Debug, thiserror::Error)]
#[error("progenitor's output: {0}")]
pub struct OutputError(pub(crate) String);

/// The items that progenitor made, by name.
pub(crate) struct Output {
    types: HashMap<String, Item>,
    methods: HashMap<String, ImplItemFn>,
}

/// A struct.
pub(crate) struct Struct {
    pub(crate) doc: String,
    pub(crate) fields: Vec<StructField>,
    /// Whether it has a map for unknown fields.
    pub(crate) open: bool,
}

/// A field of a struct.
pub(crate) struct StructField {
    pub(crate) ident: String,
    /// The name on the wire.
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) ty: TypeRef,
    pub(crate) optional: bool,
}

/// A variant of an enum.
pub(crate) struct EnumVariant {
    pub(crate) ident: String,
    /// The value on the wire, or the tag.
    pub(crate) value: String,
    pub(crate) doc: String,
    /// The type of its content, if it has any.
    pub(crate) ty: Option<TypeRef>,
}

/// A method of the client.
pub(crate) struct Method {
    pub(crate) summary: String,
    pub(crate) description: String,
    /// The arguments, in order: parameters of the path, parameters of the query, the body.
    pub(crate) arguments: Vec<MethodArgument>,
    pub(crate) response: TypeRef,
}

/// An argument of a method.
pub(crate) struct MethodArgument {
    pub(crate) ident: String,
    /// The name of the parameter of the query that it sets.
    pub(crate) query: Option<String>,
    pub(crate) doc: String,
    pub(crate) ty: TypeRef,
    pub(crate) optional: bool,
}

mod types;

use types::{first_argument, type_ref};

type Result<T> = std::result::Result<T, OutputError>;

fn error<T>(message: String) -> Result<T> {
    Err(OutputError(message))
}

impl Output {
    /// Reads the tokens.
    pub(crate) fn read(tokens: TokenStream) -> Result<Self> {
        let file: syn::File =
            syn::parse2(tokens).map_err(|error| OutputError(format!("it is not Rust: {error}")))?;
        let mut output = Self {
            types: HashMap::new(),
            methods: HashMap::new(),
        };
        for item in file.items {
            match item {
                Item::Mod(module) if module.ident == "types" => {
                    let items = module.content.into_iter().flat_map(|(_, items)| items);
                    for item in items {
                        let ident = match &item {
                            Item::Struct(item) => item.ident.to_string(),
                            Item::Enum(item) => item.ident.to_string(),
                            _ => continue,
                        };
                        output.types.insert(ident, item);
                    }
                }
                Item::Impl(item) if item.trait_.is_none() => {
                    for item in item.items {
                        if let ImplItem::Fn(method) = item {
                            output.methods.insert(method.sig.ident.to_string(), method);
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(output)
    }

    /// Returns the struct of a name.
    pub(crate) fn object(&self, name: &str) -> Result<Struct> {
        let Some(Item::Struct(item)) = self.types.get(name) else {
            return error(format!("no struct `{name}`"));
        };
        let mut object = Struct {
            doc: doc(&item.attrs),
            fields: Vec::new(),
            open: false,
        };
        for field in &item.fields {
            let Some(ident) = &field.ident else { continue };
            let serde = Serde::read(&field.attrs);
            if serde.flatten {
                object.open = true;
                continue;
            }
            object.fields.push(StructField {
                name: serde.name(ident),
                ident: ident.to_string(),
                doc: doc(&field.attrs),
                ty: type_of(field)?,
                optional: serde.optional,
            });
        }
        Ok(object)
    }

    /// Returns the type that a named schema is another name of: that of the only field of a tuple struct.
    pub(crate) fn alias(&self, name: &str) -> Result<Option<(String, TypeRef)>> {
        let Some(Item::Struct(item)) = self.types.get(name) else {
            return Ok(None);
        };
        match &item.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                Ok(Some((doc(&item.attrs), type_ref(&fields.unnamed[0].ty)?)))
            }
            _ => Ok(None),
        }
    }

    /// Returns the documentation and the variants of an enum.
    pub(crate) fn variants(&self, name: &str) -> Result<(String, Vec<EnumVariant>)> {
        let Some(Item::Enum(item)) = self.types.get(name) else {
            return error(format!("no enum `{name}`"));
        };
        let variants = item.variants.iter().map(|variant| {
            Ok(EnumVariant {
                value: Serde::read(&variant.attrs).name(&variant.ident),
                ident: variant.ident.to_string(),
                doc: doc(&variant.attrs),
                ty: match &variant.fields {
                    Fields::Unit => None,
                    fields => fields
                        .iter()
                        .next()
                        .map(|field| type_ref(&field.ty))
                        .transpose()?,
                },
            })
        });
        Ok((doc(&item.attrs), variants.collect::<Result<_>>()?))
    }

    /// Returns the method of an operation.
    pub(crate) fn method(&self, operation: &str) -> Result<Method> {
        let Some(method) = self.methods.get(&operation.replace('.', "_")) else {
            return error(format!("no method of `{operation}`"));
        };
        let text = doc(&method.attrs);
        let (text, documented) = text.split_once("\n\nArguments:\n").unwrap_or((&text, ""));
        let (text, _) = text.split_once("Sends a `").unwrap_or((text, ""));
        let (summary, description) = text.trim_end().split_once("\n\n").unwrap_or((text, ""));
        let mut queries = Queries::default();
        queries.visit_block(&method.block);
        let mut arguments = Vec::new();
        for input in &method.sig.inputs {
            let FnArg::Typed(argument) = input else {
                continue;
            };
            let Pat::Ident(name) = &*argument.pat else {
                continue;
            };
            let ident = name.ident.to_string();
            let (ty, optional) = match type_ref(&argument.ty)? {
                TypeRef::Optional(ty) => (*ty, true),
                ty => (ty, false),
            };
            arguments.push(MethodArgument {
                query: queries.names.remove(&ident),
                doc: argument_doc(documented, &ident),
                ident,
                ty,
                optional,
            });
        }
        let response = match &method.sig.output {
            ReturnType::Type(_, result) => first_argument(result).and_then(first_argument),
            ReturnType::Default => None,
        };
        let Some(response) = response else {
            return error(format!("the response of `{operation}` is no ResponseValue"));
        };
        Ok(Method {
            summary: summary.trim().to_owned(),
            description: description.trim().to_owned(),
            arguments,
            response: type_ref(response)?,
        })
    }
}

/// Returns the documentation of an argument: the items of the list are `` - `name`: text ``.
fn argument_doc(list: &str, ident: &str) -> String {
    let mut rest = list;
    let start = format!("- `{ident}`: ");
    while let Some(item) = rest.find(&start) {
        if item == 0 || rest[..item].ends_with('\n') {
            let text = &rest[item + start.len()..];
            return text.split("\n- `").next().unwrap_or(text).trim().to_owned();
        }
        rest = &rest[item + start.len()..];
    }
    String::new()
}

/// The type of a field, without the `Option` of one that can be absent or null.
fn type_of(field: &Field) -> Result<TypeRef> {
    Ok(match type_ref(&field.ty)? {
        TypeRef::Optional(ty) => *ty,
        ty => ty,
    })
}

/// The arguments of `QueryParam::new("name", &ident)`.
#[derive(Default)]
struct Queries {
    /// The names on the wire, by identifier.
    names: HashMap<String, String>,
}

impl Visit<'_> for Queries {
    fn visit_expr_call(&mut self, call: &ExprCall) {
        let is_query = matches!(&*call.func, Expr::Path(path)
            if path.path.segments.iter().any(|segment| segment.ident == "QueryParam"));
        let arguments: Vec<_> = call.args.iter().collect();
        if let (
            true,
            [
                Expr::Lit(ExprLit {
                    lit: Lit::Str(name),
                    ..
                }),
                Expr::Reference(value),
            ],
        ) = (is_query, arguments.as_slice())
            && let Expr::Path(path) = &*value.expr
            && let Some(ident) = path.path.get_ident()
        {
            self.names.insert(ident.to_string(), name.value());
        }
        visit::visit_expr_call(self, call);
    }
}

/// The attributes of serde that matter.
#[derive(Default)]
struct Serde {
    rename: Option<String>,
    flatten: bool,
    /// Whether it is left out where there is no value.
    optional: bool,
}

impl Serde {
    fn read(attributes: &[Attribute]) -> Self {
        let mut serde = Self::default();
        for attribute in attributes.iter().filter(|a| a.path().is_ident("serde")) {
            let metas = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            for meta in metas.into_iter().flatten() {
                let is = |name| meta.path().is_ident(name);
                serde.flatten |= is("flatten");
                serde.optional |= is("default") || is("skip_serializing_if");
                if let (true, Meta::NameValue(pair)) = (is("rename"), &meta) {
                    serde.rename = text(&pair.value);
                }
            }
        }
        serde
    }

    fn name(&self, ident: &syn::Ident) -> String {
        self.rename.clone().unwrap_or_else(|| ident.to_string())
    }
}

fn text(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

/// The documentation of an item, as Markdown; empty where it is but the name of the item in backticks.
fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else {
            return None;
        };
        pair.path.is_ident("doc").then(|| text(&pair.value))?
    });
    let doc = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
    let name = doc.strip_prefix('`').and_then(|doc| doc.strip_suffix('`'));
    match name {
        Some(name) if !name.contains('`') => String::new(),
        _ => doc,
    }
}
