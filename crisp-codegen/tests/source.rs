//! Reading the files: YAML in, values and places out.

mod common;

use common::read;
use crisp_codegen::source::{Source, parse};
use serde_json::json;

fn one(text: &str) -> Source {
    parse("a.yaml", text).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The problems of one file's text, as they are shown.
fn refused(text: &str) -> String {
    parse("a.yaml", text).expect_err("it is wrong").to_string()
}

#[test]
fn files_are_read_in_a_stable_order_with_the_root_first() {
    let files = read(&[
        ("website/b.yaml", "a: 1"),
        ("website/a.yaml", "a: 1"),
        ("bucket/z.yaml", "a: 1"),
        ("openapi.yaml", "a: 1"),
        ("notes.txt", "not: [yaml"),
    ])
    .unwrap();
    let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "openapi.yaml",
            "bucket/z.yaml",
            "website/a.yaml",
            "website/b.yaml"
        ]
    );
}

#[test]
fn scalars_follow_the_core_schema() {
    let text = "\
{big: 163466085168310, float: 48.8566, whole: 1.0, code: 4XX, quoted: '200', no: no, yes: true, nothing: ~,
 empty: , date: 2025-11-22, hex: 0x1F, version: 3.0.3}";
    assert_eq!(
        one(text).document,
        json!({
            "big": 163_466_085_168_310_i64, "float": 48.8566, "whole": 1.0, "code": "4XX", "quoted": "200",
            "no": "no", "yes": true, "nothing": null, "empty": null, "date": "2025-11-22", "hex": 31,
            "version": "3.0.3",
        })
    );
}

#[test]
fn keys_are_text_and_keep_their_order() {
    let source = one("b: 1\n200: 2\na: 3\n");
    assert_eq!(source.document.to_string(), r#"{"b":1,"200":2,"a":3}"#);
}

#[test]
fn places_are_those_of_keys_and_items() {
    let source = one("a:\n  b/c:\n    - x\n    - d: é\n      e: 1\nf: {g: 1}\n");
    let at = |pointer| source.location(pointer).to_string();
    assert_eq!(at("/a"), "spec/a.yaml:1:1");
    assert_eq!(at("/a/b~1c"), "spec/a.yaml:2:3");
    assert_eq!(at("/a/b~1c/1"), "spec/a.yaml:4:7");
    assert_eq!(at("/a/b~1c/1/e"), "spec/a.yaml:5:7");
    assert_eq!(at("/f/g"), "spec/a.yaml:6:5");
    assert_eq!(
        at("/f/g/unknown/below"),
        "spec/a.yaml:6:5",
        "the nearest that has a place"
    );
    assert_eq!(at(""), "spec/a.yaml:1:1");
}

#[test]
fn a_syntax_error_has_its_place() {
    let shown = refused("paths:\n  /website:\n    summary: a: b\n");
    assert!(
        shown.starts_with("spec/a.yaml:3:15: YAML syntax: "),
        "{shown}"
    );
    assert!(shown.contains("help: check the indentation"), "{shown}");
}

#[test]
fn duplicate_keys_show_both_places() {
    let shown = refused("a:\n  x: 1\n  y: 2\n  x: {z: 1}\nb: 1\na:\n  x: 1\n");
    assert_eq!(
        shown,
        "\
spec/a.yaml:4:3: `x` is already at spec/a.yaml:2:3
  help: keep one of the two, or rename one
spec/a.yaml:6:1: `a` is already at spec/a.yaml:1:1
  help: keep one of the two, or rename one
2 problems found"
    );
}

#[test]
fn what_json_cannot_hold_is_refused() {
    for (text, place, what) in [
        ("a: &x 1\nb: *x\n", "1:4", "anchor"),
        ("a: &x 1\nb: *x\n", "2:4", "alias"),
        ("a: 1\n<<: {b: 1}\n", "2:1", "merge key"),
        ("a: !!str 1\n", "1:4", "tag"),
        ("a: 1\n---\nb: 1\n", "2:1", "second document"),
        ("? [a]\n: 1\n", "1:3", "a key that is not text"),
        ("- a\n", "1:1", "not a mapping"),
        ("", "1:1", "empty"),
        ("# nothing\n", "1:1", "empty"),
        ("a: .inf\n", "1:4", "64 bits"),
        ("a: 99999999999999999999\n", "1:4", "64 bits"),
        ("a: [b\n", "2:1", "YAML syntax"),
    ] {
        let shown = refused(text);
        let line = shown.lines().find(|line| line.contains(what));
        let line = line.unwrap_or_else(|| panic!("{text:?} isn't refused as {what}: {shown}"));
        assert!(
            line.starts_with(&format!("spec/a.yaml:{place}: ")),
            "{text:?}: {line}"
        );
        assert!(shown.contains("help: "), "{shown}");
    }
}

#[test]
fn deep_nesting_is_refused_and_no_crash() {
    let shown = refused(&format!("a: {}", "[".repeat(5000)));
    assert!(
        shown.contains("64 levels deep") || shown.contains("recursion limit"),
        "{shown}"
    );
    let block: String = (0..5000)
        .map(|depth| format!("{}a:\n", " ".repeat(depth)))
        .collect();
    let shown = refused(&block);
    assert!(
        shown.starts_with("spec/a.yaml:66:66: nests more than 64 levels deep"),
        "{shown}"
    );
}

#[test]
fn all_files_are_reported_in_one_run() {
    let problems = read(&[
        ("b.yaml", "a: [\n"),
        ("a.yaml", "a: 1\na: 2\n"),
        ("c.yml", "a: 1\n"),
    ])
    .unwrap_err();
    let shown = problems.to_string();
    assert!(
        shown.contains("spec/a.yaml:2:1: `a` is already at"),
        "{shown}"
    );
    assert!(shown.contains("spec/b.yaml:2:1: YAML syntax"), "{shown}");
    assert!(
        shown.contains("spec/c.yml:1:1: ends in `.yml`, which is not read\n  help: rename it"),
        "{shown}"
    );
    assert!(shown.ends_with("3 problems found"), "{shown}");
}

#[test]
fn a_file_that_is_not_text_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.yaml"), [0xff, 0xfe, 0x00]).unwrap();
    let shown = crisp_codegen::source::load(folder.path())
        .unwrap_err()
        .to_string();
    assert!(
        shown.starts_with("spec/a.yaml:1:1: can't be read"),
        "{shown}"
    );

    let shown = crisp_codegen::source::load(&folder.path().join("none"))
        .unwrap_err()
        .to_string();
    assert!(shown.contains("can't be read"), "{shown}");
}
