//! Implements `schemars::JsonSchema` for the generated types, from the generated schemas.

use std::sync::LazyLock;

use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

use crate::generated::json_schema::subschema;

/// The prefix of references between the schemas.
const DEFINITIONS: &str = "#/$defs/";

static SCHEMAS: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let document = serde_json::from_str(include_str!("generated/schemas.json"));
    let mut document: Value = document.expect("the generated schemas are JSON");
    match document["$defs"].take() {
        Value::Object(schemas) => schemas,
        _ => Map::new(),
    }
});

/// Implements `JsonSchema` for a generated type.
macro_rules! json_schema {
    ($name:ident) => {
        impl ::schemars::JsonSchema for $crate::types::$name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_id() -> ::std::borrow::Cow<'static, str> {
                concat!("crisp_api::types::", stringify!($name)).into()
            }

            fn json_schema(generator: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                $crate::json_schema::schema(stringify!($name), generator)
            }
        }
    };
}
pub(crate) use json_schema;

/// Returns the schema of a name.
pub(crate) fn schema(name: &str, generator: &mut SchemaGenerator) -> Schema {
    let mut schema = SCHEMAS.get(name).cloned().unwrap_or(true.into());
    resolve(&mut schema, generator);
    schema.try_into().unwrap_or_default()
}

/// Replaces the references in a schema by those of the generator, which adds their targets to its definitions.
fn resolve(value: &mut Value, generator: &mut SchemaGenerator) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| resolve(item, generator)),
        Value::Object(object) => {
            let reference = object.get("$ref").and_then(Value::as_str);
            if let Some(name) = reference.and_then(|target| target.strip_prefix(DEFINITIONS)) {
                // A schema that is only another name of a list or a map has no type, and is written out.
                let target = subschema(name, generator).unwrap_or_else(|| schema(name, generator));
                object.remove("$ref");
                for (key, value) in target.as_object().into_iter().flatten() {
                    object.entry(key).or_insert_with(|| value.clone());
                }
            } else {
                object
                    .values_mut()
                    .for_each(|value| resolve(value, generator));
            }
        }
        _ => {}
    }
}

// Apart, for clippy to see that these are tests.
#[cfg(test)]
#[cfg(all(feature = "full", feature = "mock"))]
mod tests;
