//! Converts the schemas of OpenAPI 3.0 to JSON Schema 2020-12: for the examples that the lint validates, for the files
//! that `crisp-api` bundles, and thereby for the mock.
//!
//! - An object with properties rejects other properties, which finds misspelled fields. `additionalProperties` allows
//!   them.
//! - `allOf` rejects properties that none of its parts declares. Its parts are written out rather than referred to, as
//!   a named schema would reject the properties of the other parts.
//! - `oneOf` becomes `anyOf`, as forms may overlap: an integer is a number too.
//! - `nullable` allows null, and `int32` limits the range.
//! - `x-crisp-urn` on an enum allows URNs beside its values.
//! - `format` is kept. Validators check those that JSON Schema defines, and ignore others, such as `markdown`.
//! - Titles, descriptions and defaults are kept. Examples are not.

use std::borrow::Borrow;

use indexmap::IndexMap;
use openapiv3::{
    AdditionalProperties, ArrayType, IntegerFormat, ObjectType, ReferenceOr, Schema, SchemaData,
    SchemaKind, Type, VariantOrUnknownOrEmpty as Format,
};
use serde_json::{Map, Value, json};

use crate::document::schema_name;
use crate::extensions;

/// The file with the definitions, to which the schemas in other files refer.
pub(crate) const FILE: &str = "schemas.json";

/// The keys of a schema that do not restrict values, and are kept.
const ANNOTATIONS: [&str; 4] = ["title", "description", "default", "deprecated"];

/// The URNs that `x-crisp-urn` allows.
const URN: &str = "^urn:";

type Object = Map<String, Value>;

/// Returns the document with the definition of every named schema.
pub(crate) fn definitions(schemas: &IndexMap<String, Schema>) -> Value {
    let converter = Converter {
        schemas,
        document: "",
    };
    let definitions: Object = schemas
        .iter()
        .map(|(name, schema)| (name.clone(), converter.schema(schema, true).into()))
        .collect();
    json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": definitions })
}

/// Converts a schema outside the document with the definitions, which it refers to as [`FILE`].
pub(crate) fn convert<S: Borrow<Schema>>(
    schemas: &IndexMap<String, Schema>,
    schema: &ReferenceOr<S>,
) -> Value {
    let converter = Converter {
        schemas,
        document: FILE,
    };
    converter.closed(schema).into()
}

struct Converter<'a> {
    schemas: &'a IndexMap<String, Schema>,
    /// The URI of the document with the definitions; empty within it.
    document: &'static str,
}

impl Converter<'_> {
    /// The schema of a whole value.
    fn closed<S: Borrow<Schema>>(&self, schema: &ReferenceOr<S>) -> Object {
        match schema {
            ReferenceOr::Item(schema) => self.schema(schema.borrow(), true),
            ReferenceOr::Reference { reference } => {
                let name = schema_name(reference).unwrap_or_default();
                let target = format!("{}#/$defs/{name}", self.document);
                Object::from_iter([("$ref".to_owned(), target.into())])
            }
        }
    }

    /// The schema of a part of a value, whose other parts may have properties that this one does not declare.
    fn open(&self, schema: &ReferenceOr<Schema>) -> Object {
        let schema = match schema {
            ReferenceOr::Item(schema) => Some(schema),
            ReferenceOr::Reference { reference } => {
                schema_name(reference).and_then(|name| self.schemas.get(name))
            }
        };
        schema.map_or_else(Object::new, |schema| self.schema(schema, false))
    }

    fn schema(&self, schema: &Schema, closed: bool) -> Object {
        let form = |form| match closed {
            true => self.closed(form),
            false => self.open(form),
        };
        let mut converted = match &schema.schema_kind {
            SchemaKind::Type(Type::Object(object)) => self.object(object, closed),
            SchemaKind::Type(Type::Array(array)) => {
                let mut to = keywords(&Type::Array(ArrayType {
                    items: None,
                    ..array.clone()
                }));
                if let Some(items) = &array.items {
                    to.insert("items".to_owned(), self.closed(items).into());
                }
                to
            }
            SchemaKind::Type(scalar) => self::scalar(scalar, &schema.schema_data),
            SchemaKind::OneOf { one_of: forms } | SchemaKind::AnyOf { any_of: forms } => {
                let forms: Vec<_> = forms.iter().map(form).collect();
                Object::from_iter([("anyOf".to_owned(), forms.into())])
            }
            SchemaKind::AllOf { all_of } => match all_of.as_slice() {
                [only] => form(only),
                parts => {
                    let parts = parts.iter().map(|part| self.open(part).into()).collect();
                    let parts = Value::Array(parts);
                    let declares = declares_properties(&parts);
                    let mut to = Object::from_iter([("allOf".to_owned(), parts)]);
                    if closed && declares {
                        to.insert("unevaluatedProperties".to_owned(), false.into());
                    }
                    to
                }
            },
            // Any value: the lint rejects `not`, and keywords that do not belong together.
            SchemaKind::Not { .. } | SchemaKind::Any(_) => Object::new(),
        };
        if schema.schema_data.nullable {
            converted = self::nullable(converted);
        }
        let annotations = keywords(&schema.schema_data).into_iter();
        converted.extend(annotations.filter(|(key, _)| ANNOTATIONS.contains(&key.as_str())));
        converted
    }

    fn object(&self, object: &ObjectType, closed: bool) -> Object {
        let mut to = Object::from_iter([("type".to_owned(), "object".into())]);
        if !object.properties.is_empty() {
            let properties = object.properties.iter();
            let properties: Object = properties
                .map(|(name, schema)| (name.clone(), self.closed(schema).into()))
                .collect();
            to.insert("properties".to_owned(), properties.into());
        }
        if !object.required.is_empty() {
            to.insert("required".to_owned(), object.required.clone().into());
        }
        let additional = match &object.additional_properties {
            Some(AdditionalProperties::Any(any)) => Some((*any).into()),
            Some(AdditionalProperties::Schema(schema)) => Some(self.closed(schema).into()),
            None if closed && !object.properties.is_empty() => Some(Value::Bool(false)),
            None => None,
        };
        if let Some(additional) = additional {
            to.insert("additionalProperties".to_owned(), additional);
        }
        to
    }
}

/// The schema of a text, a number or a boolean, whose keywords are those of OpenAPI.
fn scalar(scalar: &Type, data: &SchemaData) -> Object {
    let mut to = keywords(scalar);
    if let Type::Integer(integer) = scalar
        && integer.format == Format::Item(IntegerFormat::Int32)
    {
        to.entry("minimum").or_insert_with(|| i32::MIN.into());
        to.entry("maximum").or_insert_with(|| i32::MAX.into());
    }
    if extensions::allows_urn(&data.extensions)
        && let Some(values) = to.remove("enum")
    {
        to.insert(
            "anyOf".to_owned(),
            json!([{ "enum": values }, { "pattern": URN }]),
        );
    }
    to
}

/// The keywords of a typed schema.
fn keywords(schema: &impl serde::Serialize) -> Object {
    match serde_json::to_value(schema) {
        Ok(Value::Object(keywords)) => keywords,
        _ => Object::new(),
    }
}

/// Whether a converted schema declares properties. Those that it refers to do not matter: parts are written out.
fn declares_properties(schema: &Value) -> bool {
    match schema {
        Value::Array(parts) => parts.iter().any(declares_properties),
        schema => ["properties", "allOf", "anyOf"]
            .into_iter()
            .filter_map(|key| schema.get(key))
            .any(|value| value.is_object() || declares_properties(value)),
    }
}

fn nullable(mut schema: Object) -> Object {
    match schema.get_mut("type") {
        Some(kind @ Value::String(_)) => {
            *kind = json!([kind, "null"]);
            if let Some(Value::Array(values)) = schema.get_mut("enum") {
                values.push(Value::Null);
            }
            schema
        }
        _ => Object::from_iter([("anyOf".to_owned(), json!([schema, { "type": "null" }]))]),
    }
}

#[cfg(test)]
mod tests;
