//! Compares two descriptions: the report for each kind of change, and that a change reported as breaking is one.
//!
//! Breaking changes are verified: code is generated from both descriptions, and their surfaces are compared.
#![allow(
    clippy::unwrap_used,
    reason = "a description that is rejected has failed its test"
)]

#[path = "../common/mod.rs"]
mod common;
mod events;
mod operations;
mod rejected;
mod rendered;
mod surface;
mod types;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crisp_codegen::bundle::Bundle;
use crisp_codegen::diff::{Diff, diff};
use crisp_codegen::generate;

const MANIFEST: &str = "[features]\n\
                        # One feature a resource, written by `cargo xtask regen`.\n\
                        # End of what `cargo xtask regen` writes.\n";

/// The files of the description that everything is compared with.
const BASE: [(&str, &str); 3] = [
    ("openapi.yaml", include_str!("base/openapi.yaml")),
    (
        "website/thing.yaml",
        include_str!("base/website/thing.yaml"),
    ),
    ("events/thing.yaml", include_str!("base/events/thing.yaml")),
];

/// A text that occurs once in the description, and its replacement.
type Edit<'a> = (&'a str, &'a str);

/// The base with edits.
fn edited(edits: &[Edit<'_>]) -> Bundle {
    let mut files = BASE.map(|(path, text)| (path, text.to_owned()));
    for (from, to) in edits {
        let found: usize = files
            .iter()
            .map(|(_, text)| text.matches(from).count())
            .sum();
        assert_eq!(found, 1, "{from:?} must occur once");
        for (_, text) in &mut files {
            *text = text.replacen(from, to, 1);
        }
    }
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    common::join(&files).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The report on two descriptions: one line per change, with `!` before a breaking one.
fn report(diff: &Diff) -> String {
    let lines: Vec<_> = diff
        .changes
        .iter()
        .map(|change| {
            let mark = if change.breaking { "! " } else { "" };
            let [kind, action] = [format!("{:?}", change.kind), format!("{:?}", change.action)];
            let [kind, action] = [kind.to_lowercase(), action.to_lowercase()];
            let line = format!("{mark}{kind} {} {action}: {}", change.name, change.detail);
            line.trim_end_matches(": ").to_owned()
        })
        .collect();
    lines.join("\n")
}

/// Checks the report on an edit, and that the surface loses something if and only if the report says so.
#[track_caller]
fn check(edits: &[Edit<'_>], expected: &str) {
    between(&[], edits, expected);
}

/// Checks the report between two edits of the base.
#[track_caller]
fn between(old: &[Edit<'_>], new: &[Edit<'_>], expected: &str) {
    let diff = diff(&edited(old), &edited(new)).unwrap();
    assert_eq!(report(&diff), expected.trim());
    let (old, new) = (surface_of(old), surface_of(new));
    let lost: Vec<_> = old.difference(&new).collect();
    assert_eq!(
        diff.is_breaking(),
        !lost.is_empty(),
        "the surface lost {lost:#?} of {old:#?}, leaving {new:#?}"
    );
}

/// Returns the report on an edit.
fn report_of(edits: &[Edit<'_>]) -> String {
    report(&diff(&edited(&[]), &edited(edits)).unwrap())
}

/// The surface of the code generated from the base with edits.
fn surface_of(edits: &[Edit<'_>]) -> BTreeSet<String> {
    static BASE: LazyLock<BTreeSet<String>> = LazyLock::new(|| listed(&[]));
    fn listed(edits: &[Edit<'_>]) -> BTreeSet<String> {
        surface::surface(&generate(&edited(edits), MANIFEST).unwrap())
    }
    match edits {
        [] => BASE.clone(),
        edits => listed(edits),
    }
}

#[test]
fn equal_descriptions_have_no_changes() {
    check(&[], "");
    // The surface lists every kind of item.
    let base = surface_of(&[]);
    for line in [
        "website/thing: crate :: services :: Website::get_thing(& self, & str, & str) -> Request < Thing >",
        "Event::ThingMade(Box < ThingMade >)",
        "ThingState::Pending",
        "ThingUpdate::new(impl Into < String >, i32) -> Self",
        "Thing.name: Option < String >",
        "Thing.extra: Extra",
        "AddThing::note(self, Option < & str >) -> Self",
        "ThingContent::Text(String)",
        "impl Default for ThingFile",
        "impl From < String > for ThingContent",
        "ThingValue::Other(Value)",
        "ListThings gives PagedRequest < Thing >",
    ] {
        assert!(base.contains(line), "{line} is not in {base:#?}");
    }
}
