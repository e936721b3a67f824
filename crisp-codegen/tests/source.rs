//! Reads YAML files: values, locations and diagnostics.

mod common;

use common::read;
use crisp_codegen::source::{Source, parse};
use serde_json::json;

fn one(text: &str) -> Source {
    parse("a.yaml", text).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

/// Returns the diagnostics of one file's text, as printed.
fn errors_of(text: &str) -> String {
    parse("a.yaml", text)
        .expect_err("the text is rejected")
        .to_string()
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
fn locations_are_those_of_keys_and_items() {
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
        "the nearest ancestor with a location"
    );
    assert_eq!(at(""), "spec/a.yaml:1:1");
}

#[test]
fn a_syntax_error_has_a_location() {
    let shown = errors_of("paths:\n  /website:\n    summary: a: b\n");
    assert!(
        shown.starts_with("spec/a.yaml:3:15: YAML syntax: "),
        "{shown}"
    );
    assert!(shown.contains("help: check the indentation"), "{shown}");
}

#[test]
fn duplicate_keys_show_both_locations() {
    let shown = errors_of("a:\n  x: 1\n  y: 2\n  x: {z: 1}\nb: 1\na:\n  x: 1\n");
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
fn yaml_without_a_json_counterpart_is_rejected() {
    for (text, position, message) in [
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
        let shown = errors_of(text);
        let line = shown.lines().find(|line| line.contains(message));
        let line = line.unwrap_or_else(|| panic!("{text:?} isn't rejected as {message}: {shown}"));
        assert!(
            line.starts_with(&format!("spec/a.yaml:{position}: ")),
            "{text:?}: {line}"
        );
        assert!(shown.contains("help: "), "{shown}");
    }
}

#[test]
fn deep_nesting_is_rejected_without_a_crash() {
    let shown = errors_of(&format!("a: {}", "[".repeat(5000)));
    assert!(
        shown.contains("64 levels deep") || shown.contains("recursion limit"),
        "{shown}"
    );
    let block: String = (0..1000)
        .map(|depth| format!("{}a:\n", " ".repeat(depth)))
        .collect();
    let shown = errors_of(&block);
    assert!(
        shown.starts_with("spec/a.yaml:66:66: nests more than 64 levels deep"),
        "{shown}"
    );
}

#[test]
fn all_files_are_reported_in_one_run() {
    let diagnostics = read(&[
        ("b.yaml", "a: [\n"),
        ("a.yaml", "a: 1\na: 2\n"),
        ("c.yml", "a: 1\n"),
    ])
    .unwrap_err();
    let shown = diagnostics.to_string();
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

/// Reads a spec folder, and returns the diagnostics. Fails when that blocks.
#[cfg(unix)]
fn load_errors(folder: &std::path::Path) -> String {
    let (sender, receiver) = std::sync::mpsc::channel();
    let folder = folder.to_owned();
    std::thread::spawn(move || sender.send(crisp_codegen::source::load(&folder)));
    let limit = std::time::Duration::from_secs(20);
    let loaded = receiver.recv_timeout(limit).expect("reading blocks");
    loaded.expect_err("the folder is rejected").to_string()
}

#[cfg(unix)]
#[test]
fn only_regular_files_are_opened() {
    use std::os::unix::net::UnixListener;

    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo.yaml");
    let made = std::process::Command::new("mkfifo").arg(fifo).status();
    assert!(made.unwrap().success());
    let _socket = UnixListener::bind(folder.path().join("socket.yaml")).unwrap();
    std::fs::create_dir(folder.path().join("folder.yaml")).unwrap();
    let shown = load_errors(folder.path());
    for name in ["fifo", "folder", "socket"] {
        let expected = format!("spec/{name}.yaml:1:1: is not a regular file\n  help: remove it");
        assert!(shown.contains(&expected), "{shown}");
    }
    assert!(shown.ends_with("3 problems found"), "{shown}");
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_are_rejected() {
    use std::os::unix::fs::symlink;

    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret.yaml");
    std::fs::write(&secret, "secret: [").unwrap();
    let folder = tempfile::tempdir().unwrap();
    symlink(&secret, folder.path().join("link.yaml")).unwrap();
    symlink("/dev/zero", folder.path().join("device.yaml")).unwrap();
    symlink("nowhere", folder.path().join("broken.yaml")).unwrap();
    let shown = load_errors(folder.path());
    for name in ["link", "device"] {
        let expected = format!(
            "spec/{name}.yaml:1:1: is a link to a file outside of the spec folder\n  help: "
        );
        assert!(shown.contains(&expected), "{shown}");
    }
    assert!(
        shown.starts_with("spec/broken.yaml:1:1: can't be read"),
        "{shown}"
    );
    assert!(shown.ends_with("3 problems found"), "{shown}");

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shared"), "a: 1").unwrap();
    symlink("shared", folder.path().join("a.yaml")).unwrap();
    let sources = crisp_codegen::source::load(folder.path()).unwrap();
    assert_eq!(sources[0].document, json!({ "a": 1 }));
}

#[test]
fn the_size_of_a_file_is_limited() {
    let text = |size: usize| format!("a: {}", "x".repeat(size - 3));
    let limit = 1024 * 1024;
    assert!(read(&[("a.yaml", &text(limit))]).is_ok());
    let expected =
        "spec/a.yaml:1:1: is larger than 1 MiB\n  help: split it by resource\n1 problem found";
    let large = text(limit + 1);
    assert_eq!(
        read(&[("a.yaml", &large)]).unwrap_err().to_string(),
        expected
    );
    assert_eq!(errors_of(&large), expected);
}

#[test]
fn the_output_is_limited_and_the_count_is_not() {
    let keys = |count| format!("a: 1\n{}", "a: 1\n".repeat(count));
    let shown = errors_of(&keys(100));
    assert_eq!(shown.matches("`a` is already").count(), 100);
    assert!(shown.ends_with("\n100 problems found") && !shown.contains("more"));

    let shown = errors_of(&keys(200_000));
    assert_eq!(shown.matches("`a` is already").count(), 100);
    assert!(
        shown.ends_with("\n… and 199900 more\n200000 problems found"),
        "{shown}"
    );
}

#[test]
fn the_length_of_nested_keys_is_limited() {
    let nested = |length: usize| format!("a:\n  ? {}\n  : [1, 2]\n", "k".repeat(length));
    assert_eq!(
        one(&nested(1000)).document["a"].as_object().unwrap().len(),
        1
    );
    let shown = errors_of(&nested(2000));
    assert!(
        shown.starts_with(
            "spec/a.yaml:3:5: the keys around it have more than 1024 bytes together\n"
        ),
        "{shown}"
    );
}

#[test]
fn long_texts_are_shortened() {
    let key = "é".repeat(400);
    let shown = errors_of(&format!("{key}: 1\n{key}: 2\n"));
    assert!(shown.chars().count() < 550, "{shown}");
    assert!(shown.starts_with("spec/a.yaml:2:1: `éé"), "{shown}");
    assert!(
        shown.contains("é…é") && shown.contains("` is already at spec/a.yaml:1:1\n"),
        "{shown}"
    );
}

#[test]
fn characters_that_forge_output_are_escaped() {
    let key = r#""a\nspec/b.yaml:1:1: ok\e[2J\u202e\u2028""#;
    let shown = errors_of(&format!("{key}: 1\n{key}: 2\n"));
    assert_eq!(
        shown,
        r"spec/a.yaml:2:1: `a\u{a}spec/b.yaml:1:1: ok\u{1b}[2J\u{202e}\u{2028}` is already at spec/a.yaml:1:1
  help: keep one of the two, or rename one
1 problem found"
    );
    let shown = parse("a\n\u{1b}.yaml", "").unwrap_err().to_string();
    assert!(
        shown.starts_with(r"spec/a\u{a}\u{1b}.yaml:1:1: "),
        "{shown}"
    );
}
