//! Operations: their arguments and responses.

use super::{between, check, report_of};

#[test]
fn an_operation_is_added_or_removed() {
    let without = [(
        "    patch:
      operationId: website.update_thing
      summary: Update Thing
      description: Changes one.
      x-crisp-tiers: [plugin]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              $ref: '#/components/schemas/ThingUpdate'
      responses:
        '200':
          description: It was changed.
          content:
            application/json:
              schema:
                $ref: '../openapi.yaml#/components/schemas/Envelope'
",
        "",
    )];
    check(
        &without,
        "
! operation website.update_thing removed: the method is gone
! type ThingUpdate removed: its schema is unused, or another name of a simpler type",
    );
    between(
        &without,
        &[],
        "
operation website.update_thing added
type ThingUpdate added",
    );
}

#[test]
fn an_operation_is_renamed() {
    check(
        &[("website.get_thing", "website.get_a_thing")],
        "! operation website.get_a_thing changed: was named `website.get_thing`",
    );
}

#[test]
fn arguments_of_a_renamed_operation_are_compared() {
    check(
        &[
            ("website.list_things", "website.list_all_things"),
            ("        - name: per_page\n", "        - name: size\n"),
        ],
        "
! operation website.list_all_things changed: was named `website.list_things`
! argument website.list_all_things(per_page) removed: the setter is gone
argument website.list_all_things(size) added: a setter that takes `u32`",
    );
}

#[test]
fn a_changed_route_is_the_same_method() {
    check(
        &[("/thing:\n", "/a_thing:\n")],
        "operation website.add_thing changed: was `POST /website/{website_id}/thing`, is \
         `POST /website/{website_id}/a_thing`: another request on the wire",
    );
    check(
        &[(
            "    post:\n      operationId: website.add",
            "    put:\n      operationId: website.add",
        )],
        "operation website.add_thing changed: was `POST /website/{website_id}/thing`, is \
         `PUT /website/{website_id}/thing`: another request on the wire",
    );
}

#[test]
fn a_parameter_of_the_path_has_no_name_in_rust() {
    check(
        &[
            ("/thing/{thing_id}:", "/thing/{id}:"),
            ("name: thing_id", "name: id"),
        ],
        "
operation website.check_thing_exists changed: was `HEAD /website/{website_id}/thing/{thing_id}`, is \
`HEAD /website/{website_id}/thing/{id}`: another request on the wire
operation website.get_thing changed: was `GET /website/{website_id}/thing/{thing_id}`, is \
`GET /website/{website_id}/thing/{id}`: another request on the wire
operation website.update_thing changed: was `PATCH /website/{website_id}/thing/{thing_id}`, is \
`PATCH /website/{website_id}/thing/{id}`: another request on the wire",
    );
}

#[test]
fn an_operation_without_page_number_returns_no_page() {
    check(
        &[
            ("/things/{page_number}:", "/things/{page}:"),
            ("name: page_number", "name: page"),
            (
                "        - name: kinds
          in: query
          description: The kinds to keep.
          schema: {type: string}
          x-crisp-value: {type: array, items: {type: string}}
        - name: per_page
          in: query
          description: How many.
          schema: {type: integer, format: int32, minimum: 1, maximum: 50}
",
                "",
            ),
        ],
        "
operation website.list_things changed: was `GET /website/{website_id}/things/{page_number}`, is \
`GET /website/{website_id}/things/{page}`: another request on the wire
! operation website.list_things changed: the method returned `ListThings(PagedRequest<Thing>)`, returns `Request<Vec<Thing>>`
! argument website.list_things(kinds) removed: the setter is gone
! argument website.list_things(per_page) removed: the setter is gone",
    );
}

#[test]
fn an_operation_with_setters_returns_no_page() {
    check(
        &[
            ("/things/{page_number}:", "/things/{page}:"),
            ("name: page_number", "name: page"),
        ],
        "
operation website.list_things changed: was `GET /website/{website_id}/things/{page_number}`, is \
`GET /website/{website_id}/things/{page}`: another request on the wire
! operation website.list_things changed: the method returned `ListThings(PagedRequest<Thing>)`, returns \
`ListThings(Request<Vec<Thing>>)`",
    );
}

#[test]
fn an_optional_parameter_is_a_setter() {
    let with = [(
        "        - name: per_page\n",
        "        - name: sort
          in: query
          description: How to sort.
          schema: {type: integer, enum: [0, 1]}
        - name: per_page\n",
    )];
    check(
        &with,
        "argument website.list_things(sort) added: a setter that takes `bool`",
    );
    between(
        &with,
        &[],
        "! argument website.list_things(sort) removed: the setter is gone",
    );
}

#[test]
fn a_field_with_the_name_of_a_parameter_has_a_prefix() {
    check(
        &[(
            "      operationId: website.add_thing\n",
            "      operationId: website.add_thing
      parameters:
        - name: note
          in: query
          required: true
          description: Another note.
          schema: {type: string}\n",
        )],
        "
! argument website.add_thing(note) added: the method takes one more argument, `String`
! argument website.add_thing(note) changed: the setter was `note`, is `body_note`",
    );
}

#[test]
fn the_first_setter_makes_a_request_of_its_own() {
    check(
        &[(
            "      operationId: website.get_thing\n",
            "      operationId: website.get_thing
      parameters:
        - name: full
          in: query
          description: Whether to get all.
          schema: {type: integer, enum: [0, 1]}\n",
        )],
        "
! operation website.get_thing changed: the method returned `Request<Thing>`, returns `GetThing(Request<Thing>)`
argument website.get_thing(full) added: a setter that takes `bool`",
    );
}

#[test]
fn a_required_parameter_is_an_argument() {
    let with = [(
        "        - name: kinds\n",
        "        - name: sort
          in: query
          required: true
          description: How to sort.
          schema: {type: string}
        - name: kinds\n",
    )];
    check(
        &with,
        "! argument website.list_things(sort) added: the method takes one more argument, `String`",
    );
    between(
        &with,
        &[],
        "! argument website.list_things(sort) removed: the method takes one argument less",
    );
}

#[test]
fn a_parameter_becomes_required_or_optional() {
    let required = [("required: [name, state]", "required: [name]")];
    check(
        &required,
        "! argument website.add_thing(state) changed: was an argument, is a setter",
    );
    between(
        &required,
        &[],
        "! argument website.add_thing(state) changed: was a setter, is an argument",
    );
}

#[test]
fn the_type_of_a_parameter() {
    check(
        &[("items: {type: string}}", "items: {type: number}}")],
        "! argument website.list_things(kinds) changed: was `Vec<String>`, is `Vec<f64>`",
    );
    check(
        &[(
            "                  nullable: true
                  description: A note.",
            "                  description: A note.",
        )],
        "! argument website.add_thing(note) changed: was `Option<String>`, is `String`",
    );
}

#[test]
fn the_range_and_the_format_of_a_parameter() {
    check(
        &[("maximum: 50", "maximum: 100")],
        "argument website.list_things(per_page) changed: maximum was `50`, is `100`",
    );
    check(
        &[("        format: uuid\n", "")],
        "parameter WebsiteId changed: format was `uuid`, is none",
    );
}

#[test]
fn a_shared_parameter_changes_once() {
    check(
        &[(
            "        type: string
        format: uuid
",
            "        type: integer\n",
        )],
        "! parameter WebsiteId changed: was `String`, is `i64`",
    );
}

#[test]
fn the_order_of_arguments() {
    check(
        &[(
            "                name:
                  type: string
                  description: Its name.
                state:
                  $ref: '#/components/schemas/ThingState'
",
            "                state:
                  $ref: '#/components/schemas/ThingState'
                name:
                  type: string
                  description: Its name.
",
        )],
        "! operation website.add_thing changed: the order of arguments was `website_id, name, state`, is \
         `website_id, state, name`",
    );
}

#[test]
fn the_order_of_path_arguments_is_that_of_the_template() {
    // Arguments of one type change places without a change of the surface, so the diff is all that shows it.
    let template = [(
        "  /website/{website_id}/thing/{thing_id}:",
        "  /website/{thing_id}/thing/{website_id}:",
    )];
    let report = report_of(&template);
    let expected = "! operation website.get_thing changed: the order of arguments was \
                    `website_id, thing_id`, is `thing_id, website_id`";
    assert!(report.contains(expected), "{report}");
}

#[test]
fn the_order_in_which_path_parameters_are_declared_is_no_change() {
    let website = "      - $ref: '../openapi.yaml#/components/parameters/WebsiteId'\n";
    let thing = "      - name: thing_id
        in: path
        required: true
        description: The thing.
        schema: {type: string}
";
    check(
        &[(&format!("{website}{thing}"), &format!("{thing}{website}"))],
        "",
    );
}

#[test]
fn a_body_gets_a_name() {
    check(
        &[(
            "              $ref: '#/components/schemas/ThingUpdate'",
            "              type: object
              properties:
                name: {type: string, description: Its name.}",
        )],
        "
! operation website.update_thing changed: the method returned `Request<()>`, returns `UpdateThing(Request<()>)`
! argument website.update_thing(body) removed: the method takes one argument less
argument website.update_thing(name) added: a setter that takes `String`
! type ThingUpdate removed: its schema is unused, or another name of a simpler type",
    );
}

#[test]
fn the_type_of_a_response() {
    check(
        &[(
            "          description: The thing.
          content:
            application/json:
              schema:
                allOf:
                  - $ref: '../openapi.yaml#/components/schemas/Envelope'
                  - type: object
                    properties:
                      data:
                        $ref: '#/components/schemas/Thing'
",
            "          description: The thing.
          content:
            application/json:
              schema:
                $ref: '../openapi.yaml#/components/schemas/Envelope'
",
        )],
        "! response website.get_thing changed: was `Thing`, is `()`",
    );
    check(
        &[("    head:\n", "    delete:\n")],
        "
operation website.check_thing_exists changed: was `HEAD /website/{website_id}/thing/{thing_id}`, is \
`DELETE /website/{website_id}/thing/{thing_id}`: another request on the wire
! response website.check_thing_exists changed: was `bool`, is `()`",
    );
}

#[test]
fn tiers_and_deprecation() {
    check(
        &[("[user, plugin]", "[plugin]")],
        "operation website.list_things changed: tiers was [\"user\", \"plugin\"], is [\"plugin\"]",
    );
    check(
        &[(
            "      summary: Get Thing\n",
            "      summary: Get Thing\n      deprecated: true\n",
        )],
        "operation website.get_thing changed: deprecated was `false`, is `true`",
    );
}

#[test]
fn an_operation_moves_behind_another_feature() {
    let operation = "  /website/thing_count:
    head:
      operationId: website.check_things
      summary: Check Things
      description: Tells whether there are any.
      x-crisp-tiers: [plugin]
      responses:
        '200':
          description: There are.
";
    let here = format!("paths:\n{operation}  /website/{{website_id}}/things");
    let there = format!("version: '1'\npaths:\n{operation}x-webhooks:");
    between(
        &[("paths:\n  /website/{website_id}/things", &here)],
        &[("version: '1'\npaths: {}\nx-webhooks:", &there)],
        "! operation website.check_things changed: was behind the feature `website-thing`, is behind `events-thing`",
    );
}

#[test]
fn documentation_of_operations_and_parameters() {
    check(
        &[("description: Gets one.", "description: Gets a thing.")],
        "operation website.get_thing documented",
    );
    check(
        &[("description: The website.", "description: A website.")],
        "parameter WebsiteId documented",
    );
    check(
        &[("description: The page.", "description: A page.")],
        "parameter /website/{website_id}/things/{page_number}(page_number) documented",
    );
}

#[test]
fn statuses_and_envelopes_are_invisible_to_callers() {
    check(
        &[("        '201':", "        '202':")],
        "operation website.add_thing changed: responses/201 removed; responses/202 added",
    );
    check(
        &[(
            "        error:
          type: boolean
",
            "        error:
          type: string
",
        )],
        "type Envelope changed: properties/error/type was `boolean`, is `string`",
    );
    check(
        &[("title: Test\n", "title: Tests\n")],
        "other info documented",
    );
}

#[test]
fn a_parameter_of_a_path_changes_once() {
    let string = "        description: The thing.
        schema: {type: string}
";
    check(
        &[(string, &string.replace("string", "integer"))],
        "! parameter /website/{website_id}/thing/{thing_id}(thing_id) changed: was `String`, is `i64`",
    );
}

#[test]
fn slashes_of_a_path_parameter_become_separators() {
    let plain = "        schema: {type: string}\n    head:";
    let slug = format!("        x-crisp-slug-path: true\n{plain}");
    let report = report_of(&[(plain, &slug)]);
    let expected = "operation website.get_thing changed: was `GET /website/{website_id}/thing/{thing_id}`, is \
                    `GET /website/{website_id}/thing/{+thing_id}`: another request on the wire";
    assert!(report.contains(expected), "{report}");
}

#[test]
fn documentation_of_an_argument_is_not_that_of_its_operation() {
    check(
        &[
            ("description: A note.", "description: A remark."),
            ("description: Adds one.", "description: Adds a thing."),
        ],
        "
operation website.add_thing documented
argument website.add_thing(note) documented",
    );
}

#[test]
fn a_type_changes_along_with_its_range() {
    check(
        &[(
            "format: int32, minimum: 1, maximum: 50",
            "minimum: 1, maximum: 40",
        )],
        "! argument website.list_things(per_page) changed: was `u32`, is `u64`",
    );
}
