//! Parameters: declared and used, described, with an example.

use super::{OPENAPI, WEBSITE, changed, check, check_among};

const WEBSITE_ID: &str =
    "    parameters:\n      - $ref: '../openapi.yaml#/components/parameters/WebsiteId'\n";

#[test]
fn a_parameter_of_the_template_is_declared() {
    for operation in ["get:", "delete:"] {
        check_among(
            WEBSITE,
            (WEBSITE_ID, ""),
            &format!(
                "<{operation}>: path parameter `{{website_id}}` of `/website/{{website_id}}` is not declared\n  \
                 help: add a $ref to `#/components/parameters/WebsiteId` of spec/openapi.yaml under `parameters:` of \
                 the path"
            ),
        );
    }
    check(
        WEBSITE,
        ("  /website:\n", "  /website/x/{page}:\n"),
        "\
<head:>: path parameter `{page}` of `/website/x/{page}` is not declared
  help: add `- name: page` with `in: path` and `required: true` under `parameters:` of the path",
    );
}

#[test]
fn a_declared_path_parameter_is_in_the_template() {
    // For the whole path …
    let place = "<$ref: '../openapi.yaml#/components/parameters/WebsiteId'\\n    head:>";
    check(
        WEBSITE,
        ("  /website:\n", &format!("  /website:\n{WEBSITE_ID}")),
        &format!(
            "{place}: path parameter `website_id` is not in `/website`\n  \
             help: write `{{website_id}}` in the path, or take the parameter out"
        ),
    );
    // … and for one operation of it.
    check(
        WEBSITE,
        (
            "in: query\n          required: true\n",
            "in: path\n          required: true\n",
        ),
        "\
<name: domain>: path parameter `domain` is not in `/website`
  help: write `{domain}` in the path, or take the parameter out",
    );
}

#[test]
fn a_parameter_says_what_it_is() {
    let domain = "\
        - name: domain
          in: query
          required: true
          description: The domain to look for.
          schema:
            type: string
          example: acme.example
";
    for (from, to, expected) in [
        (
            "description: The domain to look for.",
            "description: ''",
            "<description: ''>: parameter `domain` has no description\n  help: write in a line what it is, and its unit \
             or range",
        ),
        (
            "          example: acme.example\n",
            "",
            "<name: domain>: parameter `domain` has no example\n  help: write `example:` beside `schema:`, as Crisp \
             would accept it",
        ),
        (
            "          schema:\n            type: string\n",
            "",
            "<name: domain>: parameter `domain` has no schema\n  help: write `schema:` with its type",
        ),
        (
            "in: query",
            "in: header",
            "<in: header>: parameter `domain` is not in the path or the query\n  help: write `in: path` or `in: query`",
        ),
        (
            "name: domain",
            "name: ''",
            "<name: ''>: a parameter has no name\n  help: write `name:` as Crisp spells it",
        ),
    ] {
        check(WEBSITE, (domain, &changed(domain, (from, to))), expected);
    }
}

#[test]
fn a_template_has_each_name_once() {
    check_among(
        WEBSITE,
        ("  /website/{website_id}:\n", "  /website/{website_id}/x/{website_id}:\n"),
        "\
</website/{website_id}/x/{website_id}:>: path `/website/{website_id}/x/{website_id}` has `{website_id}` twice
  help: give each segment a name of its own, such as `{linked_id}`",
    );
}

#[test]
fn an_operation_does_not_repeat_a_parameter_of_its_path() {
    let delete = "    delete:\n";
    let repeated = format!(
        "{delete}      parameters:\n        - {{name: website_id, in: path, required: true, description: A., \
         schema: {{type: string}}, example: a}}\n"
    );
    check_among(
        WEBSITE,
        (delete, &repeated),
        "\
<{name: website_id>: parameter `website_id` is already declared for the whole path
  help: take it out here",
    );
}

#[test]
fn a_problem_in_a_parameter_that_is_sorted_is_reported_where_it_is_written() {
    let path = "  /website/{website_id}:\n    parameters:\n";
    let id = "      - {name: id, in: path, required: true, description: '', schema: {type: string}, example: a}\n";
    check(
        WEBSITE,
        (
            path,
            &format!("  /website/{{website_id}}/{{id}}:\n    parameters:\n{id}"),
        ),
        "\
<description: ''>: parameter `id` has no description
  help: write in a line what it is, and its unit or range",
    );
}

#[test]
fn a_shared_parameter_is_held_to_the_same() {
    check(
        OPENAPI,
        (
            "      required: true\n      description: The website.\n",
            "      description: The website.\n",
        ),
        "\
<WebsiteId:>: path parameter `website_id` isn't required
  help: write `required: true`: a path has no gaps",
    );
}

#[test]
fn a_parameter_is_listed_once() {
    let filter = "        - name: filter\n";
    let before = "        - {name: filter, in: query, description: A., schema: {type: string}, example: a}\n";
    check(
        WEBSITE,
        (filter, &format!("{before}{filter}")),
        "\
<name: filter\\n>: parameter `filter` is listed twice
  help: take one out",
    );
}

#[test]
fn paths_are_whole_segments() {
    for (path, segment) in [
        ("/website//x", ""),
        ("/website/a{b}", "a{b}"),
        ("/website/{}/x", "{}"),
        ("/website/{b", "{b"),
    ] {
        check_among(
            WEBSITE,
            ("  /website:\n", &format!("  '{path}':\n")),
            &format!(
                "<'{path}':>: path `{path}` has a segment `{segment}`\n  \
                 help: write each segment as a word in letters, digits, `_`, `-` and `.`, or as one `{{parameter}}`"
            ),
        );
    }
    check_among(
        WEBSITE,
        ("  /website:\n", "  website:\n"),
        "<website:\\n    head>: path `website` doesn't start with `/`\n  help: write `/website`",
    );
}

#[test]
fn a_value_is_carried_by_text() {
    check_among(
        WEBSITE,
        (
            "type: string\n          x-crisp-value",
            "type: boolean\n          x-crisp-value",
        ),
        "\
<x-crisp-value:>: parameter `filter` has an x-crisp-value and is not a text of the query
  help: write `in: query` and `schema: {type: string}`: the value is sent as text",
    );
}
