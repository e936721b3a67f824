//! Joining the files: one document, and errors that name both sides.

mod common;

use common::{ROOT, errors_of, join};
use crisp_codegen::source::parse;
use serde_json::json;

const HEAD: &str = "openapi: 3.0.3\ninfo: {title: Part, version: '1'}\n";

fn part(text: &str) -> String {
    format!("{HEAD}{text}")
}

#[test]
fn files_become_one_document() {
    let root = format!(
        "{ROOT}tags: [{{name: Base}}]\ncomponents:\n  schemas:\n    Shared: {{type: string}}\n"
    );
    let base = part(
        "\
paths:
  /website:
    post:
      operationId: website.create
      responses:
        '200':
          $ref: '#/components/responses/Done'
components:
  schemas:
    Website:
      properties:
        shared:
          $ref: '../openapi.yaml#/components/schemas/Shared'
        $ref: {type: string}
      example: {$ref: kept as it is}
  responses:
    Done: {description: Done.}
",
    );
    let event = part(
        "x-webhooks:\n  'website:update': {$ref: ../website/base.yaml#/components/schemas/Website}\n",
    );
    let bundle = join(&[
        ("website/base.yaml", &base),
        ("events/website.yaml", &event),
        ("openapi.yaml", &root),
    ])
    .unwrap();
    assert_eq!(
        bundle.document,
        json!({
            "openapi": "3.0.3",
            "info": {"title": "Test", "version": "1"},
            "tags": [{"name": "Base"}],
            "paths": {"/website": {"post": {
                "operationId": "website.create",
                "responses": {"200": {"$ref": "#/components/responses/Done"}},
            }}},
            "x-webhooks": {"website:update": {"$ref": "#/components/schemas/Website"}},
            "components": {
                "schemas": {
                    "Shared": {"type": "string"},
                    "Website": {
                        "properties": {
                            "shared": {"$ref": "#/components/schemas/Shared"},
                            "$ref": {"type": "string"},
                        },
                        "example": {"$ref": "kept as it is"},
                    },
                },
                "responses": {"Done": {"description": "Done."}},
            },
        })
    );
    let keys: Vec<_> = bundle.document.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "openapi",
            "info",
            "tags",
            "paths",
            "x-webhooks",
            "components"
        ]
    );
}

#[test]
fn the_bundle_knows_where_things_stand() {
    let base = part(
        "\
paths:
  /website/{id}:
    get:
      operationId: website.get
components:
  schemas:
    Website: {type: object}
",
    );
    let event = part("x-webhooks:\n  'website:update': {}\n");
    let bundle = join(&[
        ("openapi.yaml", ROOT),
        ("website/base.yaml", &base),
        ("events/website.yaml", &event),
    ])
    .unwrap();
    let at = |pointer| bundle.locate(pointer).to_string();
    assert_eq!(at("/paths/~1website~1{id}"), "spec/website/base.yaml:4:3");
    assert_eq!(
        at("/paths/~1website~1{id}/get/operationId"),
        "spec/website/base.yaml:6:7"
    );
    assert_eq!(
        at("/paths/~1website~1{id}/get/summary"),
        "spec/website/base.yaml:5:5"
    );
    assert_eq!(
        at("/components/schemas/Website/type"),
        "spec/website/base.yaml:9:15"
    );
    assert_eq!(
        at("/x-webhooks/website:update"),
        "spec/events/website.yaml:4:3"
    );
    assert_eq!(at("/info/title"), "spec/openapi.yaml:2:8");
    assert_eq!(at("/nowhere"), "spec/openapi.yaml:1:1");
    assert_eq!(bundle.owner("Website"), Some("website/base.yaml"));
    assert_eq!(bundle.owner("Webs"), None);
    assert_eq!(
        bundle.file_of_path("/website/{id}"),
        Some("website/base.yaml")
    );
    assert_eq!(
        bundle.file_of_event("website:update"),
        Some("events/website.yaml")
    );
    let operations: Vec<_> = bundle
        .operations()
        .map(|op| (op.method, op.path, op.pointer))
        .collect();
    assert_eq!(
        operations,
        [(
            "get",
            "/website/{id}",
            "/paths/~1website~1{id}/get".to_owned()
        )]
    );
}

#[test]
fn both_texts_read_back_as_the_same_document() {
    let root = format!(
        "{ROOT}components:
  schemas:
    Odd:
      description: |
        Two lines,

          one of them indented.
      enum: ['200', 'no', '', 'null', ' x', '2025-11-22', '1_000', '12e7', '0x1F', \"a\\\"b\\\\c\", 'a: b', '- a', '#a']
      default: -1.5
      example: [1763812800000, 48.8566, 1.0, true, null, {{}}, []]
    '200': {{}}
"
    );
    let bundle = join(&[("openapi.yaml", &root)]).unwrap();
    let json: serde_json::Value = serde_json::from_str(&bundle.to_json()).unwrap();
    assert_eq!(json, bundle.document);
    let yaml = bundle.to_yaml();
    assert_eq!(
        parse("openapi.yaml", &yaml).unwrap().document,
        bundle.document,
        "{yaml}"
    );
    // Texts that YAML 1.1 reads as another type are quoted too.
    for quoted in [
        "\"200\": {}\n",
        "- \"no\"",
        "- \"2025-11-22\"",
        "- \"1_000\"",
        "openapi: \"3.0.3\"",
    ] {
        assert!(yaml.contains(quoted), "{quoted} in {yaml}");
    }
    assert!(
        yaml.contains("description: |\n        Two lines,\n"),
        "{yaml}"
    );
}

#[test]
fn duplicates_across_files_name_both_places() {
    let a = part(
        "\
paths:
  /website/{id}:
    get: {operationId: website.get}
    head: {operationId: website.get}
  /other:
    get: {operationId: website.other}
x-webhooks:
  'a:b': {}
components:
  schemas:
    Website: {}
  parameters:
    Website: {}
",
    );
    let b = part(
        "\
paths:
  /website/{website_id}: {}
  /another:
    get: {operationId: website.other}
x-webhooks:
  'a:b': {}
components:
  schemas:
    Website: {}
",
    );
    assert_eq!(
        errors_of(&[("openapi.yaml", ROOT), ("a.yaml", &a), ("b.yaml", &b)]),
        "\
spec/a.yaml:6:12: duplicate operationId `website.get`, already at spec/a.yaml:5:11
  help: name one after its own label in the reference
spec/b.yaml:4:3: duplicate path `/website/{website_id}`, already at spec/a.yaml:4:3
  help: move the operations of both to one place
spec/b.yaml:6:11: duplicate operationId `website.other`, already at spec/a.yaml:8:11
  help: name one after its own label in the reference
spec/b.yaml:8:3: duplicate event `a:b`, already at spec/a.yaml:10:3
  help: keep one of the two
spec/b.yaml:11:5: duplicate schema `Website`, already at spec/a.yaml:13:5
  help: rename one, or keep one and refer to it with $ref: names are shared by all files
5 problems found"
    );
}

/// The problem with a reference from `website/base.yaml`, beside a schema there and one in `people.yaml`.
fn reference(reference: &str) -> String {
    let base = part(&format!(
        "components:\n  schemas:\n    Website:\n      allOf:\n        - $ref: '{reference}'\n    Page: {{}}\n"
    ));
    let people = part("components:\n  schemas:\n    PeopleProfile: {}\n");
    errors_of(&[
        ("openapi.yaml", ROOT),
        ("website/base.yaml", &base),
        ("people.yaml", &people),
    ])
}

#[test]
fn a_ref_in_data_is_kept_and_one_in_a_property_of_that_name_is_rewritten() {
    let data = "{$ref: 'other.yaml#/nowhere'}";
    let schema = "{$ref: '../openapi.yaml#/components/schemas/Shared'}";
    let website = part(&format!(
        "components:
  schemas:
    Website:
      default: {data}
      enum: [{data}]
      example: {data}
      examples: {{first: {{value: {data}}}}}
      properties:
        default: {schema}
        enum: {schema}
        example: {schema}
        examples: {schema}
"
    ));
    let root = format!("{ROOT}components:\n  schemas:\n    Shared: {{}}\n");
    let bundle = join(&[("openapi.yaml", &root), ("website/base.yaml", &website)]).unwrap();
    let data = json!({"$ref": "other.yaml#/nowhere"});
    let schema = json!({"$ref": "#/components/schemas/Shared"});
    assert_eq!(
        bundle.document["components"]["schemas"]["Website"],
        json!({
            "default": data,
            "enum": [data],
            "example": data,
            "examples": {"first": {"value": data}},
            "properties": {
                "default": schema,
                "enum": schema,
                "example": schema,
                "examples": schema,
            },
        })
    );
}

#[test]
fn references_that_lead_nowhere_name_the_place_and_what_was_meant() {
    let place = "spec/website/base.yaml:7:11: ";
    for (written, what, mend) in [
        (
            "#/components/schemas/Websites",
            "spec/website/base.yaml has no `Websites` under `components: schemas:`",
            "write '#/components/schemas/Website', or add `Websites` under",
        ),
        (
            "#/components/schemas/PeopleProfile",
            "spec/website/base.yaml has no `PeopleProfile`",
            "write '../people.yaml#/components/schemas/PeopleProfile'\n",
        ),
        (
            "../persons.yaml#/components/schemas/PeopleProfile",
            "there is no file spec/persons.yaml",
            "'../people.yaml#",
        ),
        (
            "people.yaml#/components/schemas/PeopleProfile",
            "there is no file spec/website/people.yaml",
            "'../people.yaml#",
        ),
        (
            "../../people.yaml#/components/schemas/PeopleProfile",
            "leads out of the spec folder",
            "'../people.yaml#",
        ),
        (
            "#/components/schemas/Zebra",
            "has no `Zebra`",
            "add `Zebra` under `components: schemas:`, or take",
        ),
        (
            "#/components/parameters/Page",
            "has no `Page` under `components: parameters:`",
            "add `Page` under",
        ),
        (
            "../people.yaml",
            "doesn't name a component",
            "write `../people.yaml#/components/schemas/NAME`",
        ),
        (
            "#/info",
            "doesn't name a component",
            "write `#/components/schemas/NAME`",
        ),
        (
            "#/components/schemas/Page/properties/x",
            "doesn't name a component",
            "write `#/components/schemas/NAME`",
        ),
    ] {
        let shown = reference(written);
        assert!(
            shown.starts_with(&format!("{place}$ref `{written}`")),
            "{written}: {shown}"
        );
        assert!(
            shown.contains(what) && shown.contains(mend),
            "{written}: {shown}"
        );
        assert!(shown.ends_with("1 problem found"), "{written}: {shown}");
    }
    assert_eq!(
        reference("../website/./base.yaml#/components/schemas/Page"),
        "nothing is wrong"
    );
}

#[test]
fn without_a_schema_file_the_error_names_who_refers_to_it() {
    let a =
        part("paths:\n  /a:\n    get: {schema: {$ref: 'gone.yaml#/components/schemas/Gone'}}\n");
    let b = part("x-webhooks:\n  'a:b': {schema: {$ref: 'gone.yaml#/components/schemas/Gone'}}\n");
    let gone = part("components:\n  schemas:\n    Gone: {}\n");
    let with = [
        ("openapi.yaml", ROOT),
        ("a.yaml", &a),
        ("b.yaml", &b),
        ("gone.yaml", &gone),
    ];
    assert_eq!(errors_of(&with), "nothing is wrong");
    let shown = errors_of(&with[..3]);
    assert!(
        shown.contains(
            "spec/a.yaml:5:20: $ref `gone.yaml#/components/schemas/Gone`: there is no file"
        ),
        "{shown}"
    );
    assert!(
        shown.contains(
            "spec/b.yaml:4:20: $ref `gone.yaml#/components/schemas/Gone`: there is no file"
        ),
        "{shown}"
    );
}

#[test]
fn nothing_in_a_file_is_lost_without_a_word() {
    let shown = errors_of(&[
        ("openapi.yaml", ROOT),
        (
            "a.yaml",
            "openapi: 3.0.3\npath: {}\ntags: []\npaths: []\ncomponents:\n  schemas: 1\n",
        ),
    ]);
    assert_eq!(
        shown,
        "\
spec/a.yaml:1:1: `info` is missing
  help: start the file with `openapi: 3.0.3` and `info:`, so that editors can read it alone
spec/a.yaml:2:1: `path` is not a key of a description
  help: take it out, or write one of openapi, info, externalDocs, servers, security, tags, paths, x-webhooks, components
spec/a.yaml:3:1: `tags` stands outside the root
  help: move it to openapi.yaml
spec/a.yaml:4:1: `paths` is not a mapping
  help: write its entries, or `{}`
spec/a.yaml:6:3: `schemas` is not a mapping
  help: write its entries, or take it out
5 problems found"
    );
    let shown = errors_of(&[("a.yaml", HEAD)]);
    assert!(
        shown.starts_with("spec/openapi.yaml:1:1: is missing"),
        "{shown}"
    );
}

#[test]
fn a_ring_of_references_is_followed_to_no_end() {
    let root =
        format!("{ROOT}components:\n  schemas:\n    A: {{$ref: '#/components/schemas/A'}}\n");
    let bundle = join(&[("openapi.yaml", &root)]).unwrap();
    let ring = &bundle.document["components"]["schemas"]["A"];
    assert_eq!(bundle.resolve(ring), ring);
}
