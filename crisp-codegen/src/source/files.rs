//! Finds and reads the YAML files of the spec folder.

use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use super::{MAX_SIZE, Source, parse, sort, too_large};
use crate::error::{Diagnostic, Diagnostics, Location};

/// Reads every `*.yaml` file below a folder, the root first, the others by path.
///
/// Only regular files are opened: a FIFO would block forever, and a link out of the folder could read any file.
///
/// # Errors
///
/// Returns a diagnostic for each file that can't be read, is larger than 1 MiB, or isn't plain YAML.
pub fn load(spec: &Path) -> Result<Vec<Source>, Diagnostics> {
    let mut sources = Vec::new();
    let mut diagnostics = Vec::new();
    for entry in WalkDir::new(spec) {
        let read = match &entry {
            Ok(entry) => read_entry(spec, entry),
            Err(error) => {
                let name = error.path().map(|path| relative(spec, path));
                Err(unreadable(&name.unwrap_or_default(), error).into())
            }
        };
        match read {
            Ok(source) => sources.extend(source),
            Err(found) => diagnostics.extend(found.0),
        }
    }
    Diagnostics::check(diagnostics)?;
    sort(&mut sources);
    Ok(sources)
}

/// Returns the path relative to the spec folder, with `/` on every system.
fn relative(spec: &Path, path: &Path) -> String {
    let below = path.strip_prefix(spec).unwrap_or(path);
    let parts: Vec<_> = below
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

/// Reads a file below the spec folder; `None` for other entries than YAML files.
fn read_entry(spec: &Path, entry: &DirEntry) -> Result<Option<Source>, Diagnostics> {
    let path = entry.path();
    let name = relative(spec, path);
    let reject = |message: &str, help: &str| {
        let location = Location::start_of(&name);
        Err(Diagnostic::new(location, message, help).into())
    };
    let extension = path.extension().and_then(|extension| extension.to_str());
    match extension {
        // The folder itself may have any name.
        _ if entry.depth() == 0 && entry.file_type().is_dir() => return Ok(None),
        Some("yaml") => {}
        Some("yml") if !entry.file_type().is_dir() => {
            return reject(
                "ends in `.yml`, which is not read",
                "rename it to end in `.yaml`",
            );
        }
        _ => return Ok(None),
    }
    if entry.path_is_symlink() {
        let target = path.canonicalize();
        let target = target.map_err(|error| unreadable(&name, error))?;
        let spec = spec.canonicalize();
        if !target.starts_with(spec.map_err(|error| unreadable(&name, error))?) {
            return reject(
                "is a link to a file outside of the spec folder",
                "replace the link by the file itself",
            );
        }
    }
    let metadata = fs::metadata(path).map_err(|error| unreadable(&name, error))?;
    if !metadata.is_file() {
        return reject(
            "is not a regular file",
            "remove it, or rename it not to end in `.yaml`",
        );
    }
    if metadata.len() > MAX_SIZE {
        return Err(too_large(&name).into());
    }
    let mut text = String::new();
    File::open(path)
        // One byte more than allowed: the file may grow while it is read.
        .and_then(|file| file.take(MAX_SIZE + 1).read_to_string(&mut text))
        .map_err(|error| unreadable(&name, error))?;
    parse(&name, &text).map(Some)
}

fn unreadable(name: &str, error: impl fmt::Display) -> Diagnostic {
    Diagnostic::new(
        Location::start_of(name),
        format!("can't be read: {error}"),
        "check that it exists, is readable and is UTF-8 text",
    )
}
