use serde_json::json;

use super::*;

fn check(schema: Value, value: Value) -> Result<(), String> {
    Check::from(schema).value("body", &value)
}

fn rejection(schema: Value, value: Value) -> String {
    check(schema, value).expect_err("the value is rejected")
}

#[test]
fn a_reference_leads_to_the_generated_schemas() {
    let schema = json!({ "$ref": "schemas.json#/$defs/AnimationContent" });
    let animation = json!({ "url": "https://acme.example/a.gif", "type": "image/gif" });
    assert_eq!(check(schema.clone(), animation), Ok(()));
    assert!(rejection(schema, json!({ "url": "nowhere" })).contains("body.url: "));
}

#[test]
fn an_undeclared_field_is_named() {
    let object = json!({
        "type": "object",
        "properties": { "name": { "type": "string" } },
        "additionalProperties": false,
    });
    assert_eq!(
        rejection(object.clone(), json!({ "nmae": "x" })),
        "body.nmae: is an unknown field"
    );
    let nullable = json!({ "anyOf": [object, { "type": "null" }] });
    assert_eq!(check(nullable.clone(), Value::Null), Ok(()));
    assert_eq!(
        rejection(nullable, json!({ "nam": 1 })),
        "body.nam: is an unknown field"
    );
    let list = json!({ "type": "array", "items": object });
    assert_eq!(
        rejection(list, json!([{}, { "nmae": 1 }])),
        "body[1].nmae: is an unknown field"
    );
}

#[test]
fn a_field_is_undeclared_if_no_part_declares_it() {
    let schema = json!({
        "allOf": [
            { "type": "object", "properties": { "name": { "type": "string" } } },
            { "type": "object", "properties": { "more": { "type": "integer" } } },
        ],
        "unevaluatedProperties": false,
    });
    assert_eq!(
        check(schema.clone(), json!({ "name": "x", "more": 1 })),
        Ok(())
    );
    assert_eq!(
        rejection(schema.clone(), json!({ "name": "x", "less": 1 })),
        "body.less: is an unknown field"
    );
    // Both properties of the failed part count as unevaluated, which is not the error.
    let message = rejection(schema, json!({ "name": "x", "more": "y" }));
    assert!(
        message.starts_with("body.more: ") && !message.contains("unknown"),
        "{message}"
    );
}

#[test]
fn the_error_is_that_of_the_closest_form() {
    let message = |fields: Value| {
        let mut message = json!({ "from": "user", "origin": "chat" });
        for (name, value) in fields.as_object().unwrap() {
            message[name] = value.clone();
        }
        message
    };
    let file = |content| message(json!({ "type": "file", "content": content }));
    let schema = json!({ "$ref": "schemas.json#/$defs/NewMessage" });
    let mut content = json!({
        "name": "a.pdf", "url": "https://acme.example/a.pdf", "type": "application/pdf",
    });
    assert_eq!(check(schema.clone(), file(content.clone())), Ok(()));
    content["size"] = 1.into();
    assert_eq!(
        rejection(schema.clone(), file(content.clone())),
        "body.content.size: is an unknown field"
    );
    content["url"] = "no address".into();
    let both = rejection(schema.clone(), file(content));
    assert!(both.contains("body.content.url: ") && both.contains("body.content.size: "));
    assert_eq!(
        rejection(schema.clone(), message(json!({ "type": "text" }))),
        "body.content: is required"
    );
    let smoke = message(json!({ "type": "smoke", "content": "" }));
    assert!(rejection(schema, smoke).starts_with("body.type: "));
}

#[test]
fn an_unknown_value_is_rejected_with_the_known_ones() {
    let origin = json!({ "$ref": "schemas.json#/$defs/MessageOrigin" });
    assert_eq!(check(origin.clone(), json!("chat")), Ok(()));
    assert_eq!(
        check(origin.clone(), json!("urn:acme.example:bot:0")),
        Ok(())
    );
    assert!(rejection(origin, json!("carrier pigeon")).contains("\"chat\""));
    // Plugins have no URN there.
    let sender = json!({ "$ref": "schemas.json#/$defs/MessageSender" });
    assert!(rejection(sender, json!("urn:acme.example:bot:0")).contains("\"user\""));
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
    let check = |schema: Value, text: &str| Check::from(schema).text("page", text);
    let page = json!({ "type": "integer", "minimum": 1, "maximum": i32::MAX });
    assert_eq!(check(page.clone(), "1"), Ok(()));
    assert!(check(page.clone(), "0").is_err_and(|message| message.starts_with("page: ")));
    assert!(check(page.clone(), "3000000000").is_err());
    assert!(check(page, "one").is_err());
    assert_eq!(check(json!({ "type": "string" }), "17"), Ok(()));
    assert!(
        check(json!({ "type": "string", "enum": ["a"] }), "17")
            .is_err_and(|message| message.contains("\"a\""))
    );
}

#[test]
fn json_text_is_parsed_and_checked() {
    let list = json!({ "type": "array", "items": { "type": "integer" } });
    let check = Check::from(json!({ "anyOf": [{ "type": "string" }, list] }));
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
    let schema = json!({
        "type": "object",
        "properties": { "name": { "type": "string" } },
        "additionalProperties": false,
    });
    let long = "x".repeat(1000);
    let fields = (0..5000).map(|number| (format!("{number}{long}"), Value::Null));
    let message = rejection(schema, fields.collect());
    assert!(message.len() < 5000, "{} bytes", message.len());
    assert!(message.ends_with("; … and 4990 more"), "{message}");
}
