//! The facts that the Rust code needs, read out of the bundle once: operations, schemas, and which resource each
//! belongs to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::bundle::{Bundle, METHODS};

mod event;
mod operation;
mod schema;

pub use operation::{data_schema, is_flag, json_schema, parameters};
pub use schema::{branches, content_union, described_ref, is_scalar_union, is_tagged, ref_name};

use event::read_event;
use operation::{data_of, read_operation, scopes, tiers};
use schema::read_kind;

/// The facts that everything is generated from.
pub struct Model {
    /// Resources in the order of their files: a file of the spec that has operations or schemas.
    pub resources: Vec<Resource>,
    /// Services in order of appearance.
    pub services: Vec<String>,
    /// Named schemas by name.
    pub schemas: BTreeMap<String, Schema>,
    /// Events in the order of the spec.
    pub events: Vec<Event>,
}

/// One file of the spec.
pub struct Resource {
    /// The path of its file without the ending, such as `website/conversation`.
    pub path: String,
    /// The description of the tag of its operations.
    pub description: String,
    /// Its operations, in the order of the file.
    pub operations: Vec<Operation>,
    /// The names of its schemas, in the order of the file.
    pub schemas: Vec<String>,
}

impl Resource {
    /// The cargo feature of the resource, such as `website-conversation`.
    pub fn feature(&self) -> String {
        self.path.replace(['/', '_'], "-")
    }
}

/// One operation.
pub struct Operation {
    /// Its operationId, such as `website.list_conversations`.
    pub id: String,
    /// The part before the dot.
    pub service: String,
    /// The part after the dot.
    pub name: String,
    /// The HTTP method in lower case, as OpenAPI writes it.
    pub method: String,
    /// The path template.
    pub path: String,
    /// The label of the reference.
    pub summary: String,
    /// The description, in Markdown.
    pub description: String,
    /// The page of the reference.
    pub reference: String,
    /// The tiers that may call it.
    pub tiers: Vec<String>,
    /// The scopes that a plugin token needs, with their access.
    pub scopes: Vec<(String, String)>,
    /// Whether something replaces it.
    pub deprecated: bool,
    /// Path and query parameters, in the order of the spec.
    pub parameters: Vec<Parameter>,
    /// The body of the request.
    pub body: Body,
    /// The examples of the body: one without a name, or several named ones.
    pub examples: Vec<BodyExample>,
}

impl Operation {
    /// Whether it returns one page of a list, by its number.
    pub fn is_paged(&self) -> bool {
        self.path.ends_with("/{page_number}")
    }
}

/// A path or query parameter.
pub struct Parameter {
    /// Its name on the wire.
    pub name: String,
    /// Whether it is in the path.
    pub in_path: bool,
    /// Whether it must be given.
    pub required: bool,
    /// The description.
    pub description: String,
    /// Whether its value is a path of slugs, whose slashes stay slashes.
    pub slug_path: bool,
    /// The encoding of its value.
    pub style: Style,
    /// The minimum and the maximum, if the spec has them.
    pub range: (Option<i64>, Option<i64>),
    /// A real value.
    pub example: Value,
}

/// The encoding of the value of a query parameter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// As it is.
    Plain,
    /// `0` or `1`.
    Flag,
    /// A text as it is, anything else as JSON.
    Json,
}

/// The body of a request.
pub enum Body {
    /// None.
    None,
    /// A named schema: one argument.
    Named {
        /// The first sentence of the description of the schema.
        description: String,
    },
    /// An inline object: its fields are arguments and setters.
    Fields(Vec<Field>),
}

/// An example of the body of a request.
pub struct BodyExample {
    /// Its name, where there are several.
    pub name: Option<String>,
    /// The body.
    pub value: Value,
}

/// An event of the realtime socket and of Web Hooks.
pub struct Event {
    /// Its name on the wire, such as `message:send`.
    pub name: String,
    /// Its title.
    pub summary: String,
    /// When it is sent, in Markdown.
    pub description: String,
    /// The page of the reference.
    pub reference: String,
    /// The tiers that may receive it.
    pub tiers: Vec<String>,
    /// The scopes that a plugin token needs, with their access.
    pub scopes: Vec<(String, String)>,
    /// The schema of what it carries.
    pub payload: String,
}

/// A named schema.
pub struct Schema {
    /// The description, in Markdown.
    pub description: String,
    /// Its kind.
    pub kind: SchemaKind,
    /// Whether a response or event can contain it.
    pub in_answers: bool,
    /// Whether a request can contain it.
    pub in_requests: bool,
    /// The features of the resources whose operations use it.
    pub features: BTreeSet<String>,
}

/// The kind of a named schema.
pub enum SchemaKind {
    /// An object.
    Object {
        /// Its fields, in the order of the spec.
        fields: Vec<Field>,
        /// Whether the spec allows others too.
        open: bool,
    },
    /// An open set of texts: the known values.
    Enum(Vec<String>),
    /// An object whose `content` is determined by its `type`.
    Tagged(Vec<Branch>),
    /// One of several forms, the first that matches.
    Untagged(Vec<Branch>),
    /// Anything else: inlined at every use.
    Inline,
}

/// A branch of a union.
pub struct Branch {
    /// Its title, or the schema that it refers to: it names the variant.
    pub title: String,
    /// The description.
    pub description: String,
    /// The value of `type`, in a tagged union.
    pub tag: String,
}

/// A field of an object.
pub struct Field {
    /// Its name on the wire.
    pub name: String,
    /// The description.
    pub description: String,
    /// Whether it must be there.
    pub required: bool,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether it is a tagged union that shares its object.
    pub flatten: bool,
}

/// The name of the field that holds a tagged union which shares its object.
pub const CONTENT: &str = "content";

/// Reads the model out of a bundle that has passed the lint.
pub fn model(bundle: &Bundle) -> Model {
    let mut resources = Vec::new();
    let mut services: Vec<String> = Vec::new();
    let mut schemas = BTreeMap::new();
    for (path, item) in object(&bundle.document["paths"]) {
        for method in METHODS {
            let Some(operation) = item.get(method) else {
                continue;
            };
            let operation = read_operation(bundle, path, method, operation);
            if !services.contains(&operation.service) {
                services.push(operation.service.clone());
            }
            let tag = text(&bundle.document["paths"][path][method]["tags"][0]);
            let resource = resource(
                &mut resources,
                bundle.file_of_path(path).unwrap_or_default(),
            );
            resource.description = tag_description(bundle, &tag);
            resource.operations.push(operation);
        }
    }
    for (name, schema) in object(&bundle.document["components"]["schemas"]) {
        let kind = read_kind(bundle, schema);
        if !matches!(kind, SchemaKind::Inline) {
            resource(&mut resources, bundle.owner(name).unwrap_or_default())
                .schemas
                .push(name.clone());
        }
        schemas.insert(
            name.clone(),
            Schema {
                description: text(&schema["description"]),
                kind,
                in_answers: false,
                in_requests: false,
                features: BTreeSet::new(),
            },
        );
    }
    let events = object(&bundle.document["x-webhooks"]);
    let mut model = Model {
        resources,
        services,
        schemas,
        events: events
            .map(|(name, item)| read_event(bundle, name, &item["post"]))
            .collect(),
    };
    mark_usage(bundle, &mut model);
    model
}

fn resource<'a>(resources: &'a mut Vec<Resource>, file: &str) -> &'a mut Resource {
    let path = file.trim_end_matches(".yaml");
    let at = resources
        .iter()
        .position(|r| r.path == path)
        .unwrap_or_else(|| {
            resources.push(Resource {
                path: path.to_owned(),
                description: String::new(),
                operations: Vec::new(),
                schemas: Vec::new(),
            });
            resources.len() - 1
        });
    &mut resources[at]
}

fn tag_description(bundle: &Bundle, tag: &str) -> String {
    let tags = bundle.document["tags"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    tags.iter()
        .find(|t| t["name"] == tag)
        .map(|t| text(&t["description"]))
        .unwrap_or_default()
}

/// The feature of event payloads.
const EVENTS: &str = "events";

/// Marks the schemas that responses, events and requests use, and the resources of these.
fn mark_usage(bundle: &Bundle, model: &mut Model) {
    for resource in &model.resources {
        let feature = resource.feature();
        for operation in &resource.operations {
            let node = &bundle.document["paths"][&operation.path][&operation.method];
            let mut answers = BTreeSet::new();
            if let Some(data) = data_schema(bundle, node) {
                collect_refs(bundle, data, &mut answers);
            }
            let mut requests = BTreeSet::new();
            collect_refs(
                bundle,
                json_schema(bundle.resolve(&node["requestBody"])),
                &mut requests,
            );
            for (_, parameter) in parameters(bundle, &operation.path, &operation.method) {
                collect_refs(bundle, &parameter["schema"], &mut requests);
                collect_refs(bundle, &parameter["x-crisp-value"], &mut requests);
            }
            mark(&mut model.schemas, &answers, &feature, |schema| {
                schema.in_answers = true;
            });
            mark(&mut model.schemas, &requests, &feature, |schema| {
                schema.in_requests = true;
            });
        }
    }
    let mut carried = BTreeSet::new();
    for event in &model.events {
        let reference = json!({ "$ref": format!("#/components/schemas/{}", event.payload) });
        collect_refs(bundle, &reference, &mut carried);
    }
    mark(&mut model.schemas, &carried, EVENTS, |schema| {
        schema.in_answers = true;
    });
}

fn mark(
    schemas: &mut BTreeMap<String, Schema>,
    names: &BTreeSet<String>,
    feature: &str,
    direction: impl Fn(&mut Schema),
) {
    for name in names {
        if let Some(schema) = schemas.get_mut(name) {
            direction(schema);
            schema.features.insert(feature.to_owned());
        }
    }
}

/// Collects the names of the schemas that a value refers to, directly or through others.
pub(crate) fn collect_refs(bundle: &Bundle, value: &Value, seen: &mut BTreeSet<String>) {
    if let Some(name) = ref_name(value) {
        if seen.insert(name.to_owned()) {
            collect_refs(bundle, bundle.resolve(value), seen);
        }
        return;
    }
    match value {
        Value::Object(map) => map.values().for_each(|v| collect_refs(bundle, v, seen)),
        Value::Array(items) => items.iter().for_each(|v| collect_refs(bundle, v, seen)),
        _ => {}
    }
}

/// The entries of an object, none where the value is something else.
pub fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

/// The text of a value, empty where it is something else.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().trim().to_owned()
}
