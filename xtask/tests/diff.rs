//! `cargo xtask diff` in a repository of its own, with the status that it ends with.
#![allow(
    clippy::unwrap_used,
    reason = "a test that can't write its repository has failed"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const SPEC: &str = "openapi: 3.0.3
info: {title: Test, version: '1'}
paths:
  /website:
    get:
      operationId: website.get_website
      summary: Get Website
      responses:
        '200': {description: It is there.}
";

/// A workspace under git, with one commit.
struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        repository.git(&["init", "--quiet"]);
        repository.write("spec/openapi.yaml", SPEC);
        repository.commit();
        repository
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(&self) {
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "--message", "Change it"]);
    }

    fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=Test", "-c", "user.email=test@acme.example"]);
        let status = isolated(&mut git)
            .args(arguments)
            .current_dir(self.path())
            .status();
        assert!(status.unwrap().success(), "git {arguments:?}");
    }

    fn diff(&self, arguments: &[&str]) -> Output {
        let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
        isolated(&mut xtask)
            .arg("diff")
            .args(arguments)
            .env("CARGO_MANIFEST_DIR", self.path().join("xtask"))
            .output()
            .unwrap()
    }
}

/// Isolates git from the environment: a hook may run the tests, and the user has settings.
fn isolated(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
}

/// Checks the exit status, stdout and stderr.
#[track_caller]
fn check(output: &Output, status: i32, out: &str, err: &str) {
    assert_eq!(String::from_utf8_lossy(&output.stderr), err);
    assert_eq!(String::from_utf8_lossy(&output.stdout), out);
    assert_eq!(output.status.code(), Some(status));
}

#[test]
fn no_change_is_success() {
    let text = "# Changes of the spec since `HEAD`\n\nNone.\n";
    check(&Repository::new().diff(&[]), 0, text, "");
}

#[test]
fn a_compatible_change_is_success() {
    let repository = Repository::new();
    let more = SPEC.replace("get_website\n", "get_website\n      deprecated: true\n");
    repository.write("spec/openapi.yaml", &more);
    let text = "# Changes of the spec since `HEAD`

0 breaking for Rust callers, 1 not breaking, 0 in documentation only.

## Not breaking

- operation `website.get_website` changed: deprecated was `false`, is `true` (spec/openapi.yaml:5)
";
    check(&repository.diff(&[]), 0, text, "");
}

#[test]
fn a_breaking_change_has_its_own_status() {
    let repository = Repository::new();
    let renamed = SPEC.replace("website.get_website", "website.get_a_website");
    repository.write("spec/website/base.yaml", &renamed);
    repository.write(
        "spec/openapi.yaml",
        "openapi: 3.0.3\ninfo: {title: Test, version: '1'}\n",
    );
    let text = "# Changes of the spec since `HEAD`

2 breaking for Rust callers, 0 not breaking, 0 in documentation only.

## Breaking

- operation `website.get_a_website` changed: was behind the feature `openapi`, is behind `website-base` \
(spec/website/base.yaml:5)
- operation `website.get_a_website` changed: was named `website.get_website` (spec/website/base.yaml:5)
";
    check(&repository.diff(&[]), 3, text, "");

    let output = repository.diff(&["--json"]);
    assert_eq!(output.status.code(), Some(3));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["since"], "HEAD");
    assert_eq!(json["breaking"], true);
    assert_eq!(
        json["changes"][1]["detail"],
        "was named `website.get_website`"
    );

    // After the commit, only an older revision has the old name.
    repository.commit();
    assert_eq!(repository.diff(&[]).status.code(), Some(0));
    let older = repository.diff(&["HEAD~1"]);
    check(&older, 3, &text.replace("HEAD", "HEAD~1"), "");
}

#[test]
fn an_unknown_revision_is_an_error() {
    let repository = Repository::new();
    check(
        &repository.diff(&["v9"]),
        1,
        "",
        "`v9` is not a revision: git rev-parse --verify --end-of-options v9^{commit}: fatal: Needed a single \
         revision
  help: name a branch, a tag or a commit of this repository; if it is one, fetch it: a shallow clone has only the \
         last commit\n",
    );
    assert_eq!(repository.diff(&["--revision"]).status.code(), Some(2));
}

#[test]
fn a_revision_without_a_description_is_an_error() {
    let repository = Repository(tempfile::tempdir().unwrap());
    repository.git(&["init", "--quiet"]);
    repository.write("README.md", "# Test");
    repository.commit();
    repository.write("spec/openapi.yaml", SPEC);
    check(
        &repository.diff(&[]),
        1,
        "",
        "`HEAD` has no description: there are no files under spec/\n  help: name a later revision\n",
    );
}

#[test]
fn an_invalid_old_description_is_an_error() {
    let repository = Repository::new();
    repository.write("spec/website/base.yaml", "a: [\n");
    repository.commit();
    fs::remove_file(repository.path().join("spec/website/base.yaml")).unwrap();
    let output = repository.diff(&[]);
    let errors = String::from_utf8_lossy(&output.stderr);
    let start = "the description at `HEAD` is invalid:\nspec/website/base.yaml:";
    assert!(errors.starts_with(start), "{errors}");
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
}
