//! Builds the [`Api`] from the document and progenitor's output: the document says what there is and in which order,
//! the output says what it is in Rust.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;
use openapiv3::{ReferenceOr, Schema, SchemaKind, Type as SchemaType};

use crate::api::{
    Access, Api, Doc, EnumValue, Event, Example, Field, Operation, Resource, Response, Service,
    Type, TypeKind, TypeRef, Variant,
};
use crate::bundle::Bundle;
use crate::document::{self, Document};
use crate::output::{Output, OutputError};
use crate::passes;
use crate::progenitor::EVENTS;
use crate::source::pointer;

mod arguments;
mod properties;

use properties::properties;

type Result<T> = std::result::Result<T, OutputError>;

/// Builds the API.
pub(crate) fn model(bundle: &Bundle, document: &Document, output: &Output) -> Result<Api> {
    let read = Reader { document, output };
    let mut api = Api::default();
    for operation in &document.operations {
        let read = read.operation(operation)?;
        let known = api
            .services
            .iter()
            .any(|service| service.name == read.service);
        if !known {
            api.services.push(Service {
                name: read.service.clone(),
                ident: read.service.to_upper_camel_case(),
                features: [].into(),
            });
        }
        let tag = operation
            .inner
            .tags
            .first()
            .and_then(|tag| document.tags.get(tag));
        let resource = api.resource(&operation.file);
        resource.description = tag.cloned().unwrap_or_default();
        resource.operations.push(read);
    }
    for (name, schema) in &document.schemas {
        let ty = read.ty(name, schema)?;
        let file = bundle
            .owner(name)
            .unwrap_or_default()
            .trim_end_matches(".yaml");
        api.resource(file).types.push(name.clone());
        api.types.insert(name.clone(), ty);
    }
    for event in &document.events {
        api.events.push(read.event(event)?);
    }
    read.unnamed(&mut api)?;
    passes::run(&mut api);
    Ok(api)
}

impl Api {
    fn resource(&mut self, path: &str) -> &mut Resource {
        let known = self
            .resources
            .iter()
            .position(|resource| resource.path == path);
        let index = known.unwrap_or_else(|| {
            self.resources.push(Resource {
                path: path.to_owned(),
                ..Resource::default()
            });
            self.resources.len() - 1
        });
        &mut self.resources[index]
    }
}

struct Reader<'a> {
    document: &'a Document,
    output: &'a Output,
}

impl Reader<'_> {
    fn operation(&self, operation: &document::Operation) -> Result<Operation> {
        let id = operation.id().to_owned();
        let (service, name) = id.split_once('.').unwrap_or(("", &id));
        let method = self.output.method(&id)?;
        let response = match operation.method {
            "head" => Response::Exists,
            _ => Response::Data(self.data(&method.response)?),
        };
        Ok(Operation {
            service: service.to_owned(),
            ident: name.to_owned(),
            request: None,
            method: operation.method.to_uppercase(),
            path: operation.template(),
            access: access(operation),
            deprecated: operation.inner.deprecated,
            arguments: self.arguments(operation, &method)?,
            response,
            examples: examples(operation),
            pointer: operation.pointer.clone(),
            doc: Doc {
                summary: method.summary,
                description: method.description,
            },
            id,
        })
    }

    /// The type of `data` in an envelope. An envelope that has a name has no data of its own.
    fn data(&self, envelope: &TypeRef) -> Result<TypeRef> {
        let envelope = match envelope {
            TypeRef::Named(name) if self.document.schemas.contains_key(name) => {
                return Ok(TypeRef::Unit);
            }
            TypeRef::Named(name) => name,
            other => return Ok(other.clone()),
        };
        let fields = self.output.object(envelope)?.fields;
        let data = fields.into_iter().find(|field| field.name == "data");
        Ok(match data.map(|data| data.ty) {
            // Progenitor boxes a type that contains itself.
            Some(TypeRef::Boxed(data)) => *data,
            Some(data) => data,
            None => TypeRef::Unit,
        })
    }

    /// Adds the types that progenitor names since the description does not: unions of scalars.
    fn unnamed(&self, api: &mut Api) -> Result<()> {
        let mut names = BTreeSet::new();
        api.for_each_use(&mut |ty| names.extend(ty.named().map(str::to_owned)));
        for name in names {
            if self.document.schemas.contains_key(&name) {
                continue;
            }
            let (_, variants) = self.output.variants(&name)?;
            let mut types = variants.iter().map(|variant| variant.ty.as_ref());
            if !types.all(|ty| ty.is_some_and(TypeRef::is_scalar)) {
                return Err(OutputError(format!(
                    "a type `{name}` that no schema declares"
                )));
            }
            let ty = new_type(name.clone(), TypeKind::Alias(TypeRef::Value), String::new());
            api.types.insert(name, ty);
        }
        Ok(())
    }

    fn ty(&self, name: &str, schema: &Schema) -> Result<Type> {
        let at = Document::schema_pointer(name);
        let (doc, kind) = if let Some((doc, target)) = self.output.alias(name)? {
            (doc, TypeKind::Alias(target))
        } else if is_union(schema) || is_enum(schema) {
            self.enumeration(name, schema, &at)?
        } else {
            let object = self.output.object(name)?;
            let kind = TypeKind::Struct {
                fields: self.fields(name, schema, &at)?,
                open: object.open,
            };
            (object.doc, kind)
        };
        let mut ty = new_type(name.to_owned(), kind, at);
        ty.doc = doc;
        Ok(ty)
    }

    fn enumeration(&self, name: &str, schema: &Schema, at: &str) -> Result<(String, TypeKind)> {
        let (doc, variants) = self.output.variants(name)?;
        if is_enum(schema) {
            let values = variants.into_iter().map(|variant| EnumValue {
                ident: variant.ident,
                value: variant.value,
            });
            return Ok((doc, TypeKind::Enum(values.collect())));
        }
        let tagged = self.document.is_tagged(&ReferenceOr::Item(schema.clone()));
        let (key, forms): (_, &[_]) = match &schema.schema_kind {
            SchemaKind::AnyOf { any_of } => ("anyOf", any_of),
            SchemaKind::OneOf { one_of } => ("oneOf", one_of),
            _ => ("", &[]),
        };
        let mut read = Vec::new();
        for (index, variant) in variants.into_iter().enumerate() {
            let ty = variant.ty.ok_or_else(|| {
                OutputError(format!("`{name}::{}` has no content", variant.ident))
            })?;
            // Progenitor documents the forms of tagged unions alone, each with its title before its description.
            let doc = match variant.doc.split_once("\n\n") {
                Some((_, description)) => description.to_owned(),
                None => forms.get(index).and_then(description).unwrap_or_default(),
            };
            read.push(Variant {
                ident: variant.ident,
                tag: tagged.then_some(variant.value),
                doc,
                ty,
                pointer: format!("{at}/{key}/{index}"),
            });
        }
        let kind = match tagged {
            true => TypeKind::Tagged(read),
            false => TypeKind::Untagged {
                variants: read,
                open: false,
            },
        };
        Ok((doc, kind))
    }

    /// The fields of a struct, in the order of the properties of its schema.
    fn fields(&self, name: &str, schema: &Schema, at: &str) -> Result<Vec<Field>> {
        let mut made = self.output.object(name)?.fields;
        let mut fields = Vec::new();
        for property in properties(self.document, schema, at) {
            let index = made.iter().position(|field| field.name == property.name);
            let Some(index) = index else {
                let name = format!("`{name}` has no field `{}`", property.name);
                return Err(OutputError(name));
            };
            let field = made.swap_remove(index);
            fields.push(Field {
                ident: field.ident,
                name: field.name,
                // Progenitor drops the description of a property that two parts of an `allOf` have.
                doc: match field.doc.is_empty() {
                    true => property.description,
                    false => field.doc,
                },
                ty: field.ty,
                optional: field.optional,
                nullable: property.nullable,
                flatten: property.flatten,
                pointer: property.pointer,
            });
        }
        Ok(fields)
    }

    fn event(&self, event: &document::Operation) -> Result<Event> {
        let id = format!("{EVENTS}.{}", event.path.replace(':', "_"));
        let method = self.output.method(&id)?;
        let payload = match method.arguments.as_slice() {
            [delivery] => self.data(&delivery.ty)?,
            _ => {
                return Err(OutputError(format!(
                    "the event `{}` has no payload",
                    event.path
                )));
            }
        };
        Ok(Event {
            name: event.path.clone(),
            ident: event.path.replace(':', "_").to_upper_camel_case(),
            doc: Doc {
                summary: method.summary,
                description: method.description,
            },
            access: access(event),
            payload,
            // That of the event, rather than of the operation that receives it.
            pointer: pointer("/x-webhooks", &event.path),
        })
    }
}

fn new_type(name: String, kind: TypeKind, pointer: String) -> Type {
    Type {
        name,
        doc: String::new(),
        kind,
        in_responses: false,
        in_requests: false,
        features: BTreeSet::new(),
        pointer,
    }
}

fn description(schema: &ReferenceOr<Schema>) -> Option<String> {
    schema.as_item()?.schema_data.description.clone()
}

fn is_union(schema: &Schema) -> bool {
    matches!(
        schema.schema_kind,
        SchemaKind::OneOf { .. } | SchemaKind::AnyOf { .. }
    )
}

fn is_enum(schema: &Schema) -> bool {
    matches!(&schema.schema_kind, SchemaKind::Type(SchemaType::String(text)) if !text.enumeration.is_empty())
}

fn access(operation: &document::Operation) -> Access {
    let docs = operation.inner.external_docs.as_ref();
    let scopes = operation.facts.scopes.iter();
    Access {
        tiers: operation.facts.tiers.clone(),
        scopes: scopes
            .map(|(scope, access)| (scope.clone(), access.clone()))
            .collect(),
        reference: docs.map(|docs| docs.url.clone()).unwrap_or_default(),
    }
}

/// The `example` of a body, or its named `examples`.
fn examples(operation: &document::Operation) -> Vec<Example> {
    let Some(body) = &operation.body else {
        return Vec::new();
    };
    let single = body.value.example.iter().map(|value| Example {
        name: None,
        value: value.clone(),
    });
    let named = body.value.examples.iter().filter_map(|(name, example)| {
        Some(Example {
            name: Some(name.clone()),
            value: example.as_item()?.value.clone()?,
        })
    });
    single.chain(named).collect()
}
