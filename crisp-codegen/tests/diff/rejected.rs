//! Descriptions that cannot be compared are rejected, without a panic and without silent loss.

use crisp_codegen::bundle::bundle;
use crisp_codegen::diff::diff;
use crisp_codegen::source::{Source, parse};
use serde_json::{Value, json};

use super::common::pointers;
use super::{BASE, edited};

#[test]
fn a_schema_made_of_itself_is_an_error() {
    let base = edited(&[]);
    let ring = edited(&[(
        "      items: {type: number}\n",
        "      items: {$ref: '#/components/schemas/Stamps'}
    Stamps:
      type: array
      description: Times.
      items: {$ref: '#/components/schemas/Stamps'}\n",
    )]);
    let message = "schema `Stamps` is made of itself\n  help: refer to it from a property of an object\n1 problem found";
    assert_eq!(
        diff(&base, &ring).unwrap_err().to_string(),
        format!("the new description: spec/website/thing.yaml:208:5: {message}")
    );
    assert_eq!(
        diff(&ring, &base).unwrap_err().to_string(),
        format!("the old description: spec/website/thing.yaml:208:5: {message}")
    );
}

#[test]
fn a_schema_may_contain_itself() {
    let tree = edited(&[(
        "        url:\n",
        "        parts: {type: array, description: Its parts., items: {$ref: '#/components/schemas/ThingFile'}}
        url:\n",
    )]);
    assert_eq!(
        super::report(&diff(&edited(&[]), &tree).unwrap()),
        "field ThingFile.parts added: `Option<Vec<ThingFile>>`"
    );
}

/// Replaces each value of the base in turn, and compares it with the base. Returns the number of comparisons.
fn replace_each(replacement: impl Fn(usize, &Value) -> Value) -> usize {
    let base: Vec<Source> = BASE
        .iter()
        .map(|(path, text)| parse(path, text).unwrap())
        .collect();
    let good = edited(&[]);
    let mut compared = 0;
    for file in 0..base.len() {
        let mut places = Vec::new();
        pointers(&base[file].document, "", &mut places);
        // A path without operations is no item.
        places.retain(|place| place != "/paths");
        for (index, place) in places.iter().enumerate() {
            let mut changed = base.clone();
            let value = changed[file].document.pointer_mut(place).unwrap();
            *value = replacement(index, value);
            let other = value.clone();
            let Ok(changed) = bundle(&changed) else {
                continue;
            };
            let (old, new) = match index % 2 {
                0 => (&good, &changed),
                _ => (&changed, &good),
            };
            if let Ok(diff) = diff(old, new) {
                compared += 1;
                let same = old.document == new.document;
                assert_eq!(diff.changes.is_empty(), same, "{other} at {place}");
            }
        }
    }
    compared
}

#[test]
fn any_value_is_compared_or_an_error() {
    let others = [
        json!(null),
        json!(-1.5),
        json!("{"),
        json!([[]]),
        json!({"": {"/": {}}}),
        json!({"$ref": "#/components/schemas/Thing"}),
        json!({"$ref": "#/components/parameters/WebsiteId"}),
    ];
    // All of them at each place would take long and find no more.
    let compared = replace_each(|index, _| others[index % others.len()].clone());
    assert!(compared > 50, "{compared}");
}

#[test]
fn every_difference_is_a_change() {
    let compared = replace_each(|_, value| match value {
        Value::Bool(value) => json!(!value),
        Value::Number(_) => json!(7),
        Value::String(text) => json!(format!("{text}2")),
        Value::Array(items) => json!(items[1..]),
        Value::Object(map) => map.clone().into_iter().skip(1).collect(),
        Value::Null => json!(null),
    });
    assert!(compared > 150, "{compared}");
}

#[test]
fn an_error_names_the_revision_and_the_cause() {
    let base = edited(&[]);
    let errors = [
        (
            ("maximum: 50}", "maximum: fifty}"),
            "the description is not OpenAPI 3.0",
        ),
        // Progenitor panics.
        (
            ("[pending, resolved]", "[pending, Pending]"),
            "progenitor panicked",
        ),
    ];
    for (edit, cause) in errors {
        let other = edited(&[edit]);
        let error = diff(&other, &base).unwrap_err().to_string();
        let start = format!("the old description: {cause}");
        assert!(error.starts_with(&start), "{error}");
        let error = diff(&base, &other).unwrap_err().to_string();
        let start = format!("the new description: {cause}");
        assert!(error.starts_with(&start), "{error}");
    }
}
