//! Every rule of the linter: a description that follows all of them, and the report for each violation.

#[path = "../common/mod.rs"]
mod common;

mod bodies;
mod distinct;
mod examples;
mod names;
mod operations;
mod parameters;
mod reserved;
mod robust;
mod schemas;
mod shape;
mod usage;

use crisp_codegen::lint::lint;

const OPENAPI: &str = "openapi.yaml";
const WEBSITE: &str = "website/base.yaml";
const MESSAGE: &str = "events/message.yaml";
const ROOT: &str = include_str!("valid/openapi.yaml");
const BASE: &str = include_str!("valid/website/base.yaml");
const EVENTS: &str = include_str!("valid/events/message.yaml");

/// The report of the linter on a description, its files in the order root, base, events.
fn report_of(root: &str, base: &str, events: &str) -> String {
    let files = [
        ("openapi.yaml", root),
        ("website/base.yaml", base),
        ("events/message.yaml", events),
    ];
    let bundle = common::join(&files).unwrap_or_else(|problems| panic!("{problems}"));
    lint(&bundle).map_or_else(
        |problems| problems.to_string(),
        |()| "nothing is wrong".to_owned(),
    )
}

/// A change to one of the files: the text to find, which must be there once, and what to write in its place.
type Change<'a> = (&'a str, &'a str);

fn changed(text: &str, (from, to): Change<'_>) -> String {
    assert_eq!(
        text.matches(from).count(),
        1,
        "{from:?} has to be there once"
    );
    text.replacen(from, to, 1)
}

/// Checks that the linter reports exactly this for a changed file. In the expected text, `<text>` at the start of
/// a line is the position of that text in the file.
#[track_caller]
fn check(file: &str, change: Change<'_>, expected: &str) {
    let (text, report) = lint_changed(file, change);
    let count = expected.lines().count() / 2;
    let plural = if count == 1 { "" } else { "s" };
    assert_eq!(
        report,
        format!(
            "{}\n{count} problem{plural} found",
            placed(file, &text, expected)
        )
    );
}

/// Checks that the linter reports this for a changed file, among other diagnostics.
#[track_caller]
fn check_among(file: &str, change: Change<'_>, expected: &str) {
    let (text, report) = lint_changed(file, change);
    let expected = placed(file, &text, expected);
    assert!(
        report.contains(&(expected.clone() + "\n")),
        "{expected}\n\nis not in\n\n{report}"
    );
}

/// Checks that the linter reports nothing for a changed file.
#[track_caller]
fn check_passes(file: &str, change: Change<'_>) {
    assert_eq!(lint_changed(file, change).1, "nothing is wrong");
}

/// Returns the file with the change, and the report of the linter.
fn lint_changed(file: &str, change: Change<'_>) -> (String, String) {
    let [root, base, events] =
        [(OPENAPI, ROOT), (WEBSITE, BASE), (MESSAGE, EVENTS)].map(|(name, text)| {
            if name == file {
                changed(text, change)
            } else {
                text.to_owned()
            }
        });
    let report = report_of(&root, &base, &events);
    let text = match file {
        OPENAPI => root,
        WEBSITE => base,
        _ => events,
    };
    (text, report)
}

/// Puts the line and column of a text for `<text>` at the start of a line.
fn placed(file: &str, text: &str, expected: &str) -> String {
    let line = |line: &str| {
        let Some((needle, rest)) = line
            .strip_prefix('<')
            .and_then(|line| line.split_once(">: "))
        else {
            return line.to_owned();
        };
        let needle = needle.replace("\\n", "\n");
        assert_eq!(
            text.matches(&needle).count(),
            1,
            "{needle:?} has to be there once"
        );
        let before = text.split(&needle).next().unwrap_or_default();
        let column = before
            .chars()
            .rev()
            .take_while(|character| *character != '\n')
            .count()
            + 1;
        format!(
            "spec/{file}:{}:{column}: {rest}",
            before.matches('\n').count() + 1
        )
    };
    expected.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_description_that_follows_the_rules_passes() {
    assert_eq!(report_of(ROOT, BASE, EVENTS), "nothing is wrong");
}
