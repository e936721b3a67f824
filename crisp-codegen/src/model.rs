//! The facts that the Rust code needs, read out of the bundle once: operations, schemas, and which resource each
//! belongs to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::bundle::{Bundle, METHODS};

/// Everything that is generated from.
pub struct Model {
    /// Resources in the order of their files: a file of the spec that has operations or schemas.
    pub resources: Vec<Resource>,
    /// Services in order of appearance.
    pub services: Vec<String>,
    /// Named schemas by name.
    pub schemas: BTreeMap<String, Schema>,
}

/// One file of the spec.
pub struct Resource {
    /// The path of its file without the ending, such as `website/conversation`.
    pub path: String,
    /// What the tag of its operations says.
    pub description: String,
    /// Its operations, in the order of the file.
    pub operations: Vec<Operation>,
    /// The names of its schemas, in the order of the file.
    pub schemas: Vec<String>,
}

impl Resource {
    /// The cargo feature of the resource, such as `website-conversation`.
    pub fn feature(&self) -> String {
        self.path.replace('/', "-")
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
    /// What it does, in Markdown.
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
    /// What is sent.
    pub body: Body,
    /// Whether the envelope's `data` is typed.
    pub has_data: bool,
}

/// A path or query parameter.
pub struct Parameter {
    /// Its name on the wire.
    pub name: String,
    /// Whether it stands in the path.
    pub in_path: bool,
    /// Whether it must be given.
    pub required: bool,
    /// What it is.
    pub description: String,
    /// How its value is written.
    pub style: Style,
    /// The least and the most that it may be, where the spec says so.
    pub range: (Option<i64>, Option<i64>),
    /// A real value.
    pub example: Value,
}

/// How the value of a query parameter is written.
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
    Named,
    /// An inline object: its fields are arguments and setters.
    Fields(Vec<Field>),
}

/// A named schema.
pub struct Schema {
    /// What it is, in Markdown.
    pub description: String,
    /// Its form.
    pub form: Form,
    /// Whether an answer can hold it.
    pub in_answers: bool,
    /// Whether a request can hold it.
    pub in_requests: bool,
    /// The features of the resources whose operations reach it.
    pub features: BTreeSet<String>,
}

/// The form of a named schema.
pub enum Form {
    /// An object.
    Object {
        /// Its fields, in the order of the spec.
        fields: Vec<Field>,
        /// Whether the spec allows others too.
        open: bool,
    },
    /// A set of texts, with what is known of each.
    Enum(Vec<String>),
    /// An object whose `type` decides its `content`.
    Tagged(Vec<Branch>),
    /// One of several forms, told apart by trying.
    Untagged(Vec<Branch>),
    /// Anything else: written out where it is used.
    Inline,
}

/// A branch of a union.
pub struct Branch {
    /// Its title, or the schema that it refers to: it names the variant.
    pub title: String,
    /// What it is.
    pub description: String,
    /// The value of `type`, in a tagged union.
    pub tag: String,
}

/// A field of an object.
pub struct Field {
    /// Its name on the wire.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Whether it must be there.
    pub required: bool,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether it is a tagged union that shares its object.
    pub flatten: bool,
    /// A real value, where the body that it belongs to has an example.
    pub example: Value,
}

/// The name of the field that holds a tagged union which shares its object.
pub const CONTENT: &str = "content";

/// Reads the model out of a bundle that has passed the lint.
pub fn model(bundle: &Bundle) -> Model {
    let document = &bundle.document;
    let mut resources = Vec::new();
    let mut services: Vec<String> = Vec::new();
    let mut schemas = BTreeMap::new();
    for (path, item) in object(&document["paths"]) {
        for method in METHODS {
            let Some(operation) = item.get(method) else {
                continue;
            };
            let operation = read_operation(document, path, item, method, operation);
            if !services.contains(&operation.service) {
                services.push(operation.service.clone());
            }
            let tag = text(&document["paths"][path][method]["tags"][0]);
            let resource = resource(
                &mut resources,
                bundle.file_of_path(path).unwrap_or_default(),
            );
            resource.description = tag_description(document, &tag);
            resource.operations.push(operation);
        }
    }
    for (name, schema) in object(&document["components"]["schemas"]) {
        let form = read_form(document, schema);
        if !matches!(form, Form::Inline) {
            resource(&mut resources, bundle.owner(name).unwrap_or_default())
                .schemas
                .push(name.clone());
        }
        schemas.insert(
            name.clone(),
            Schema {
                description: text(&schema["description"]),
                form,
                in_answers: false,
                in_requests: false,
                features: BTreeSet::new(),
            },
        );
    }
    let mut model = Model {
        resources,
        services,
        schemas,
    };
    mark_reach(document, &mut model);
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

fn tag_description(document: &Value, tag: &str) -> String {
    let tags = document["tags"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    tags.iter()
        .find(|t| t["name"] == tag)
        .map(|t| text(&t["description"]))
        .unwrap_or_default()
}

fn read_operation(
    document: &Value,
    path: &str,
    item: &Value,
    method: &str,
    operation: &Value,
) -> Operation {
    let id = text(&operation["operationId"]);
    let (service, name) = id.split_once('.').unwrap_or(("", &id));
    let body = match &operation["requestBody"] {
        Value::Null => Body::None,
        body => {
            let body = resolve(document, body);
            let schema = json_schema(body);
            if schema.get("$ref").is_some() {
                Body::Named
            } else {
                let mut fields = fields(document, schema);
                for field in &mut fields {
                    field.example =
                        body["content"]["application/json"]["example"][&field.name].clone();
                }
                Body::Fields(fields)
            }
        }
    };
    Operation {
        service: service.to_owned(),
        name: name.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        description: text(&operation["description"]),
        reference: text(&operation["externalDocs"]["url"]),
        tiers: operation["x-crisp-tiers"]
            .as_array()
            .into_iter()
            .flatten()
            .map(text)
            .collect(),
        scopes: object(&operation["x-crisp-scopes"])
            .map(|(scope, access)| (scope.clone(), text(access)))
            .collect(),
        deprecated: operation["deprecated"] == true,
        parameters: parameters(document, item, operation)
            .into_iter()
            .map(read_parameter)
            .collect(),
        body,
        has_data: data_schema(document, operation).is_some(),
        id,
    }
}

/// The parameters of an operation with those of its path first, each resolved.
pub fn parameters<'a>(
    document: &'a Value,
    item: &'a Value,
    operation: &'a Value,
) -> Vec<&'a Value> {
    [item, operation]
        .into_iter()
        .filter_map(|owner| owner["parameters"].as_array())
        .flatten()
        .map(|parameter| resolve(document, parameter))
        .collect()
}

fn read_parameter(parameter: &Value) -> Parameter {
    let schema = &parameter["schema"];
    let style = if parameter.get("x-crisp-value").is_some() {
        Style::Json
    } else if is_flag(schema) {
        Style::Flag
    } else {
        Style::Plain
    };
    Parameter {
        name: text(&parameter["name"]),
        in_path: parameter["in"] == "path",
        required: parameter["required"] == true,
        description: text(&parameter["description"]),
        style,
        range: match style {
            Style::Plain => (schema["minimum"].as_i64(), schema["maximum"].as_i64()),
            _ => (None, None),
        },
        example: parameter["example"].clone(),
    }
}

/// Whether a schema is a flag of a query: the integers 0 and 1.
pub fn is_flag(schema: &Value) -> bool {
    schema["type"] == "integer"
        && schema["enum"]
            .as_array()
            .is_some_and(|values| *values == [0, 1])
}

/// The JSON schema of a request body or a response.
pub fn json_schema(body: &Value) -> &Value {
    &body["content"]["application/json"]["schema"]
}

/// The schema of `data` in the envelope of an operation's success.
pub fn data_schema<'a>(document: &'a Value, operation: &'a Value) -> Option<&'a Value> {
    let (_, response) =
        object(&operation["responses"]).find(|(status, _)| status.starts_with('2'))?;
    let parts = json_schema(resolve(document, response))["allOf"].as_array()?;
    parts.iter().find_map(|part| part["properties"].get("data"))
}

/// Follows `$ref`s to what they stand for.
pub fn resolve<'a>(document: &'a Value, mut value: &'a Value) -> &'a Value {
    while let Some(target) = value["$ref"]
        .as_str()
        .and_then(|r| document.pointer(r.strip_prefix('#')?))
    {
        value = target;
    }
    value
}

/// The name of the schema that a `$ref` names.
pub fn ref_name(value: &Value) -> Option<&str> {
    value["$ref"]
        .as_str()?
        .strip_prefix("#/components/schemas/")
}

/// A `$ref` that wants a description of its own stands alone in an `allOf`.
pub fn described_ref(schema: &Value) -> Option<&Value> {
    match schema["allOf"].as_array()?.as_slice() {
        [only] if only.get("$ref").is_some() => Some(only),
        _ => None,
    }
}

fn read_form(document: &Value, schema: &Value) -> Form {
    if let Some(values) = schema["enum"].as_array() {
        return Form::Enum(values.iter().map(text).collect());
    }
    if let Some(branches) = branches(schema) {
        return if is_scalar_union(schema) {
            Form::Inline
        } else if is_tagged(schema) {
            Form::Tagged(branches.iter().map(|b| branch(document, b)).collect())
        } else {
            Form::Untagged(branches.iter().map(|b| branch(document, b)).collect())
        };
    }
    if schema["properties"].is_object() || content_union(document, schema).is_some() {
        return Form::Object {
            fields: fields(document, schema),
            open: schema["additionalProperties"] == true,
        };
    }
    Form::Inline
}

fn branch(document: &Value, branch: &Value) -> Branch {
    Branch {
        title: ref_name(branch).map_or_else(|| text(&branch["title"]), str::to_owned),
        description: text(described(document, branch)),
        tag: text(&branch["properties"]["type"]["enum"][0]),
    }
}

/// The branches of a union: `oneOf`, or `anyOf` where they overlap.
pub fn branches(schema: &Value) -> Option<&Vec<Value>> {
    schema["oneOf"].as_array().or(schema["anyOf"].as_array())
}

/// Whether every branch of a union is a plain text, number or boolean.
pub fn is_scalar_union(schema: &Value) -> bool {
    branches(schema).is_some_and(|branches| {
        branches.iter().all(|b| {
            matches!(
                b["type"].as_str(),
                Some("string" | "boolean" | "number" | "integer")
            )
        })
    })
}

/// Whether a union is told apart by `type`, with what differs under `content`.
pub fn is_tagged(schema: &Value) -> bool {
    branches(schema).is_some_and(|branches| {
        branches.iter().all(|b| {
            b["properties"]["type"]["enum"]
                .as_array()
                .is_some_and(|v| v.len() == 1)
                && b["properties"].get(CONTENT).is_some()
        })
    })
}

/// `allOf: [object, tagged union]`: the object and the reference to the union.
pub fn content_union<'a>(document: &'a Value, schema: &'a Value) -> Option<(&'a Value, &'a Value)> {
    match schema["allOf"].as_array()?.as_slice() {
        [base, union] if is_tagged(resolve(document, union)) => Some((base, union)),
        _ => None,
    }
}

/// The fields of an object, the shared tagged union last.
pub fn fields(document: &Value, schema: &Value) -> Vec<Field> {
    let (base, union) =
        content_union(document, schema).map_or((schema, None), |(base, union)| (base, Some(union)));
    let required = base["required"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut fields: Vec<Field> = object(&base["properties"])
        .map(|(name, property)| Field {
            name: name.clone(),
            description: text(described(document, property)),
            required: required.iter().any(|r| r == name),
            nullable: property["nullable"] == true
                || resolve(document, property)["nullable"] == true,
            flatten: false,
            example: Value::Null,
        })
        .collect();
    if let Some(union) = union {
        fields.push(Field {
            name: CONTENT.to_owned(),
            description: text(described(document, union)),
            required: true,
            nullable: false,
            flatten: true,
            example: Value::Null,
        });
    }
    fields
}

fn described<'a>(document: &'a Value, property: &'a Value) -> &'a Value {
    match property.get("description") {
        Some(description) => description,
        None => &resolve(document, property)["description"],
    }
}

/// Marks which schemas answers and requests reach, and from which resources.
fn mark_reach(document: &Value, model: &mut Model) {
    for resource in &model.resources {
        let feature = resource.feature();
        for operation in &resource.operations {
            let item = &document["paths"][&operation.path];
            let node = &item[&operation.method];
            let mut answers = BTreeSet::new();
            if let Some(data) = data_schema(document, node) {
                reach(document, data, &mut answers);
            }
            let mut requests = BTreeSet::new();
            reach(
                document,
                json_schema(resolve(document, &node["requestBody"])),
                &mut requests,
            );
            for parameter in parameters(document, item, node) {
                reach(document, &parameter["schema"], &mut requests);
                reach(document, &parameter["x-crisp-value"], &mut requests);
            }
            for (name, schema) in &mut model.schemas {
                let (answered, requested) = (answers.contains(name), requests.contains(name));
                schema.in_answers |= answered;
                schema.in_requests |= requested;
                if answered || requested {
                    schema.features.insert(feature.clone());
                }
            }
        }
    }
}

fn reach(document: &Value, value: &Value, seen: &mut BTreeSet<String>) {
    if let Some(name) = ref_name(value) {
        if seen.insert(name.to_owned()) {
            reach(document, resolve(document, value), seen);
        }
        return;
    }
    match value {
        Value::Object(map) => map.values().for_each(|v| reach(document, v, seen)),
        Value::Array(items) => items.iter().for_each(|v| reach(document, v, seen)),
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
