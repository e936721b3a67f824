//! Named schemas: structs, enums, unions.

use super::{between, check, report_of};

const FILE: &str = "      description: A file.
      properties:
        url:
          type: string
          description: Where it is.
";
const UPDATE: &str = "      required: [name, size]
      properties:
        name:
          type: string
          description: Its name.
        size:
          type: integer
          format: int32
          description: Its size.
        label:
          type: string
          description: Its label.
";

#[test]
fn a_field_of_a_response() {
    let with =
        FILE.to_owned() + "        size: {type: integer, minimum: 0, description: Its size.}\n";
    check(
        &[(FILE, &with)],
        "field ThingFile.size added: `Option<u64>`",
    );
    between(
        &[(FILE, &with)],
        &[],
        "! field ThingFile.size removed: the field is gone",
    );
    let required = with.replace("properties:", "required: [size]\n      properties:");
    check(
        &[(FILE, &required)],
        "
! type ThingFile changed: it has no `Default` any more
field ThingFile.size added: `u64`",
    );
    let two = required.replace("[size]", "[size, url]");
    between(
        &[(FILE, &required)],
        &[(FILE, &two)],
        "! field ThingFile.url changed: was `Option<String>`, is `String`",
    );
    let third = required.clone() + "        name: {type: string, description: Its name.}\n";
    let third = third.replace("[size]", "[size, name]");
    between(
        &[(FILE, &required)],
        &[(FILE, &third)],
        "field ThingFile.name added: `String`",
    );
}

#[test]
fn a_field_of_a_request() {
    let optional = UPDATE.to_owned() + "        age: {type: integer, description: Its age.}\n";
    check(
        &[(UPDATE, &optional)],
        "field ThingUpdate.age added: `Option<i64>`",
    );
    let required = optional.replace("[name, size]", "[name, size, age]");
    check(
        &[(UPDATE, &required)],
        "! field ThingUpdate.age added: `i64`, without which no `ThingUpdate` can be built",
    );
}

#[test]
fn a_field_becomes_optional_or_nullable() {
    let change = |from, to| UPDATE.replace(from, to);
    check(
        &[(UPDATE, &change("[name, size]", "[name]"))],
        "! field ThingUpdate.size changed: was `i32`, is `Option<i32>`",
    );
    let nullable = change("format: int32", "format: int32\n          nullable: true");
    check(
        &[(UPDATE, &nullable)],
        "! field ThingUpdate.size changed: was `i32`, is `Option<i32>`",
    );
    check(
        &[(
            UPDATE,
            &change("Its label.", "Its label.\n          nullable: true"),
        )],
        "! field ThingUpdate.label changed: was `Option<String>`, is `Nullable<String>`",
    );
    // The same type, and another constructor.
    between(
        &[(UPDATE, &nullable)],
        &[(UPDATE, &change("[name, size]", "[name]"))],
        "! field ThingUpdate.size changed: was required and could be null, is optional",
    );
}

#[test]
fn a_schema_becomes_nullable() {
    check(
        &[(
            "    ThingValue:\n",
            "    ThingValue:\n      nullable: true\n",
        )],
        "
! argument website.add_thing(value) changed: was `ThingValue`, is `Option<ThingValue>`
type ThingValue changed: nullable was none, is `true`
! field Thing.value changed: was `Option<ThingValue>`, is `Nullable<ThingValue>`",
    );
}

#[test]
fn the_type_of_a_field() {
    check(
        &[(
            "      items: {type: integer, format: int32}",
            "      items: {type: integer, minimum: 0}",
        )],
        "! field Thing.counts changed: was `Option<Vec<i32>>`, is `Option<Vec<u64>>`",
    );
    check(
        &[(
            "              $ref: '#/components/schemas/Stamp'",
            "              type: string",
        )],
        "! field Thing.made_at changed: was `Option<u64>`, is `Option<String>`",
    );
    check(
        &[(
            "      format: int64\n      minimum: 0\n",
            "      format: int64\n",
        )],
        "
type Stamp changed: minimum was `0`, is none
! field Thing.made_at changed: was `Option<u64>`, is `Option<i64>`",
    );
}

#[test]
fn the_reference_of_a_field() {
    check(
        &[(
            "                - $ref: '#/components/schemas/ThingState'
              description",
            "                - $ref: '#/components/schemas/ThingFile'
              description",
        )],
        "! field Thing.state changed: was `Option<ThingState>`, is `Option<ThingFile>`",
    );
    // Differences between the two are not reported as a change of either.
    check(
        &[(
            "            content:
              $ref: '#/components/schemas/ThingFile'",
            "            content:
              $ref: '#/components/schemas/ThingUpdate'",
        )],
        "
! type ThingFile removed: its schema is unused, or another name of a simpler type
! variant ThingContent::File changed: was `ThingFile`, is `ThingUpdate`",
    );
}

#[test]
fn the_format_of_a_field() {
    check(
        &[("              format: hostname\n", "")],
        "field Thing.name changed: format was `hostname`, is none",
    );
}

#[test]
fn the_order_of_constructor_arguments() {
    let swapped = "      required: [name, size]
      properties:
        size:
          type: integer
          format: int32
          description: Its size.
        name:
          type: string
          description: Its name.
        label:
          type: string
          description: Its label.
";
    check(
        &[(UPDATE, swapped)],
        "! type ThingUpdate changed: the order of the arguments of `new` was `name, size`, is `size, name`",
    );
    check(
        &[(UPDATE, &UPDATE.replace("[name, size]", "[size, name]"))],
        "type ThingUpdate documented",
    );
}

#[test]
fn unknown_fields() {
    let open = [(
        "    ThingUpdate:\n",
        "    ThingUpdate:\n      additionalProperties: true\n",
    )];
    check(
        &open,
        "type ThingUpdate changed: additionalProperties was none, is `true`",
    );
    between(
        &open,
        &[],
        "! type ThingUpdate changed: unknown content is not preserved any more: `extra` or `Other` is gone",
    );
}

#[test]
fn a_value_of_an_enum() {
    let more = [("[pending, resolved]", "[pending, un-resolved, resolved]")];
    check(&more, "value ThingState::UnResolved added: `un-resolved`");
    // As the generator names it: `Unknown` is what is not known.
    check(
        &[("[pending, resolved]", "[pending, unknown, resolved]")],
        "value ThingState::UnknownValue added: `unknown`",
    );
    between(
        &more,
        &[],
        "! value ThingState::UnResolved removed: `un-resolved`; the variant is gone, and the text is read as \
         `Unknown`",
    );
    between(
        &more,
        &[("[pending, resolved]", "[pending, un_resolved, resolved]")],
        "
value ThingState::UnResolved added: `un_resolved`
value ThingState::UnResolved removed: `un-resolved`; the variant stays",
    );
}

#[test]
fn a_variant_of_a_tagged_union() {
    let more = [(
        "        - title: File\n",
        "        - title: Note
          description: A note.
          type: object
          required: [type, content]
          properties:
            type: {type: string, enum: [note]}
            content: {type: boolean}
        - title: File\n",
    )];
    check(&more, "variant ThingContent::Note added: `bool`");
    between(
        &more,
        &[],
        "! variant ThingContent::Note removed: the variant is gone",
    );
    check(
        &[(
            "            content: {type: string}",
            "            content: {type: boolean}",
        )],
        "! variant ThingContent::Text changed: was `String`, is `bool`",
    );
}

#[test]
fn a_second_variant_of_the_same_content() {
    check(
        &[(
            "        - title: File\n",
            "        - title: Note
          description: A note.
          type: object
          required: [type, content]
          properties:
            type: {type: string, enum: [note]}
            content: {type: string}
        - title: File\n",
        )],
        "
! type ThingContent changed: a second variant holds `String`: `From<String>` is gone
variant ThingContent::Note added: `String`",
    );
}

#[test]
fn a_variant_of_an_untagged_union() {
    check(
        &[("        - title: Number\n", "        - title: Numbers\n")],
        "
! variant ThingValue::Number removed: the variant is gone
variant ThingValue::Numbers added: `Vec<f64>`",
    );
    check(
        &[("items: {type: number}\n", "items: {type: integer}\n")],
        "! variant ThingValue::Number changed: was `Vec<f64>`, is `Vec<i64>`",
    );
}

#[test]
fn an_enum_becomes_a_text() {
    check(
        &[(
            "      description: A state.
      enum: [pending, resolved]",
            "      description: A state.",
        )],
        "
! argument website.add_thing(state) changed: was `ThingState`, is `String`
! type ThingState removed: its schema is unused, or another name of a simpler type
! field Thing.state changed: was `Option<ThingState>`, is `Option<String>`",
    );
}

#[test]
fn a_type_is_added_removed_or_renamed() {
    let kind = [
        (
            "    ThingFile:\n",
            "    ThingKind:
      type: string
      description: A kind.
      enum: [big, small]
    ThingFile:\n",
        ),
        (
            "        url:\n",
            "        kind: {$ref: '#/components/schemas/ThingKind'}\n        url:\n",
        ),
    ];
    check(
        &kind,
        "
type ThingKind added
field ThingFile.kind added: `Option<ThingKind>`",
    );
    between(
        &kind,
        &[],
        "
! type ThingKind removed: the type is gone
! field ThingFile.kind removed: the field is gone",
    );
    let renamed = kind.map(|(from, to)| (from, to.replace("ThingKind", "FileKind")));
    let renamed: Vec<_> = renamed
        .iter()
        .map(|(from, to)| (*from, to.as_str()))
        .collect();
    between(
        &kind,
        &renamed,
        "! type FileKind changed: was named `ThingKind`",
    );
}

#[test]
fn a_type_can_no_longer_be_built() {
    let with = [(
        "      operationId: website.get_thing\n",
        "      operationId: website.get_thing
      parameters:
        - name: like
          in: query
          required: true
          description: What it is like.
          schema: {type: string}
          x-crisp-value: {$ref: '#/components/schemas/ThingFile'}\n",
    )];
    between(
        &with,
        &[],
        "
! argument website.get_thing(like) removed: the method takes one argument less
! type ThingFile changed: no request takes it any more: it can't be built",
    );
}

#[test]
fn a_cycle_of_types_has_a_box() {
    check(
        &[(
            "        url:\n",
            "        origin: {$ref: '#/components/schemas/ThingFile'}\n        url:\n",
        )],
        "field ThingFile.origin added: `Option<Box<ThingFile>>`",
    );
}

#[test]
fn types_that_refer_to_each_other_are_renamed() {
    let nested = [
        (
            "    ThingFile:\n",
            "    ThingNode:
      type: object
      description: A node.
      properties:
        nodes: {type: array, description: Its nodes., items: {$ref: '#/components/schemas/ThingNode'}}
        leaf: {$ref: '#/components/schemas/ThingLeaf'}
    ThingLeaf:
      type: object
      description: A leaf.
      properties:
        color: {type: string, description: Its color.}
    ThingFile:\n",
        ),
        (
            "        url:\n",
            "        node: {$ref: '#/components/schemas/ThingNode'}\n        url:\n",
        ),
    ];
    let renamed = nested.map(|(from, to)| {
        let to = to.replace("ThingNode", "Node");
        (from, to.replace("ThingLeaf", "Leaf"))
    });
    let renamed: Vec<_> = renamed
        .iter()
        .map(|(from, to)| (*from, to.as_str()))
        .collect();
    between(
        &nested,
        &renamed,
        "
! type Leaf changed: was named `ThingLeaf`
! type Node changed: was named `ThingNode`",
    );
}

#[test]
fn the_order_of_untagged_forms() {
    let text = "        - title: Text
          description: A text.
          type: string
";
    let number = "        - title: Number
          description: A number.
          type: array
          items: {type: number}
";
    // The surface has the same variants, but a value of both forms is read as the other.
    assert_eq!(
        report_of(&[(&format!("{text}{number}"), &format!("{number}{text}"))]),
        "! type ThingValue changed: the order of forms was `Text, Number`, is `Number, Text`",
    );
}

#[test]
fn the_tag_of_a_variant() {
    check(
        &[("enum: [file]", "enum: [File]")],
        "variant ThingContent::File changed: `type` was `file`, is `File`; the variant stays",
    );
}

#[test]
fn documentation_of_types_and_their_parts() {
    check(
        &[
            ("description: Where it is.", "description: Its address."),
            (
                "      description: What it holds.",
                "      description: Its content.",
            ),
            (
                "          description: A file.",
                "          description: One file.",
            ),
            (
                "      description: A state.",
                "      description: Its state, if known.",
            ),
        ],
        "
type ThingContent documented
type ThingState documented
field ThingFile.url documented
variant ThingContent::File documented",
    );
}
