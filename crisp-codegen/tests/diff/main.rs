//! Compares two descriptions: the report for each kind of change, and that a change reported as breaking is one.
//!
//! Breaking changes are verified: code is generated from both descriptions, and their surfaces are compared.
#![allow(
    clippy::unwrap_used,
    reason = "a description that is refused has failed its test"
)]

#[path = "../common/mod.rs"]
mod common;
mod events;
mod operations;
mod refused;
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

/// A text of the description, which must be there once, and what to write in its place.
type Edit<'a> = (&'a str, &'a str);

/// The base with edits.
fn edited(edits: &[Edit<'_>]) -> Bundle {
    let mut files = BASE.map(|(path, text)| (path, text.to_owned()));
    for (from, to) in edits {
        let found: usize = files
            .iter()
            .map(|(_, text)| text.matches(from).count())
            .sum();
        assert_eq!(found, 1, "{from:?} has to be there once");
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
fn told(diff: &Diff) -> String {
    let lines: Vec<_> = diff
        .changes
        .iter()
        .map(|change| {
            let mark = if change.breaking { "! " } else { "" };
            let (kind, action) = (change.kind.as_str(), change.action.as_str());
            let line = format!("{mark}{kind} {} {action}: {}", change.name, change.detail);
            line.trim_end_matches(": ").to_owned()
        })
        .collect();
    lines.join("\n")
}

/// Checks the report on an edit, and that it breaks the generated code if the report says so.
#[track_caller]
fn check(edits: &[Edit<'_>], expected: &str) {
    between(&[], edits, expected);
}

/// Checks the report between two edits of the base.
#[track_caller]
fn between(old: &[Edit<'_>], new: &[Edit<'_>], expected: &str) {
    let diff = diff(&edited(old), &edited(new)).unwrap();
    assert_eq!(told(&diff), expected.trim());
    let (old, new) = (surface_of(old), surface_of(new));
    let lost: Vec<_> = old.difference(&new).collect();
    assert_eq!(
        diff.is_breaking(),
        !lost.is_empty(),
        "the generated code lost {lost:#?} of {old:#?}, leaving {new:#?}"
    );
}

/// The surface of the code generated from the base with edits.
fn surface_of(edits: &[Edit<'_>]) -> BTreeSet<String> {
    static BASE: LazyLock<BTreeSet<String>> = LazyLock::new(|| generated(&[]));
    fn generated(edits: &[Edit<'_>]) -> BTreeSet<String> {
        surface::surface(&generate(&edited(edits), MANIFEST).unwrap())
    }
    match edits {
        [] => BASE.clone(),
        edits => generated(edits),
    }
}

/// Checks the report on an edit that no generated code shows yet.
#[track_caller]
fn check_unseen(edits: &[Edit<'_>], expected: &str) {
    let diff = diff(&edited(&[]), &edited(edits)).unwrap();
    assert_eq!(told(&diff), expected.trim());
}

#[test]
fn nothing_is_told_of_what_is_the_same() {
    check(&[], "");
    // The judge sees the code.
    let base = surface_of(&[]);
    for line in [
        "website/thing: crate :: services :: Website::get_thing(& self, & str, & str) -> Request < Thing >",
        "ThingState::Pending",
        "ThingUpdate::new(impl Into < String >, i32) -> Self",
        "Thing.name: Option < String >",
        "AddThing::note(self, Option < & str >) -> Self",
        "ThingContent::Text(String)",
        "impl Default for ThingFile",
        "impl From < & str > for ThingContent",
        "struct ListThings",
    ] {
        assert!(base.contains(line), "{line} is not in {base:#?}");
    }
}
