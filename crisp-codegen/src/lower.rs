//! Reduces the document to the subset that progenitor supports.
//!
//! [`crate::model`] has read from the bundle what is lost here, and the rewriting adds it again. So that no rule of
//! typify decides how an absent or null value is represented, every property is made required and not nullable; the
//! fields of the resulting types are wrapped afterwards.

use serde_json::{Map, Value, json};

use crate::bundle::Bundle;
use crate::model::{self, Model, SchemaKind};

/// The narrow document.
pub fn lower(bundle: &Bundle, model: &Model) -> Value {
    let mut paths = Map::new();
    for operation in model.resources.iter().flat_map(|r| &r.operations) {
        let item = &bundle.document["paths"][&operation.path];
        let entry = paths.entry(&operation.path).or_insert_with(|| json!({}));
        entry[&operation.method] = lower_operation(bundle, &item[&operation.method], operation);
    }
    let mut schemas = Map::new();
    for (name, schema) in &model.schemas {
        if !schema.features.is_empty() && !matches!(schema.kind, SchemaKind::Inline) {
            let source = &bundle.document["components"]["schemas"][name];
            schemas.insert(name.clone(), lower_schema(bundle, source));
        }
    }
    for operation in model.resources.iter().flat_map(|r| &r.operations) {
        if let model::Body::Fields(_) = operation.body {
            let body = &bundle.document["paths"][&operation.path][&operation.method]["requestBody"];
            let schema = model::json_schema(bundle.resolve(body));
            schemas.insert(body_type(&operation.id), lower_schema(bundle, schema));
        }
    }
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Crisp", "version": "1" },
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

/// The name under which the inline body of an operation is lowered.
pub fn body_type(id: &str) -> String {
    use heck::ToUpperCamelCase;
    format!("{}Body", id.to_upper_camel_case())
}

fn lower_operation(bundle: &Bundle, node: &Value, operation: &model::Operation) -> Value {
    let parameters: Vec<Value> = model::parameters(bundle, &operation.path, &operation.method)
        .into_iter()
        .map(|(_, parameter)| {
            json!({
                "name": parameter["name"],
                "in": parameter["in"],
                "required": parameter["required"] == true,
                "schema": lower_parameter(bundle, parameter),
            })
        })
        .collect();
    // One success and no failure: progenitor panics where the bodies of several answers differ, and failures all have
    // the one form that the runtime reads.
    let mut success = json!({ "description": "success" });
    if let Some(data) = model::data_schema(bundle, node) {
        success["content"] =
            json!({ "application/json": { "schema": lower_schema(bundle, data) } });
    }
    let mut lowered = json!({
        "operationId": operation.id,
        "parameters": parameters,
        "responses": { "2XX": success },
    });
    let schema = match operation.body {
        model::Body::None => return lowered,
        model::Body::Named { .. } => lower_schema(
            bundle,
            model::json_schema(bundle.resolve(&node["requestBody"])),
        ),
        model::Body::Fields(_) => {
            json!({ "$ref": format!("#/components/schemas/{}", body_type(&operation.id)) })
        }
    };
    lowered["requestBody"] =
        json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    lowered
}

/// The schema of what a parameter carries.
pub(crate) fn lower_parameter(bundle: &Bundle, parameter: &Value) -> Value {
    match parameter.get("x-crisp-value") {
        Some(value) => lower_schema(bundle, value),
        None if model::is_flag(&parameter["schema"]) => json!({ "type": "boolean" }),
        None => lower_schema(bundle, &parameter["schema"]),
    }
}

/// The narrow form of a schema, from which progenitor makes its Rust type.
pub(crate) fn lower_schema(bundle: &Bundle, schema: &Value) -> Value {
    if let Some(reference) = model::described_ref(schema) {
        return lower_schema(bundle, reference);
    }
    if model::ref_name(schema).is_some() {
        let target = bundle.resolve(schema);
        return if is_inline(bundle, target) {
            lower_schema(bundle, target)
        } else {
            schema.clone()
        };
    }
    if let Some((base, union)) = model::content_union(bundle, schema) {
        let mut lowered = lower_object(bundle, base);
        lowered["properties"][model::CONTENT] = union.clone();
        if let Some(required) = lowered["required"].as_array_mut() {
            required.push(model::CONTENT.into());
        }
        return lowered;
    }
    if model::is_scalar_union(schema) {
        return json!({});
    }
    if let Some(branches) = model::branches(schema) {
        let branches: Vec<Value> = branches
            .iter()
            .map(|branch| {
                let mut lowered = lower_schema(bundle, branch);
                if model::is_tagged(schema) {
                    // The tag must survive for typify to see it.
                    lowered["properties"]["type"]["enum"] =
                        branch["properties"]["type"]["enum"].clone();
                }
                lowered
            })
            .collect();
        return json!({ "oneOf": branches });
    }
    match schema["type"].as_str() {
        Some("object") if schema["properties"].is_object() => lower_object(bundle, schema),
        Some("object") => {
            let values = match &schema["additionalProperties"] {
                values @ Value::Object(_) => lower_schema(bundle, values),
                _ => json!({}),
            };
            json!({ "type": "object", "additionalProperties": values })
        }
        Some("array") => {
            json!({ "type": "array", "items": lower_schema(bundle, &schema["items"]) })
        }
        Some("string") => match schema.get("enum") {
            Some(values) => json!({ "type": "string", "enum": values }),
            // Formats, patterns and lengths would become types of their own that refuse what Crisp sends tomorrow.
            None => json!({ "type": "string" }),
        },
        Some("integer") => {
            let wide = schema["format"] != "int32";
            let unsigned = schema["minimum"].as_i64().is_some_and(|least| least >= 0);
            let format = match (unsigned, wide) {
                (true, true) => "uint64",
                (true, false) => "uint32",
                (false, true) => "int64",
                (false, false) => "int32",
            };
            json!({ "type": "integer", "format": format })
        }
        Some("number") => json!({ "type": "number", "format": "double" }),
        Some("boolean") => json!({ "type": "boolean" }),
        _ => json!({}),
    }
}

/// Whether a schema has no type of its own: it is written out where it is used.
pub(crate) fn is_inline(bundle: &Bundle, target: &Value) -> bool {
    target.get("enum").is_none()
        && (model::branches(target).is_none() || model::is_scalar_union(target))
        && !target["properties"].is_object()
        && model::content_union(bundle, target).is_none()
}

fn lower_object(bundle: &Bundle, schema: &Value) -> Value {
    let properties: Map<String, Value> = model::object(&schema["properties"])
        .map(|(name, property)| (name.clone(), lower_schema(bundle, property)))
        .collect();
    let required: Vec<&String> = properties.keys().collect();
    json!({ "type": "object", "required": required, "properties": properties })
}
