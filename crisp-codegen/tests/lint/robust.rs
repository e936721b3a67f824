//! Any content of a file gives diagnostics, and never a panic.

use crisp_codegen::bundle::bundle;
use crisp_codegen::lint::lint;
use crisp_codegen::source::{Source, parse};
use serde_json::json;

use super::common::pointers;
use super::{BASE, EVENTS, ROOT};

fn sources() -> Vec<Source> {
    [
        ("openapi.yaml", ROOT),
        ("website/base.yaml", BASE),
        ("events/message.yaml", EVENTS),
    ]
    .map(|(path, text)| parse(path, text).expect("it is valid"))
    .into()
}

#[test]
fn any_value_may_stand_anywhere() {
    let valid = sources();
    let others = [
        json!(null),
        json!(-1.5),
        json!(""),
        json!("{"),
        json!([[]]),
        json!({"": {"/": {}}}),
        json!({"$ref": "#/components/schemas/Website"}),
    ];
    for file in 0..valid.len() {
        let mut places = Vec::new();
        pointers(&valid[file].document, "", &mut places);
        for (index, place) in places.into_iter().enumerate() {
            // All at each place would take long and find no more.
            for other in others.iter().cycle().skip(index).take(2) {
                let mut changed = valid.clone();
                *changed[file].document.pointer_mut(&place).unwrap() = other.clone();
                if let Ok(bundle) = bundle(&changed) {
                    let _ = lint(&bundle);
                }
            }
        }
    }
}

#[test]
fn any_part_of_a_file_may_be_missing() {
    for (end, _) in BASE.char_indices() {
        let _ = parse("a.yaml", &BASE[..end]);
        let _ = parse("a.yaml", &BASE[end..]);
    }
}
