//! Arguments of one operation have different examples.

use super::{WEBSITE, check, check_passes};

const ID: &str = "8c842203-7ed8-4e29-a608-7cf78a7d2fcc";
const HELP: &str =
    "a test could not distinguish the two\n  help: write another value in one of them";

#[test]
fn two_parameters_have_different_examples() {
    let path = "  /website/{website_id}:\n    parameters:\n";
    let linked = format!(
        "  /website/{{website_id}}/{{linked_id}}:\n    parameters:\n      - {{name: linked_id, in: path, required: \
         true, description: A., schema: {{type: string}}, example: {ID}}}\n"
    );
    check(
        WEBSITE,
        (path, &linked),
        &format!("<example: {ID}>: `linked_id` has the same example as `website_id`: {HELP}"),
    );
}

#[test]
fn a_field_of_an_inline_body_has_another_example_than_a_parameter() {
    let verify = format!("verify: {ID}");
    check(
        WEBSITE,
        ("verify: '482913'", &verify),
        &format!("<{verify}>: `verify` has the same example as `website_id`: {HELP}"),
    );
}

#[test]
fn every_named_example_is_compared() {
    let named = |value: &str| {
        format!(
            "            examples:
              first: {{summary: A., value: {{verify: '482913'}}}}
              second: {{summary: B., value: {{verify: {value}}}}}
"
        )
    };
    let example = "            example:\n              verify: '482913'\n";
    check(
        WEBSITE,
        (example, &named(ID)),
        &format!("<verify: {ID}>: `verify` has the same example as `website_id`: {HELP}"),
    );
    check_passes(WEBSITE, (example, &named("'482914'")));
}

#[test]
fn flags_may_have_the_same_example() {
    let filter = "        - name: filter\n";
    let flag = |name: &str| {
        format!(
            "        - {{name: {name}, in: query, description: A., schema: {{type: integer, enum: [0, 1]}}, \
             example: 1}}\n"
        )
    };
    check_passes(
        WEBSITE,
        (filter, &(flag("unread") + &flag("open") + filter)),
    );
}
