//! No component is declared in vain.

use super::{OPENAPI, WEBSITE, check};

#[test]
fn a_component_is_used() {
    let state = "    WebsiteState:\n";
    let help = "help: take it out, or refer to it with $ref";
    check(
        WEBSITE,
        (
            state,
            &format!("    Spare:\n      type: string\n      description: A.\n{state}"),
        ),
        &format!("<Spare:>: `Spare` under schemas is not used\n  {help}"),
    );
    check(
        OPENAPI,
        (
            "  responses:\n",
            "  headers:\n    Spare: {description: A., schema: {type: string}}\n  responses:\n",
        ),
        &format!("<Spare:>: `Spare` under headers is not used\n  {help}"),
    );
    check(
        OPENAPI,
        ("security:\n  - token: []\n", "security: []\n"),
        &format!("<token:>: `token` under securitySchemes is not used\n  {help}"),
    );
}

#[test]
fn components_that_only_use_each_other_are_not_used() {
    let pair = "
    Egg:
      type: object
      description: A.
      properties: {hen: {$ref: '#/components/schemas/Hen'}}
    Hen:
      type: object
      description: B.
      properties: {egg: {$ref: '#/components/schemas/Egg'}}
    WebsiteState:
";
    check(
        WEBSITE,
        ("\n    WebsiteState:\n", pair),
        "\
<Egg:>: `Egg` under schemas is not used
  help: take it out, or refer to it with $ref
<Hen:>: `Hen` under schemas is not used
  help: take it out, or refer to it with $ref",
    );
}
