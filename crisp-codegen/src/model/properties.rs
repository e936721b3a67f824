//! The properties of an object, as the document has them.

use std::collections::BTreeSet;

use openapiv3::{ReferenceOr, Schema, SchemaKind, Type};

use crate::document::{self, CONTENT, Document};
use crate::source::pointer;

/// A property of an object.
pub(super) struct Property {
    /// The name on the wire.
    pub(super) name: String,
    pub(super) description: String,
    pub(super) nullable: bool,
    /// Whether it is a tagged union whose `type` and `content` are properties of the object.
    pub(super) flatten: bool,
    pub(super) pointer: String,
}

/// Returns the properties of a schema and of its parts, in order, each once.
pub(super) fn properties(document: &Document, schema: &Schema, at: &str) -> Vec<Property> {
    if let Some((base, _)) = document.content_union(schema) {
        let mut all = properties(document, base, &format!("{at}/allOf/0"));
        all.push(Property {
            name: CONTENT.to_owned(),
            nullable: false,
            flatten: true,
            description: String::new(),
            pointer: format!("{at}/allOf/1"),
        });
        return all;
    }
    match &schema.schema_kind {
        SchemaKind::Type(Type::Object(object)) => {
            let each = object.properties.iter().map(|(name, property)| Property {
                name: name.clone(),
                nullable: document.is_nullable(&property.clone().unbox()),
                flatten: false,
                description: description(property),
                pointer: pointer(&format!("{at}/properties"), name),
            });
            each.collect()
        }
        SchemaKind::AllOf { all_of } => {
            let parts = all_of
                .iter()
                .enumerate()
                .flat_map(|(index, part)| match part {
                    ReferenceOr::Item(part) => {
                        properties(document, part, &format!("{at}/allOf/{index}"))
                    }
                    ReferenceOr::Reference { reference } => {
                        let name = document::schema_name(reference).unwrap_or_default();
                        let part = document.schemas.get(name);
                        let at = Document::schema_pointer(name);
                        part.map_or_else(Vec::new, |part| properties(document, part, &at))
                    }
                });
            // A part can repeat a property of another.
            let mut seen = BTreeSet::new();
            parts
                .filter(|property| seen.insert(property.name.clone()))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn description(property: &ReferenceOr<Box<Schema>>) -> String {
    let schema = property.as_item();
    let description = schema.and_then(|schema| schema.schema_data.description.clone());
    description.unwrap_or_default()
}
