//! `cargo xtask lint` in a workspace of its own, with its output and exit status.
#![allow(
    clippy::unwrap_used,
    reason = "a test that can't write its workspace has failed"
)]

use std::fs;
use std::process::Command;

#[test]
fn thousands_of_errors_are_counted_and_only_some_printed() {
    let workspace = tempfile::tempdir().unwrap();
    let spec = workspace.path().join("spec");
    fs::create_dir(&spec).unwrap();
    let keys = (0..30_000).map(|number| format!("key{number}: 1\n"));
    let text = format!(
        "openapi: 3.0.3\ninfo: {{title: Test, version: '1'}}\npaths: {{}}\n{}",
        keys.collect::<String>()
    );
    fs::write(spec.join("openapi.yaml"), text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("lint")
        .env("CARGO_MANIFEST_DIR", workspace.path().join("xtask"))
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(errors.matches("\n  help: ").count(), 100);
    assert!(errors.len() < 50_000, "{} bytes", errors.len());
    let end = "\n… and 29900 more\n30000 problems found\n";
    assert!(errors.ends_with(end), "{errors}");
}
