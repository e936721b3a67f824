//! Bodies of requests and responses, and payloads of events.

use super::{EVENTS, MESSAGE, WEBSITE, check, check_among, check_passes};

const FAILURE: &str =
    "        4XX:\n          $ref: '../openapi.yaml#/components/responses/Failure'\n";

#[test]
fn a_response_to_head_has_no_body() {
    check(
        WEBSITE,
        (
            "description: The website exists.\n",
            "description: A.\n          content: {application/json: {}}\n",
        ),
        "\
<'200':\\n          description: A.>: a response to HEAD with a body
  help: remove `content`: a description is enough",
    );
}

#[test]
fn request_bodies_are_required_json_with_an_example() {
    check(
        WEBSITE,
        (
            "requestBody:\n        required: true",
            "requestBody:\n        required: false",
        ),
        "\
<requestBody:>: a request body that isn't required
  help: write `required: true`, or take the body out",
    );
    check(
        WEBSITE,
        ("            example:\n              verify: '482913'\n", ""),
        "\
<application/json:\\n            schema:\\n              type: object>: the request body has no example
  help: write `example:` beside `schema:`, with every field set",
    );
    let json = "application/json:\n            schema:\n              type: object";
    check(
        WEBSITE,
        (json, &json.replace("application/json", "text/plain")),
        "\
<content:\\n          text/plain:>: the request body has no content
  help: write `content:` with `application/json:`
<text/plain:>: the request body is text/plain
  help: write application/json: Crisp has no other format",
    );
}

#[test]
fn a_failure_has_a_response() {
    check(
        WEBSITE,
        ("        '404':\n          description: It does not.\n", ""),
        "\
<responses:\\n        '200':\\n          description: The website exists.>: HEAD /website has no response for failure
  help: write `'404':` with `description: …` alone",
    );
    let data = "                data: {}\n";
    check(
        WEBSITE,
        (&format!("{data}{FAILURE}"), data),
        "\
<responses:\\n        '200':\\n          description: It is done.>: DELETE /website/{website_id} has no response for failure
  help: write `4XX:` with `$ref: '../openapi.yaml#/components/responses/Failure'`",
    );
}

#[test]
fn a_success_has_one_response() {
    check(
        WEBSITE,
        (
            "        '200':\n          description: The website exists.\n",
            "",
        ),
        "\
<responses:\\n        '404'>: HEAD /website has 0 responses for success
  help: write one, such as '200' ('201' if something is created, '202' if it is executed later)",
    );
    check(
        WEBSITE,
        (
            "'404':\n          description: It does not.\n",
            "'404':\n          description: A.\n        5xx: {description: B.}\n",
        ),
        "\
<5xx:>: `5xx` is not a status
  help: write one such as '200', or a range such as 4XX",
    );
}

#[test]
fn success_is_an_envelope_with_an_example() {
    let envelope = "schema:\n                $ref: '../openapi.yaml#/components/schemas/Done'";
    let help = "write `allOf:` with a $ref to Envelope and `type: object` with `properties: {data: …}`, or a $ref to \
                Done where there is no data";
    for other in [
        "schema:\n                $ref: '#/components/schemas/Website'",
        // More than `data` beside the envelope.
        "schema:\n                allOf: [$ref: '../openapi.yaml#/components/schemas/Envelope', {type: object, properties: {data: {}, more: {description: A.}}}]",
        "schema:\n                allOf: [$ref: '../openapi.yaml#/components/schemas/Envelope']",
    ] {
        let place = other.replace('\n', "\\n");
        check_among(
            WEBSITE,
            (envelope, other),
            &format!("<{place}>: the response is not an envelope\n  help: {help}"),
        );
    }
    let example = "              example:\n                error: false\n                reason: deleted\n                data: {}\n";
    check(
        WEBSITE,
        (example, ""),
        "\
<application/json:\\n              schema:\\n                $ref: '../openapi.yaml#/components/schemas/Done'>: the response has no example
  help: write `example:` beside `schema:`, with every field set",
    );
}

#[test]
fn events_are_documented() {
    for (from, to, expected) in [
        (
            "  message:send:\n",
            "  Message:Send:\n",
            "<Message:Send>: `Message:Send` is not the name of an event\n  help: write it as Crisp does, such as \
             `message:send`",
        ),
        (
            "      summary: Message Sent\n",
            "",
            "<post:>: event `message:send` has no summary\n  help: write the label of the reference, such as `summary: \
             List Conversations`",
        ),
        (
            "      description: Sent when the visitor sends a message.\n",
            "",
            "<post:>: event `message:send` has no description\n  help: write in a sentence what it does, such as \
             `description: Resolves …`",
        ),
        (
            "[MessageEvents]",
            "[MessageEvent]",
            "<MessageEvent]>: tag `MessageEvent` is not declared\n  help: declare it under `tags:` in openapi.yaml, or \
             write one of WebsiteBase, MessageEvents",
        ),
        (
            "      x-crisp-tiers: [website]\n",
            "",
            "<post:>: event `message:send` has no x-crisp-tiers\n  help: write those that may, such as `x-crisp-tiers: \
             [user, website, plugin]`",
        ),
        (
            "event: message:send",
            "event: message:sent",
            "<event: message:sent>: the example is not of event `message:send`\n  help: write `event: message:send` in \
             it",
        ),
        (
            "    post:\n",
            "    get:\n",
            "<message:send:>: event `message:send` has no `post`\n  help: describe it under `post:`, as a webhook \
             delivers it",
        ),
        (
            "- $ref: '../openapi.yaml#/components/schemas/Delivery'",
            "- type: object",
            "<schema:\\n>: the payload of event `message:send` is not a delivery\n  help: write `allOf:` with a $ref to \
             Delivery and `type: object` with `properties: {data: …}`",
        ),
    ] {
        check_among(MESSAGE, (from, to), expected);
    }
}

#[test]
fn events_have_a_payload_with_an_example() {
    let part = |from, to| &EVENTS[EVENTS.find(from).unwrap()..EVENTS.find(to).unwrap()];
    check_among(
        MESSAGE,
        (part("      requestBody:", "      responses:"), ""),
        "\
<post:>: event `message:send` has no payload
  help: write `requestBody:` with the delivery and its data",
    );
    check(
        MESSAGE,
        (part("            example:", "      responses:"), ""),
        "\
<application/json:>: event `message:send` has no example
  help: write `example:` beside `schema:`, with every field set",
    );
}

const EXAMPLE: &str = "            example:\n              verify: '482913'\n";

/// Named examples in place of the example of the request body.
fn named(entries: &str) -> String {
    format!("            examples:\n{entries}")
}

#[test]
fn a_request_body_has_an_example_or_named_examples() {
    let first = "              first: {summary: A proof., value: {verify: '482913'}}\n";
    check_passes(WEBSITE, (EXAMPLE, &named(first)));
    check(
        WEBSITE,
        (EXAMPLE, &format!("{}{EXAMPLE}", named(first))),
        "\
<examples:>: the request body has both `example` and `examples`
  help: move one into the other: OpenAPI allows one of the two",
    );
    check(
        WEBSITE,
        (EXAMPLE, "            examples: {}\n"),
        "\
<application/json:\\n            schema:\\n              type: object\\n              required: [verify]>: the request body has no example
  help: write `example:` beside `schema:`, with every field set",
    );
}

#[test]
fn a_named_example_is_complete() {
    for (entry, expected) in [
        (
            "              BigProof: {summary: A proof., value: {verify: '1'}}\n",
            "<BigProof:>: example `BigProof` is not in snake case\n  help: name it in lower case after what it shows, \
             such as `picker`",
        ),
        (
            "              first: {value: {verify: '1'}}\n",
            "<first:>: example `first` has no summary\n  help: write in a few words what it shows, such as `summary: A \
             choice of answers`",
        ),
        (
            "              first: {summary: A proof.}\n",
            "<first:>: example `first` has no value\n  help: write the body under `value:`",
        ),
        (
            "              first: {summary: A proof., value: {verify: 1}}\n",
            "<verify: 1>: the example is not valid: `/verify` is not of type \"string\"\n  help: fix the example, or \
             the schema if Crisp sends it this way",
        ),
    ] {
        check(WEBSITE, (EXAMPLE, &named(entry)), expected);
    }
}

#[test]
fn a_response_has_one_example() {
    let answer = "              example:
                error: false
                reason: resolved
                data:
                  - name: Acme
                    state: open
                    seats: 3
                    logo: null
";
    let examples = "              examples: {first: {summary: A., value: {error: false, reason: resolved, data: []}}}\n";
    check(
        WEBSITE,
        (answer, examples),
        "\
<examples:>: the response has several examples
  help: write one as `example:`: the mock sends it",
    );
}

#[test]
fn an_event_has_one_example() {
    let examples = "            examples:\n              first:\n                summary: A file.\n                value:\n";
    let (_, example) = EVENTS.split_once("            example:\n").unwrap();
    let (example, _) = example.split_once("      responses:\n").unwrap();
    let indented: String = example
        .lines()
        .map(|line| format!("    {line}\n"))
        .collect();
    check(
        MESSAGE,
        (
            &format!("            example:\n{example}"),
            &format!("{examples}{indented}"),
        ),
        "\
<examples:>: event `message:send` has several examples
  help: write one as `example:`: the mock sends it",
    );
}
