//! Tasks of the workspace: `cargo xtask --help`.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use crisp_codegen::bundle::{Bundle, bundle};
use crisp_codegen::emit;
use crisp_codegen::error::Diagnostics;
use crisp_codegen::lint::lint;
use crisp_codegen::source::load;

mod diff;
mod docs;
mod routes;

/// The status of a comparison that found what breaks: clap ends with 2, and any other error with 1.
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
        /// Change nothing; show what is not up to date, and fail if anything is.
        #[arg(long)]
        check: bool,
    },
    /// Check the description under spec/, and tell what to mend.
    Lint,
    /// Join the files under spec/ into one document.
    Bundle {
        /// Where to write it: as JSON (.json) or YAML (.yaml, .yml).
        #[arg(long, value_name = "FILE", value_parser = Output::parse)]
        out: Output,
    },
    /// Write the description as a page to browse, with all it needs; takes npm.
    Docs {
        /// The folder to write it into.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// List the operations.
    Routes,
    /// Tell how the description differs from a revision, and what of it breaks Rust callers.
    ///
    /// Ends with status 0 where nothing breaks, 3 where something does, and 1 or 2 where there is nothing to compare.
    Diff {
        /// What to compare with: a branch, a tag or a commit.
        #[arg(default_value = "HEAD")]
        revision: String,
        /// Write JSON, not Markdown.
        #[arg(long)]
        json: bool,
    },
}

/// The file to write, in the format that its name asks for.
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
            _ => return Err("the name has to end in .json or .yaml".to_owned()),
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

/// Writes the generated files of crisp-api, or shows what writing them would change.
fn regen(check: bool) -> Result<(), Box<dyn Error>> {
    let bundle = description()?;
    lint(&bundle)?;
    let package = workspace().join("crisp-api");
    let manifest = package.join("Cargo.toml");
    let manifest = fs::read_to_string(&manifest)
        .map_err(|error| format!("{} can't be read: {error}", manifest.display()))?;
    let files = crisp_codegen::generate(&bundle, &manifest)?;
    if check {
        let diff = emit::diff(&package, &files)?;
        if !diff.is_empty() {
            let mend = "not up to date: run `cargo xtask regen`, and commit what it writes";
            return Err(format!("{diff}\ncrisp-api is {mend}").into());
        }
        return Ok(());
    }
    for path in emit::write(&package, &files)? {
        println!("crisp-api/{path}");
    }
    Ok(())
}

/// The description of this workspace, as one document.
fn description() -> Result<Bundle, Diagnostics> {
    bundle(&load(&workspace().join("spec"))?)
}

/// The folder of the workspace. Cargo names it where it runs the task: worktrees that share a target folder share a
/// program, which was built in one of them.
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
                "the name has to end in .json or .yaml",
                "{name}"
            );
        }
    }
}
