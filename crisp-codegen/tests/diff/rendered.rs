//! The report as Markdown and JSON.

use crisp_codegen::diff::diff;

use super::edited;

fn compared() -> crisp_codegen::diff::Diff {
    let new = edited(&[
        ("[pending, resolved]", "[resolved]"),
        ("maximum: 50", "maximum: 100"),
        ("description: Gets one.", "description: Gets a thing."),
    ]);
    diff(&edited(&[]), &new).unwrap()
}

#[test]
fn markdown() {
    assert_eq!(
        compared().to_markdown("v1"),
        "\
# Changes of the spec since `v1`

1 breaking for Rust callers, 1 not breaking, 1 in text alone.

## Breaking

- value `ThingState::Pending` removed: `pending`; the variant is gone, and the text is read as `Unknown` \
(spec/website/thing.yaml:167 at `v1`)

## Not breaking

- argument `website.list_things(per_page)` changed: maximum was `50`, is `100` (spec/website/thing.yaml:30)

## Text alone

- operation `website.get_thing` (spec/website/thing.yaml:105)
"
    );
    assert_eq!(
        diff(&edited(&[]), &edited(&[])).unwrap().to_markdown("v1"),
        "# Changes of the spec since `v1`\n\nNone.\n"
    );
}

#[test]
fn json() {
    let json: serde_json::Value = serde_json::from_str(&compared().to_json("v1")).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "since": "v1",
            "breaking": true,
            "changes": [
                {
                    "kind": "operation",
                    "name": "website.get_thing",
                    "action": "documented",
                    "breaking": false,
                    "detail": "",
                    "place": {"revision": null, "file": "spec/website/thing.yaml", "line": 105, "column": 5},
                },
                {
                    "kind": "argument",
                    "name": "website.list_things(per_page)",
                    "action": "changed",
                    "breaking": false,
                    "detail": "maximum was `50`, is `100`",
                    "place": {"revision": null, "file": "spec/website/thing.yaml", "line": 30, "column": 11},
                },
                {
                    "kind": "value",
                    "name": "ThingState::Pending",
                    "action": "removed",
                    "breaking": true,
                    "detail": "`pending`; the variant is gone, and the text is read as `Unknown`",
                    "place": {"revision": "v1", "file": "spec/website/thing.yaml", "line": 167, "column": 14},
                },
            ],
        })
    );
}
