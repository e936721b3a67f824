use super::*;

/// Checks a value against a schema, which may refer to `Shared`.
fn check(schema: Value, value: Value) -> Result<(), String> {
    let shared = json!({
        "type": "object",
        "properties": { "name": { "type": "string" }, "address": { "type": "string", "format": "uri" } },
    });
    let document = json!({ "components": { "schemas": { "Shared": shared } } });
    Check::new(&schema, &document).value("body", &value)
}

fn rejection(schema: Value, value: Value) -> String {
    check(schema, value).expect_err("the value is rejected")
}

#[test]
fn null_is_accepted_only_by_a_nullable_schema() {
    let schema = |nullable| json!({ "type": "string", "enum": ["a"], "nullable": nullable });
    assert_eq!(check(schema(true), json!(null)), Ok(()));
    assert_eq!(check(schema(true), json!("a")), Ok(()));
    assert!(rejection(schema(false), json!(null)).starts_with("body: "));
    let shared = json!({ "allOf": [{ "$ref": "#/components/schemas/Shared" }], "nullable": true });
    assert_eq!(check(shared.clone(), json!(null)), Ok(()));
    assert_eq!(
        rejection(shared, json!({ "nam": 1 })),
        "body.nam: is an unknown field"
    );
}

#[test]
fn an_undeclared_field_is_named() {
    let schema = json!({ "$ref": "#/components/schemas/Shared" });
    assert_eq!(
        rejection(schema.clone(), json!({ "nmae": "x" })),
        "body.nmae: is an unknown field"
    );
    let list = json!({ "type": "array", "items": schema });
    assert_eq!(
        rejection(list, json!([{}, { "nmae": 1 }])),
        "body[1].nmae: is an unknown field"
    );
}

#[test]
fn all_parts_of_a_schema_declare_fields() {
    let schema = json!({ "allOf": [
        { "$ref": "#/components/schemas/Shared" },
        { "type": "object", "properties": { "more": { "type": "integer" } } },
    ] });
    assert_eq!(
        check(schema.clone(), json!({ "name": "x", "more": 1 })),
        Ok(())
    );
    assert_eq!(
        rejection(schema, json!({ "name": "x", "less": 1 })),
        "body.less: is an unknown field"
    );
}

#[test]
fn an_object_without_properties_accepts_any_field() {
    assert_eq!(
        check(json!({ "type": "object" }), json!({ "any": 1 })),
        Ok(())
    );
    let map = json!({ "type": "object", "additionalProperties": { "type": "integer" } });
    assert_eq!(check(map.clone(), json!({ "any": 1 })), Ok(()));
    assert!(rejection(map, json!({ "any": "x" })).starts_with("body.any: "));
}

#[test]
fn the_error_is_that_of_the_closest_branch() {
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
        rejection(schema.clone(), file(json!({ "address": "no address" })))
            .starts_with("body.content.address: ")
    );
    assert!(
        rejection(schema.clone(), file(json!({ "size": 1 })))
            .starts_with("body.content.size: is an unknown field")
    );
    assert_eq!(
        rejection(schema.clone(), json!({ "type": "text" })),
        "body.content: is required"
    );
    assert!(
        rejection(schema, json!({ "type": "smoke", "content": "" })).starts_with("body.type: ")
    );
}

#[test]
fn an_enumeration_accepts_its_values_and_urns() {
    let origin = json!({ "type": "string", "enum": ["chat", "email"] });
    assert_eq!(check(origin.clone(), json!("chat")), Ok(()));
    assert_eq!(
        check(origin.clone(), json!("urn:acme.example:bot:0")),
        Ok(())
    );
    assert!(rejection(origin, json!("carrier pigeon")).contains("\"chat\""));
}

#[test]
fn several_branches_may_match() {
    let schema =
        json!({ "oneOf": [{ "type": "integer" }, { "type": "number" }, { "type": "string" }] });
    assert_eq!(check(schema, json!(1)), Ok(()));
}

#[test]
fn messages_contain_no_values() {
    let schema = json!({ "type": "object", "properties": { "secret": { "type": "integer" } } });
    let message = rejection(schema, json!({ "secret": "hunter2" }));
    assert!(
        message.starts_with("body.secret: ") && !message.contains("hunter2"),
        "{message}"
    );
}

#[test]
fn text_is_checked_as_a_string_or_a_number() {
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
fn json_text_is_parsed_and_checked() {
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

#[test]
fn messages_are_bounded() {
    let schema = json!({ "type": "object", "properties": { "name": { "type": "string" } } });
    let long = "x".repeat(1000);
    let fields = (0..5000).map(|number| (format!("{number}{long}"), Value::Null));
    let message = rejection(schema, fields.collect());
    assert!(message.len() < 5000, "{} bytes", message.len());
    assert!(message.ends_with("; … and 4990 more"), "{message}");
}
