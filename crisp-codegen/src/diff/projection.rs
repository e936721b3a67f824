//! A description as `drift` compares it best.
//!
//! Drift walks two documents and reports the pairs of places at which they differ. It pairs operations by route, and the
//! branches of a `oneOf` by number. It does not look at webhooks, at `nullable`, at `additionalProperties: true`, at the
//! order of properties, at where a `$ref` leads, into an `anyOf`, or into an `allOf` of several. It panics where one body
//! has JSON and the other none. So it is given a document in which
//!
//! - operations stand at their id, and events among them;
//! - the fields of an inline body are parameters, as they are to a caller, and the answer is the `data` in the envelope;
//! - the parts of a union are properties, by the key that distinguishes them;
//! - what it would pass over stands in an extension, which it compares.
//!
//! Every node of it remembers where it comes from and what of the API it belongs to.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::types;
use super::view::ApiView;
use crate::model;
use crate::source::pointer;

/// The part of the API that a place in a description belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ApiItem {
    Operation(String),
    Argument { operation: String, key: String },
    Answer(String),
    Event(String),
    EventData(String),
    Type(String),
    Field { ty: String, field: String },
    Variant { ty: String, key: String },
}

/// The origin of a node of the document.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub(super) pointer: String,
    pub(super) item: ApiItem,
}

/// The document for drift.
pub(super) struct Projection {
    pub(super) document: Value,
    origins: HashMap<String, Origin>,
}

impl Projection {
    /// The origin of a pointer of the document, or of its nearest ancestor.
    pub(super) fn origin(&self, pointer: &str) -> Option<&Origin> {
        let mut pointer = pointer;
        loop {
            match self.origins.get(pointer) {
                Some(origin) => return Some(origin),
                None => pointer = &pointer[..pointer.rfind('/')?],
            }
        }
    }
}

/// The document for drift of a description.
pub(super) fn project(view: &ApiView<'_>) -> Projection {
    let mut build = Build {
        view,
        origins: HashMap::new(),
    };
    let mut paths = Map::new();
    for (id, call) in &view.calls {
        let path = path(id);
        let at = pointer("/paths", &path) + "/get";
        build.mark(&at, &call.pointer, &ApiItem::Operation(id.clone()));
        let mut parameters = Vec::new();
        for (index, argument) in call.arguments.iter().enumerate() {
            let item = ApiItem::Argument {
                operation: id.clone(),
                key: argument.key.clone(),
            };
            let at = format!("{at}/parameters/{index}");
            build.mark(&at, &argument.pointer, &item);
            let at = at + "/schema";
            parameters.push(json!({
                "in": "query",
                "name": argument.key,
                "required": argument.required,
                "schema": build.schema(&at, &argument.schema_pointer, argument.schema, &item, None),
            }));
        }
        let answer = ApiItem::Answer(id.clone());
        build.mark(&format!("{at}/responses"), &call.pointer, &answer);
        let data = match call.operation.method.as_str() {
            "head" => None,
            _ => call.data.as_ref(),
        };
        let mut operation = build.answer(&at, data, &answer);
        operation["operationId"] = json!(id);
        operation["parameters"] = Value::Array(parameters);
        // `HEAD` gives something else than what gives nothing.
        operation["responses"]["200"]["content"]["application/json"]["schema"]["x-answer"] =
            json!(call.answer);
        paths.insert(path, json!({ "get": operation }));
    }
    for (name, data) in view.events() {
        let path = path(&format!("x-webhooks {name}"));
        let at = pointer("/paths", &path) + "/get";
        let origin = pointer("/x-webhooks", name);
        build.mark(&at, &origin, &ApiItem::Event(name.to_owned()));
        let item = ApiItem::EventData(name.to_owned());
        build.mark(&format!("{at}/responses"), &origin, &item);
        let event = build.answer(&at, data.as_ref(), &item);
        paths.insert(path, json!({ "get": event }));
    }
    let mut schemas = Map::new();
    for (name, schema) in view.schemas() {
        let at = pointer("/components/schemas", name);
        let item = ApiItem::Type(name.to_owned());
        let mut projected =
            build.schema(&at, &view.schema_pointer(name), schema, &item, Some(name));
        projected["x-form"] = json!(view.facts(name).map(|facts| types::form(&facts.kind)));
        schemas.insert(name.to_owned(), projected);
    }
    Projection {
        document: json!({
            "openapi": "3.0.3",
            "info": { "title": "", "version": "" },
            "paths": paths,
            "components": { "schemas": schemas },
        }),
        origins: build.origins,
    }
}

/// Drift takes braces for a parameter of the path.
fn path(id: &str) -> String {
    format!("/{}", id.replace(['{', '}'], "'"))
}

struct Build<'b, 'a> {
    view: &'b ApiView<'a>,
    origins: HashMap<String, Origin>,
}

impl Build<'_, '_> {
    fn mark(&mut self, at: &str, from: &str, item: &ApiItem) {
        let origin = Origin {
            pointer: from.to_owned(),
            item: item.clone(),
        };
        self.origins.insert(at.to_owned(), origin);
    }

    /// An operation at a place, that gives this.
    fn answer(&mut self, at: &str, data: Option<&(String, &Value)>, item: &ApiItem) -> Value {
        let schema = match data {
            Some((from, data)) => {
                let at = format!("{at}/responses/200/content/application~1json/schema");
                self.schema(&at, from, data, item, None)
            }
            None => json!({}),
        };
        let content = json!({ "application/json": { "schema": schema } });
        json!({ "responses": { "200": { "description": "", "content": content } } })
    }

    /// A schema. What it consists of belongs to the type that `top` names, if it is one, or else to the item.
    fn schema(
        &mut self,
        at: &str,
        from: &str,
        schema: &Value,
        item: &ApiItem,
        top: Option<&str>,
    ) -> Value {
        self.mark(at, from, item);
        let Value::Object(map) = schema else {
            return json!({});
        };
        if let Some(name) = self.view.target(schema) {
            return self.reference(name);
        }
        let mut projected = map.clone();
        if let Some(name) = model::described_ref(schema).and_then(|only| self.view.target(only)) {
            if let Value::Object(reference) = self.reference(name) {
                projected.extend(reference);
            }
            return Value::Object(projected);
        }
        let mut properties = Map::new();
        for (name, value) in model::object(&schema["properties"]) {
            let field = top.map(|ty| ApiItem::Field {
                ty: ty.to_owned(),
                field: name.clone(),
            });
            let at = pointer(&format!("{at}/properties"), name);
            let from = pointer(&format!("{from}/properties"), name);
            let projected = self.schema(&at, &from, value, field.as_ref().unwrap_or(item), None);
            properties.insert(name.clone(), projected);
        }
        let mut required: Vec<&String> = properties.keys().collect();
        required.retain(|name| {
            let listed = schema["required"].as_array();
            listed.is_some_and(|listed| listed.iter().any(|other| other == name.as_str()))
        });
        if !required.is_empty() {
            projected.insert("x-required".to_owned(), json!(required));
        }
        if let Some(Value::Array(names)) = projected.get_mut("required") {
            names.sort_by_key(Value::to_string);
        }
        for kind in ["allOf", "oneOf", "anyOf"] {
            let Some(Value::Array(parts)) = projected.remove(kind) else {
                continue;
            };
            projected.insert("x-union".to_owned(), json!(kind));
            for (index, part) in parts.iter().enumerate() {
                let key = match kind {
                    // The parts of an object are that object.
                    "allOf" => index.to_string(),
                    _ => self.view.branch_key(part, index),
                };
                let item = match top {
                    Some(ty) if kind != "allOf" => &ApiItem::Variant {
                        ty: ty.to_owned(),
                        key: key.clone(),
                    },
                    _ => item,
                };
                let top = top.filter(|_| kind == "allOf");
                let mut name = format!("{kind} {key}");
                while properties.contains_key(&name) {
                    name.push('\'');
                }
                let at = pointer(&format!("{at}/properties"), &name);
                let projected =
                    self.schema(&at, &format!("{from}/{kind}/{index}"), part, item, top);
                properties.insert(name, projected);
            }
        }
        if !properties.is_empty() {
            projected.insert("type".to_owned(), json!("object"));
            projected.insert("properties".to_owned(), Value::Object(properties));
        }
        for key in ["items", "additionalProperties"] {
            if let Some(inner) = schema.get(key).filter(|inner| inner.is_object()) {
                let at = format!("{at}/{key}");
                let inner = self.schema(&at, &format!("{from}/{key}"), inner, item, None);
                projected.insert(key.to_owned(), inner);
            }
        }
        for key in ["nullable", "additionalProperties"] {
            if let Some(value) = schema.get(key).filter(|value| value.is_boolean()) {
                projected.insert(format!("x-{key}"), value.clone());
            }
        }
        Value::Object(projected)
    }

    /// Drift follows a `$ref` without a word; what stands around it, it compares.
    fn reference(&self, name: &str) -> Value {
        let target = format!("#{}", pointer("/components/schemas", name));
        let nullable = self.view.schema(name).map(|schema| &schema["nullable"]);
        json!({ "allOf": [{ "$ref": target }], "x-ref": name, "x-nullable-ref": nullable })
    }
}
