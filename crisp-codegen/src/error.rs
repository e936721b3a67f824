//! Errors in the description, with their location and how to fix them.

use std::error::Error;
use std::fmt::{self, Write};

/// The limit of diagnostics that are printed: a broken file can cause hundreds of thousands.
const MAX_PRINTED: usize = 100;

/// The limit of a path, a message or a help text when printed, in characters.
const MAX_TEXT: usize = 400;

/// A position in the description.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The file, relative to the spec folder, with `/` between folders.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

impl Location {
    /// Returns the start of a file, for errors that concern all of it.
    pub fn start_of(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: 1,
            column: 1,
        }
    }
}

impl fmt::Display for Location {
    /// Writes the path relative to the workspace, as editors and terminals open it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("spec/")?;
        write_text(f, &self.file)?;
        write!(f, ":{}:{}", self.line, self.column)
    }
}

/// An error in the description.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The position of the error.
    pub location: Location,
    /// The error.
    pub message: String,
    /// How to fix the error.
    pub help: String,
}

impl Diagnostic {
    /// Creates a diagnostic.
    pub fn new(location: Location, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            location,
            message: message.into(),
            help: help.into(),
        }
    }
}

impl fmt::Display for Diagnostic {
    /// Writes the diagnostic on two lines. Long texts are shortened, and characters that could forge or reorder output
    /// are escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.location)?;
        write_text(f, &self.message)?;
        f.write_str("\n  help: ")?;
        write_text(f, &self.help)
    }
}

/// Writes a text on one line, without its middle if it is long.
fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    // The start has the name of the key or value, the end says what is wrong with it.
    const START: usize = MAX_TEXT / 2;
    const END: usize = MAX_TEXT - START;
    let Some((start, _)) = text.char_indices().nth(START) else {
        return write_escaped(f, text);
    };
    let (end, _) = text.char_indices().rev().nth(END - 1).unwrap_or_default();
    if end <= start {
        return write_escaped(f, text);
    }
    write_escaped(f, &text[..start])?;
    f.write_char('…')?;
    write_escaped(f, &text[end..])
}

fn write_escaped(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for character in text.chars() {
        // Line and paragraph separators, and the characters that change the direction of text.
        let is_invisible = matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        );
        if character.is_control() || is_invisible {
            write!(f, "{}", character.escape_unicode())?;
        } else {
            f.write_char(character)?;
        }
    }
    Ok(())
}

/// Everything that a stage found, so that one run shows all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics(pub(crate) Vec<Diagnostic>);

impl Diagnostics {
    /// Returns `Ok` if nothing was found.
    ///
    /// # Errors
    ///
    /// Returns the diagnostics, sorted by location and without duplicates.
    pub fn check(mut found: Vec<Diagnostic>) -> Result<(), Self> {
        if found.is_empty() {
            return Ok(());
        }
        found.sort();
        found.dedup();
        Err(Self(found))
    }

    /// Returns the diagnostics, sorted by location.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl fmt::Display for Diagnostics {
    /// Writes the first 100 diagnostics, and the number of all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        for diagnostic in self.0.iter().take(MAX_PRINTED) {
            writeln!(f, "{diagnostic}")?;
        }
        if count > MAX_PRINTED {
            writeln!(f, "… and {} more", count - MAX_PRINTED)?;
        }
        let plural = if count == 1 { "" } else { "s" };
        write!(f, "{count} problem{plural} found")
    }
}

impl Error for Diagnostics {}
