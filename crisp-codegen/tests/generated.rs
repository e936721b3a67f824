//! The generated code for each feature that progenitor alone does not support well, on a small spec.
#![allow(
    clippy::unwrap_used,
    reason = "a small spec that is rejected has failed its test"
)]

use common::{ROOT, join};
use crisp_codegen::files::Files;
use crisp_codegen::generate;

mod common;

const MANIFEST: &str = "[features]\n\
                        # One feature a resource, written by `cargo xtask regen`.\n\
                        # End of what `cargo xtask regen` writes.\n";

/// The files generated from `website/thing.yaml` with these paths and schemas.
fn generated(paths: &str, schemas: &str) -> Files {
    let thing = format!(
        "openapi: 3.0.3\ninfo: {{title: Things, version: '1'}}\npaths:\n{paths}\ncomponents:\n  schemas:\n    \
         Envelope: {{type: object, properties: {{error: {{type: boolean}}}}}}\n{schemas}"
    );
    let bundle = join(&[("openapi.yaml", ROOT), ("website/thing.yaml", &thing)]).unwrap();
    generate(&bundle, MANIFEST).unwrap()
}

/// The text of a generated file without indentation and line breaks, which are not what is tested.
fn file(files: &Files, name: &str) -> String {
    let text = &files[&format!("src/generated/website/thing/{name}.rs")];
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace("( ", "(").replace(", )", ")")
}

fn assert_has(text: &str, part: &str) {
    assert!(text.contains(part), "no `{part}` in:\n{text}");
}

/// A `GET` whose `data` has a schema, with more of the operation.
fn get(data: &str, more: &str) -> String {
    format!(
        "  /website/thing:
    get:
      operationId: website.get_thing
      summary: Get Thing
      description: Gets it.
      tags: [WebsiteThing]
      x-crisp-tiers: [plugin]
{more}
      responses:
        '200':
          description: It.
          content:
            application/json:
              schema:
                allOf:
                  - $ref: '#/components/schemas/Envelope'
                  - type: object
                    properties:
                      data: {data}
"
    )
}

const THING: &str = "{$ref: '#/components/schemas/Thing'}";

#[test]
fn success_and_failure_bodies_that_differ_and_head() {
    let paths = "  /website/thing:
    head:
      operationId: website.check_thing_exists
      summary: Check If Thing Exists
      description: Tells whether it is there.
      x-crisp-tiers: [plugin]
      responses:
        '200': {description: It is there.}
        '404': {description: It is not.}
    post:
      operationId: website.add_thing
      summary: Add Thing
      description: Adds it.
      x-crisp-tiers: [plugin]
      responses:
        '201':
          description: Added.
          content: {application/json: {schema: {$ref: '#/components/schemas/Envelope'}}}
        default:
          description: Failed.
          content: {application/json: {schema: {type: array, items: {type: string}}}}
";
    let methods = file(&generated(paths, ""), "methods");
    assert_has(
        &methods,
        "pub fn check_thing_exists(&self) -> Request<bool>",
    );
    assert_has(&methods, "pub fn add_thing(&self) -> Request<()>");
}

#[test]
fn the_envelope_is_unwrapped() {
    let schemas =
        "    Thing: {type: object, description: A thing., properties: {name: {type: string}}}\n";
    let files = generated(&get(THING, ""), schemas);
    assert_has(
        &file(&files, "methods"),
        "pub fn get_thing(&self) -> Request<Thing>",
    );
    assert!(!file(&files, "types").contains("Envelope"));

    let list = generated(
        &get(
            "{type: array, items: {$ref: '#/components/schemas/Thing'}}",
            "",
        ),
        schemas,
    );
    assert_has(&file(&list, "methods"), "-> Request<Vec<Thing>>");
}

#[test]
fn string_enums_are_open() {
    let schemas =
        "    Thing: {type: string, description: A state., enum: [pending, un-resolved]}\n";
    let types = file(&generated(&get(THING, ""), schemas), "types");
    assert_has(
        &types,
        "pub enum Thing { /// `pending` Pending, /// `un-resolved` UnResolved, \
         /// A value unknown to this version, preserved as received. Unknown(String), }",
    );
    assert_has(
        &types,
        "open_enum!(Thing { Pending = \"pending\", UnResolved = \"un-resolved\", });",
    );
}

#[test]
fn a_tagged_union_shares_the_struct() {
    let schemas = "    Thing:
      description: A message.
      allOf:
        - type: object
          properties: {from: {type: string, description: Who.}}
        - $ref: '#/components/schemas/ThingContent'
    ThingContent:
      description: What it says.
      oneOf:
        - title: Text
          description: A text.
          type: object
          required: [type, content]
          properties: {type: {type: string, enum: [text]}, content: {type: string}}
        - title: File
          description: A file.
          type: object
          required: [type, content]
          properties: {type: {type: string, enum: [file]}, content: {$ref: '#/components/schemas/FileContent'}}
    FileContent: {type: object, description: A file., properties: {url: {type: string}}}
";
    let types = file(&generated(&get(THING, ""), schemas), "types");
    assert_has(
        &types,
        "/// What it says. #[derive(Debug, Clone, PartialEq)] #[non_exhaustive] \
         pub enum ThingContent { /// A text. Text(String), /// A file. File(FileContent),",
    );
    assert_has(
        &types,
        "tagged!(ThingContent { Text(String) = \"text\", File(FileContent) = \"file\", });",
    );
    assert_has(&types, "pub content: ThingContent,");
    assert_has(&types, "content { content }");
    assert!(!types.contains("Variant"));
}

#[test]
fn optional_parameters_are_setters_and_required_ones_arguments() {
    let parameters = "      parameters:
        - {name: domain, in: query, required: true, description: Which., schema: {type: string}}
        - {name: per_page, in: query, description: How many., schema: {type: integer, format: int32, minimum: 20, maximum: 50}}
        - {name: from, in: query, description: Since when., schema: {type: string}}
";
    let schemas =
        "    Thing: {type: object, description: A thing., properties: {name: {type: string}}}\n";
    let files = generated(&get(THING, parameters), schemas);
    assert_has(
        &file(&files, "methods"),
        "pub fn get_thing(&self, domain: &str) -> GetThing",
    );
    let requests = file(&files, "requests");
    assert_has(
        &requests,
        "pub struct GetThing(pub(crate) Request<Thing>); request!(GetThing(Request<Thing>));",
    );
    assert_has(
        &requests,
        "/// How many. #[inline] pub fn per_page(self, per_page: u32) -> Self { \
         Self(self.0.in_range(\"per_page\", per_page, 20..=50).query(\"per_page\", per_page)) }",
    );
    assert_has(&requests, "pub fn from(self, from: &str) -> Self");
}

#[test]
fn flags_are_booleans_and_structured_values_typed() {
    let parameters = "      parameters:
        - {name: unread, in: query, description: Whether., schema: {type: integer, enum: [0, 1]}}
        - name: search
          in: query
          description: What.
          schema: {type: string}
          x-crisp-value: {$ref: '#/components/schemas/Search'}
";
    let schemas = "    Thing: {type: object, description: A thing., properties: {name: {type: string}}}
    Search:
      description: A search.
      oneOf:
        - {title: Text, description: A text., type: string}
        - {title: Filter, description: Filters., type: array, items: {$ref: '#/components/schemas/Filter'}}
    Filter: {type: object, description: A filter., required: [model], properties: {model: {type: string}}}
";
    let files = generated(&get(THING, parameters), schemas);
    let requests = file(&files, "requests");
    assert_has(
        &requests,
        "pub fn unread(self, unread: bool) -> Self { Self(self.0.flag(\"unread\", unread)) }",
    );
    assert_has(
        &requests,
        "pub fn search(self, search: impl Into<Search>) -> Self",
    );
    let types = file(&files, "types");
    assert_has(
        &types,
        "pub enum Search { /// A text. Text(String), /// Filters. Filter(Vec<Filter>), }",
    );
    assert_has(&types, "impl From<&str> for Search");
}

#[test]
fn absent_null_and_value_differ_in_bodies() {
    let paths = "  /website/thing:
    patch:
      operationId: website.update_thing
      summary: Update Thing
      description: Updates it.
      x-crisp-tiers: [plugin]
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/ThingUpdate'}}}
      responses:
        '200': {description: Done., content: {application/json: {schema: {$ref: '#/components/schemas/Envelope'}}}}
    put:
      operationId: website.save_thing
      summary: Save Thing
      description: Saves it.
      x-crisp-tiers: [plugin]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [inbox_id]
              properties: {inbox_id: {type: string, nullable: true}, note: {type: string, nullable: true}}
      responses:
        '200': {description: Done., content: {application/json: {schema: {$ref: '#/components/schemas/Envelope'}}}}
";
    let schemas = "    ThingUpdate:
      type: object
      description: What to change.
      properties:
        segments: {type: array, items: {type: string}, description: Segments.}
        inbox_id: {type: string, nullable: true, description: The inbox.}
        owner: {description: The owner., allOf: [{$ref: '#/components/schemas/Owner'}]}
    Owner: {type: object, nullable: true, description: Someone., properties: {name: {type: string}}}
";
    let files = generated(paths, schemas);
    let types = file(&files, "types");
    // An empty list is sent: it clears what is there.
    assert_has(&types, "pub segments: Option<Vec<String>>,");
    assert_has(&types, "pub inbox_id: Nullable<String>,");
    // `nullable` of a schema applies to every reference to it.
    assert_has(&types, "pub owner: Nullable<Owner>,");
    assert_has(
        &types,
        "optional { \"segments\" => segments, \"inbox_id\" => inbox_id, \"owner\" => owner, }",
    );
    assert_has(
        &types,
        "pub fn inbox_id(mut self, inbox_id: impl Into<Nullable<String>>) -> Self",
    );
    assert_has(
        &file(&files, "methods"),
        "pub fn save_thing(&self, inbox_id: Option<&str>) -> SaveThing",
    );
    assert_has(
        &file(&files, "requests"),
        "pub fn note(self, note: Option<&str>) -> Self { Self(self.0.field(\"note\", &note)) }",
    );
}

#[test]
fn answers_keep_what_is_unknown_and_forms_that_disagree() {
    let schemas = "    Thing:
      type: object
      description: A thing.
      required: [id]
      properties:
        id: {type: string, description: Which.}
        type: {type: string, description: The type.}
        data:
          type: object
          description: Custom data.
          additionalProperties: {oneOf: [{type: string}, {type: boolean}, {type: number}]}
        size:
          $ref: '#/components/schemas/Size'
    Size:
      description: A size, which one source types as text and another as an object.
      oneOf:
        - {title: Text, description: As text., type: string}
        - $ref: '#/components/schemas/Dimensions'
    Dimensions: {type: object, description: Two lengths., properties: {width: {type: integer, minimum: 0}}}
";
    let types = file(&generated(&get(THING, ""), schemas), "types");
    assert_has(&types, "pub id: String,");
    assert_has(&types, "pub type_: Option<String>,");
    assert_has(&types, "\"type\" => type_,");
    assert_has(&types, "extra { extra }");
    assert_has(&types, "pub data: Option<Map<String, Value>>,");
    assert_has(&types, "pub extra: Extra, }");
    assert_has(
        &types,
        "Dimensions(Dimensions), /// A value of a form unknown to this version, preserved as received. Other(Value), }",
    );
    assert_has(&types, "pub width: Option<u64>,");
}

#[test]
fn a_request_carries_the_scopes_that_the_operation_requires() {
    let scopes = "      x-crisp-scopes: {'website:thing': read, 'website:people': write}\n";
    let with_scopes = file(&generated(&get("{type: boolean}", scopes), ""), "methods");
    assert_has(
        &with_scopes,
        "&[]) .scopes(&[\"website:thing (read)\", \"website:people (write)\"])",
    );
    let without = file(&generated(&get("{type: boolean}", ""), ""), "methods");
    assert!(!without.contains(".scopes("), "{without}");
}

#[test]
fn a_list_that_is_paged_gives_pages() {
    let paths = "  /website/{website_id}/things/{page_number}:
    parameters:
      - {name: website_id, in: path, required: true, description: The website., schema: {type: string}}
      - {name: page_number, in: path, required: true, description: The page., schema: {type: integer, format: int32, minimum: 1}}
    get:
      operationId: website.list_things
      summary: List Things
      description: Lists them.
      x-crisp-tiers: [plugin]
      responses:
        '200':
          description: A page.
          content:
            application/json:
              schema:
                allOf:
                  - $ref: '#/components/schemas/Envelope'
                  - type: object
                    properties: {data: {type: array, items: {$ref: '#/components/schemas/Thing'}}}
";
    let schemas =
        "    Thing: {type: object, description: A thing., properties: {name: {type: string}}}\n";
    let methods = file(&generated(paths, schemas), "methods");
    assert_has(
        &methods,
        "pub fn list_things(&self, website_id: &str, page_number: u32) -> PagedRequest<Thing>",
    );
}

#[test]
fn path_arguments_follow_the_template_whatever_their_order_of_declaration() {
    let parameter = |name: &str| {
        format!(
            "{{name: {name}, in: path, required: true, description: A., schema: {{type: string}}}}"
        )
    };
    let paths = |of_path: &[&str], of_operation: &[&str]| {
        let list = |names: &[&str]| {
            names
                .iter()
                .map(|n| parameter(n))
                .collect::<Vec<_>>()
                .join(", ")
        };
        format!(
            "  /website/{{a}}/x/{{b}}/{{c}}:
    parameters: [{}]
    delete:
      operationId: website.remove_thing
      summary: Remove Thing
      description: Removes it.
      x-crisp-tiers: [plugin]
      parameters: [{}]
      responses:
        '200': {{description: Done., content: {{application/json: {{schema: {{$ref: '#/components/schemas/Envelope'}}}}}}}}
",
            list(of_path),
            list(of_operation)
        )
    };
    for (of_path, of_operation) in [
        (&["a", "b", "c"][..], &[][..]),
        (&["c", "a", "b"], &[]),
        (&["c"], &["b", "a"]),
        (&[], &["b", "c", "a"]),
    ] {
        let methods = file(&generated(&paths(of_path, of_operation), ""), "methods");
        assert_has(&methods, "remove_thing(&self, a: &str, b: &str, c: &str)");
        assert_has(&methods, "\"/website/{a}/x/{b}/{c}\", &[&a, &b, &c]");
    }
}

#[test]
fn a_path_of_slugs_and_a_field_that_is_called_like_a_parameter() {
    let paths = "  /website/tree/{locale}/{path}:
    parameters:
      - {name: locale, in: path, required: true, description: The locale., schema: {type: string}}
      - {name: path, in: path, required: true, description: Where., schema: {type: string}, x-crisp-slug-path: true}
    put:
      operationId: website.save_leaf
      summary: Save Leaf
      description: Saves it.
      x-crisp-tiers: [plugin]
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [locale], properties: {locale: {type: string, description: Another locale.}}}
      responses:
        '200': {description: Done., content: {application/json: {schema: {$ref: '#/components/schemas/Envelope'}}}}
";
    let methods = file(&generated(paths, ""), "methods");
    assert_has(
        &methods,
        "save_leaf(&self, locale: &str, path: &str, body_locale: &str) -> Request<()>",
    );
    assert_has(
        &methods,
        "\"/website/tree/{locale}/{+path}\", &[&locale, &path]",
    );
    assert_has(&methods, ".field(\"locale\", body_locale)");
}

#[test]
fn a_value_that_is_called_unknown_and_one_that_starts_with_a_digit() {
    let schemas = "    Thing: {type: string, description: Why., enum: [unknown, 2fa]}\n";
    let types = file(&generated(&get(THING, ""), schemas), "types");
    assert_has(&types, "/// `unknown` UnknownValue, /// `2fa` X2fa,");
    assert_has(&types, "UnknownValue = \"unknown\", X2fa = \"2fa\",");
}

#[test]
fn a_variant_loses_the_last_word_of_its_union() {
    let schemas = "    TextContent: {type: object, description: A text., required: [text], properties: {text: {type: string, description: The text.}}}
    Thing:
      type: object
      description: A thing.
      properties:
        content: {$ref: '#/components/schemas/ThingContent'}
    ThingContent:
      description: The content.
      oneOf:
        - $ref: '#/components/schemas/TextContent'
        - {title: Size, description: A size., type: integer}
";
    let types = file(&generated(&get(THING, ""), schemas), "types");
    assert_has(&types, "Text(TextContent), /// A size. Size(i64),");
}

#[test]
fn nothing_of_progenitors_client_is_left() {
    let schemas =
        "    Thing: {type: object, description: A thing., properties: {name: {type: string}}}\n";
    for (path, text) in generated(&get(THING, ""), schemas) {
        for noise in [
            "progenitor",
            "api-version",
            "ResponseValue",
            "::std::",
            "JSON schema",
        ] {
            assert!(!text.contains(noise), "{noise} in {path}");
        }
    }
}
