//! What a call of an operation takes.

use std::collections::{HashMap, HashSet};

use syn::Type;

use super::rust::{self, Taken};
use super::{Output, RewriteError};
use crate::lower;
use crate::model::{Body, Field, Model, Operation, Parameter, Style};

/// Something that a call takes: a parameter, or a field of the body.
pub(super) struct Argument<'a> {
    /// Its name in Rust.
    pub ident: String,
    /// Its name on the wire.
    pub name: &'a str,
    /// The type of its value.
    pub ty: Type,
    pub required: bool,
    pub nullable: bool,
    pub taken: Taken,
    pub description: &'a str,
    pub source: Source<'a>,
}

/// Where an argument goes.
pub(super) enum Source<'a> {
    Parameter(&'a Parameter),
    Field,
    Body,
}

impl Argument<'_> {
    /// The type of the argument in the signature.
    pub(super) fn written(&self) -> String {
        let written = self.taken.written(&self.ty);
        if self.nullable {
            format!("Option<{written}>")
        } else {
            written
        }
    }

    /// The call that puts it into the request. Parameters of the path are given when the request is made.
    pub(super) fn put(&self) -> String {
        let Self { ident, name, .. } = self;
        let borrowed = match self.taken {
            Taken::Into => format!("&{ident}.into()"),
            Taken::Value => format!("&{ident}"),
            _ if self.nullable => format!("&{ident}"),
            Taken::Text | Taken::Slice | Taken::Borrowed => ident.clone(),
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
            Source::Field => match self.taken {
                Taken::Into => format!(
                    ".field({name:?}, &{ident}.into() as &{})",
                    rust::text(&self.ty)
                ),
                _ => format!(".field({name:?}, {borrowed})"),
            },
            Source::Body => format!(".body({borrowed})"),
        }
    }
}

/// What a call of an operation takes, in the order of the spec: parameters, then the body or its fields.
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
    for parameter in &operation.parameters {
        let ident = rust::ident(&parameter.name);
        let ty = match take(&mut types, ident.trim_start_matches("r#")) {
            Ok(ty) => ty,
            Err(_) => take(&mut types, &format!("{}_", ident.trim_start_matches("r#")))?,
        };
        arguments.push(Argument {
            ident,
            name: &parameter.name,
            taken: Taken::of(&ty, model),
            ty,
            required: parameter.required,
            nullable: false,
            description: &parameter.description,
            source: Source::Parameter(parameter),
        });
    }
    match &operation.body {
        Body::None => {}
        Body::Named => {
            let ty = take(&mut types, "body")?;
            arguments.push(Argument {
                ident: "body".into(),
                name: "body",
                taken: Taken::of(&ty, model),
                ty,
                required: true,
                nullable: false,
                description: "What to send.",
                source: Source::Body,
            });
        }
        Body::Fields(fields) => {
            let mut types = output.fields(&lower::body_type(&operation.id))?;
            for field in fields {
                let mut argument = field_argument(operation, field, model, &mut types)?;
                // A field may have the name of a parameter and mean another thing.
                if arguments.iter().any(|a| a.ident == argument.ident) {
                    argument.ident = format!("body_{}", argument.ident.trim_start_matches("r#"));
                }
                arguments.push(argument);
            }
        }
    }
    let mut seen = HashSet::new();
    for argument in &arguments {
        let reserved = !argument.required
            && ["response", "stream", "into_future"].contains(&argument.ident.as_str());
        if reserved || !seen.insert(&argument.ident) {
            return Err(RewriteError::new(format!(
                "{}: two things would be called `{}`; the name needs a rule of its own in rewrite/operations.rs",
                operation.id, argument.ident
            )));
        }
    }
    Ok(arguments)
}

fn field_argument<'a>(
    operation: &Operation,
    field: &'a Field,
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
        ident: rust::ident(&field.name),
        name: &field.name,
        taken: Taken::of(&ty, model),
        ty,
        required: field.required,
        nullable: field.nullable,
        description: &field.description,
        source: Source::Field,
    })
}
