//! The operations and events as JSON: the catalogue that the mock reads.

use openapiv3::{MediaType, Parameter, ReferenceOr, Schema};
use serde_json::{Map, Value, json};

use crate::document::{self, Document, Located, Operation};
use crate::schemas;

/// Returns the catalogue. Its schemas refer to those of `schemas.json`.
pub(super) fn catalogue(document: &Document) -> Value {
    let operations = document
        .operations
        .iter()
        .map(|operation| self::operation(document, operation));
    let events = document.events.iter().map(|event| {
        let (data, example) = body(document, event.body.as_ref());
        let example = example.get("data").cloned();
        (
            event.path.clone(),
            json!({ "data": data, "example": example }),
        )
    });
    json!({
        "operations": operations.collect::<Vec<_>>(),
        "events": events.collect::<Map<_, _>>(),
    })
}

fn operation(document: &Document, operation: &Operation) -> Value {
    let parameters = operation.parameters.iter().zip(&operation.parameter_facts);
    let parameters = parameters.map(|(parameter, facts)| {
        let data = parameter.value.parameter_data_ref();
        let place = match parameter.value {
            Parameter::Path { .. } => "path",
            _ => "query",
        };
        let schema = facts
            .value
            .as_ref()
            .or_else(|| document::parameter_schema(&parameter.value));
        json!({
            "name": data.name,
            "in": place,
            "required": data.required,
            // Whether the text carries a value as JSON.
            "json": facts.value.is_some(),
            "schema": schema.map(|schema| schemas::convert(&document.schemas, schema)),
            "example": data.example,
        })
    });
    let request = operation.body.as_ref().and_then(schema_of);
    let (data, response) = body(document, operation.success.as_ref());
    json!({
        "id": operation.id(),
        "method": operation.method.to_uppercase(),
        "path": operation.template(),
        "tiers": operation.facts.tiers,
        "scopes": operation.facts.scopes,
        "parameters": parameters.collect::<Vec<_>>(),
        "body": request.map(|schema| schemas::convert(&document.schemas, schema)),
        "status": operation.status,
        "data": data,
        "response": response,
    })
}

/// The schema of the data in a body, and the example of the body.
fn body(document: &Document, body: Option<&Located<MediaType>>) -> (Option<Value>, Value) {
    let data = body
        .and_then(schema_of)
        .and_then(|envelope| document.data(envelope));
    let data = data.map(|data| schemas::convert(&document.schemas, data));
    let example = body.and_then(|body| body.value.example.clone());
    (data, example.unwrap_or_default())
}

fn schema_of(body: &Located<MediaType>) -> Option<&ReferenceOr<Schema>> {
    body.value.schema.as_ref()
}
