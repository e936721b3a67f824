//! The schemas of a resource as Rust types.

use std::collections::BTreeSet;

use heck::{ToSnakeCase, ToUpperCamelCase};
use syn::Type;

use super::{Output, RewriteError, rust};
use crate::model::{Branch, Field, Model, Resource, Schema, SchemaKind};

/// The types of a resource, or nothing where no operation needs any.
pub(super) fn file(
    model: &Model,
    resource: &Resource,
    output: &Output,
) -> Result<Option<String>, RewriteError> {
    let reached: Vec<(&String, &Schema)> = resource
        .schemas
        .iter()
        .filter_map(|name| Some((name, model.schemas.get(name)?)))
        .filter(|(_, schema)| !schema.features.is_empty())
        .collect();
    if reached.is_empty() {
        return Ok(None);
    }
    let all = features(model, resource);
    let mut items = Vec::new();
    for (name, schema) in reached {
        let cfg = if schema.features == all {
            String::new()
        } else {
            rust::cfg(&schema.features)
        };
        for item in schema_items(name, schema, model, output)? {
            items.push(format!("{cfg}{item}"));
        }
    }
    let body = items.join("\n");
    let mut source = rust::preamble(&format!("{}.yaml", resource.path));
    for group in [
        &["std::collections::BTreeMap"][..],
        &[
            "serde::Deserialize",
            "serde::Serialize",
            "serde_json::Map",
            "serde_json::Value",
        ],
        &[
            "crate::macros::open_enum",
            "crate::macros::tagged",
            "crate::object::object",
            "crate::types::*",
            "crate::value::Extra",
            "crate::value::Nullable",
        ],
    ] {
        let imports = rust::imports(&body, group);
        if !imports.is_empty() {
            source.push_str(&format!("{imports}\n"));
        }
    }
    source.push_str(&body);
    Ok(Some(source))
}

/// The features that need any type of a resource.
pub(super) fn features(model: &Model, resource: &Resource) -> BTreeSet<String> {
    resource
        .schemas
        .iter()
        .filter_map(|name| model.schemas.get(name))
        .flat_map(|s| s.features.clone())
        .collect()
}

fn schema_items(
    name: &str,
    schema: &Schema,
    model: &Model,
    output: &Output,
) -> Result<Vec<String>, RewriteError> {
    match &schema.kind {
        SchemaKind::Object { fields, open } => object(
            name,
            schema,
            fields,
            *open || schema.in_answers,
            model,
            output,
        ),
        SchemaKind::Enum(values) => Ok(vec![open_enum(name, schema, values)]),
        SchemaKind::Tagged(branches) => tagged(name, schema, branches, output),
        SchemaKind::Untagged(branches) => untagged(name, schema, branches, output),
        SchemaKind::Inline => Ok(Vec::new()),
    }
}

fn object(
    name: &str,
    schema: &Schema,
    fields: &[Field],
    open: bool,
    model: &Model,
    output: &Output,
) -> Result<Vec<String>, RewriteError> {
    let types = output.fields(name)?;
    let default = if fields.iter().all(|f| !f.required) {
        "Default, "
    } else {
        ""
    };
    let mut source = rust::doc(&schema.description);
    source.push_str(&format!(
        "#[derive(Debug, Clone, {default}PartialEq)]\n#[non_exhaustive]\npub struct {name} {{\n"
    ));
    let mut groups = Groups::default();
    let mut functions = Vec::new();
    for field in fields {
        let Some(ty) = types.get(&field.name) else {
            return Err(RewriteError::new(format!(
                "progenitor made no field of {name}.{}",
                field.name
            )));
        };
        let ident = rust::ident(&field.name);
        let entry = format!("{:?} => {ident}", field.name);
        let written = rust::text(ty);
        let wrapped = match (field.required, field.nullable) {
            (true, false) => {
                if !field.flatten {
                    groups.required.push(entry);
                }
                written
            }
            (true, true) => {
                groups.nullable.push(entry);
                format!("Option<{written}>")
            }
            (false, nullable) => {
                groups.optional.push(entry);
                let wrapper = if nullable { "Nullable" } else { "Option" };
                format!("{wrapper}<{written}>")
            }
        };
        if field.flatten {
            groups.content.push(ident.clone());
        }
        source.push_str(&rust::doc(&field.description));
        source.push_str(&format!("pub {ident}: {wrapped},\n"));
        if schema.in_requests && !field.required {
            functions.push(setter(&ident, field, ty, model));
        }
    }
    if open {
        groups.extra.push("extra".into());
        source.push_str(
            "/// Fields unknown to this version, preserved as received.\npub extra: Extra,\n",
        );
    }
    source.push('}');
    let mut items = vec![rust::item(&source)?, groups.call(name)];
    if schema.in_requests {
        if default.is_empty() {
            functions.insert(0, constructor(fields, open, &types, model));
        }
        if !functions.is_empty() {
            items.push(rust::impl_block(name, &functions)?);
        }
    }
    Ok(items)
}

/// The fields of a struct as the runtime's `object!` takes them.
#[derive(Default)]
struct Groups {
    required: Vec<String>,
    nullable: Vec<String>,
    optional: Vec<String>,
    content: Vec<String>,
    extra: Vec<String>,
}

impl Groups {
    fn call(&self, name: &str) -> String {
        let groups = [
            ("required", &self.required),
            ("nullable", &self.nullable),
            ("optional", &self.optional),
            ("content", &self.content),
            ("extra", &self.extra),
        ];
        let mut call = format!("object!({name} {{\n");
        for (group, entries) in groups {
            if !entries.is_empty() {
                call.push_str(&format!("    {group} {{\n"));
                for line in lines(entries) {
                    call.push_str(&format!("        {line}\n"));
                }
                call.push_str("    }\n");
            }
        }
        call.push_str("});\n");
        call
    }
}

/// Entries in lines of at most 100 columns.
fn lines(entries: &[String]) -> Vec<String> {
    let mut lines = vec![String::new()];
    for entry in entries {
        match lines.last_mut() {
            Some(line) if line.len() + entry.len() < 90 => {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(&format!("{entry},"));
            }
            _ => lines.push(format!("{entry},")),
        }
    }
    lines
}

type Types = std::collections::HashMap<String, Type>;

fn constructor(fields: &[Field], open: bool, types: &Types, model: &Model) -> String {
    let mut arguments = String::new();
    let mut values = String::new();
    for field in fields {
        let ident = rust::ident(&field.name);
        match types.get(&field.name) {
            Some(ty) if field.required => {
                let (accepted, value) = accepted(&ident, ty, field.nullable, model);
                arguments.push_str(&format!("{ident}: {accepted}, "));
                if value == ident {
                    values.push_str(&format!("{ident}, "));
                } else {
                    values.push_str(&format!("{ident}: {value}, "));
                }
            }
            _ if field.nullable => values.push_str(&format!("{ident}: Nullable::Absent, ")),
            _ => values.push_str(&format!("{ident}: None, ")),
        }
    }
    if open {
        values.push_str("extra: Extra::new(), ");
    }
    let rest = if fields.iter().any(|f| !f.required) {
        "the required fields; optional fields are unset"
    } else {
        "all fields"
    };
    format!(
        "/// Creates a value with {rest}.\n\
         pub fn new({arguments}) -> Self {{ Self {{ {values} }} }}"
    )
}

fn setter(ident: &str, field: &Field, ty: &Type, model: &Model) -> String {
    let name = ident.trim_start_matches("r#");
    let (accepted, value) = if field.nullable {
        (
            format!("impl Into<Nullable<{}>>", rust::text(ty)),
            format!("{ident}.into()"),
        )
    } else {
        let (accepted, value) = accepted(ident, ty, false, model);
        (accepted, format!("Some({value})"))
    };
    format!(
        "/// Sets [`{name}`](Self::{name}).\n\
         #[must_use]\n\
         pub fn {ident}(mut self, {ident}: {accepted}) -> Self {{ self.{ident} = {value}; self }}"
    )
}

/// The parameter type of a setter or constructor, and the conversion to the field: texts and unions by `Into`.
fn accepted(ident: &str, ty: &Type, nullable: bool, model: &Model) -> (String, String) {
    let written = rust::text(ty);
    let union = matches!(
        model.schemas.get(&written).map(|s| &s.kind),
        Some(SchemaKind::Tagged(_) | SchemaKind::Untagged(_))
    );
    if nullable {
        (format!("Option<{written}>"), ident.to_owned())
    } else if union || written == "String" {
        (format!("impl Into<{written}>"), format!("{ident}.into()"))
    } else if written == "Vec < String >" {
        let each = format!("{ident}.into_iter().map(Into::into).collect()");
        ("impl IntoIterator<Item = impl Into<String>>".into(), each)
    } else {
        (written, ident.to_owned())
    }
}

fn open_enum(name: &str, schema: &Schema, values: &[String]) -> String {
    let variants: String = values
        .iter()
        .map(|value| format!("/// `{value}`\n{} = {value:?},\n", rust::variant(value)))
        .collect();
    macro_item("open_enum", name, &schema.description, &variants)
}

fn tagged(
    name: &str,
    schema: &Schema,
    branches: &[Branch],
    output: &Output,
) -> Result<Vec<String>, RewriteError> {
    let types = output.variants(name)?;
    let variants: String = branches
        .iter()
        .zip(&types)
        .map(|(branch, ty)| {
            let doc = rust::doc(&branch.description);
            format!(
                "{doc}{}({}) = {:?},\n",
                branch.tag.to_upper_camel_case(),
                rust::text(ty),
                branch.tag
            )
        })
        .collect();
    let mut items = vec![macro_item("tagged", name, &schema.description, &variants)];
    let names = branches.iter().map(|b| b.tag.to_upper_camel_case());
    items.extend(conversions(name, names.zip(&types))?);
    Ok(items)
}

fn macro_item(call: &str, name: &str, description: &str, variants: &str) -> String {
    let doc = rust::indent(&rust::doc(description));
    format!(
        "{call}! {{\n{doc}    pub enum {name} {{\n{}    }}\n}}\n",
        rust::indent(&rust::indent(variants))
    )
}

fn untagged(
    name: &str,
    schema: &Schema,
    branches: &[Branch],
    output: &Output,
) -> Result<Vec<String>, RewriteError> {
    let types = output.variants(name)?;
    let names: Vec<String> = branches
        .iter()
        .map(|branch| variant_name(name, &branch.title))
        .collect();
    let mut source = rust::doc(&schema.description);
    source.push_str("#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]\n");
    source.push_str(&format!(
        "#[non_exhaustive]\n#[serde(untagged)]\npub enum {name} {{\n"
    ));
    for ((branch, variant), ty) in branches.iter().zip(&names).zip(&types) {
        source.push_str(&format!(
            "{}{variant}({}),\n",
            rust::doc(&branch.description),
            rust::text(ty)
        ));
    }
    if schema.in_answers {
        source.push_str(
            "/// A value of a form unknown to this version, preserved as received.\nOther(Value),\n",
        );
    }
    source.push('}');
    let mut items = vec![rust::item(&source)?];
    items.extend(conversions(name, names.into_iter().zip(&types))?);
    Ok(items)
}

/// The name of a variant: its title, or the schema that it refers to, without the word that ends the union's name too.
pub(crate) fn variant_name(name: &str, title: &str) -> String {
    let snake = name.to_snake_case();
    let last = snake
        .rsplit('_')
        .next()
        .unwrap_or_default()
        .to_upper_camel_case();
    match title.strip_suffix(&last) {
        Some(short) if !short.is_empty() => short.to_owned(),
        _ => title.to_upper_camel_case(),
    }
}

/// `From` for each content that only one variant holds, and for borrowed text where that is one.
fn conversions<'a>(
    name: &str,
    variants: impl Iterator<Item = (String, &'a Type)>,
) -> Result<Vec<String>, RewriteError> {
    let variants: Vec<(String, String)> = variants
        .map(|(variant, ty)| (variant, rust::text(ty)))
        .collect();
    let mut items = Vec::new();
    for (variant, ty) in &variants {
        if variants.iter().filter(|(_, other)| other == ty).count() > 1 {
            continue;
        }
        let mut convert = |from: &str, value: &str| -> Result<(), RewriteError> {
            items.push(rust::item(&format!(
                "impl From<{from}> for {name} {{ fn from(content: {from}) -> Self {{ Self::{variant}({value}) }} }}"
            ))?);
            Ok(())
        };
        convert(ty, "content")?;
        if ty == "String" {
            convert("&str", "content.to_owned()")?;
        }
    }
    Ok(items)
}
