//! Examples are valid against their schemas.

use super::{MESSAGE, OPENAPI, WEBSITE, check, check_among, check_passes};

const HELP: &str = "\n  help: fix the example, or the schema if Crisp sends it this way";

/// Checks that an example is said to be wrong at a place, and how.
#[track_caller]
fn invalid(file: &str, change: (&str, &str), place: &str, how: &str) {
    check(
        file,
        change,
        &format!("<{place}>: the example is not valid: {how}{HELP}"),
    );
}

#[test]
fn an_example_of_an_answer_is_valid() {
    for (from, to, place, how) in [
        (
            "seats: 3",
            "seats: three",
            "seats: three",
            "`/data/0/seats` is not of type \"integer\"",
        ),
        (
            "seats: 3",
            "seats: 0",
            "seats: 0",
            "`/data/0/seats` is less than the minimum of 1",
        ),
        (
            "seats: 3",
            "seats: 2147483648",
            "seats: 2",
            "`/data/0/seats` is greater than the maximum of 2147483647",
        ),
        (
            "state: open",
            "state: ajar",
            "state: ajar",
            "`/data/0/state` is not one of \"open\" or \"closed\"",
        ),
        (
            "logo: null",
            "logo: no address",
            "logo: no",
            "`/data/0/logo` is not a \"uri\"",
        ),
        (
            "logo: null",
            "logos: null",
            "name: Acme",
            "`/data/0` has logos, which the schema doesn't name",
        ),
        (
            "name: Acme",
            "labels: {a: b}",
            "labels: {a",
            "`/data/0` lacks \"name\"",
        ),
        (
            "logo: null",
            "labels: {a: 1}",
            "a: 1}",
            "`/data/0/labels/a` is not of type \"string\"",
        ),
        (
            "reason: resolved\n",
            "reason: resolved\n                note: a\n",
            "example:\\n                error: false\\n                reason: resolved",
            "it has note, which the schema doesn't name",
        ),
    ] {
        invalid(WEBSITE, (from, to), place, how);
    }
}

#[test]
fn an_example_of_a_request_is_valid() {
    invalid(
        WEBSITE,
        ("verify: '482913'", "verify: 482913"),
        "verify: 482913",
        "`/verify` is not of type \"string\"",
    );
}

#[test]
fn an_example_of_a_parameter_is_valid() {
    invalid(
        WEBSITE,
        ("example: acme.example", "example: 1"),
        "example: 1",
        "it is not of type \"string\"",
    );
    let id = "example: 8c842203-7ed8-4e29-a608-7cf78a7d2fcc";
    invalid(
        OPENAPI,
        (id, "example: 8c842203"),
        "example: 8c842203",
        "it is not a \"uuid\"",
    );
}

#[test]
fn a_carried_value_is_valid_in_its_text() {
    for (example, how) in [
        ("example: '[\"a\", 1]'", "`/1` is not of type \"string\""),
        ("example: '{\"a\": 1}'", "it is not of type \"array\""),
        ("example: '[not json'", "it is not of type \"array\""),
        ("example: '1'", "it is not of type \"array\""),
    ] {
        invalid(WEBSITE, ("example: '[\"a\"]'", example), example, how);
    }
    // A text is carried as it is, even where it looks like JSON.
    let list =
        "type: array\n            items:\n              type: string\n          example: '[\"a\"]'";
    check_passes(WEBSITE, (list, "type: string\n          example: '12'"));
}

#[test]
fn an_example_of_an_event_is_valid() {
    let how = "`/data/stamped` is not of type \"boolean\"";
    invalid(MESSAGE, ("stamped: true", "stamped: 1"), "stamped: 1", how);
    // Of several forms, the one that is plainly meant is held to.
    let how = "`/data/content/url` is not of type \"string\"";
    invalid(
        MESSAGE,
        ("{url: https://acme.example/a.png}", "{url: 1}"),
        "url: 1",
        how,
    );
    let how = "`/data` is of none of the forms that the schema allows";
    invalid(
        MESSAGE,
        ("type: file", "type: film"),
        "data:\\n                stamped",
        how,
    );
}

#[test]
fn an_example_of_a_schema_is_valid() {
    let states = "      enum: [open, closed]\n";
    invalid(
        WEBSITE,
        (states, &format!("{states}      example: ajar\n")),
        "example: ajar",
        "it is not one of \"open\" or \"closed\"",
    );
}

#[test]
fn null_goes_only_where_it_is_allowed() {
    invalid(
        WEBSITE,
        ("seats: 3", "seats: null"),
        "seats: null",
        "`/data/0/seats` is not of type \"integer\"",
    );
    // Of a schema that has a type (as the logo of the valid description) and of one that refers to another.
    let state = "          $ref: '#/components/schemas/WebsiteState'\n";
    let wrapped = "          description: The state.\n          allOf:\n            - $ref: '#/components/schemas/WebsiteState'\n          example: null\n";
    check_passes(
        WEBSITE,
        (state, &format!("{wrapped}          nullable: true\n")),
    );
    check_among(
        WEBSITE,
        (state, wrapped),
        &format!("<example: null>: the example is not valid: it is not of type \"string\"{HELP}"),
    );
}

#[test]
fn an_enum_accepts_a_urn_only_where_it_allows_them() {
    let states = "      enum: [open, closed]\n";
    let urn = format!("{states}      example: urn:acme.example:ajar\n");
    invalid(
        WEBSITE,
        (states, &urn),
        "example: urn",
        "it is not one of \"open\" or \"closed\"",
    );
    check_passes(
        WEBSITE,
        (states, &format!("{urn}      x-crisp-urn: true\n")),
    );
}

#[test]
fn an_example_may_match_several_forms() {
    let seats = "          type: integer\n          format: int32\n          minimum: 1\n          description: How many";
    let forms =
        "          oneOf: [{type: integer}, {type: number}]\n          description: How many";
    check_passes(WEBSITE, (seats, forms));
}
