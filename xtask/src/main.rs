//! Tasks of the workspace: `cargo xtask --help`.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use crisp_codegen::bundle::{Bundle, bundle};
use crisp_codegen::error::Diagnostics;
use crisp_codegen::files;
use crisp_codegen::lint::lint;
use crisp_codegen::source::load;

mod diff;
mod docs;
mod routes;

/// The exit status for breaking changes: clap exits with 2, and any other error with 1.
const BREAKING: u8 = 3;

/// Tasks of the crisp-api workspace.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Generate the crisp-api crate from the description.
    Regen {
        /// Write nothing; print the differences to the generated files, and fail if there are any.
        #[arg(long)]
        check: bool,
    },
    /// Check the description under spec/, and print errors with their location and fix.
    Lint,
    /// Join the files under spec/ into one document.
    Bundle {
        /// The file to write, as JSON (.json) or YAML (.yaml, .yml).
        #[arg(long, value_name = "FILE", value_parser = Output::parse)]
        out: Output,
    },
    /// Write the description as a page for the browser, with its assets; requires npm.
    Docs {
        /// The folder to write it into.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// List the operations.
    Routes,
    /// Print the changes of the description since a revision, and which break Rust callers.
    ///
    /// The exit status is 0 without breaking changes, 3 with some, and 1 or 2 if there is nothing to compare.
    Diff {
        /// The revision to compare with: a branch, a tag or a commit.
        #[arg(default_value = "HEAD")]
        revision: String,
        /// Print JSON instead of Markdown.
        #[arg(long)]
        json: bool,
    },
}

/// A file to write, in the format of its extension.
#[derive(Clone)]
struct Output {
    path: PathBuf,
    text: fn(&Bundle) -> String,
}

impl Output {
    fn parse(path: &str) -> Result<Self, String> {
        let path = PathBuf::from(path);
        let text = match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => Bundle::to_json,
            Some("yaml" | "yml") => Bundle::to_yaml,
            _ => return Err("the name must end in .json or .yaml".to_owned()),
        };
        Ok(Self { path, text })
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(status) => status,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode, Box<dyn Error>> {
    match task {
        Task::Regen { check } => regen(check)?,
        Task::Lint => lint(&description()?)?,
        Task::Bundle { out } => {
            let text = (out.text)(&description()?);
            fs::write(&out.path, text)
                .map_err(|error| format!("{} can't be written: {error}", out.path.display()))?;
        }
        Task::Docs { out } => docs::write(&description()?, &out)?,
        Task::Routes => io::stdout().write_all(routes::table(&description()?).as_bytes())?,
        Task::Diff { revision, json } => {
            let old = diff::description(&workspace(), &revision)?;
            let diff = crisp_codegen::diff::diff(&old, &description()?)?;
            let text = match json {
                true => diff.to_json(&revision),
                false => diff.to_markdown(&revision),
            };
            io::stdout().write_all(text.as_bytes())?;
            if diff.is_breaking() {
                return Ok(ExitCode::from(BREAKING));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes the generated files of crisp-api, or checks that they are up to date.
fn regen(check: bool) -> Result<(), Box<dyn Error>> {
    let bundle = description()?;
    lint(&bundle)?;
    let package = workspace().join("crisp-api");
    let manifest = package.join("Cargo.toml");
    let manifest = fs::read_to_string(&manifest)
        .map_err(|error| format!("{} can't be read: {error}", manifest.display()))?;
    let generated = crisp_codegen::generate(&bundle, &manifest)?;
    if check {
        let diff = files::diff(&package, &generated)?;
        if !diff.is_empty() {
            let help = "run `cargo xtask regen`, and commit the files it writes";
            return Err(format!("{diff}\ncrisp-api is not up to date\n  help: {help}").into());
        }
        return Ok(());
    }
    for path in files::write(&package, &generated)? {
        println!("crisp-api/{path}");
    }
    Ok(())
}

/// Returns the description of this workspace as one document.
fn description() -> Result<Bundle, Diagnostics> {
    bundle(&load(&workspace().join("spec"))?)
}

/// Returns the folder of the workspace. Cargo sets it when it runs the task: worktrees with one target folder share the
/// program, so the folder of the build may be another.
fn workspace() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    match package.parent() {
        Some(folder) => folder.to_owned(),
        None => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_bundle_is_json_or_yaml_by_its_name() {
        let text = |name| Output::parse(name).map(|output| (output.text)(&routes::tests::bundle()));
        assert!(text("a/b.json").unwrap().starts_with("{\n  \"openapi\""));
        for name in ["b.yaml", "b.yml"] {
            assert!(
                text(name).unwrap().starts_with("openapi: \"3.0.3\"\n"),
                "{name}"
            );
        }
        for name in ["b.txt", "json", ""] {
            assert_eq!(
                text(name).unwrap_err(),
                "the name must end in .json or .yaml",
                "{name}"
            );
        }
    }
}
