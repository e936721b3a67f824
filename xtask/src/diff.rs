//! Reads the description at a git revision.

use std::error::Error;
use std::path::Path;
use std::process::Command;

use crisp_codegen::bundle::{Bundle, bundle};
use crisp_codegen::source::parse_all;

/// Joins the files under spec/ at a revision.
pub(crate) fn description(workspace: &Path, revision: &str) -> Result<Bundle, Box<dyn Error>> {
    let commit = format!("{revision}^{{commit}}");
    let found = git(
        workspace,
        &["rev-parse", "--verify", "--end-of-options", &commit],
    );
    let commit = found.map_err(|error| {
        format!(
            "`{revision}` is not a revision: {error}\n  help: name a branch, a tag or a commit of this \
             repository; if it is one, fetch it: a shallow clone has only the last commit"
        )
    })?;
    let commit = commit.trim();
    let mut files = Vec::new();
    let names = git(
        workspace,
        &["ls-tree", "-r", "-z", "--name-only", commit, "spec/"],
    )?;
    for name in names.split('\0').filter(|name| name.ends_with(".yaml")) {
        let text = git(workspace, &["show", &format!("{commit}:./{name}")])?;
        files.push((name.trim_start_matches("spec/").to_owned(), text));
    }
    if files.is_empty() {
        return Err(format!(
            "`{revision}` has no description: there are no files under spec/\n  help: name a later revision"
        )
        .into());
    }
    let sources = parse_all(&files).and_then(|sources| bundle(&sources));
    sources.map_err(|diagnostics| {
        format!("the description at `{revision}` is invalid:\n{diagnostics}").into()
    })
}

/// Returns the output of a git command in the workspace.
fn git(workspace: &Path, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let output = Command::new("git")
        .arg("-C")
        .arg(workspace)
        .args(arguments)
        .output()
        .map_err(|error| format!("git can't be run: {error}"))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("git {}: {}", arguments.join(" "), errors.trim()).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
