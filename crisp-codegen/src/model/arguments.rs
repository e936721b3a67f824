//! The arguments of an operation.

use openapiv3::{Parameter, ReferenceOr, Schema, SchemaKind, Type};
use serde_json::Value;

use super::{Reader, Result};
use crate::api::{Argument, Encoding, Field, Place, Range, TypeRef};
use crate::document::{self, Located};
use crate::output::{Method, MethodArgument, OutputError};
use crate::source::pointer;

impl Reader<'_> {
    /// Returns the arguments of an operation: its parameters, then the body or its fields.
    pub(super) fn arguments(
        &self,
        operation: &document::Operation,
        method: &Method,
    ) -> Result<Vec<Argument>> {
        let missing = |name: &str| {
            let id = operation.inner.operation_id.as_deref().unwrap_or_default();
            OutputError(format!("the method of `{id}` has no argument for `{name}`"))
        };
        let mut arguments = Vec::new();
        let mut positional = method
            .arguments
            .iter()
            .filter(|argument| argument.query.is_none());
        for (index, parameter) in operation.parameters.iter().enumerate() {
            let name = &parameter.value.parameter_data_ref().name;
            let argument = match parameter.value {
                Parameter::Path { .. } => positional.next(),
                _ => method
                    .arguments
                    .iter()
                    .find(|argument| argument.query.as_ref() == Some(name)),
            };
            let argument = argument.ok_or_else(|| missing(name))?;
            let carries_json = operation.parameter_facts[index].value.is_some();
            arguments.push(parameter_argument(parameter, argument, carries_json));
        }
        let Some(media) = &operation.body else {
            return Ok(arguments);
        };
        let body = positional.next().ok_or_else(|| missing("body"))?;
        let at = pointer(&media.pointer, "schema");
        match (&media.value.schema, &body.ty) {
            (Some(ReferenceOr::Item(schema)), TypeRef::Named(name)) => {
                let fields = self.fields(name, schema, &at)?;
                arguments.extend(fields.into_iter().map(field_argument));
            }
            _ => arguments.push(Argument {
                ident: body.ident.clone(),
                name: "body".to_owned(),
                place: Place::Body,
                ty: body.ty.clone(),
                required: true,
                nullable: false,
                doc: body.doc.clone(),
                example: Value::Null,
                pointer: at,
            }),
        }
        Ok(arguments)
    }
}

fn parameter_argument(
    parameter: &Located<Parameter>,
    argument: &MethodArgument,
    carries_json: bool,
) -> Argument {
    let data = parameter.value.parameter_data_ref();
    let (flag, range) = match document::parameter_schema(&parameter.value) {
        Some(ReferenceOr::Item(schema)) => (is_flag(schema), range(schema)),
        _ => (false, (None, None)),
    };
    let place = match parameter.value {
        Parameter::Path { .. } => Place::Path { range },
        _ => Place::Query {
            encoding: match (carries_json, flag) {
                (true, _) => Encoding::Json,
                (false, true) => Encoding::Flag,
                (false, false) => Encoding::Plain,
            },
            range,
        },
    };
    Argument {
        ident: argument.ident.clone(),
        name: data.name.clone(),
        place,
        ty: argument.ty.clone(),
        required: !argument.optional,
        nullable: false,
        doc: argument.doc.clone(),
        example: data.example.clone().unwrap_or_default(),
        pointer: parameter.pointer.clone(),
    }
}

fn field_argument(field: Field) -> Argument {
    Argument {
        ident: field.ident,
        name: field.name,
        place: Place::Field,
        ty: field.ty,
        required: !field.optional,
        nullable: field.nullable,
        doc: field.doc,
        example: Value::Null,
        pointer: field.pointer,
    }
}

/// Whether a schema is that of a flag: the numbers 0 and 1.
fn is_flag(schema: &Schema) -> bool {
    matches!(&schema.schema_kind, SchemaKind::Type(Type::Integer(number)) if !number.enumeration.is_empty())
}

fn range(schema: &Schema) -> Range {
    match &schema.schema_kind {
        SchemaKind::Type(Type::Integer(number)) => (number.minimum, number.maximum),
        _ => (None, None),
    }
}
