//! Regenerating, on a copy of the real spec and of what is generated from it.
#![allow(
    clippy::unwrap_used,
    reason = "a test that can't read its copy has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};

use crisp_codegen::bundle::bundle;
use crisp_codegen::diff::diff;
use crisp_codegen::lint::lint;
use crisp_codegen::{files, generate, source};
use serde_json::Value;
use tempfile::TempDir;
use walkdir::WalkDir;

/// A copy of the spec and of the `crisp-api` package, as far as it is generated.
struct Copy {
    folder: TempDir,
}

impl Copy {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for part in [
            "spec",
            "crisp-api/Cargo.toml",
            "crisp-api/src/generated",
            "crisp-api/tests/operations/generated",
        ] {
            for entry in WalkDir::new(workspace.join(part)) {
                let entry = entry.unwrap();
                let to = folder
                    .path()
                    .join(entry.path().strip_prefix(workspace).unwrap());
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                if entry.file_type().is_file() {
                    fs::copy(entry.path(), to).unwrap();
                }
            }
        }
        Self { folder }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn edit(&self, path: &str, edit: impl FnOnce(String) -> String) {
        let text = self.read(path);
        let edited = edit(text.clone());
        assert!(text != edited, "the edit of {path} changed nothing");
        fs::write(self.path(path), edited).unwrap();
    }

    fn files(&self) -> Result<files::Files, String> {
        let sources = source::load(&self.path("spec")).map_err(|e| e.to_string())?;
        let bundle = bundle(&sources).map_err(|e| e.to_string())?;
        lint(&bundle).map_err(|e| e.to_string())?;
        generate(&bundle, &self.read("crisp-api/Cargo.toml")).map_err(|e| e.to_string())
    }

    fn check(&self) -> String {
        files::diff(&self.path("crisp-api"), &self.files().unwrap()).unwrap()
    }

    fn regen(&self) -> Vec<String> {
        files::write(&self.path("crisp-api"), &self.files().unwrap()).unwrap()
    }
}

#[test]
fn what_is_committed_is_up_to_date_and_regenerating_twice_changes_nothing() {
    let copy = Copy::new();
    assert_eq!(copy.check(), "");
    assert_eq!(copy.regen(), Vec::<String>::new());
}

/// The code blocks of a language in the README's section on adding an endpoint.
fn readme_blocks(language: &str) -> Vec<String> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let (_, section) = readme.split_once("\n## Add an endpoint\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let start = format!("```{language}\n");
    let blocks = section.split(&start).skip(1);
    blocks
        .map(|block| block.split_once("```").unwrap().0.to_owned())
        .collect()
}

#[test]
fn the_endpoint_of_the_readme_is_added_by_editing_yaml_alone() {
    let copy = Copy::new();
    let [yaml] = readme_blocks("yaml").try_into().unwrap();
    copy.edit("spec/website/base.yaml", |text| {
        text.replacen("paths:\n", &format!("paths:\n{yaml}"), 1)
    });

    let console = readme_blocks("console").remove(0);
    let printed: Vec<_> = console
        .lines()
        .filter_map(|line| line.strip_prefix("crisp-api/"))
        .collect();
    assert_eq!(copy.regen(), printed);
    let [added] = readme_blocks("diff").try_into().unwrap();
    let added: String = added
        .lines()
        .map(|line| format!("{}\n", line.strip_prefix('+').unwrap()))
        .collect();
    let methods = copy.read("crisp-api/src/generated/website/base/methods.rs");
    assert!(methods.contains(&added), "{methods}");
    let tests = copy.read("crisp-api/tests/operations/generated/website_base.rs");
    assert!(
        tests.contains("async fn website_save_website_motto()"),
        "{tests}"
    );
    assert_eq!(copy.check(), "");
}

#[test]
fn swapping_two_path_parameter_declarations_changes_no_generated_file() {
    let copy = Copy::new();
    let website = "      - $ref: '../openapi.yaml#/components/parameters/WebsiteId'\n";
    let plugin = "      - $ref: '#/components/parameters/PluginId'\n";
    let path = "  /plugins/subscription/{website_id}/{plugin_id}:\n    parameters:\n";
    copy.edit("spec/plugin/subscription.yaml", |text| {
        text.replacen(
            &format!("{path}{website}{plugin}"),
            &format!("{path}{plugin}{website}"),
            1,
        )
    });
    assert_eq!(copy.check(), "");
}

#[test]
fn reversing_all_path_parameter_declarations_changes_nothing() {
    let copy = Copy::new();
    let mut sources = source::load(&copy.path("spec")).unwrap();
    let before = bundle(&sources).unwrap();
    let mut reversed = 0;
    for source in &mut sources {
        let Some(paths) = source.document["paths"].as_object_mut() else {
            continue;
        };
        for item in paths.values_mut() {
            let Some(Value::Array(parameters)) = item.get_mut("parameters") else {
                continue;
            };
            let before = parameters.clone();
            parameters.reverse();
            reversed += usize::from(*parameters != before);
        }
    }
    assert!(reversed > 100, "{reversed} lists of parameters reversed");
    let after = bundle(&sources).unwrap();
    lint(&after).unwrap();
    let files = generate(&after, &copy.read("crisp-api/Cargo.toml")).unwrap();
    assert_eq!(
        files::diff(&copy.path("crisp-api"), &files).unwrap(),
        String::new()
    );
    assert_eq!(diff(&before, &after).unwrap().changes, []);
}

#[test]
fn an_edit_by_hand_is_named_and_shown_and_not_overwritten_by_a_check() {
    let copy = Copy::new();
    let path = "crisp-api/src/generated/website/base/types.rs";
    copy.edit(path, |text| {
        text.replacen("pub name: Option<String>", "pub name: String", 1)
    });
    let edited = copy.read(path);
    let diff = copy.check();
    assert!(
        diff.contains("--- src/generated/website/base/types.rs"),
        "{diff}"
    );
    assert!(
        diff.contains("-    pub name: String,\n+    pub name: Option<String>,"),
        "{diff}"
    );
    assert_eq!(copy.read(path), edited);
    assert_eq!(copy.regen(), ["src/generated/website/base/types.rs"]);
    assert_eq!(copy.check(), "");
}

#[test]
fn a_file_that_is_no_longer_generated_is_named_and_removed() {
    let copy = Copy::new();
    let path = copy.path("crisp-api/src/generated/website/gone/types.rs");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "// old\n").unwrap();
    assert!(copy.check().contains("src/generated/website/gone/types.rs"));
    assert_eq!(copy.regen(), ["src/generated/website/gone/types.rs"]);
    assert!(!path.parent().unwrap().exists());
}

#[test]
fn deleting_a_schema_file_names_who_still_refers_to_it() {
    let copy = Copy::new();
    fs::remove_file(copy.path("spec/website/connect.yaml")).unwrap();
    let error = copy.files().unwrap_err();
    assert!(error.contains("spec/plugin/connect.yaml:"), "{error}");
    assert!(error.contains("spec/user/connect.yaml:"), "{error}");
    assert!(error.contains("website/connect.yaml"), "{error}");
}

#[test]
fn the_manifest_must_keep_its_place_for_features() {
    let copy = Copy::new();
    copy.edit("crisp-api/Cargo.toml", |text| {
        text.replace("# End of what `cargo xtask regen` writes.\n", "")
    });
    let error = copy.files().unwrap_err();
    assert!(
        error.contains("crisp-api/Cargo.toml has lost the lines"),
        "{error}"
    );
}
