//! Reads the YAML files of the description, and remembers the line and column of everything in them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

use saphyr::{Scalar, ScalarStyle};
use saphyr_parser::{Event, Marker, Parser, StrInput};
use serde_json::{Map, Value};
use walkdir::WalkDir;

use crate::error::{Diagnostic, Diagnostics, Location};

/// The file that holds what all others share.
pub const ROOT: &str = "openapi.yaml";

/// How deep a file may nest: far more than a description needs, and little enough to walk by recursion.
const MAX_DEPTH: usize = 64;

/// One file of the description.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file, relative to the spec folder, with `/` between folders.
    pub path: String,
    /// What the file holds.
    pub document: Value,
    /// Line and column of each key or item, by its JSON pointer.
    pub(crate) positions: HashMap<String, (usize, usize)>,
}

impl Source {
    /// Where the value at a JSON pointer stands: its key or item, or the nearest around it that has a place.
    pub fn location(&self, pointer: &str) -> Location {
        location(&self.path, &self.positions, pointer)
    }
}

/// The place of a pointer, or of its nearest ancestor.
pub(crate) fn location(
    path: &str,
    positions: &HashMap<String, (usize, usize)>,
    pointer: &str,
) -> Location {
    let mut pointer = pointer;
    loop {
        if let Some(&(line, column)) = positions.get(pointer) {
            return Location {
                file: path.to_owned(),
                line,
                column,
            };
        }
        match pointer.rfind('/') {
            Some(end) => pointer = &pointer[..end],
            None => return Location::start_of(path),
        }
    }
}

/// The JSON pointer of a child, its name escaped.
pub fn pointer(parent: &str, child: &str) -> String {
    format!("{parent}/{}", child.replace('~', "~0").replace('/', "~1"))
}

/// Reads every `*.yaml` file below a folder: the root first, the others by path.
///
/// # Errors
///
/// Every file that can't be read or isn't plain YAML.
pub fn load(spec: &Path) -> Result<Vec<Source>, Diagnostics> {
    let mut sources = Vec::new();
    let mut problems = Vec::new();
    for entry in WalkDir::new(spec) {
        let path = match &entry {
            Ok(entry) => Some(entry.path()),
            Err(error) => error.path(),
        };
        let name = path.map_or_else(String::new, |path| relative(spec, path));
        let read = match &entry {
            Err(error) => Err(Diagnostic::new(
                Location::start_of(name),
                format!("can't be read: {error}"),
                "check that it exists and may be read",
            )
            .into()),
            Ok(entry) if entry.file_type().is_dir() => continue,
            Ok(entry) => match entry
                .path()
                .extension()
                .and_then(|extension| extension.to_str())
            {
                Some("yaml") => read(entry.path(), &name),
                Some("yml") => Err(Diagnostic::new(
                    Location::start_of(name),
                    "ends in `.yml`, which is not read",
                    "rename it to end in `.yaml`",
                )
                .into()),
                _ => continue,
            },
        };
        match read {
            Ok(source) => sources.push(source),
            Err(found) => problems.extend(found.iter().cloned()),
        }
    }
    Diagnostics::check(problems)?;
    sort(&mut sources);
    Ok(sources)
}

/// Reads files that are not on disk, given by path and text: the root first, the others by path.
///
/// # Errors
///
/// Every file that isn't plain YAML.
pub fn parse_all(files: &[(String, String)]) -> Result<Vec<Source>, Diagnostics> {
    let mut sources = Vec::new();
    let mut problems = Vec::new();
    for (path, text) in files {
        match parse(path, text) {
            Ok(source) => sources.push(source),
            Err(found) => problems.extend(found.iter().cloned()),
        }
    }
    Diagnostics::check(problems)?;
    sort(&mut sources);
    Ok(sources)
}

fn sort(sources: &mut [Source]) {
    sources.sort_by(|a, b| (a.path != ROOT, &a.path).cmp(&(b.path != ROOT, &b.path)));
}

/// The path below the spec folder, the same on every system.
fn relative(spec: &Path, path: &Path) -> String {
    let below = path.strip_prefix(spec).unwrap_or(path);
    let parts: Vec<_> = below
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

fn read(path: &Path, name: &str) -> Result<Source, Diagnostics> {
    let text = fs::read_to_string(path).map_err(|error| {
        Diagnostic::new(
            Location::start_of(name),
            format!("can't be read: {error}"),
            "check that it may be read and is UTF-8 text",
        )
    })?;
    parse(name, &text)
}

/// Reads the text of one file.
///
/// # Errors
///
/// A syntax error, duplicate keys (with both places), and the parts of YAML that JSON has no counterpart for:
/// anchors, aliases, merge keys, tags, several documents, keys that aren't text.
pub fn parse(path: &str, text: &str) -> Result<Source, Diagnostics> {
    let mut loader = Loader {
        path,
        parser: Parser::new_from_str(text),
        positions: HashMap::new(),
        problems: Vec::new(),
    };
    let document = loader.document().unwrap_or_else(|problem| {
        loader.problems.push(problem);
        Value::Null
    });
    Diagnostics::check(loader.problems)?;
    Ok(Source {
        path: path.to_owned(),
        document,
        positions: loader.positions,
    })
}

struct Loader<'a> {
    path: &'a str,
    parser: Parser<'a, StrInput<'a>>,
    positions: HashMap<String, (usize, usize)>,
    /// What reading can go on after.
    problems: Vec<Diagnostic>,
}

impl<'a> Loader<'a> {
    fn document(&mut self) -> Result<Value, Diagnostic> {
        let mut document = None;
        loop {
            let (event, at) = self.next()?;
            match event {
                Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
                Event::StreamEnd => break,
                Event::DocumentStart(_) if document.is_some() => {
                    return Err(self.problem(
                        at,
                        "a second document starts here",
                        "keep one document a file: take out the `---`",
                    ));
                }
                Event::DocumentStart(_) => {
                    let (event, at) = self.next()?;
                    let value = self.node(event, at, "", 0)?;
                    if !value.is_object() {
                        return Err(self.problem(
                            at,
                            "the file is not a mapping",
                            "start it with `openapi: 3.0.3`, `info:` and `paths:`",
                        ));
                    }
                    document = Some(value);
                }
                // A node stands inside a document, which `node` reads to its end.
                _ => return Err(self.problem(at, "text outside a document", "take it out")),
            }
        }
        document.ok_or_else(|| {
            Diagnostic::new(
                Location::start_of(self.path),
                "the file is empty",
                "write its paths and components, or delete it",
            )
        })
    }

    fn next(&mut self) -> Result<(Event<'a>, Marker), Diagnostic> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, span.start)),
            Some(Err(error)) => Err(self.problem(
                *error.marker(),
                format!("YAML syntax: {}", error.info()),
                "check the indentation, the space after each `:` and `-`, and put quotes around text that holds \
                 `: `, ` #`, or starts with a sign",
            )),
            None => Err(Diagnostic::new(Location::start_of(self.path), "YAML syntax: the file ends early", "complete it")),
        }
    }

    /// Reads the node that starts with an event, to its end.
    fn node(
        &mut self,
        event: Event<'a>,
        at: Marker,
        pointer: &str,
        depth: usize,
    ) -> Result<Value, Diagnostic> {
        if depth > MAX_DEPTH {
            return Err(self.problem(
                at,
                format!("nests more than {MAX_DEPTH} levels deep"),
                "give the inner part a name under `components` and refer to it with $ref",
            ));
        }
        // A key stands for its value, so its place is already there.
        self.positions
            .entry(pointer.to_owned())
            .or_insert((at.line(), at.col() + 1));
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_properties(at, anchor, tag.is_some());
                Ok(self.scalar(text, style, at))
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_properties(at, anchor, tag.is_some());
                let mut items = Vec::new();
                loop {
                    let (event, at) = self.next()?;
                    if event == Event::SequenceEnd {
                        return Ok(Value::Array(items));
                    }
                    let pointer = format!("{pointer}/{}", items.len());
                    items.push(self.node(event, at, &pointer, depth + 1)?);
                }
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_properties(at, anchor, tag.is_some());
                self.mapping(pointer, depth)
            }
            Event::Alias(_) => {
                self.problems.push(self.problem(
                    at,
                    "a YAML alias (`*name`)",
                    "write the value out, or name it under `components` and refer to it with $ref",
                ));
                Ok(Value::Null)
            }
            _ => Err(self.problem(at, "a value is missing", "write one")),
        }
    }

    fn mapping(&mut self, pointer: &str, depth: usize) -> Result<Value, Diagnostic> {
        let mut map = Map::new();
        loop {
            let (event, at) = self.next()?;
            let key = match event {
                Event::MappingEnd => return Ok(Value::Object(map)),
                Event::Scalar(text, style, anchor, tag) => {
                    self.refuse_properties(at, anchor, tag.is_some());
                    if text == "<<" && style == ScalarStyle::Plain {
                        self.problems.push(self.problem(
                            at,
                            "a YAML merge key (`<<`)",
                            "write the keys out, or name the shared part under `components` and use `allOf`",
                        ));
                    }
                    text.into_owned()
                }
                _ => {
                    return Err(self.problem(
                        at,
                        "a key that is not text",
                        "write a word, in quotes if need be",
                    ));
                }
            };
            let mut child = self::pointer(pointer, &key);
            if let Some(&(line, column)) = self.positions.get(&child) {
                let first = Location {
                    file: self.path.to_owned(),
                    line,
                    column,
                };
                self.problems.push(self.problem(
                    at,
                    format!("`{key}` is already at {first}"),
                    "keep one of the two, or rename one",
                ));
            }
            // What lies below a duplicate is no duplicate itself. No pointer ends in a bare `~`.
            while self.positions.contains_key(&child) {
                child.push('~');
            }
            self.positions
                .insert(child.clone(), (at.line(), at.col() + 1));
            let (event, at) = self.next()?;
            let value = self.node(event, at, &child, depth + 1)?;
            map.insert(key, value);
        }
    }

    /// A scalar by the core schema of YAML 1.2: what is quoted is text.
    fn scalar(&mut self, text: Cow<'a, str>, style: ScalarStyle, at: Marker) -> Value {
        match Scalar::parse_from_cow_and_metadata(text.clone(), style, None) {
            None | Some(Scalar::Null) => Value::Null,
            Some(Scalar::Boolean(value)) => Value::from(value),
            Some(Scalar::Integer(value)) => Value::from(value),
            Some(Scalar::String(value)) => Value::from(value.into_owned()),
            Some(Scalar::FloatingPoint(value)) => {
                let digits = text.strip_prefix(['+', '-']).unwrap_or(&text);
                if digits.bytes().all(|byte| byte.is_ascii_digit()) || !value.is_finite() {
                    self.problems.push(self.problem(
                        at,
                        format!("`{text}` is a number that doesn't fit 64 bits"),
                        "write a smaller one, or put it in quotes if it is text",
                    ));
                }
                Value::from(value.into_inner())
            }
        }
    }

    fn refuse_properties(&mut self, at: Marker, anchor: usize, tagged: bool) {
        if anchor != 0 {
            self.problems.push(self.problem(
                at,
                "a YAML anchor (`&name`)",
                "name the value under `components` and refer to it with $ref",
            ));
        }
        if tagged {
            self.problems.push(self.problem(
                at,
                "a YAML tag (`!name`)",
                "take it out; put quotes around text that looks like something else",
            ));
        }
    }

    fn problem(&self, at: Marker, what: impl Into<String>, mend: impl Into<String>) -> Diagnostic {
        let place = Location {
            file: self.path.to_owned(),
            line: at.line().max(1),
            column: at.col() + 1,
        };
        Diagnostic::new(place, what, mend)
    }
}
