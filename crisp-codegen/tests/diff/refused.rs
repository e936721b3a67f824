//! Descriptions that cannot be compared are rejected, without a panic and without silent loss.

use crisp_codegen::bundle::bundle;
use crisp_codegen::diff::diff;
use crisp_codegen::source::{Source, parse};
use serde_json::json;

use super::common::pointers;
use super::{BASE, edited};

#[test]
fn a_schema_that_has_no_end() {
    let base = edited(&[]);
    let ring = edited(&[(
        "      items: {type: number}\n",
        "      items: {$ref: '#/components/schemas/Stamps'}
    Stamps:
      type: array
      description: Times.
      items: {$ref: '#/components/schemas/Stamps'}\n",
    )]);
    let said = "schema `Stamps` leads to itself, and is no type of its own\n  help: put an object with properties between";
    assert_eq!(
        diff(&base, &ring).unwrap_err().to_string(),
        format!("the new description: spec/website/thing.yaml:208:5: {said}")
    );
    assert_eq!(
        diff(&ring, &base).unwrap_err().to_string(),
        format!("the old description: spec/website/thing.yaml:208:5: {said}")
    );
}

#[test]
fn a_schema_that_holds_itself_has_an_end() {
    let tree = edited(&[(
        "        url:\n",
        "        parts: {type: array, description: Its parts., items: {$ref: '#/components/schemas/ThingFile'}}
        url:\n",
    )]);
    assert_eq!(
        super::told(&diff(&edited(&[]), &tree).unwrap()),
        "field ThingFile.parts added: `Option<Vec<ThingFile>>`"
    );
}

#[test]
fn any_value_may_stand_anywhere() {
    let base: Vec<Source> = BASE
        .iter()
        .map(|(path, text)| parse(path, text).unwrap())
        .collect();
    let good = edited(&[]);
    let others = [
        json!(null),
        json!(-1.5),
        json!("{"),
        json!([[]]),
        json!({"": {"/": {}}}),
        json!({"$ref": "#/components/schemas/Thing"}),
        json!({"$ref": "#/components/parameters/WebsiteId"}),
    ];
    let mut compared = 0;
    for file in 0..base.len() {
        let mut places = Vec::new();
        pointers(&base[file].document, "", &mut places);
        // A path without operations is nothing to anyone.
        places.retain(|place| place != "/paths");
        // All at each place would take long and find no more.
        for (index, (place, other)) in places.iter().zip(others.iter().cycle()).enumerate() {
            let mut changed = base.clone();
            *changed[file].document.pointer_mut(place).unwrap() = other.clone();
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
    assert!(compared > 200, "{compared}");
}
