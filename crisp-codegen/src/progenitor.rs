//! Runs progenitor on the description.
//!
//! Progenitor receives everything that it understands. The parts that it would turn into types that users must not
//! have are adapted before: see the table in CONTRIBUTING.md.

use ::progenitor::{GenerationSettings, Generator, TypeImpl};
use indexmap::IndexMap;
use openapiv3::{
    AdditionalProperties, AnySchema, Components, MediaType, OpenAPI, Operation, Parameter,
    ParameterSchemaOrContent, PathItem, ReferenceOr, RequestBody, Response, Responses, Schema,
    SchemaData, SchemaKind, StatusCode, Type, VariantOrUnknownOrEmpty as Format,
};
use proc_macro2::TokenStream;
use schemars::schema::{InstanceType, SchemaObject};

use crate::document::{self, CONTENT, Document, Located};

/// The formats of texts for which typify has types that reject what Crisp may send.
const FORMATS: [&str; 6] = ["uuid", "date", "date-time", "ip", "ipv4", "ipv6"];

/// The service of the operations that stand for events.
pub(crate) const EVENTS: &str = "x_webhooks";

/// Runs progenitor, and returns its tokens.
pub(crate) fn tokens(document: &Document) -> Result<TokenStream, ::progenitor::Error> {
    Generator::new(&settings()).generate_tokens(&adapt(document))
}

fn settings() -> GenerationSettings {
    let mut settings = GenerationSettings::default();
    settings.with_map_type("::std::collections::BTreeMap");
    for format in FORMATS {
        let text = SchemaObject {
            instance_type: Some(InstanceType::String.into()),
            format: Some(format.to_owned()),
            ..SchemaObject::default()
        };
        settings.with_conversion(text, "::std::string::String", no_impls());
    }
    let flag = SchemaObject {
        instance_type: Some(InstanceType::Integer.into()),
        enum_values: Some(vec![0.into(), 1.into()]),
        ..SchemaObject::default()
    };
    settings.with_conversion(flag, "bool", no_impls());
    settings
}

fn no_impls() -> impl Iterator<Item = TypeImpl> {
    std::iter::empty()
}

/// Returns the document that progenitor receives.
fn adapt(document: &Document) -> OpenAPI {
    let adapt = Adapt { document };
    let mut api = OpenAPI {
        openapi: "3.0.3".to_owned(),
        ..OpenAPI::default()
    };
    for operation in &document.operations {
        let id = operation.inner.operation_id.clone().unwrap_or_default();
        let item = api.paths.paths.entry(operation.path.clone());
        let item = item.or_insert_with(|| ReferenceOr::Item(PathItem::default()));
        if let ReferenceOr::Item(item) = item {
            *slot(item, operation.method) = Some(adapt.operation(operation, id));
        }
    }
    for event in &document.events {
        let id = format!("{EVENTS}.{}", event.path.replace(':', "_"));
        let item = PathItem {
            post: Some(adapt.operation(event, id)),
            ..PathItem::default()
        };
        let path = format!("/{EVENTS}/{}", event.path);
        api.paths.paths.insert(path, ReferenceOr::Item(item));
    }
    let schemas = document.schemas.iter().map(|(name, schema)| {
        let mut schema = adapt.schema(schema);
        // The fields that refer to it are nullable instead.
        schema.schema_data.nullable = false;
        (name.clone(), ReferenceOr::Item(schema))
    });
    api.components = Some(Components {
        schemas: schemas.collect(),
        ..Components::default()
    });
    api
}

fn slot<'a>(item: &'a mut PathItem, method: &str) -> &'a mut Option<Operation> {
    match method {
        "head" => &mut item.head,
        "get" => &mut item.get,
        "post" => &mut item.post,
        "put" => &mut item.put,
        "patch" => &mut item.patch,
        _ => &mut item.delete,
    }
}

struct Adapt<'a> {
    document: &'a Document,
}

impl Adapt<'_> {
    fn operation(&self, operation: &document::Operation, id: String) -> Operation {
        let parameters = operation.parameters.iter().zip(&operation.parameter_facts);
        let parameters = parameters.map(|(parameter, facts)| {
            let mut parameter = parameter.value.clone();
            let schema = match &facts.value {
                Some(value) => Some(value),
                None => document::parameter_schema(&parameter),
            };
            let schema = schema.map(|schema| self.reference(schema));
            if let (
                Some(schema),
                Parameter::Path { parameter_data, .. } | Parameter::Query { parameter_data, .. },
            ) = (schema, &mut parameter)
            {
                parameter_data.format = ParameterSchemaOrContent::Schema(schema);
            }
            ReferenceOr::Item(parameter)
        });
        // Failures all have the form that the runtime reads, and progenitor panics where the bodies of several
        // responses differ.
        let success = Response {
            description: "success".to_owned(),
            content: self.content(operation.success.as_ref()),
            ..Response::default()
        };
        let body = operation.body.as_ref().map(|body| {
            ReferenceOr::Item(RequestBody {
                content: self.content(Some(body)),
                required: true,
                ..RequestBody::default()
            })
        });
        Operation {
            operation_id: Some(id),
            parameters: parameters.collect(),
            request_body: body,
            responses: Responses {
                responses: IndexMap::from([(StatusCode::Range(2), ReferenceOr::Item(success))]),
                ..Responses::default()
            },
            ..operation.inner.clone()
        }
    }

    fn content(&self, media: Option<&Located<MediaType>>) -> openapiv3::Content {
        let schema = media.and_then(|media| media.value.schema.as_ref());
        let schema = schema.map(|schema| MediaType {
            schema: Some(self.reference(schema)),
            ..MediaType::default()
        });
        schema
            .map(|media| ("application/json".to_owned(), media))
            .into_iter()
            .collect()
    }

    fn reference(&self, schema: &ReferenceOr<Schema>) -> ReferenceOr<Schema> {
        match schema {
            ReferenceOr::Item(schema) => ReferenceOr::Item(self.schema(schema)),
            reference => reference.clone(),
        }
    }

    fn boxed(&self, schema: &ReferenceOr<Box<Schema>>) -> ReferenceOr<Box<Schema>> {
        match schema {
            ReferenceOr::Item(schema) => ReferenceOr::Item(Box::new(self.schema(schema))),
            reference => reference.clone(),
        }
    }

    fn schema(&self, schema: &Schema) -> Schema {
        if let Some((base, union)) = self.document.content_union(schema) {
            return self.content_union(schema, base, union);
        }
        let parts = |parts: &[ReferenceOr<Schema>]| -> Vec<_> {
            parts.iter().map(|part| self.reference(part)).collect()
        };
        let schema_kind = match &schema.schema_kind {
            SchemaKind::Type(ty) => SchemaKind::Type(self.ty(ty)),
            // The forms of both kinds of union are tried in order.
            SchemaKind::OneOf { one_of: forms } | SchemaKind::AnyOf { any_of: forms } => {
                SchemaKind::OneOf {
                    one_of: parts(forms),
                }
            }
            SchemaKind::AllOf { all_of } => SchemaKind::AllOf {
                all_of: parts(all_of),
            },
            other => other.clone(),
        };
        Schema {
            schema_data: schema.schema_data.clone(),
            schema_kind,
        }
    }

    /// Turns the union into a field of the object, whose `type` and `content` are beside the other fields.
    fn content_union(&self, schema: &Schema, base: &Schema, union: &ReferenceOr<Schema>) -> Schema {
        let mut object = self.schema(base);
        object.schema_data = SchemaData {
            description: schema.schema_data.description.clone(),
            ..SchemaData::default()
        };
        if let SchemaKind::Type(Type::Object(object)) = &mut object.schema_kind {
            let union = match union {
                ReferenceOr::Item(union) => ReferenceOr::Item(Box::new(union.clone())),
                ReferenceOr::Reference { reference } => ReferenceOr::ref_(reference),
            };
            object.properties.insert(CONTENT.to_owned(), union);
            object.required.push(CONTENT.to_owned());
        }
        object
    }

    /// Without limits: a type that checks them would reject what Crisp sends tomorrow.
    fn ty(&self, ty: &Type) -> Type {
        let mut ty = ty.clone();
        match &mut ty {
            Type::String(text) => {
                text.pattern = None;
                text.min_length = None;
                text.max_length = None;
            }
            // A flag: the settings make a `bool` of it.
            Type::Integer(integer) if !integer.enumeration.is_empty() => {
                integer.format = Format::Empty;
            }
            Type::Integer(integer) => {
                let unsigned = integer.minimum.is_some_and(|minimum| minimum >= 0);
                let narrow = integer.format == Format::Item(openapiv3::IntegerFormat::Int32);
                let format = match (unsigned, narrow) {
                    (true, true) => "uint32",
                    (true, false) => "uint64",
                    (false, true) => "int32",
                    (false, false) => "int64",
                };
                integer.format = Format::Unknown(format.to_owned());
                integer.minimum = None;
                integer.maximum = None;
            }
            Type::Number(number) => {
                number.format = Format::Item(openapiv3::NumberFormat::Double);
                number.minimum = None;
                number.maximum = None;
            }
            Type::Array(array) => {
                array.items = array.items.as_ref().map(|items| self.boxed(items));
                array.min_items = None;
                array.max_items = None;
                array.unique_items = false;
            }
            Type::Object(object) => {
                for property in object.properties.values_mut() {
                    *property = self.boxed(property);
                }
                match &mut object.additional_properties {
                    Some(AdditionalProperties::Schema(values)) => {
                        **values = self.reference(values);
                    }
                    // Typify ignores `true`, and makes a field of a schema without rules, which means the same.
                    Some(values @ AdditionalProperties::Any(true))
                        if !object.properties.is_empty() =>
                    {
                        let any = Schema {
                            schema_data: SchemaData::default(),
                            schema_kind: SchemaKind::Any(AnySchema::default()),
                        };
                        *values = AdditionalProperties::Schema(Box::new(ReferenceOr::Item(any)));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        ty
    }
}
