//! The arguments of the method of an operation.

use std::collections::HashMap;

use syn::Type;

use super::rust::{self, PassBy};
use super::{Output, RewriteError};
use crate::lower;
use crate::model::{Body, Field, Model, Operation, Parameter, Style};

/// An argument of a method: a parameter, the body, or a field of the body.
pub(super) struct Argument<'a> {
    /// Its name in Rust.
    pub ident: String,
    /// Its name on the wire.
    pub name: &'a str,
    /// The type of its value.
    pub ty: Type,
    pub required: bool,
    pub nullable: bool,
    pub pass_by: PassBy,
    pub description: &'a str,
    pub source: Source<'a>,
}

/// The part of the request that an argument sets.
pub(super) enum Source<'a> {
    Parameter(&'a Parameter),
    Field,
    Body,
}

impl Argument<'_> {
    /// The type of the argument in the signature.
    pub(super) fn argument_type(&self) -> String {
        let written = self.pass_by.argument_type(&self.ty);
        if self.nullable {
            format!("Option<{written}>")
        } else {
            written
        }
    }

    /// The call that sets it on the request. Path parameters are passed to the constructor.
    pub(super) fn setter_call(&self) -> String {
        let Self { ident, name, .. } = self;
        let borrowed = match self.pass_by {
            PassBy::Into => format!("&{ident}.into()"),
            PassBy::Value => format!("&{ident}"),
            _ if self.nullable => format!("&{ident}"),
            PassBy::Text | PassBy::Slice | PassBy::Borrowed => ident.clone(),
        };
        match self.source {
            Source::Parameter(parameter) => {
                let range = match parameter.range {
                    (least, None) if least.unwrap_or(0) <= 0 => String::new(),
                    (least, most) => {
                        let ty = rust::text(&self.ty);
                        let least =
                            least.map_or_else(|| format!("{ty}::MIN"), |least| least.to_string());
                        let most =
                            most.map_or_else(|| format!("{ty}::MAX"), |most| most.to_string());
                        format!(".in_range({name:?}, {ident}, {least}..={most})")
                    }
                };
                match parameter.style {
                    _ if parameter.in_path => range,
                    Style::Plain => format!("{range}.query({name:?}, {ident})"),
                    Style::Flag => format!(".flag({name:?}, {ident})"),
                    Style::Json => format!(".json_query({name:?}, {borrowed})"),
                }
            }
            Source::Field => match self.pass_by {
                PassBy::Into => format!(
                    ".field({name:?}, &{ident}.into() as &{})",
                    rust::text(&self.ty)
                ),
                _ => format!(".field({name:?}, {borrowed})"),
            },
            Source::Body => format!(".body({borrowed})"),
        }
    }
}

/// The arguments of an operation: path parameters in the order of the template, query parameters in the order of the
/// spec, then the body or its fields.
pub(super) fn arguments<'a>(
    operation: &'a Operation,
    model: &Model,
    output: &Output,
) -> Result<Vec<Argument<'a>>, RewriteError> {
    let (mut types, _) = output.signature(&operation.id)?;
    let take = |types: &mut HashMap<String, Type>, name: &str| {
        types.remove(name).ok_or_else(|| {
            RewriteError::new(format!(
                "progenitor's method of {} has no argument {name}",
                operation.id
            ))
        })
    };
    let mut arguments = Vec::new();
    let idents = argument_idents(operation);
    let (parameter_idents, body_idents) = idents.split_at(operation.parameters.len());
    for (parameter, ident) in operation.parameters.iter().zip(parameter_idents) {
        let plain = ident.trim_start_matches("r#");
        let ty = match take(&mut types, plain) {
            Ok(ty) => ty,
            Err(_) => take(&mut types, &format!("{plain}_"))?,
        };
        arguments.push(Argument {
            ident: ident.clone(),
            name: &parameter.name,
            pass_by: PassBy::of(&ty, model),
            ty,
            required: parameter.required,
            nullable: false,
            description: &parameter.description,
            source: Source::Parameter(parameter),
        });
    }
    match &operation.body {
        Body::None => {}
        Body::Named { description } => {
            let ty = take(&mut types, "body")?;
            arguments.push(Argument {
                ident: "body".into(),
                name: "body",
                pass_by: PassBy::of(&ty, model),
                ty,
                required: true,
                nullable: false,
                description,
                source: Source::Body,
            });
        }
        Body::Fields(fields) => {
            let mut types = output.fields(&lower::body_type(&operation.id))?;
            for (field, ident) in fields.iter().zip(body_idents) {
                arguments.push(field_argument(operation, field, ident, model, &mut types)?);
            }
        }
    }
    Ok(arguments)
}

/// The Rust names of the arguments of an operation: its parameters, then the body or its fields.
pub(crate) fn argument_idents(operation: &Operation) -> Vec<String> {
    let mut idents: Vec<String> = operation
        .parameters
        .iter()
        .map(|parameter| rust::ident(&parameter.name))
        .collect();
    match &operation.body {
        Body::None => {}
        Body::Named { .. } => idents.push("body".into()),
        Body::Fields(fields) => {
            for field in fields {
                let ident = rust::ident(&field.name);
                // A field may share the name of a parameter and have another meaning.
                let taken = idents[..operation.parameters.len()].contains(&ident);
                idents.push(match taken {
                    true => format!("body_{}", ident.trim_start_matches("r#")),
                    false => ident,
                });
            }
        }
    }
    idents
}

fn field_argument<'a>(
    operation: &Operation,
    field: &'a Field,
    ident: &str,
    model: &Model,
    types: &mut HashMap<String, Type>,
) -> Result<Argument<'a>, RewriteError> {
    let ty = types.remove(&field.name).ok_or_else(|| {
        RewriteError::new(format!(
            "progenitor's body of {} has no field {}",
            operation.id, field.name
        ))
    })?;
    Ok(Argument {
        ident: ident.to_owned(),
        name: &field.name,
        pass_by: PassBy::of(&ty, model),
        ty,
        required: field.required,
        nullable: field.nullable,
        description: &field.description,
        source: Source::Field,
    })
}
