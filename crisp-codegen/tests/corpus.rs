//! Unusual descriptions: each is rejected at a place in its YAML, or generates Rust that compiles.
//!
//! A case is a file under `corpus/cases`. Its first lines are `# accepted`, or `# rejected LINE:COLUMN TEXT` for each
//! diagnostic, with a part of its message. `# file: PATH` places it elsewhere than under `website/`. Every case is
//! joined with `corpus/openapi.yaml` and `corpus/base.yaml`.
#![allow(
    clippy::unwrap_used,
    reason = "a test that can't read its cases has failed"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crisp_codegen::bundle::{Bundle, bundle};
use crisp_codegen::error::Diagnostics;
use crisp_codegen::lint::lint;
use crisp_codegen::{files, generate, source};
use walkdir::WalkDir;

const ROOT: &str = include_str!("corpus/openapi.yaml");
const BASE: &str = include_str!("corpus/base.yaml");

/// The keys that every file has. They end a case, so that its lines keep their numbers.
const HEADER: &str = "openapi: 3.0.3\ninfo: {title: Case, version: '1'}\n";

const MANIFEST: &str = "[features]\n\
                        # One feature a resource, written by `cargo xtask regen`.\n\
                        # End of what `cargo xtask regen` writes.\n";

struct Case {
    name: String,
    /// The file in the spec folder.
    file: String,
    text: String,
    /// The line, column and a part of the message of each diagnostic.
    expected: Vec<(usize, usize, String)>,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/cases");
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Case {
    let text = fs::read_to_string(path).unwrap();
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let mut file = format!("website/{name}.yaml");
    let mut expected = Vec::new();
    let mut accepted = false;
    for line in text.lines().map_while(|line| line.strip_prefix("# ")) {
        if line == "accepted" {
            accepted = true;
        } else if let Some(path) = line.strip_prefix("file: ") {
            file = path.to_owned();
        } else {
            let rejected = line.strip_prefix("rejected ").unwrap();
            let (place, message) = rejected.split_once(' ').unwrap();
            let (line, column) = place.split_once(':').unwrap();
            expected.push((
                line.parse().unwrap(),
                column.parse().unwrap(),
                message.to_owned(),
            ));
        }
    }
    assert!(
        accepted == expected.is_empty(),
        "{name} starts with its result"
    );
    Case {
        name,
        file,
        text: text + HEADER,
        expected,
    }
}

/// The tags that the cases use, declared.
fn tags(cases: &[&Case]) -> String {
    let tags: BTreeSet<&str> = cases
        .iter()
        .flat_map(|case| case.text.lines())
        .filter_map(|line| line.trim().strip_prefix("tags: [")?.strip_suffix(']'))
        .chain(["Case"])
        .collect();
    tags.iter()
        .map(|tag| format!("  - {{name: {tag}, description: The operations of {tag}.}}\n"))
        .collect()
}

/// Joins cases into one description and checks it.
fn join(cases: &[&Case]) -> Result<Bundle, Diagnostics> {
    let mut sources = vec![
        source::parse("openapi.yaml", &format!("{ROOT}tags:\n{}", tags(cases)))?,
        source::parse("website/base.yaml", BASE)?,
    ];
    for case in cases {
        sources.push(source::parse(&case.file, &case.text)?);
    }
    let bundle = bundle(&sources)?;
    lint(&bundle)?;
    Ok(bundle)
}

/// The difference between the diagnostics of a case and the expected ones, if there is any.
fn difference(case: &Case) -> Option<String> {
    let found = match join(&[case]) {
        Ok(_) => Vec::new(),
        Err(diagnostics) => diagnostics.iter().cloned().collect(),
    };
    let fits = found.len() == case.expected.len()
        && found.iter().zip(&case.expected).all(|(found, expected)| {
            let (line, column, message) = expected;
            found.location.file == case.file
                && (found.location.line, found.location.column) == (*line, *column)
                && found.message.contains(message)
                && !found.help.is_empty()
        });
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    (!fits).then(|| {
        format!(
            "{}: expected {:?}, found:\n{}\n",
            case.name,
            case.expected,
            found.join("\n")
        )
    })
}

#[test]
fn each_case_has_the_expected_diagnostics() {
    let cases = cases();
    assert!(cases.len() >= 80, "{} cases", cases.len());
    let differences: Vec<_> = cases.iter().filter_map(difference).collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn each_accepted_case_generates() {
    for case in cases().iter().filter(|case| case.expected.is_empty()) {
        let bundle = join(&[case]).unwrap_or_else(|found| panic!("{}: {found}", case.name));
        if let Err(error) = generate(&bundle, MANIFEST) {
            panic!("{}: {error}", case.name);
        }
    }
}

/// A workspace with a copy of `crisp-api`, removed at the end.
struct Copy {
    folder: PathBuf,
}

impl Copy {
    /// Copies to a place that is the same in every run, so that build output is replaced and not added.
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("corpus");
        // A run that was interrupted may have left one.
        let _ = fs::remove_dir_all(&folder);
        let copy = Self { folder };
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for entry in WalkDir::new(workspace.join("crisp-api")) {
            let entry = entry.unwrap();
            let path = entry.path().strip_prefix(workspace).unwrap();
            let to = copy.folder.join(path);
            if entry.file_type().is_file() {
                fs::copy(entry.path(), to).unwrap();
            } else {
                fs::create_dir_all(to).unwrap();
            }
        }
        let manifest = fs::read_to_string(workspace.join("Cargo.toml")).unwrap();
        fs::write(copy.folder.join("Cargo.toml"), alone(&manifest)).unwrap();
        let lock = "Cargo.lock";
        fs::copy(workspace.join(lock), copy.folder.join(lock)).unwrap();
        copy
    }

    fn package(&self) -> PathBuf {
        self.folder.join("crisp-api")
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The manifest of the workspace with `crisp-api` alone.
fn alone(manifest: &str) -> String {
    let members = "members = [\"crisp-api\", \"crisp-codegen\", \"xtask\"]";
    assert!(manifest.contains(members));
    let manifest = manifest.replace(members, "members = [\"crisp-api\"]");
    // Cargo warns of the profile of a package that the workspace does not use.
    let lines = manifest
        .lines()
        .filter(|line| !line.contains("{ opt-level = 1 }"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Joins cases with the real description: parts of `crisp-api` need its events.
fn join_real(cases: &[&Case]) -> Bundle {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let mut sources = source::load(&spec).unwrap();
    let root = fs::read_to_string(spec.join("openapi.yaml")).unwrap();
    let (_, done) = ROOT.split_once("  responses:\n").unwrap();
    let (done, _) = done.split_once("    Failure:\n").unwrap();
    let root = root
        .replacen("tags:\n", &format!("tags:\n{}", tags(cases)), 1)
        .replacen("  responses:\n", &format!("  responses:\n{done}"), 1);
    sources[0] = source::parse("openapi.yaml", &root).unwrap();
    for case in cases {
        sources.push(source::parse(&case.file, &case.text).unwrap());
    }
    let bundle = bundle(&sources).unwrap_or_else(|found| panic!("{found}"));
    lint(&bundle).unwrap_or_else(|found| panic!("{found}"));
    bundle
}

#[test]
fn all_accepted_cases_compile_and_pass_their_generated_tests() {
    let cases = cases();
    let accepted: Vec<_> = cases
        .iter()
        .filter(|case| case.expected.is_empty())
        .collect();
    let bundle = join_real(&accepted);
    let copy = Copy::new();
    let manifest = copy.package().join("Cargo.toml");
    let files = generate(&bundle, &fs::read_to_string(&manifest).unwrap()).unwrap();
    files::write(&copy.package(), &files).unwrap();

    // The dependencies are those of this workspace: built once for both.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let output = Command::new(env!("CARGO"))
        .args([
            "test",
            "--offline",
            "--all-features",
            "--test",
            "operations",
        ])
        .current_dir(copy.package())
        .env("CARGO_TARGET_DIR", target)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let results = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{results}\n{errors}");
    assert!(!errors.contains("warning"), "{errors}");
    for case in accepted.iter().filter(|case| case.text.contains("paths:")) {
        let module = case.file.trim_end_matches(".yaml").replace('/', "_");
        assert!(
            results.contains(&format!("generated::{module}::")),
            "no test of {}",
            case.name
        );
    }
}
