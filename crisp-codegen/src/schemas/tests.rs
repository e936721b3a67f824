use super::*;

/// Converts a schema in a document with the named schemas `Named` and `Forms`.
fn convert(schema: Value) -> Value {
    let named = json!({
        "Named": { "type": "object", "properties": { "name": { "type": "string" } } },
        "Forms": { "oneOf": [{ "$ref": "#/components/schemas/Named" }, { "type": "integer" }] },
    });
    let schemas = serde_json::from_value(named).unwrap();
    super::convert(
        &schemas,
        &serde_json::from_value::<ReferenceOr<Schema>>(schema).unwrap(),
    )
}

fn reference() -> Value {
    json!({ "$ref": "#/components/schemas/Named" })
}

#[test]
fn an_object_rejects_properties_that_it_does_not_declare() {
    let inner = json!({ "type": "object", "properties": { "b": { "type": "array", "items": reference() } } });
    assert_eq!(
        convert(json!({ "type": "object", "required": ["a"], "properties": { "a": inner } })),
        json!({
            "type": "object",
            "properties": { "a": {
                "type": "object",
                "properties": { "b": { "type": "array", "items": { "$ref": "schemas.json#/$defs/Named" } } },
                "additionalProperties": false,
            } },
            "required": ["a"],
            "additionalProperties": false,
        })
    );
}

#[test]
fn an_object_accepts_the_properties_that_it_allows() {
    assert_eq!(
        convert(json!({ "type": "object" })),
        json!({ "type": "object" })
    );
    for allowed in [json!(true), json!({ "type": "integer" })] {
        let schema =
            json!({ "type": "object", "properties": { "a": {} }, "additionalProperties": allowed });
        assert_eq!(convert(schema.clone()), schema);
    }
}

#[test]
fn the_parts_of_a_schema_are_written_out() {
    let more = json!({ "type": "object", "properties": { "more": { "type": "integer" } } });
    let forms = json!({ "$ref": "#/components/schemas/Forms" });
    let named = json!({ "type": "object", "properties": { "name": { "type": "string" } } });
    assert_eq!(
        convert(json!({ "allOf": [reference(), forms, more] })),
        json!({
            "allOf": [named, { "anyOf": [named, { "type": "integer" }] }, more],
            "unevaluatedProperties": false,
        })
    );
}

#[test]
fn a_reference_with_a_description_stays_a_reference() {
    assert_eq!(
        convert(json!({ "description": "A name.", "allOf": [reference()] })),
        json!({ "$ref": "schemas.json#/$defs/Named", "description": "A name." })
    );
}

#[test]
fn null_is_allowed_where_it_is_nullable() {
    assert_eq!(
        convert(json!({ "type": "string", "enum": ["a"], "nullable": true })),
        json!({ "type": ["string", "null"], "enum": ["a", null] })
    );
    assert_eq!(
        convert(json!({ "allOf": [reference()], "nullable": true })),
        json!({ "anyOf": [{ "$ref": "schemas.json#/$defs/Named" }, { "type": "null" }] })
    );
}

#[test]
fn several_forms_may_match() {
    assert_eq!(
        convert(json!({ "oneOf": [{ "type": "integer" }, { "type": "number" }] })),
        json!({ "anyOf": [{ "type": "integer" }, { "type": "number" }] })
    );
}

#[test]
fn int32_has_a_range() {
    assert_eq!(
        convert(json!({ "type": "integer", "format": "int32", "minimum": 1 })),
        json!({ "type": "integer", "format": "int32", "minimum": 1, "maximum": 2_147_483_647 })
    );
}

#[test]
fn an_enum_with_urns_has_a_pattern() {
    assert_eq!(
        convert(json!({ "type": "string", "enum": ["chat"], "x-crisp-urn": true })),
        json!({ "type": "string", "anyOf": [{ "enum": ["chat"] }, { "pattern": "^urn:" }] })
    );
}

#[test]
fn definitions_refer_to_each_other() {
    let schemas = json!({
        "A": { "type": "array", "items": { "$ref": "#/components/schemas/B" } },
        "B": { "type": "string" },
    });
    let definitions = super::definitions(&serde_json::from_value(schemas).unwrap());
    assert_eq!(
        definitions["$defs"]["A"]["items"],
        json!({ "$ref": "#/$defs/B" })
    );
}
