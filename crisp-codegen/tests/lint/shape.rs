//! Keys and the kinds of their values.

use super::{WEBSITE, check, check_among};

#[test]
fn an_unknown_key_is_rejected() {
    check(
        WEBSITE,
        (
            "          nullable: true\n",
            "          nulable: true\n          nullable: true\n",
        ),
        "<nulable:>: unknown key `nulable`\n  help: write `nullable`",
    );
    let tiers = "      x-crisp-tiers: [user]\n";
    check(
        WEBSITE,
        (tiers, &format!("{tiers}      x-crisp-teirs: [user]\n")),
        "<x-crisp-teirs:>: unknown key `x-crisp-teirs`\n  help: write `x-crisp-tiers`",
    );
    check(
        WEBSITE,
        (tiers, &format!("{tiers}      x-other: 1\n")),
        "\
<x-other:>: unknown key `x-other`
  help: remove it, or write one of operationId, summary, description, deprecated, tags, externalDocs, x-crisp-tiers, \
         x-crisp-scopes, parameters, requestBody, responses",
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_named() {
    let text = "text, in quotes if it looks like something else";
    for (from, to, place, key, help) in [
        (
            "summary: Get A Website",
            "summary: 200",
            "summary: 200",
            "summary",
            text,
        ),
        (
            "deprecated: true",
            "deprecated: 'yes'",
            "deprecated:",
            "deprecated",
            "`true` or `false`",
        ),
        (
            "minimum: 1\n",
            "minimum: one\n",
            "minimum:",
            "minimum",
            "a number",
        ),
        (
            "tiers: [user]\n",
            "tiers: user\n",
            "x-crisp-tiers: user\\n",
            "x-crisp-tiers",
            "a list",
        ),
        (
            "tiers: [user]\n",
            "tiers: [[user]]\n",
            "[user]]",
            "x-crisp-tiers",
            text,
        ),
        (
            "x-crisp-scopes:\n        website:base: read",
            "x-crisp-scopes: [read]",
            "x-crisp-scopes:",
            "x-crisp-scopes",
            "a mapping",
        ),
        (
            "additionalProperties:\n            type: string",
            "additionalProperties: yes",
            "additionalProperties:",
            "additionalProperties",
            "a schema, `true` or `false`",
        ),
        (
            "          nullable: true\n",
            "          nullable: true\n          maxLength: 1.5\n",
            "maxLength:",
            "maxLength",
            "a whole number, from 0",
        ),
    ] {
        let expected =
            format!("<{place}>: `{key}` has a value of the wrong kind\n  help: write {help}");
        check_among(WEBSITE, (from, to), &expected);
    }
}

#[test]
fn a_reference_stands_alone() {
    let state = "$ref: '#/components/schemas/WebsiteState'";
    check(
        WEBSITE,
        (state, &format!("{state}\n          nullable: true")),
        "\
<state:\\n>: a $ref has keys beside it, which OpenAPI 3.0 ignores
  help: write `allOf:` with the $ref as its only item, and the other keys beside `allOf`",
    );
    check_among(
        WEBSITE,
        (
            "    WebsiteState:\n",
            &format!("    State:\n      {state}\n    WebsiteState:\n"),
        ),
        "\
<State:\\n      $ref>: a component that is only a $ref
  help: take it out, and refer to what it refers to",
    );
}
