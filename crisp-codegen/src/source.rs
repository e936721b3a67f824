//! Reads the YAML files of the description, with the line and column of every value.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr::{Scalar, ScalarStyle};
use saphyr_parser::{Event, Marker, Parser, StrInput};
use serde_json::{Map, Value};

use crate::error::{Diagnostic, Diagnostics, Location};

mod files;

pub use files::load;

/// The file with the parts that all others share.
pub const ROOT: &str = "openapi.yaml";

/// The limit of nesting. The description needs less than half of it, and recursion over it needs little stack.
const MAX_DEPTH: usize = 64;

/// The limit of the size of a file, in bytes. The largest of the description is under 256 KiB.
const MAX_SIZE: u64 = 1024 * 1024;

/// The limit of a JSON pointer, in bytes: one is stored for each value. The longest of the description has 200.
const MAX_POINTER: usize = 1024;

/// One file of the description.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file, relative to the spec folder, with `/` between folders.
    pub path: String,
    /// The content of the file.
    pub document: Value,
    /// The line and column of each key or item, by JSON pointer.
    pub(crate) positions: HashMap<String, (usize, usize)>,
}

impl Source {
    /// Returns the location of the value at a JSON pointer: of its key or item, or of the nearest ancestor with a location.
    pub fn location(&self, pointer: &str) -> Location {
        location(&self.path, &self.positions, pointer)
    }
}

/// Returns the location of a pointer, or of its nearest ancestor.
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

/// Returns the JSON pointer of a child, with its name escaped.
pub fn pointer(parent: &str, child: &str) -> String {
    format!("{parent}/{}", child.replace('~', "~0").replace('/', "~1"))
}

/// Parses files given by path and text, and returns the root first, the others by path.
///
/// # Errors
///
/// Returns a diagnostic for each file that is too large or isn't plain YAML.
pub fn parse_all(files: &[(String, String)]) -> Result<Vec<Source>, Diagnostics> {
    let mut sources = Vec::new();
    let mut diagnostics = Vec::new();
    for (path, text) in files {
        match parse(path, text) {
            Ok(source) => sources.push(source),
            Err(found) => diagnostics.extend(found.0),
        }
    }
    Diagnostics::check(diagnostics)?;
    sort(&mut sources);
    Ok(sources)
}

fn sort(sources: &mut [Source]) {
    sources.sort_by(|a, b| (a.path != ROOT, &a.path).cmp(&(b.path != ROOT, &b.path)));
}

/// Parses the text of one file.
///
/// # Errors
///
/// Returns a syntax error, duplicate keys (with both locations), and the parts of YAML that JSON has no counterpart for:
/// anchors, aliases, merge keys, tags, several documents, keys that aren't text. A text over 1 MiB is not parsed.
pub fn parse(path: &str, text: &str) -> Result<Source, Diagnostics> {
    if text.len() as u64 > MAX_SIZE {
        return Err(too_large(path).into());
    }
    let mut loader = Loader {
        path,
        parser: Parser::new_from_str(text),
        positions: HashMap::new(),
        diagnostics: Vec::new(),
    };
    let document = loader.document().unwrap_or_else(|diagnostic| {
        loader.diagnostics.push(diagnostic);
        Value::Null
    });
    Diagnostics::check(loader.diagnostics)?;
    Ok(Source {
        path: path.to_owned(),
        document,
        positions: loader.positions,
    })
}

fn too_large(name: &str) -> Diagnostic {
    Diagnostic::new(
        Location::start_of(name),
        format!("is larger than {} MiB", MAX_SIZE >> 20),
        "split it by resource",
    )
}

struct Loader<'a> {
    path: &'a str,
    parser: Parser<'a, StrInput<'a>>,
    positions: HashMap<String, (usize, usize)>,
    /// The errors after which parsing continues.
    diagnostics: Vec<Diagnostic>,
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
                    return Err(self.diagnostic(
                        at,
                        "a second document starts here",
                        "keep one document a file: remove the `---`",
                    ));
                }
                Event::DocumentStart(_) => {
                    let (event, at) = self.next()?;
                    let value = self.node(event, at, "", 0)?;
                    if !value.is_object() {
                        return Err(self.diagnostic(
                            at,
                            "the file is not a mapping",
                            "start it with `openapi: 3.0.3`, `info:` and `paths:`",
                        ));
                    }
                    document = Some(value);
                }
                // Every node is in a document, and `node` reads it to its end.
                _ => return Err(self.diagnostic(at, "text outside a document", "remove it")),
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
            Some(Err(error)) => Err(self.diagnostic(
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
            return Err(self.diagnostic(
                at,
                format!("nests more than {MAX_DEPTH} levels deep"),
                "give the inner part a name under `components` and refer to it with $ref",
            ));
        }
        if pointer.len() > MAX_POINTER {
            return Err(self.diagnostic(
                at,
                format!("the keys around it have more than {MAX_POINTER} bytes together"),
                "shorten them",
            ));
        }
        // The location of a value in a mapping is that of its key, which is already stored.
        self.positions
            .entry(pointer.to_owned())
            .or_insert((at.line(), at.col() + 1));
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.reject_properties(at, anchor, tag.is_some());
                Ok(self.scalar(text, style, at))
            }
            Event::SequenceStart(anchor, tag) => {
                self.reject_properties(at, anchor, tag.is_some());
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
                self.reject_properties(at, anchor, tag.is_some());
                self.mapping(pointer, depth)
            }
            Event::Alias(_) => {
                self.diagnostics.push(self.diagnostic(
                    at,
                    "a YAML alias (`*name`)",
                    "write the value out, or name it under `components` and refer to it with $ref",
                ));
                Ok(Value::Null)
            }
            _ => Err(self.diagnostic(at, "a value is missing", "write one")),
        }
    }

    fn mapping(&mut self, pointer: &str, depth: usize) -> Result<Value, Diagnostic> {
        let mut map = Map::new();
        loop {
            let (event, at) = self.next()?;
            let key = match event {
                Event::MappingEnd => return Ok(Value::Object(map)),
                Event::Scalar(text, style, anchor, tag) => {
                    self.reject_properties(at, anchor, tag.is_some());
                    if text == "<<" && style == ScalarStyle::Plain {
                        self.diagnostics.push(self.diagnostic(
                            at,
                            "a YAML merge key (`<<`)",
                            "write the keys out, or name the shared part under `components` and use `allOf`",
                        ));
                    }
                    text.into_owned()
                }
                _ => {
                    return Err(self.diagnostic(
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
                self.diagnostics.push(self.diagnostic(
                    at,
                    format!("`{key}` is already at {first}"),
                    "keep one of the two, or rename one",
                ));
                // The children of a duplicate key are no duplicates themselves. No pointer contains `~~`, and the number
                // is unique as each key adds a position.
                child = format!("{child}~~{}", self.positions.len());
            }
            self.positions
                .insert(child.clone(), (at.line(), at.col() + 1));
            let (event, at) = self.next()?;
            let value = self.node(event, at, &child, depth + 1)?;
            map.insert(key, value);
        }
    }

    /// Converts a scalar by the core schema of YAML 1.2: a quoted scalar is text.
    fn scalar(&mut self, text: Cow<'a, str>, style: ScalarStyle, at: Marker) -> Value {
        match Scalar::parse_from_cow_and_metadata(text.clone(), style, None) {
            None | Some(Scalar::Null) => Value::Null,
            Some(Scalar::Boolean(value)) => Value::from(value),
            Some(Scalar::Integer(value)) => Value::from(value),
            Some(Scalar::String(value)) => Value::from(value.into_owned()),
            Some(Scalar::FloatingPoint(value)) => {
                let digits = text.strip_prefix(['+', '-']).unwrap_or(&text);
                if digits.bytes().all(|byte| byte.is_ascii_digit()) || !value.is_finite() {
                    self.diagnostics.push(self.diagnostic(
                        at,
                        format!("`{text}` is a number that doesn't fit 64 bits"),
                        "write a smaller one, or put it in quotes if it is text",
                    ));
                }
                Value::from(value.into_inner())
            }
        }
    }

    fn reject_properties(&mut self, at: Marker, anchor: usize, tagged: bool) {
        if anchor != 0 {
            self.diagnostics.push(self.diagnostic(
                at,
                "a YAML anchor (`&name`)",
                "name the value under `components` and refer to it with $ref",
            ));
        }
        if tagged {
            self.diagnostics.push(self.diagnostic(
                at,
                "a YAML tag (`!name`)",
                "remove it; put quotes around text that looks like something else",
            ));
        }
    }

    fn diagnostic(
        &self,
        at: Marker,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Diagnostic {
        let location = Location {
            file: self.path.to_owned(),
            line: at.line().max(1),
            column: at.col() + 1,
        };
        Diagnostic::new(location, message, help)
    }
}
