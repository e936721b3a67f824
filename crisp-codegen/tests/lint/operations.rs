//! Names, words, tags, tiers, scopes, and what is deprecated.

use super::{OPENAPI, WEBSITE, check, check_passes};

/// The operations that the cases below change, each by a line that only it has.
const HEAD: &str = "head:\n      operationId: website.check_website_exists";
const GET: &str = "get:\n      operationId: website.get_website";

#[test]
fn operation_ids_are_service_and_label() {
    let id = "operationId: website.check_website_exists";
    let help = "write `operationId: website.check_if_website_exists`: the service, then the label of the reference in \
                snake case";
    for (written, place, what) in [
        ("", "head:", "HEAD /website has no operationId"),
        (
            "operationId: check_website",
            "operationId: check_website",
            "operationId `check_website` doesn't start with the service of its path, `/website`",
        ),
        (
            "operationId: plugin.check",
            "operationId: plugin.check",
            "operationId `plugin.check` doesn't start with the service of its path, `/website`",
        ),
        (
            "operationId: website.checkWebsite",
            "operationId: website.checkWebsite",
            "`checkWebsite` of operationId `website.checkWebsite` can't be the name of a method in Rust",
        ),
        (
            "operationId: website.",
            "operationId: website.\\n",
            "`` of operationId `website.` can't be the name of a method in Rust",
        ),
        (
            "operationId: website.self",
            "operationId: website.self",
            "`self` of operationId `website.self` can't be the name of a method in Rust",
        ),
    ] {
        check(
            WEBSITE,
            (id, written),
            &format!("<{place}>: {what}\n  help: {help}"),
        );
    }
}

#[test]
fn a_path_starts_with_the_service_of_its_operations() {
    check(
        WEBSITE,
        ("  /website:\n", "  /site:\n"),
        "\
</site:>: path `/site` is in the folder of the service `website`
  help: move it to a file in the folder of its own service
<operationId: website.check_website_exists>: operationId `website.check_website_exists` doesn't start with the service of its path, `/site`
  help: write `operationId: site.check_if_website_exists`: the service, then the label of the reference in snake case",
    );
    // Crisp writes some in the plural.
    check_passes(WEBSITE, ("  /website:\n", "  /websites:\n"));
}

#[test]
fn a_path_has_an_operation() {
    check(
        WEBSITE,
        ("  /website:\n", "  /website/empty: {}\n  /website:\n"),
        "\
</website/empty: {}>: path `/website/empty` has no operation
  help: write one, such as `get:`, or take the path out",
    );
}

#[test]
fn operations_say_what_they_are() {
    check(
        WEBSITE,
        ("      summary: Get A Website\n", ""),
        "\
<get:>: GET /website/{website_id} has no summary
  help: write the label of the reference, such as `summary: List Conversations`",
    );
    check(
        WEBSITE,
        ("description: Resolves a website.", "description: ' '"),
        "\
<description: ' '>: GET /website/{website_id} has no description
  help: write in a sentence what it does, such as `description: Resolves …`",
    );
}

#[test]
fn operations_lead_to_the_reference() {
    let url = "https://docs.crisp.chat/references/rest-api/v1/#get-a-website";
    let help = format!("write `externalDocs:` with `url: {url}`");
    check(
        WEBSITE,
        (&format!("url: {url}"), "description: none"),
        &format!(
            "<externalDocs:\\n        description: none>: GET /website/{{website_id}} has no externalDocs.url\n  \
             help: {help}"
        ),
    );
    check(
        WEBSITE,
        (url, "https://crisp.chat/"),
        &format!(
            "<url: https://crisp.chat/>: externalDocs.url `https://crisp.chat/` is not an anchor of the Crisp \
             reference\n  help: {help}"
        ),
    );
}

#[test]
fn a_tag_is_declared_and_the_only_one() {
    let description = "description: Resolves a website.\n      tags: ";
    let from = format!("{description}[WebsiteBase]");
    check(
        WEBSITE,
        (&from, &format!("{description}[WebsiteBass]")),
        "\
<WebsiteBass]>: tag `WebsiteBass` is not declared
  help: declare it under `tags:` in openapi.yaml, or write one of WebsiteBase, MessageEvents",
    );
    for (tags, count) in [("[]", 0), ("[WebsiteBase, MessageEvents]", 2)] {
        check(
            WEBSITE,
            (&from, &format!("{description}{tags}")),
            &format!(
                "<tags: {tags}>: GET /website/{{website_id}} has {count} tags\n  \
                 help: write one, such as `tags: [WebsiteConversation]`"
            ),
        );
    }
}

#[test]
fn tiers_are_known() {
    let tiers = "x-crisp-tiers: [user, plugin]";
    let known = "help: write those that may, such as `x-crisp-tiers: [user, website, plugin]`";
    for (written, expected) in [
        (
            "x-crisp-tiers: [user, app]",
            format!("<app]>: tier `app` is not known\n  {known}"),
        ),
        (
            "x-crisp-tiers: [user, plugin, user]",
            "<user]\\n      parameters>: tier `user` is listed twice\n  help: take one out"
                .to_owned(),
        ),
        (
            "x-crisp-tiers: []",
            format!("<x-crisp-tiers: []>: HEAD /website has no x-crisp-tiers\n  {known}"),
        ),
        (
            "",
            format!("<head:>: HEAD /website has no x-crisp-tiers\n  {known}"),
        ),
    ] {
        check(WEBSITE, (tiers, written), &expected);
    }
}

#[test]
fn scopes_are_words_with_an_access() {
    let help = "write `website:conversation:messages: read`, with access `read` or `write`";
    for (scope, what) in [
        (
            "website:base: all",
            "access \"all\" of scope `website:base` is not known",
        ),
        (
            "website: read",
            "scope `website` is not words in lower case between colons",
        ),
        (
            "website::x: read",
            "scope `website::x` is not words in lower case between colons",
        ),
        (
            "website:Base: read",
            "scope `website:Base` is not words in lower case between colons",
        ),
    ] {
        check(
            WEBSITE,
            ("website:base: read", scope),
            &format!("<{scope}>: {what}\n  help: {help}"),
        );
    }
    check(
        WEBSITE,
        (
            "x-crisp-scopes:\n        website:base: read",
            "x-crisp-scopes: {}",
        ),
        &format!(
            "<x-crisp-scopes: {{}}>: x-crisp-scopes names no scope\n  help: {help}, or take it out"
        ),
    );
}

#[test]
fn what_is_deprecated_names_what_replaces_it() {
    let description = "description: Deletes a website; use `website.get_website`.";
    for wrong in [
        "description: Deletes a website.",
        "description: As `website.delete_website`.",
    ] {
        check(
            WEBSITE,
            (description, wrong),
            &format!(
                "<{wrong}>: DELETE /website/{{website_id}} is deprecated, and its description doesn't say what \
                 replaces it\n  help: name the operationId of what replaces it, or say what to do instead"
            ),
        );
    }
    check_passes(
        WEBSITE,
        (description, "description: Deletes. Ask support instead."),
    );
}

#[test]
fn head_and_get_have_no_body() {
    let body = "requestBody: {required: true, content: {application/json: {schema: {type: object, properties: {a: {type: string, description: A.}}}, example: {a: b}}}}";
    for (operation, method) in [(HEAD, "HEAD"), (GET, "GET")] {
        check(
            WEBSITE,
            (operation, &format!("{operation}\n      {body}")),
            &format!(
                "<{body}>: a request body on {method}\n  help: take it out, and send values as query parameters"
            ),
        );
    }
}

#[test]
fn a_declared_tag_is_used() {
    // That of the events counts as used by an event.
    check(
        OPENAPI,
        (
            "  - name: MessageEvents\n",
            "  - name: MessageEvents\n  - name: Spare\n",
        ),
        "\
<name: Spare>: tag `Spare` is declared and not used
  help: take it out, or give it to an operation",
    );
}
