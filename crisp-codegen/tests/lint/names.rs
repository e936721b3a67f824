//! The names of arguments in Rust: valid, each once, and not those of a request's own methods.

use super::{WEBSITE, changed, check};

const FIELD_HELP: &str = "help: give the body a name under `components: schemas:` and refer to it with $ref: its \
                          fields are no arguments";
const QUERY_HELP: &str = "help: leave the parameter out: callers can send it with `Crisp::request`";
const VERIFY: &str = "                verify:\n                  type: string\n";
const FILTER: &str = "        - name: filter\n";

/// Checks the report on a field that the body of `website.delete_website` has, too.
#[track_caller]
fn check_field(name: &str, report: &str) {
    let field = format!("                {name}: {{type: string, description: A.}}\n{VERIFY}");
    check(
        WEBSITE,
        (VERIFY, &field),
        &format!(
            "<{name}: {{type: string>: argument `{name}` of website.delete_website: {report}\n  {FIELD_HELP}"
        ),
    );
}

/// Checks the report on a query parameter that `website.get_website` has, too.
#[track_caller]
fn check_query(name: &str, report: &str) {
    let parameter = format!(
        "        - {{in: query, description: A., schema: {{type: string}}, example: b, name: {name}}}\n"
    );
    check(
        WEBSITE,
        (FILTER, &(parameter + FILTER)),
        &format!(
            "<name: {name}}}>: argument `{name}` of website.get_website: {report}\n  {QUERY_HELP}"
        ),
    );
}

#[test]
fn a_setter_does_not_hide_a_method_of_requests() {
    for name in ["clone", "into_future", "response", "scopes", "stream"] {
        let report = format!("every request has a method `{name}`");
        check_field(name, &report);
        check_query(name, &report);
    }
    // The name in Rust decides.
    check_query("intoFuture", "every request has a method `into_future`");
}

#[test]
fn a_required_argument_is_no_setter() {
    let domain = "        - name: domain\n          in: query\n          required: true\n";
    let stream = changed(domain, ("domain", "stream"));
    super::check_passes(WEBSITE, (domain, &stream));
}

#[test]
fn two_arguments_have_different_names_in_rust() {
    let twin = "        - {in: query, description: A., schema: {type: string}, example: b, name: Filter}\n";
    check(
        WEBSITE,
        (FILTER, &format!("{twin}{FILTER}")),
        &format!(
            "<name: filter\\n>: argument `filter` of website.get_website: has the name `filter` in Rust, \
             as `Filter` has\n  {QUERY_HELP}"
        ),
    );
}

#[test]
fn a_field_that_shares_the_name_of_a_parameter_has_a_name_of_its_own() {
    let field = format!("                website_id: {{type: string, description: A.}}\n{VERIFY}");
    super::check_passes(WEBSITE, (VERIFY, &field));
}

#[test]
fn an_argument_has_a_name_that_rust_accepts() {
    check_field("self", "the name can't be used in Rust");
    check_query("1st", "the name can't be used in Rust");
}
