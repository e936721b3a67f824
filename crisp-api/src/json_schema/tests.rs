use std::collections::BTreeMap;

use jsonschema::Validator;
use schemars::schema_for;
use serde_json::json;

use super::*;
use crate::types::NewMessage;

/// The values of each schema in the examples of the description, by name.
type Examples = BTreeMap<String, Vec<Value>>;

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../generated/openapi.json")).unwrap());

/// Collects the examples next to every schema of a part of the description.
fn collect(value: &Value, examples: &mut Examples) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, examples)),
        Value::Object(object) => {
            let named = object.get("examples").and_then(Value::as_object);
            let named = named
                .into_iter()
                .flatten()
                .map(|(_, named)| &named["value"]);
            for example in object.get("example").into_iter().chain(named) {
                // A value in a text, or the text itself.
                let value = example
                    .as_str()
                    .and_then(|text| serde_json::from_str(text).ok());
                match object.get("x-crisp-value") {
                    Some(schema) => split(schema, value.as_ref().unwrap_or(example), examples),
                    None => split(&value_of(object, "schema"), example, examples),
                }
            }
            object.values().for_each(|value| collect(value, examples));
        }
        _ => {}
    }
}

fn value_of(object: &Map<String, Value>, key: &str) -> Value {
    object.get(key).cloned().unwrap_or_default()
}

fn target(reference: &str) -> &'static Value {
    DOCUMENT.pointer(&reference[1..]).unwrap()
}

/// Splits an example into the values of the named schemas that its schema refers to.
fn split(schema: &Value, example: &Value, examples: &mut Examples) {
    if example.is_null() {
        return;
    }
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap().to_owned();
        examples.entry(name).or_default().push(example.clone());
        return split(target(reference), example, examples);
    }
    let parts = schema["allOf"].as_array().map_or(&[][..], Vec::as_slice);
    for part in parts {
        match part["$ref"].as_str() {
            // The example has the fields of the other parts too.
            Some(reference) if parts.len() > 1 => split(target(reference), example, examples),
            _ => split(part, example, examples),
        }
    }
    let forms = ["oneOf", "anyOf"]
        .into_iter()
        .filter_map(|key| schema[key].as_array());
    let forms: Vec<_> = forms.flatten().filter(|form| fits(form, example)).collect();
    if let [form] = forms[..] {
        split(form, example, examples);
    }
    for (name, value) in example.as_object().into_iter().flatten() {
        match schema["properties"].get(name) {
            Some(property) => split(property, value, examples),
            None => split(&schema["additionalProperties"], value, examples),
        }
    }
    for item in example.as_array().into_iter().flatten() {
        split(&schema["items"], item, examples);
    }
}

/// Whether an example can be of a form: by its JSON type, and by the values that the form has for `type`.
fn fits(form: &Value, example: &Value) -> bool {
    let form = form["$ref"]
        .as_str()
        .map_or(form, |reference| target(reference));
    let of_type = match form["type"].as_str() {
        Some("object") => example.is_object(),
        Some("array") => example.is_array(),
        Some("string") => example.is_string(),
        Some("boolean") => example.is_boolean(),
        Some(_) => example.is_number(),
        None => true,
    };
    let tags = form["properties"]["type"]["enum"].as_array();
    of_type && tags.is_none_or(|tags| tags.contains(&example["type"]))
}

fn validator(schema: &Schema) -> Validator {
    jsonschema::options()
        .should_validate_formats(true)
        .build(schema.as_value())
        .unwrap()
}

/// Returns the schema of the type of a name with all definitions; `None` if no type has the name.
fn root_schema(name: &str) -> Option<Schema> {
    let mut generator = SchemaGenerator::default();
    let mut root = subschema(name, &mut generator)?;
    let definitions = generator.take_definitions(true);
    root.insert("$defs".to_owned(), definitions.into());
    Some(root)
}

#[test]
fn the_schema_of_a_type_accepts_its_examples_and_no_unknown_fields() {
    let mut examples = Examples::new();
    collect(&DOCUMENT["paths"], &mut examples);
    collect(&DOCUMENT["x-webhooks"], &mut examples);
    let mut missing = Vec::new();
    for name in SCHEMAS.keys() {
        let Some(schema) = root_schema(name) else {
            continue;
        };
        let Some(values) = examples.get(name) else {
            missing.push(name);
            continue;
        };
        let validator = validator(&schema);
        for value in values {
            let errors: Vec<_> = validator.iter_errors(value).collect();
            assert!(errors.is_empty(), "{name} {value}: {errors:?}");
            let mut value = value.clone();
            if is_closed(&SCHEMAS[name]) {
                value["unknown field"] = 1.into();
                assert!(!validator.is_valid(&value), "{name} is open");
            }
        }
    }
    // The examples have no value of these, except that of `MessageContent`, which is between the fields of a message.
    let expected = [
        "CapabilityList",
        "HelpdeskContentType",
        "MessageContent",
        "VerificationError",
    ];
    missing.sort_unstable();
    assert_eq!(missing, expected);
}

fn is_closed(schema: &Value) -> bool {
    ["additionalProperties", "unevaluatedProperties"]
        .iter()
        .any(|key| schema.get(key) == Some(&Value::Bool(false)))
}

#[test]
fn every_schema_resolves() {
    for name in SCHEMAS.keys() {
        let mut generator = SchemaGenerator::default();
        let mut root = schema(name, &mut generator);
        root.insert("$defs".to_owned(), generator.take_definitions(true).into());
        validator(&root);
    }
}

#[test]
fn a_type_keeps_its_name_and_descriptions() {
    let schema = schema_for!(NewMessage);
    assert_eq!(schema.get("title"), Some(&json!("NewMessage")));
    assert_eq!(
        schema.get("description"),
        SCHEMAS["NewMessage"].get("description")
    );
    let sender = schema.pointer("/$defs/MessageSender/enum");
    assert_eq!(sender, Some(&json!(["user", "operator"])));
}

#[test]
fn types_of_the_same_name_do_not_mix() {
    mod other {
        use std::borrow::Cow;

        pub(super) struct MessageSender;

        impl schemars::JsonSchema for MessageSender {
            fn schema_name() -> Cow<'static, str> {
                "MessageSender".into()
            }

            fn schema_id() -> Cow<'static, str> {
                "other::MessageSender".into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "integer" })
            }
        }
    }
    let mut generator = SchemaGenerator::default();
    let _ = generator.subschema_for::<other::MessageSender>();
    let mut root = generator.subschema_for::<NewMessage>();
    root.insert("$defs".to_owned(), generator.take_definitions(true).into());
    let message = json!({ "type": "text", "from": "user", "origin": "chat", "content": "Hello" });
    assert!(validator(&root).is_valid(&message));
}

#[test]
fn a_schema_can_be_inlined() {
    let settings = schemars::generate::SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true);
    let schema = settings
        .into_generator()
        .into_root_schema_for::<NewMessage>();
    assert!(!schema.as_value().to_string().contains("$ref"));
    let message = json!({ "type": "text", "from": "user", "origin": "chat", "content": "Hello" });
    assert!(validator(&schema).is_valid(&message));
}
