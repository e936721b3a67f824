use super::*;

/// Checks `value` against a schema; `Shared` is there to refer to.
fn check(schema: Value, value: Value) -> Result<(), String> {
    let shared = json!({
        "type": "object",
        "properties": { "name": { "type": "string" }, "address": { "type": "string", "format": "uri" } },
    });
    let document = json!({ "components": { "schemas": { "Shared": shared } } });
    Check::new(&schema, &document).value("body", &value)
}

fn refusal(schema: Value, value: Value) -> String {
    check(schema, value).expect_err("refused")
}

#[test]
fn null_passes_only_where_the_schema_says_so() {
    let schema = |nullable| json!({ "type": "string", "enum": ["a"], "nullable": nullable });
    assert_eq!(check(schema(true), json!(null)), Ok(()));
    assert_eq!(check(schema(true), json!("a")), Ok(()));
    assert!(refusal(schema(false), json!(null)).starts_with("body: "));
    let shared = json!({ "allOf": [{ "$ref": "#/components/schemas/Shared" }], "nullable": true });
    assert_eq!(check(shared.clone(), json!(null)), Ok(()));
    assert_eq!(
        refusal(shared, json!({ "nam": 1 })),
        "body.nam: is no field that Crisp knows"
    );
}

#[test]
fn an_undeclared_field_is_named() {
    let schema = json!({ "$ref": "#/components/schemas/Shared" });
    assert_eq!(
        refusal(schema.clone(), json!({ "nmae": "x" })),
        "body.nmae: is no field that Crisp knows"
    );
    let list = json!({ "type": "array", "items": schema });
    assert_eq!(
        refusal(list, json!([{}, { "nmae": 1 }])),
        "body[1].nmae: is no field that Crisp knows"
    );
}

#[test]
fn parts_of_a_schema_declare_for_each_other() {
    let schema = json!({ "allOf": [
        { "$ref": "#/components/schemas/Shared" },
        { "type": "object", "properties": { "more": { "type": "integer" } } },
    ] });
    assert_eq!(
        check(schema.clone(), json!({ "name": "x", "more": 1 })),
        Ok(())
    );
    assert_eq!(
        refusal(schema, json!({ "name": "x", "less": 1 })),
        "body.less: is no field that Crisp knows"
    );
}

#[test]
fn an_object_without_properties_is_free() {
    assert_eq!(
        check(json!({ "type": "object" }), json!({ "any": 1 })),
        Ok(())
    );
    let map = json!({ "type": "object", "additionalProperties": { "type": "integer" } });
    assert_eq!(check(map.clone(), json!({ "any": 1 })), Ok(()));
    assert!(refusal(map, json!({ "any": "x" })).starts_with("body.any: "));
}

#[test]
fn of_several_forms_the_one_meant_is_explained() {
    let form = |kind: &str, content: Value| {
        json!({ "type": "object", "required": ["type", "content"], "properties": {
            "type": { "type": "string", "enum": [kind] }, "content": content,
        } })
    };
    let schema = json!({ "allOf": [
        { "type": "object", "properties": { "from": { "type": "string" } } },
        { "oneOf": [
            form("text", json!({ "type": "string" })),
            form("file", json!({ "$ref": "#/components/schemas/Shared" })),
        ] },
    ] });
    let file = |content| json!({ "type": "file", "from": "user", "content": content });
    assert_eq!(
        check(
            schema.clone(),
            file(json!({ "address": "https://acme.example/a" }))
        ),
        Ok(())
    );
    assert!(
        refusal(schema.clone(), file(json!({ "address": "no address" })))
            .starts_with("body.content.address: ")
    );
    assert!(
        refusal(schema.clone(), file(json!({ "size": 1 })))
            .starts_with("body.content.size: is no field")
    );
    assert_eq!(
        refusal(schema.clone(), json!({ "type": "text" })),
        "body.content: is required"
    );
    assert!(refusal(schema, json!({ "type": "smoke", "content": "" })).starts_with("body.type: "));
}

#[test]
fn a_set_takes_its_values_and_urns() {
    let origin = json!({ "type": "string", "enum": ["chat", "email"] });
    assert_eq!(check(origin.clone(), json!("chat")), Ok(()));
    assert_eq!(
        check(origin.clone(), json!("urn:acme.example:bot:0")),
        Ok(())
    );
    assert!(refusal(origin, json!("carrier pigeon")).contains("\"chat\""));
}

#[test]
fn several_forms_may_fit() {
    let schema =
        json!({ "oneOf": [{ "type": "integer" }, { "type": "number" }, { "type": "string" }] });
    assert_eq!(check(schema, json!(1)), Ok(()));
}

#[test]
fn values_stay_out_of_messages() {
    let schema = json!({ "type": "object", "properties": { "secret": { "type": "integer" } } });
    let message = refusal(schema, json!({ "secret": "hunter2" }));
    assert!(
        message.starts_with("body.secret: ") && !message.contains("hunter2"),
        "{message}"
    );
}

#[test]
fn text_fits_as_it_is_or_as_a_number() {
    let check = |schema: Value, text: &str| Check::new(&schema, &Value::Null).text("page", text);
    let page = json!({ "type": "integer", "format": "int32", "minimum": 1 });
    assert_eq!(check(page.clone(), "1"), Ok(()));
    assert!(check(page.clone(), "0").is_err_and(|message| message.starts_with("page: ")));
    assert!(check(page.clone(), "3000000000").is_err());
    assert!(check(page, "one").is_err());
    assert_eq!(check(json!({ "type": "string" }), "17"), Ok(()));
    assert!(
        check(json!({ "type": "string", "enum": ["a"] }), "17")
            .is_err_and(|message| message.contains("\"a\""))
    );
    assert_eq!(
        check(
            json!({ "type": "integer", "minimum": 5, "exclusiveMinimum": false }),
            "5"
        ),
        Ok(())
    );
    assert!(
        check(
            json!({ "type": "integer", "minimum": 5, "exclusiveMinimum": true }),
            "5"
        )
        .is_err()
    );
}

#[test]
fn json_text_is_checked_inside() {
    let list = json!({ "type": "array", "items": { "type": "integer" } });
    let check = Check::new(
        &json!({ "oneOf": [{ "type": "string" }, list] }),
        &Value::Null,
    );
    assert_eq!(check.json_text("query", "words"), Ok(()));
    assert_eq!(check.json_text("query", "[1]"), Ok(()));
    assert!(
        check
            .json_text("query", r#"["a"]"#)
            .is_err_and(|message| message.starts_with("query"))
    );
}
