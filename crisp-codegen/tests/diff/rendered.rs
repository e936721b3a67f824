//! The report as Markdown and JSON.

use crisp_codegen::diff::diff;

use super::edited;

fn sample() -> crisp_codegen::diff::Diff {
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
        sample().to_markdown("v1"),
        "\
# Changes of the spec since `v1`

1 breaking for Rust callers, 1 not breaking, 1 in documentation only.

## Breaking

- value `ThingState::Pending` removed: `pending`; the variant is gone, and the text is read as `Unknown` \
(spec/website/thing.yaml:167 at `v1`)

## Not breaking

- argument `website.list_things(per_page)` changed: maximum was `50`, is `100` (spec/website/thing.yaml:30)

## Documentation only

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
    let json: serde_json::Value = serde_json::from_str(&sample().to_json("v1")).unwrap();
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
                    "location": {"revision": null, "file": "spec/website/thing.yaml", "line": 105, "column": 5},
                },
                {
                    "kind": "argument",
                    "name": "website.list_things(per_page)",
                    "action": "changed",
                    "breaking": false,
                    "detail": "maximum was `50`, is `100`",
                    "location": {"revision": null, "file": "spec/website/thing.yaml", "line": 30, "column": 11},
                },
                {
                    "kind": "value",
                    "name": "ThingState::Pending",
                    "action": "removed",
                    "breaking": true,
                    "detail": "`pending`; the variant is gone, and the text is read as `Unknown`",
                    "location": {"revision": "v1", "file": "spec/website/thing.yaml", "line": 167, "column": 14},
                },
            ],
        })
    );
}

#[test]
fn long_values_are_cut_and_control_characters_escaped() {
    let format = "        format: uuid\n";
    let long = format!("        format: \"\\e[31m{}\"\n", "x".repeat(10_000));
    let new = edited(&[(format, &long)]);
    let text = diff(&edited(&[]), &new).unwrap().to_markdown("v1");
    let start = format!("format was `uuid`, is `\\u{{1b}}[31m{}", "x".repeat(20));
    assert!(text.contains(&start), "{text}");
    assert!(text.len() < 500, "{}", text.len());
}

#[test]
fn many_differences_of_an_item_are_counted() {
    let description = "      description: What every answer has.\n";
    let keys: String = (0..20).map(|key| format!("      x-{key}: 1\n")).collect();
    let new = edited(&[(description, &format!("{description}{keys}"))]);
    let diff = diff(&edited(&[]), &new).unwrap();
    let [change] = diff.changes.as_slice() else {
        panic!("{:?}", diff.changes);
    };
    let end = "x-7 was none, is `1`; 12 more differences";
    assert!(change.detail.ends_with(end), "{}", change.detail);
}
