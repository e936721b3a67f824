//! Writes a random document as the files of a description, with valid examples.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::document::{Document, Field, Kind, Operation, Query, SERVICES, Schema};

/// The files of a document, by path, as JSON, which is YAML too.
pub(crate) fn files(document: &Document) -> Vec<(String, String)> {
    let mut writer = Writer { document, count: 0 };
    let mut resources: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut schemas = Map::new();
    let mut events = Map::new();
    for (index, schema) in document.schemas.iter().enumerate() {
        writer.schema(index, schema, &mut schemas);
        let path = format!("/website/things/{index}");
        let item = json!({ "put": writer.save(index) });
        resources.entry("website").or_default().insert(path, item);
        if let Schema::Object { .. } | Schema::Shared(..) = schema {
            let letter = char::from(b'a' + u8::try_from(index).unwrap());
            let name = format!("thing:sent_{letter}");
            events.insert(name.clone(), json!({ "post": writer.event(index, &name) }));
        }
    }
    for (index, operation) in document.operations.iter().enumerate() {
        let (path, item) = writer.operation(index, operation);
        let paths = resources.entry(operation.service).or_default();
        paths.insert(path, item);
    }
    // Every declared tag has to be used.
    let path = "/gadget/base".to_owned();
    resources.entry("gadget").or_default().insert(path, base());
    let mut files = vec![
        ("openapi.yaml".to_owned(), root()),
        (
            "website/base.yaml".to_owned(),
            include_str!("../corpus/base.yaml").to_owned(),
        ),
    ];
    for service in SERVICES {
        let paths = resources.remove(service).unwrap_or_default();
        let mut file =
            json!({ "openapi": "3.0.3", "info": { "title": "A", "version": "1" }, "paths": paths });
        if service == "website" {
            file["components"] = json!({ "schemas": schemas.clone() });
            file["x-webhooks"] = events.clone().into();
        }
        files.push((format!("{service}/things.yaml"), file.to_string()));
    }
    files
}

/// The root of the corpus, with a tag for each service. `base.yaml` uses everything in it.
fn root() -> String {
    let tags = SERVICES.map(|service| format!("  - {{name: {service}, description: Things.}}\n"));
    format!(
        "{}tags:\n  - {{name: Case, description: The base.}}\n{}",
        include_str!("../corpus/openapi.yaml"),
        tags.concat()
    )
}

/// The name of a schema.
pub(crate) fn name(index: usize) -> String {
    format!("Thing{index}")
}

/// The name of the operation that takes and returns a schema.
pub(crate) fn save_id(index: usize) -> String {
    format!("website.save_thing_{index}")
}

/// The operationId of an operation.
pub(crate) fn operation_id(index: usize, operation: &Operation) -> String {
    format!("{}.handle_case_{index}", operation.service)
}

fn reference(index: usize) -> Value {
    json!({ "$ref": format!("../website/things.yaml#/components/schemas/{}", name(index)) })
}

struct Writer<'a> {
    document: &'a Document,
    /// Numbers examples, so that no two arguments have the same.
    count: u32,
}

impl Writer<'_> {
    fn next(&mut self) -> u32 {
        self.count += 1;
        self.count
    }

    fn schema(&self, index: usize, schema: &Schema, schemas: &mut Map<String, Value>) {
        let mut written = match schema {
            Schema::Object { fields, open } => {
                let mut object = self.object(fields, index);
                if *open {
                    object["additionalProperties"] = true.into();
                }
                object
            }
            Schema::Enum(values) => json!({ "type": "string", "enum": values }),
            Schema::Tagged(tags) => self.tagged(tags, index),
            Schema::Shared(fields, tags) => {
                let content = format!("{}Content", name(index));
                let mut union = self.tagged(tags, index);
                union["description"] = "The content.".into();
                schemas.insert(content.clone(), union);
                let reference = json!({ "$ref": format!("#/components/schemas/{content}") });
                json!({ "allOf": [self.object(fields, index), reference] })
            }
            Schema::Untagged => json!({ "oneOf": [
                { "title": "Text", "description": "A text.", "type": "string" },
                { "title": "List", "description": "A list.", "type": "array", "items": { "type": "integer" } },
            ] }),
            Schema::Alias(kind) => self.alias(kind, index),
        };
        written["description"] = "A thing, \"quoted\" \\ and */ closed.".into();
        schemas.insert(name(index), written);
    }

    /// A schema that is another name of a kind. Only a property can refer to a schema directly.
    fn alias(&self, kind: &Kind, index: usize) -> Value {
        let written = self.kind(kind, index);
        match written.get("$ref") {
            Some(_) => json!({ "allOf": [written] }),
            None => written,
        }
    }

    fn object(&self, fields: &[Field], index: usize) -> Value {
        let mut properties = Map::new();
        for field in fields {
            let mut property = self.kind(&field.kind, index);
            if property.get("$ref").is_some() {
                property = json!({ "allOf": [property] });
            }
            property["description"] = "A property.".into();
            if field.nullable {
                property["nullable"] = true.into();
            }
            properties.insert(field.name.clone(), property);
        }
        let required = fields.iter().filter(|field| field.required);
        let required: Vec<_> = required.map(|field| &field.name).collect();
        json!({ "type": "object", "required": required, "properties": properties })
    }

    fn tagged(&self, tags: &[(String, Kind)], index: usize) -> Value {
        let branches: Vec<_> = tags
            .iter()
            .map(|(tag, kind)| {
                let mut content = self.kind(kind, index);
                if content.get("$ref").is_none() {
                    content["description"] = "The content.".into();
                }
                json!({
                    "description": "A branch.",
                    "type": "object",
                    "required": ["type", "content"],
                    "properties": {
                        "type": { "type": "string", "description": "The type.", "enum": [tag] },
                        "content": content,
                    },
                })
            })
            .collect();
        json!({ "oneOf": branches })
    }

    /// The schema of a kind, in a schema with an index.
    fn kind(&self, kind: &Kind, index: usize) -> Value {
        match kind {
            Kind::Text(None) => json!({ "type": "string" }),
            Kind::Text(Some(format)) => json!({ "type": "string", "format": format }),
            Kind::Integer(format, least) => {
                let mut schema = json!({ "type": "integer" });
                if let Some(format) = format {
                    schema["format"] = (*format).into();
                }
                if let Some(least) = least {
                    schema["minimum"] = (*least).into();
                }
                schema
            }
            Kind::Number => json!({ "type": "number" }),
            Kind::Flag => json!({ "type": "boolean" }),
            Kind::Any => json!({}),
            Kind::Scalars => json!({ "oneOf": [{ "type": "string" }, { "type": "boolean" }] }),
            Kind::List(inner) => json!({ "type": "array", "items": self.kind(inner, index) }),
            Kind::Map(inner) => {
                json!({ "type": "object", "additionalProperties": self.kind(inner, index) })
            }
            Kind::Reference(_) if index == 0 => json!({ "type": "string" }),
            Kind::Reference(target) => reference(target % index),
        }
    }

    /// A value of a kind.
    fn example(&mut self, kind: &Kind, index: usize) -> Value {
        let count = self.next();
        match kind {
            Kind::Text(Some("date-time")) => format!("2025-01-01T00:00:00.{count:06}Z").into(),
            Kind::Text(Some(_)) => format!("00000000-0000-4000-8000-{count:012}").into(),
            Kind::Text(None) | Kind::Any | Kind::Scalars => format!("text {count}").into(),
            Kind::Integer(..) => count.into(),
            Kind::Number => (f64::from(count) + 0.5).into(),
            Kind::Flag => true.into(),
            // No list of flags is the same as another.
            Kind::List(inner) if matches!(**inner, Kind::Flag) => {
                (0..32).map(|bit| count & (1 << bit) != 0).collect()
            }
            Kind::List(inner) => json!([self.example(inner, index)]),
            Kind::Map(inner) => json!({ format!("key {count}"): self.example(inner, index) }),
            Kind::Reference(_) if index == 0 => format!("text {count}").into(),
            Kind::Reference(target) => self.schema_example(target % index),
        }
    }

    fn schema_example(&mut self, index: usize) -> Value {
        match &self.document.schemas[index] {
            Schema::Object { fields, .. } => self.fields_example(fields, index),
            Schema::Enum(values) => values[0].clone().into(),
            Schema::Tagged(tags) => self.tagged_example(tags, index),
            Schema::Shared(fields, tags) => {
                let mut example = self.fields_example(fields, index);
                let Value::Object(tagged) = self.tagged_example(tags, index) else {
                    return example;
                };
                for (key, value) in tagged {
                    example[key] = value;
                }
                example
            }
            Schema::Untagged => json!([self.next()]),
            Schema::Alias(kind) => self.example(kind, index),
        }
    }

    fn tagged_example(&mut self, tags: &[(String, Kind)], index: usize) -> Value {
        let (tag, kind) = &tags[0];
        json!({ "type": tag, "content": self.example(kind, index) })
    }

    fn fields_example(&mut self, fields: &[Field], index: usize) -> Value {
        fields
            .iter()
            .map(|field| (field.name.clone(), self.example(&field.kind, index)))
            .collect::<Map<_, _>>()
            .into()
    }

    /// The operation that takes and returns a schema.
    fn save(&mut self, index: usize) -> Value {
        let body = json!({
            "required": true,
            "content": { "application/json": { "schema": reference(index), "example": self.schema_example(index) } },
        });
        let data = self.schema_example(index);
        let mut operation = common(&save_id(index), "website");
        operation["requestBody"] = body;
        operation["responses"] = responses(Some((reference(index), data)));
        operation
    }

    fn event(&mut self, index: usize, name: &str) -> Value {
        let schema = json!({ "allOf": [
            { "$ref": "../openapi.yaml#/components/schemas/Delivery" },
            { "type": "object", "properties": { "data": reference(index) } },
        ] });
        let example = json!({ "event": name, "data": self.schema_example(index) });
        let content = json!({ "application/json": { "schema": schema, "example": example } });
        json!({
            "summary": "Thing Sent",
            "description": "Sent when a thing is sent.",
            "tags": ["website"],
            "x-crisp-tiers": ["plugin"],
            "requestBody": { "required": true, "content": content },
            "responses": { "200": { "description": "It was accepted." } },
        })
    }

    /// The path of an operation, and the item at it.
    fn operation(&mut self, index: usize, operation: &Operation) -> (String, Value) {
        let mut path = format!("/{}/cases/{index}", operation.service);
        let mut parameters = Vec::new();
        for name in &operation.path {
            path.push_str(&format!("/{{{name}}}"));
            parameters.push(json!({
                "name": name, "in": "path", "required": true, "description": "A value.",
                "schema": { "type": "string" }, "example": format!("path {}", self.next()),
            }));
        }
        if operation.paged {
            path.push_str("/{page_number}");
            parameters.push(json!({
                "name": "page_number", "in": "path", "required": true, "description": "The page number, from 1.",
                "schema": { "type": "integer", "format": "int32", "minimum": 1 }, "example": self.next(),
            }));
        }
        for (name, query, required) in &operation.query {
            parameters.push(self.query(name, query, *required));
        }
        let last = self.document.schemas.len();
        let mut written = common(&operation_id(index, operation), operation.service);
        written["parameters"] = parameters.into();
        if !operation.body.is_empty() {
            let example = self.fields_example(&operation.body, 0);
            let schema = self.object(&operation.body, 0);
            written["requestBody"] = json!({
                "required": true,
                "content": { "application/json": { "schema": schema, "example": example } },
            });
        }
        let data = operation.data.as_ref().map(|kind| {
            let kind = match operation.paged {
                true => &Kind::List(Box::new(kind.clone())),
                false => kind,
            };
            (self.kind(kind, last), self.example(kind, last))
        });
        written["responses"] = responses(data);
        let method = if operation.body.is_empty() {
            "get"
        } else {
            "patch"
        };
        (path, json!({ method: written }))
    }

    fn query(&mut self, name: &str, query: &Query, required: bool) -> Value {
        let count = self.next();
        let (schema, example) = match query {
            Query::Text => (json!({ "type": "string" }), json!(format!("query {count}"))),
            Query::Integer => {
                let schema = json!({ "type": "integer", "minimum": 1, "maximum": 1_000_000 });
                (schema, count.into())
            }
            Query::Flag => (json!({ "type": "integer", "enum": [0, 1] }), json!(1)),
            Query::List => (json!({ "type": "string" }), json!(format!("[\"{count}\"]"))),
        };
        let mut parameter = json!({
            "name": name, "in": "query", "required": required, "description": "A value.",
            "schema": schema, "example": example,
        });
        if let Query::List = query {
            parameter["x-crisp-value"] = json!({ "type": "array", "items": { "type": "string" } });
        }
        parameter
    }
}

fn common(id: &str, tag: &str) -> Value {
    json!({
        "operationId": id,
        "summary": "Handle Case",
        "description": "Handles a case.",
        "tags": [tag],
        "externalDocs": { "url": "https://docs.crisp.chat/references/rest-api/v1/#handle-case" },
        "x-crisp-tiers": ["plugin"],
    })
}

/// The item of an operation that each document has.
fn base() -> Value {
    let mut operation = common("gadget.delete_base", "gadget");
    operation["responses"] = responses(None);
    json!({ "delete": operation })
}

/// The responses of an operation with the schema and the example of its data, or without data.
fn responses(data: Option<(Value, Value)>) -> Value {
    let content = match data {
        None => json!({
            "schema": { "$ref": "../openapi.yaml#/components/schemas/Done" },
            "example": { "error": false, "reason": "ok", "data": {} },
        }),
        Some((schema, example)) => json!({
            "schema": { "allOf": [
                { "$ref": "../openapi.yaml#/components/schemas/Envelope" },
                { "type": "object", "properties": { "data": schema } },
            ] },
            "example": { "error": false, "reason": "ok", "data": example },
        }),
    };
    json!({
        "200": { "description": "The response.", "content": { "application/json": content } },
        "4XX": { "$ref": "../openapi.yaml#/components/responses/Failure" },
    })
}
