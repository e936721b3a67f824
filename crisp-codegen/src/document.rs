//! The description as a typed OpenAPI document: references to anything but schemas are resolved, and each part knows
//! the JSON pointer by which [`Bundle::locate`] finds it in the files.

use indexmap::IndexMap;
use openapiv3::{
    MediaType, OpenAPI, Parameter, ParameterSchemaOrContent, PathItem, ReferenceOr, RequestBody,
    Response, Schema, SchemaKind, StatusCode, Type,
};

use crate::bundle::{Bundle, METHODS, rank};
use crate::extensions::{self, Facts, ParameterFacts};
use crate::source::pointer;

/// The media type of every body.
const JSON: &str = "application/json";
/// The pointer of the named schemas.
const SCHEMAS: &str = "/components/schemas";

/// The description.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// The named schemas, in the order of the files.
    pub(crate) schemas: IndexMap<String, Schema>,
    /// The operations, in the order of the files.
    pub(crate) operations: Vec<Operation>,
    /// The events, as operations that receive a delivery, in the order of the files.
    pub(crate) events: Vec<Operation>,
    /// The description of each tag.
    pub(crate) tags: IndexMap<String, String>,
}

/// An operation, or an event: the operation that receives it.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    /// The path, or the name of the event.
    pub(crate) path: String,
    /// The method, in lower case.
    pub(crate) method: &'static str,
    /// The path of its file without the extension.
    pub(crate) file: String,
    /// The JSON pointer.
    pub(crate) pointer: String,
    /// The operation, with its parameters and bodies replaced by those below.
    pub(crate) inner: openapiv3::Operation,
    /// The facts that OpenAPI has no keys for.
    pub(crate) facts: Facts,
    /// The parameters of the path in the order of the template, then the others.
    pub(crate) parameters: Vec<Located<Parameter>>,
    /// The facts of each parameter that OpenAPI has no keys for.
    pub(crate) parameter_facts: Vec<ParameterFacts>,
    /// The body of the request.
    pub(crate) body: Option<Located<MediaType>>,
    /// The status of the successful response.
    pub(crate) status: u16,
    /// The body of the successful response.
    pub(crate) success: Option<Located<MediaType>>,
}

/// A value with its JSON pointer.
#[derive(Debug, Clone)]
pub(crate) struct Located<T> {
    /// The value.
    pub(crate) value: T,
    /// The JSON pointer.
    pub(crate) pointer: String,
}

/// The error of a description that is not OpenAPI.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// A part has another form than OpenAPI 3.0 prescribes.
    #[error("the description is not OpenAPI 3.0: {0}")]
    Form(#[from] serde_json::Error),
    /// A reference has no target.
    #[error("`{0}` refers to nothing")]
    Reference(String),
}

/// Reads a bundle that has passed the lint.
///
/// # Errors
///
/// Returns an error if a part is not OpenAPI, or if a reference has no target.
pub(crate) fn document(bundle: &Bundle) -> Result<Document, DocumentError> {
    let api: OpenAPI = serde_json::from_value(bundle.document.clone())?;
    let read = Reader { api: &api };
    let mut document = Document {
        schemas: IndexMap::new(),
        operations: Vec::new(),
        events: Vec::new(),
        tags: IndexMap::new(),
    };
    for tag in &api.tags {
        let description = tag.description.clone().unwrap_or_default();
        document.tags.insert(tag.name.clone(), description);
    }
    for (name, schema) in api.components.iter().flat_map(|c| &c.schemas) {
        if let ReferenceOr::Item(schema) = schema {
            document.schemas.insert(name.clone(), schema.clone());
        }
    }
    for (path, item) in &api.paths.paths {
        let file = bundle.file_of_path(path).unwrap_or_default();
        read.operations(path, item, "/paths", file, &mut document.operations)?;
    }
    for (name, item) in extensions::events(&api)? {
        let file = bundle.file_of_event(&name).unwrap_or_default();
        let item = ReferenceOr::Item(item);
        read.operations(&name, &item, "/x-webhooks", file, &mut document.events)?;
    }
    Ok(document)
}

struct Reader<'a> {
    api: &'a OpenAPI,
}

impl Reader<'_> {
    fn operations(
        &self,
        path: &str,
        item: &ReferenceOr<PathItem>,
        section: &str,
        file: &str,
        operations: &mut Vec<Operation>,
    ) -> Result<(), DocumentError> {
        let ReferenceOr::Item(item) = item else {
            return Ok(());
        };
        let item_pointer = pointer(section, path);
        for method in METHODS {
            let found = item.iter().find(|(name, _)| *name == method);
            let Some((_, operation)) = found else {
                continue;
            };
            let at = pointer(&item_pointer, method);
            let (status, success) = self.success(operation, &at)?;
            let mut parameters = self.parameters(&item.parameters, &item_pointer)?;
            parameters.extend(self.parameters(&operation.parameters, &at)?);
            parameters.sort_by_key(|parameter| {
                let in_path = matches!(parameter.value, Parameter::Path { .. });
                rank(path, in_path, &parameter.value.parameter_data_ref().name)
            });
            operations.push(Operation {
                path: path.to_owned(),
                method,
                file: file.trim_end_matches(".yaml").to_owned(),
                facts: extensions::facts(&operation.extensions)?,
                parameter_facts: parameters
                    .iter()
                    .map(|p| extensions::parameter_facts(&p.value.parameter_data_ref().extensions))
                    .collect::<Result<_, _>>()?,
                parameters,
                body: self.body(operation, &at)?,
                status,
                success,
                inner: operation.clone(),
                pointer: at,
            });
        }
        Ok(())
    }

    fn parameters(
        &self,
        parameters: &[ReferenceOr<Parameter>],
        owner: &str,
    ) -> Result<Vec<Located<Parameter>>, DocumentError> {
        let components = self.api.components.as_ref().map(|c| &c.parameters);
        let each = parameters.iter().enumerate().map(|(index, parameter)| {
            let at = format!("{owner}/parameters/{index}");
            resolve(parameter, components, "/components/parameters", at)
        });
        each.collect()
    }

    fn body(
        &self,
        operation: &openapiv3::Operation,
        owner: &str,
    ) -> Result<Option<Located<MediaType>>, DocumentError> {
        let Some(body) = &operation.request_body else {
            return Ok(None);
        };
        let components = self.api.components.as_ref().map(|c| &c.request_bodies);
        let at = pointer(owner, "requestBody");
        let body: Located<RequestBody> =
            resolve(body, components, "/components/requestBodies", at)?;
        Ok(media(&body.value.content, &body.pointer))
    }

    fn success(
        &self,
        operation: &openapiv3::Operation,
        owner: &str,
    ) -> Result<(u16, Option<Located<MediaType>>), DocumentError> {
        let success = operation.responses.responses.iter().find(|(status, _)| {
            matches!(status, StatusCode::Code(200..=299) | StatusCode::Range(2))
        });
        let Some((status, response)) = success else {
            return Ok((200, None));
        };
        let code = match status {
            StatusCode::Code(code) => *code,
            StatusCode::Range(_) => 200,
        };
        let components = self.api.components.as_ref().map(|c| &c.responses);
        let at = pointer(&pointer(owner, "responses"), &status.to_string());
        let response: Located<Response> =
            resolve(response, components, "/components/responses", at)?;
        Ok((code, media(&response.value.content, &response.pointer)))
    }
}

fn media(content: &openapiv3::Content, owner: &str) -> Option<Located<MediaType>> {
    content.get(JSON).map(|media| Located {
        value: media.clone(),
        pointer: pointer(&pointer(owner, "content"), JSON),
    })
}

/// Returns a value, or the component that it refers to.
fn resolve<T: Clone>(
    value: &ReferenceOr<T>,
    components: Option<&IndexMap<String, ReferenceOr<T>>>,
    section: &str,
    at: String,
) -> Result<Located<T>, DocumentError> {
    let reference = match value {
        ReferenceOr::Item(value) => {
            return Ok(Located {
                value: value.clone(),
                pointer: at,
            });
        }
        ReferenceOr::Reference { reference } => reference,
    };
    let name = reference.rsplit('/').next().unwrap_or_default();
    match components.and_then(|components| components.get(name)) {
        Some(ReferenceOr::Item(value)) => Ok(Located {
            value: value.clone(),
            pointer: pointer(section, name),
        }),
        _ => Err(DocumentError::Reference(reference.clone())),
    }
}

impl Operation {
    /// The operationId. Events have none.
    pub(crate) fn id(&self) -> &str {
        self.inner.operation_id.as_deref().unwrap_or_default()
    }

    /// The path template. `{+name}` is a parameter whose slashes stay slashes, as in RFC 6570.
    pub(crate) fn template(&self) -> String {
        let mut template = self.path.clone();
        for (parameter, facts) in self.parameters.iter().zip(&self.parameter_facts) {
            if facts.slug_path {
                let name = &parameter.value.parameter_data_ref().name;
                template = template.replace(&format!("{{{name}}}"), &format!("{{+{name}}}"));
            }
        }
        template
    }
}

impl Document {
    /// The schema of `data` in an envelope, or in the delivery of an event.
    pub(crate) fn data<'a>(
        &'a self,
        envelope: &'a ReferenceOr<Schema>,
    ) -> Option<&'a ReferenceOr<Box<Schema>>> {
        let envelope = match envelope {
            ReferenceOr::Item(schema) => schema,
            ReferenceOr::Reference { reference } => self.schemas.get(schema_name(reference)?)?,
        };
        match &envelope.schema_kind {
            SchemaKind::Type(Type::Object(object)) => object.properties.get("data"),
            SchemaKind::AllOf { all_of } => all_of.iter().rev().find_map(|part| self.data(part)),
            _ => None,
        }
    }

    /// The JSON pointer of a named schema.
    pub(crate) fn schema_pointer(name: &str) -> String {
        pointer(SCHEMAS, name)
    }

    /// Returns the named schema that a schema refers to: by a `$ref`, or by one in an `allOf` that adds a description.
    pub(crate) fn target<'a>(&self, schema: &'a ReferenceOr<Schema>) -> Option<&'a str> {
        match schema {
            ReferenceOr::Reference { reference } => schema_name(reference),
            ReferenceOr::Item(schema) => match &schema.schema_kind {
                SchemaKind::AllOf { all_of } => match all_of.as_slice() {
                    [ReferenceOr::Reference { reference }] => schema_name(reference),
                    _ => None,
                },
                _ => None,
            },
        }
    }

    /// Whether a value may be null, by its own schema or by the one that it refers to.
    pub(crate) fn is_nullable(&self, schema: &ReferenceOr<Schema>) -> bool {
        let own = matches!(schema, ReferenceOr::Item(schema) if schema.schema_data.nullable);
        let target = self.target(schema).and_then(|name| self.schemas.get(name));
        own || target.is_some_and(|target| target.schema_data.nullable)
    }

    /// Whether the branches of a union are distinguished by `type`, with the rest in `content`.
    pub(crate) fn is_tagged(&self, schema: &ReferenceOr<Schema>) -> bool {
        let schema = match (schema, self.target(schema)) {
            (_, Some(name)) => self.schemas.get(name),
            (ReferenceOr::Item(schema), None) => Some(schema),
            _ => None,
        };
        let Some(SchemaKind::OneOf { one_of }) = schema.map(|schema| &schema.schema_kind) else {
            return false;
        };
        one_of.iter().all(|branch| {
            let ReferenceOr::Item(branch) = branch else {
                return false;
            };
            let SchemaKind::Type(Type::Object(object)) = &branch.schema_kind else {
                return false;
            };
            let tag = object.properties.get("type").and_then(ReferenceOr::as_item);
            let single = tag.is_some_and(|tag| {
                matches!(&tag.schema_kind, SchemaKind::Type(Type::String(text)) if text.enumeration.len() == 1)
            });
            single && object.properties.contains_key(CONTENT)
        })
    }

    /// Returns the parts of `allOf: [object, tagged union]`.
    pub(crate) fn content_union<'a>(
        &self,
        schema: &'a Schema,
    ) -> Option<(&'a Schema, &'a ReferenceOr<Schema>)> {
        let SchemaKind::AllOf { all_of } = &schema.schema_kind else {
            return None;
        };
        match all_of.as_slice() {
            [ReferenceOr::Item(base), union] if self.is_tagged(union) => Some((base, union)),
            _ => None,
        }
    }
}

/// The name of the field that holds a tagged union whose tag is beside it.
pub(crate) const CONTENT: &str = "content";

/// The name of the schema in a `$ref`.
pub(crate) fn schema_name(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/components/schemas/")
}

/// The schema of a parameter: every parameter has one.
pub(crate) fn parameter_schema(parameter: &Parameter) -> Option<&ReferenceOr<Schema>> {
    match &parameter.parameter_data_ref().format {
        ParameterSchemaOrContent::Schema(schema) => Some(schema),
        ParameterSchemaOrContent::Content(_) => None,
    }
}
