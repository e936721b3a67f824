//! One of the two descriptions, as Rust callers see it.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use serde_json::Value;

use super::calls::{Call, beside, call};
use super::names::{Names, id};
use crate::bundle::{Bundle, entries};
use crate::model::{self, Model, SchemaKind};
use crate::source::pointer;
use crate::{lower, rewrite};

/// A description with its model. Operations and schemas go by the names of the new description, so that
/// what was renamed is compared with what it was.
pub(super) struct ApiView<'a> {
    pub(super) bundle: &'a Bundle,
    pub(super) model: &'a Model,
    pub(super) names: &'a Names,
    /// The operations by id.
    pub(super) calls: BTreeMap<String, Call<'a>>,
    /// The schemas that are a type of the Rust API.
    pub(super) types: BTreeSet<String>,
}

impl<'a> ApiView<'a> {
    pub(super) fn new(bundle: &'a Bundle, model: &'a Model, names: &'a Names) -> Self {
        let mut view = Self {
            bundle,
            model,
            names,
            calls: BTreeMap::new(),
            types: BTreeSet::new(),
        };
        for resource in &model.resources {
            for operation in &resource.operations {
                let call = call(&view, operation, resource.feature());
                view.calls
                    .insert(names.operation(&id(operation)).to_owned(), call);
            }
        }
        let mut events = BTreeSet::new();
        for (_, data) in view.events().filter_map(|(_, data)| data) {
            model::collect_refs(bundle, data, &mut events);
        }
        view.types = model
            .schemas
            .iter()
            .filter(|(name, schema)| {
                let used = schema.in_answers || schema.in_requests || events.contains(*name);
                used && !matches!(schema.kind, SchemaKind::Inline)
            })
            .map(|(name, _)| names.schema(name).to_owned())
            .collect();
        view
    }

    /// The schemas by name.
    pub(super) fn schemas(&self) -> impl Iterator<Item = (&str, &'a Value)> {
        let document: &'a Value = &self.bundle.document;
        entries(document.pointer("/components/schemas"))
            .map(|(name, schema)| (self.names.schema(name), schema))
    }

    /// A schema by name.
    pub(super) fn schema(&self, name: &str) -> Option<&'a Value> {
        let own = self.names.own_schema(name);
        self.bundle
            .document
            .get("components")?
            .get("schemas")?
            .get(own)
    }

    /// The model of a schema.
    pub(super) fn facts(&self, name: &str) -> Option<&'a model::Schema> {
        self.model.schemas.get(self.names.own_schema(name))
    }

    /// The pointer of a schema.
    pub(super) fn schema_pointer(&self, name: &str) -> String {
        pointer("/components/schemas", self.names.own_schema(name))
    }

    /// The schema that a value refers to.
    pub(super) fn target<'s>(&'s self, value: &'s Value) -> Option<&'s str> {
        model::ref_name(value).map(|name| self.names.schema(name))
    }

    /// The events, with the schema of the data of each and its pointer.
    pub(super) fn events(&self) -> impl Iterator<Item = (&'a str, Option<(String, &'a Value)>)> {
        entries(self.bundle.document.get("x-webhooks")).map(move |(name, item)| {
            let at = pointer("/x-webhooks", name) + "/post/requestBody";
            (name, beside(self.bundle, at, &item["post"]["requestBody"]))
        })
    }

    /// The type of the data of an event.
    pub(super) fn event_data(&self, name: &str) -> String {
        let data = self.events().find(|(event, _)| *event == name);
        match data.and_then(|(_, data)| data) {
            Some((_, schema)) => self.ty(schema),
            None => "()".to_owned(),
        }
    }

    /// The Rust type of a schema.
    pub(super) fn ty(&self, schema: &Value) -> String {
        self.written(&lower::lower_schema(self.bundle, schema))
    }

    /// The pointer of the field of an object.
    pub(super) fn field_pointer(&self, schema: &str, name: &str) -> String {
        let union = self
            .schema(schema)
            .and_then(|schema| model::content_union(self.bundle, schema));
        let base = if union.is_some() { "/allOf/0" } else { "" };
        let at = self.schema_pointer(schema);
        pointer(&format!("{at}{base}/properties"), name)
    }

    /// The Rust type of the field of an object.
    pub(super) fn field(&self, schema: &str, name: &str) -> Option<String> {
        let SchemaKind::Object { fields, .. } = &self.facts(schema)?.kind else {
            return None;
        };
        let mut fields = fields.iter();
        let field = fields.find(|field| field.name == name && !field.flatten)?;
        let schema = self.schema(schema)?;
        let union = model::content_union(self.bundle, schema);
        let base = union.map_or(schema, |(base, _)| base);
        let ty = self.ty(&base["properties"][name]);
        Some(match (field.required, field.nullable) {
            (true, false) => ty,
            (false, true) => format!("Nullable<{ty}>"),
            _ => format!("Option<{ty}>"),
        })
    }

    /// The variants of a union with what each holds, by the key of the branch.
    pub(super) fn variants(&self, schema: &str) -> Vec<Variant> {
        let (Some(value), Some(facts)) = (self.schema(schema), self.facts(schema)) else {
            return Vec::new();
        };
        let (SchemaKind::Tagged(known) | SchemaKind::Untagged(known)) = &facts.kind else {
            return Vec::new();
        };
        let kind = if value.get("oneOf").is_some() {
            "oneOf"
        } else {
            "anyOf"
        };
        let at = self.schema_pointer(schema);
        let nodes = model::branches(value).into_iter().flatten();
        nodes
            .zip(known)
            .enumerate()
            .map(|(index, (node, branch))| Variant {
                pointer: format!("{at}/{kind}/{index}"),
                key: self.branch_key(node, index),
                name: match facts.kind {
                    SchemaKind::Tagged(_) => branch.tag.to_upper_camel_case(),
                    _ => {
                        let title = self.target(node).unwrap_or(&branch.title);
                        rewrite::variant_name(schema, title)
                    }
                },
                ty: match facts.kind {
                    SchemaKind::Tagged(_) => self.ty(&node["properties"][model::CONTENT]),
                    _ => self.ty(node),
                },
            })
            .collect()
    }

    /// The key that distinguishes a branch of a union from the others.
    pub(super) fn branch_key(&self, branch: &Value, index: usize) -> String {
        let tag = branch["properties"]["type"]["enum"][0].as_str();
        tag.or_else(|| self.target(branch))
            .or_else(|| branch["title"].as_str())
            .map_or_else(|| index.to_string(), str::to_owned)
    }

    /// A lowered schema as the Rust that comes of it.
    pub(super) fn written(&self, lowered: &Value) -> String {
        if let Some(target) = self.target(lowered) {
            return target.to_owned();
        }
        match (lowered["type"].as_str(), lowered["format"].as_str()) {
            (Some("string"), _) => match lowered.get("enum") {
                Some(values) => format!("one of {values}"),
                None => "String".to_owned(),
            },
            (Some("integer"), Some("uint64")) => "u64".to_owned(),
            (Some("integer"), Some("uint32")) => "u32".to_owned(),
            (Some("integer"), Some("int32")) => "i32".to_owned(),
            (Some("integer"), _) => "i64".to_owned(),
            (Some("number"), _) => "f64".to_owned(),
            (Some("boolean"), _) => "bool".to_owned(),
            (Some("array"), _) => format!("Vec<{}>", self.written(&lowered["items"])),
            (Some("object"), _) if lowered["properties"].is_object() => {
                let fields: Vec<_> = model::object(&lowered["properties"])
                    .map(|(name, value)| format!("{name}: {}", self.written(value)))
                    .collect();
                format!("{{ {} }}", fields.join(", "))
            }
            (Some("object"), _) => {
                format!(
                    "Map<String, {}>",
                    self.written(&lowered["additionalProperties"])
                )
            }
            _ => match model::branches(lowered) {
                Some(branches) => {
                    let branches: Vec<_> = branches.iter().map(|b| self.written(b)).collect();
                    branches.join(" or ")
                }
                None => "Value".to_owned(),
            },
        }
    }
}

/// A variant of a union.
pub(super) struct Variant {
    pub(super) pointer: String,
    pub(super) key: String,
    pub(super) name: String,
    pub(super) ty: String,
}
