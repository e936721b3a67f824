//! Schemas: described, named, sound.

use super::{BASE, EVENTS, MESSAGE, ROOT, WEBSITE, check, check_among, check_passes, report_of};

#[test]
fn schemas_and_properties_are_described() {
    let help = "help: write in a line what it is, and its unit or range";
    check(
        WEBSITE,
        ("      description: Whether it is open.\n", ""),
        "<WebsiteState:>: schema `WebsiteState` has no description\n  help: write in a line what it is",
    );
    check(
        WEBSITE,
        ("          description: The name.\n", ""),
        &format!("<name:\\n>: property `name` has no description\n  {help}"),
    );
    check(
        WEBSITE,
        ("                  description: A proof.\n", ""),
        &format!("<verify:\\n>: property `verify` has no description\n  {help}"),
    );
    // Only beside an envelope is `data` described by the response.
    check(
        WEBSITE,
        (
            "verify:\n",
            "data: {type: boolean}\n                verify:\n",
        ),
        &format!("<data: {{type: boolean}}>: property `data` has no description\n  {help}"),
    );
}

#[test]
fn schemas_are_named_as_types() {
    let report = report_of(ROOT, &BASE.replace("WebsiteState", "website_state"), EVENTS);
    let expected = "schema `website_state` is not the name of a type\n  help: write it in letters and digits, each word \
                    with one capital: `PeopleProfile`, `FaqPage`\n1 problem found";
    assert!(report.ends_with(expected), "{report}");
}

const UNNAMED_OBJECT: &str = "an object with properties inside another schema\n  \
                              help: give it a name under `components: schemas:` and refer to it with $ref";
const UNNAMED_ENUM: &str = "an enum of strings without a name\n  \
                            help: give it a name under `components: schemas:` and refer to it with $ref";

#[test]
fn objects_and_enums_have_a_name() {
    let object =
        "{type: object, description: A., properties: {a: {type: string, description: B.}}}";
    let texts = "{type: string, description: A., enum: [a, b]}";
    // In a property, a value of a map, a property of a body, an item of what a parameter carries.
    for (key, inner) in [
        (
            "seats:",
            "\n          type: integer\n          format: int32\n          minimum: 1\n          description: How many operators it holds.",
        ),
        ("additionalProperties:", "\n            type: string"),
        (
            "verify:",
            "\n                  type: string\n                  description: A proof.",
        ),
        ("items:", "\n              type: string"),
    ] {
        for (inline, what) in [(object, UNNAMED_OBJECT), (texts, UNNAMED_ENUM)] {
            let place = if key == "items:" { inline } else { key };
            let to = format!("{key} {inline}");
            let place = if key == "items:" {
                format!("items: {place}")
            } else {
                format!("{place} {{")
            };
            check_among(
                WEBSITE,
                (&format!("{key}{inner}"), &to),
                &format!("<{place}>: {what}"),
            );
        }
    }
    check(
        WEBSITE,
        ("          minimum: 1\n", "          enum: [1, 3]\n"),
        "<enum: [1, 3]>: an enum of other values than strings\n  help: take it out, write `minimum:` and `maximum:`, \
         and list the values in the description",
    );
}

#[test]
fn branches_without_a_name_are_distinguished_by_a_field() {
    let change = ("enum: [text]", "enum: [text, note]");
    let form = "description: A text.\\n          type: object\\n          required: [type, content]\\n          properties:\\n            type:\\n              type: string\\n              description: The type.\\n              enum: [text, note]";
    check_among(MESSAGE, change, &format!("<{form}>: {UNNAMED_OBJECT}"));
    let tag = "type:\\n              type: string\\n              description: The type.\\n              enum: [text, note]";
    check_among(MESSAGE, change, &format!("<{tag}>: {UNNAMED_ENUM}"));
}

#[test]
fn enums_are_sets() {
    check(
        WEBSITE,
        ("enum: [open, closed]", "enum: [closed, open, open]"),
        "<open]>: enum value `open` is listed twice\n  help: take one out",
    );
    check_among(
        WEBSITE,
        ("enum: [open, closed]", "enum: []"),
        "<enum: []>: an enum without values\n  help: write the known values, or take it out",
    );
}

#[test]
fn a_required_name_is_a_property() {
    check_among(
        WEBSITE,
        ("required: [name]", "required: [name, nam]"),
        "\
<nam]>: `nam` is required and not a property
  help: describe it under `properties:`, or take it out of `required`",
    );
    check_among(
        WEBSITE,
        ("required: [name]", "required: [name, name]"),
        "<name]>: `name` is required twice\n  help: take one out",
    );
    // Beside `allOf` it would not reach the part that declares the property.
    let message = "      description: A message.\n";
    check(
        MESSAGE,
        (
            message,
            &format!("{message}      required: [stamped, content]\n"),
        ),
        "<required: [stamped>: `required` beside `allOf`\n  help: move it into the part that has the properties",
    );
}

#[test]
fn types_are_known_and_whole() {
    for (from, to, expected) in [
        (
            "type: string\n          description: The name.",
            "type: text\n          description: The name.",
            "<type: text>: `text` is not a type\n  help: write one of string, integer, number, boolean, array, object, \
             and `nullable: true` beside it where null is allowed",
        ),
        (
            "type: object\n          description: Labels",
            "type: array\n          description: Labels",
            "<labels:>: an array without items\n  help: write `items:` with the schema of one item",
        ),
        (
            "      type: object\n      description: A website.\n",
            "      description: A website.\n",
            "<Website:>: `properties` without `type: object`\n  help: write `type: object` beside it",
        ),
        (
            "type: array\n            items:\n              type: string",
            "items:\n              type: string",
            "<x-crisp-value:>: `items` without `type: array`\n  help: write `type: array` beside it",
        ),
    ] {
        check_among(WEBSITE, (from, to), expected);
    }
}

#[test]
fn patterns_are_regular_expressions() {
    let format = "          format: uri\n          nullable";
    let pattern = |pattern: &str| {
        format!("          format: uri\n          pattern: '{pattern}'\n          nullable")
    };
    check(
        WEBSITE,
        (format, &pattern("[")),
        "<pattern:>: `[` is not a regular expression\n  help: write one in the syntax of JavaScript, in single quotes",
    );
    check_passes(WEBSITE, (format, &pattern("^https:")));
}

#[test]
fn a_schema_is_not_made_of_itself() {
    let help = "help: refer to it from a property of an object";
    check(
        MESSAGE,
        (
            "      oneOf:\n",
            "      oneOf:\n        - $ref: '#/components/schemas/MessageSent'\n",
        ),
        &format!(
            "<MessageSent:>: schema `MessageSent` is made of itself\n  {help}\n\
             <allOf:\\n        - type: object\\n          properties:\\n            stamped>: an `allOf` with a union that is \
             not an object and a tagged union\n  help: write two items: `type: object` with its properties, then a \
             $ref to a union whose branches have `type` and `content`\n\
             <MessageContent:>: schema `MessageContent` is made of itself\n  {help}\n\
             <$ref: '#/components/schemas/MessageSent'\\n        - desc>: branch 1 of a tagged union has no `type` of one \
             value, or no `content`\n  help: write both as properties, as the other branches have them"
        ),
    );
    // A list has no type of its own that could break the ring.
    check_among(
        WEBSITE,
        (
            "    WebsiteState:\n",
            "    Ring:\n      type: array\n      description: A ring.\n      items:\n        \
             $ref: '#/components/schemas/Ring'\n    WebsiteState:\n",
        ),
        &format!("<Ring:>: schema `Ring` is made of itself\n  {help}"),
    );
    // Through a property is another matter: there are trees.
    let state = "        state:\n";
    check_passes(
        WEBSITE,
        (
            state,
            &format!("        parent:\n          $ref: '#/components/schemas/Website'\n{state}"),
        ),
    );
}
