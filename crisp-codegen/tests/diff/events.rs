//! Events and their payloads.

use super::check;

const GONE: &str = "  thing:gone:
    post:
      summary: Thing Gone
      description: Sent when one is gone.
      x-crisp-tiers: [plugin]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              allOf:
                - $ref: '../openapi.yaml#/components/schemas/Delivery'
                - type: object
                  properties:
                    data:
                      $ref: '#/components/schemas/ThingMade'
      responses:
        '200':
          description: It was taken.
";

#[test]
fn an_event_is_added_or_removed() {
    check(
        &[(GONE, "")],
        "! event thing:gone removed: its variant is gone",
    );
    check(
        &[(GONE, &format!("{GONE}{}", GONE.replace("gone", "lost")))],
        "event thing:lost added",
    );
}

#[test]
fn the_payload_of_an_event() {
    check(
        &[(
            GONE,
            &GONE.replace("$ref: '#/components/schemas/ThingMade'", "type: string"),
        )],
        "! event thing:gone changed: was `ThingMade`, is `String`",
    );
    check(
        &[(
            "      required: [name]
      properties:
        name:
          type: string
          description: Its name.
",
            "      required: [name]
      properties:
        name:
          type: string
          nullable: true
          description: Its name.
        age:
          type: integer
          description: Its age.
",
        )],
        "
field ThingMade.age added: `Option<i64>`
! field ThingMade.name changed: was `String`, is `Option<String>`",
    );
}

#[test]
fn tiers_and_documentation_of_an_event() {
    check(
        &[(GONE, &GONE.replace("[plugin]", "[user]"))],
        "event thing:gone changed: tiers was [\"plugin\"], is [\"user\"]",
    );
    check(
        &[("Sent when one is gone.", "Sent when one goes.")],
        "event thing:gone documented",
    );
    check(
        &[(
            "description: The name of the event.",
            "description: Its name.",
        )],
        "type Delivery documented",
    );
}
