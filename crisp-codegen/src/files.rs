//! Generated files on disk: written, or held against what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use similar::TextDiff;
use walkdir::WalkDir;

/// The folders of the `crisp-api` package in which every file is generated.
const OWNED: [&str; 2] = ["src/generated", "tests/operations/generated"];

/// Text by path below the `crisp-api` folder.
pub type Files = BTreeMap<String, String>;

/// Writes what differs and removes what is no longer generated. Returns the paths that changed.
///
/// # Errors
///
/// A file that can't be read, written or removed, with its path.
pub fn write(package: &Path, files: &Files) -> io::Result<Vec<String>> {
    let mut changed = Vec::new();
    for (path, text) in files {
        let full = package.join(path);
        if read(&full)?.as_ref() != Some(text) {
            if let Some(folder) = full.parent() {
                fs::create_dir_all(folder).map_err(|e| at(folder, e))?;
            }
            fs::write(&full, text).map_err(|e| at(&full, e))?;
            changed.push(path.clone());
        }
    }
    for path in stale(package, files)? {
        let full = package.join(&path);
        fs::remove_file(&full).map_err(|e| at(&full, e))?;
        // Only a folder that is empty now can be removed; one that is not stays.
        if let Some(folder) = full.parent() {
            let _ = fs::remove_dir(folder);
        }
        changed.push(path);
    }
    Ok(changed)
}

/// Returns the changes that [`write()`] would make, as one unified diff per file; empty if everything is up to date.
///
/// # Errors
///
/// A file that can't be read, with its path.
pub fn diff(package: &Path, files: &Files) -> io::Result<String> {
    let mut shown = String::new();
    for (path, text) in files {
        let old = read(&package.join(path))?.unwrap_or_default();
        if old != *text {
            show(&mut shown, path, &old, text);
        }
    }
    for path in stale(package, files)? {
        let old = read(&package.join(&path))?.unwrap_or_default();
        show(&mut shown, &path, &old, "");
    }
    Ok(shown)
}

fn show(shown: &mut String, path: &str, old: &str, new: &str) {
    let diff = TextDiff::from_lines(old, new);
    let mut unified = diff.unified_diff();
    let (old_name, new_name) = (
        format!("{path} (as committed)"),
        format!("{path} (as generated)"),
    );
    // Writing to a String can't fail.
    let _ = write!(shown, "{}", unified.header(&old_name, &new_name));
}

/// Files in the owned folders that are not generated any more.
fn stale(package: &Path, files: &Files) -> io::Result<BTreeSet<String>> {
    let mut stale = BTreeSet::new();
    for folder in OWNED
        .map(|folder| package.join(folder))
        .into_iter()
        .filter(|folder| folder.exists())
    {
        for entry in WalkDir::new(folder) {
            let entry = entry?;
            let Ok(path) = entry.path().strip_prefix(package) else {
                continue;
            };
            let path: Vec<_> = path
                .components()
                .map(|part| part.as_os_str().to_string_lossy())
                .collect();
            let path = path.join("/");
            if entry.file_type().is_file() && !files.contains_key(&path) {
                stale.insert(path);
            }
        }
    }
    Ok(stale)
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(at(path, e)),
    }
}

fn at(path: &Path, error: io::Error) -> io::Error {
    let path: PathBuf = path.into();
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
