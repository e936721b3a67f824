//! The keys that each object of a description may have, and what kind of value each holds. What is not listed here is
//! not read by any stage, so a misspelt key can't pass unseen.

use serde_json::Value;

use super::Lint;
use crate::bundle::entries;
use crate::source::pointer;

/// The kinds of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Root,
    Info,
    Docs,
    Server,
    Tag,
    Components,
    PathItem,
    EventItem,
    Operation,
    Event,
    Parameter,
    Body,
    Response,
    Header,
    MediaType,
    Example,
    Schema,
}

/// The kind of value that a key has.
enum Form {
    Any,
    Text,
    Flag,
    Number,
    Count,
    List(&'static Form),
    Map(&'static Form),
    Object(Kind),
    /// A schema, or whether anything goes.
    SchemaOrFlag,
}

use Form::{Any, Count, Flag, List, Number, Object, SchemaOrFlag, Text};
// `Map` alone would hide the type of that name.
use Form::Map as MapOf;

const SCHEMA: Form = Object(Kind::Schema);
const TEXTS: Form = List(&Text);
const CONTENT: Form = MapOf(&Object(Kind::MediaType));
const PARAMETERS: Form = List(&Object(Kind::Parameter));
const OPERATION: Form = Object(Kind::Operation);
const DOCS: Form = Object(Kind::Docs);

impl Kind {
    fn keys(self) -> &'static [(&'static str, Form)] {
        match self {
            Self::Root => &[
                ("openapi", Text),
                ("info", Object(Kind::Info)),
                ("externalDocs", DOCS),
                ("servers", List(&Object(Kind::Server))),
                ("security", List(&MapOf(&TEXTS))),
                ("tags", List(&Object(Kind::Tag))),
                ("paths", MapOf(&Object(Kind::PathItem))),
                ("x-webhooks", MapOf(&Object(Kind::EventItem))),
                ("components", Object(Kind::Components)),
            ],
            Self::Info => &[
                ("title", Text),
                ("version", Text),
                ("description", Text),
                ("termsOfService", Text),
                ("contact", MapOf(&Text)),
                ("license", MapOf(&Text)),
            ],
            Self::Docs => &[("description", Text), ("url", Text)],
            Self::Server => &[("url", Text), ("description", Text)],
            Self::Tag => &[
                ("name", Text),
                ("description", Text),
                ("externalDocs", DOCS),
            ],
            Self::Components => &[
                ("securitySchemes", MapOf(&Any)),
                ("parameters", MapOf(&Object(Kind::Parameter))),
                ("requestBodies", MapOf(&Object(Kind::Body))),
                ("responses", MapOf(&Object(Kind::Response))),
                ("headers", MapOf(&Object(Kind::Header))),
                ("schemas", MapOf(&SCHEMA)),
            ],
            Self::PathItem => &[
                ("parameters", PARAMETERS),
                ("head", OPERATION),
                ("get", OPERATION),
                ("post", OPERATION),
                ("put", OPERATION),
                ("patch", OPERATION),
                ("delete", OPERATION),
            ],
            Self::EventItem => &[("post", Object(Kind::Event))],
            Self::Operation => &[
                ("operationId", Text),
                ("summary", Text),
                ("description", Text),
                ("deprecated", Flag),
                ("tags", TEXTS),
                ("externalDocs", DOCS),
                ("x-crisp-tiers", TEXTS),
                ("x-crisp-scopes", MapOf(&Text)),
                ("parameters", PARAMETERS),
                ("requestBody", Object(Kind::Body)),
                ("responses", MapOf(&Object(Kind::Response))),
            ],
            Self::Event => &[
                ("summary", Text),
                ("description", Text),
                ("tags", TEXTS),
                ("externalDocs", DOCS),
                ("x-crisp-tiers", TEXTS),
                ("x-crisp-scopes", MapOf(&Text)),
                ("requestBody", Object(Kind::Body)),
                ("responses", MapOf(&Object(Kind::Response))),
            ],
            Self::Parameter => &[
                ("name", Text),
                ("in", Text),
                ("required", Flag),
                ("description", Text),
                ("schema", SCHEMA),
                ("x-crisp-value", SCHEMA),
                ("x-crisp-slug-path", Flag),
                ("example", Any),
            ],
            Self::Body => &[
                ("description", Text),
                ("required", Flag),
                ("content", CONTENT),
            ],
            Self::Response => &[
                ("description", Text),
                ("headers", MapOf(&Object(Kind::Header))),
                ("content", CONTENT),
            ],
            Self::Header => &[
                ("description", Text),
                ("required", Flag),
                ("schema", SCHEMA),
                ("example", Any),
            ],
            Self::MediaType => &[
                ("schema", SCHEMA),
                ("example", Any),
                ("examples", MapOf(&Object(Kind::Example))),
            ],
            Self::Example => &[("summary", Text), ("value", Any)],
            Self::Schema => &[
                ("title", Text),
                ("description", Text),
                ("type", Text),
                ("format", Text),
                ("nullable", Flag),
                ("x-crisp-urn", Flag),
                ("enum", List(&Any)),
                ("default", Any),
                ("example", Any),
                ("minimum", Number),
                ("maximum", Number),
                ("minLength", Count),
                ("maxLength", Count),
                ("pattern", Text),
                ("items", SCHEMA),
                ("minItems", Count),
                ("maxItems", Count),
                ("uniqueItems", Flag),
                ("properties", MapOf(&SCHEMA)),
                ("additionalProperties", SchemaOrFlag),
                ("required", TEXTS),
                ("allOf", List(&SCHEMA)),
                ("oneOf", List(&SCHEMA)),
                ("anyOf", List(&SCHEMA)),
            ],
        }
    }

    /// Returns whether a `$ref` can replace the object.
    fn referable(self) -> bool {
        matches!(
            self,
            Self::Parameter | Self::Body | Self::Response | Self::Header | Self::Schema
        )
    }
}

/// An object of the description, or the `$ref` in its place.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) kind: Kind,
    /// The kind of the nearest object around it.
    pub(super) parent: Kind,
    pub(super) pointer: String,
    pub(super) value: &'a serde_json::Map<String, Value>,
}

impl<'a> Node<'a> {
    /// The target of the node if it is a `$ref`.
    pub(super) fn reference(&self) -> Option<&'a str> {
        self.value.get("$ref")?.as_str()
    }
}

/// Checks the keys of every object, and lists the objects: each before those within it.
pub(super) fn check<'a>(lint: &mut Lint<'a>) -> Vec<Node<'a>> {
    let document = &lint.bundle.document;
    let mut walk = Walk {
        lint,
        nodes: Vec::new(),
    };
    walk.form(
        document,
        "",
        "the description",
        &Object(Kind::Root),
        Kind::Root,
    );
    walk.nodes
}

struct Walk<'w, 'a> {
    lint: &'w mut Lint<'a>,
    nodes: Vec<Node<'a>>,
}

impl<'a> Walk<'_, 'a> {
    fn form(&mut self, value: &'a Value, at: &str, key: &str, form: &Form, parent: Kind) {
        let expected = match (form, value) {
            (Any, _)
            | (Text, Value::String(_))
            | (Flag | SchemaOrFlag, Value::Bool(_))
            | (Number, Value::Number(_)) => {
                return;
            }
            (Count, Value::Number(number)) if number.is_u64() => return,
            (List(form), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.form(item, &format!("{at}/{index}"), key, form, parent);
                }
                return;
            }
            (MapOf(form), Value::Object(_)) => {
                for (name, value) in entries(Some(value)) {
                    self.form(value, &pointer(at, name), name, form, parent);
                }
                return;
            }
            (Object(kind), Value::Object(_)) => return self.object(value, at, *kind, parent),
            (SchemaOrFlag, Value::Object(_)) => {
                return self.object(value, at, Kind::Schema, parent);
            }
            (Text, Value::Array(types)) if key == "type" && types.len() == 2 => {
                // As OpenAPI 3.1 writes it.
                "one type, and `nullable: true` beside it where null is allowed"
            }
            (Text, _) => "text, in quotes if it looks like something else",
            (Flag, _) => "`true` or `false`",
            (Number, _) => "a number",
            (Count, _) => "a whole number, from 0",
            (List(_), _) => "a list",
            (MapOf(_) | Object(_), _) => "a mapping",
            (SchemaOrFlag, _) => "a schema, `true` or `false`",
        };
        self.lint.report(
            at,
            format!("`{key}` has a value of the wrong kind"),
            format!("write {expected}"),
        );
    }

    fn object(&mut self, value: &'a Value, at: &str, kind: Kind, parent: Kind) {
        let Value::Object(map) = value else { return };
        self.nodes.push(Node {
            kind,
            parent,
            pointer: at.to_owned(),
            value: map,
        });
        if kind.referable() && map.contains_key("$ref") {
            return self.reference(map, at, parent);
        }
        for (key, value) in map {
            let at = pointer(at, key);
            match kind.keys().iter().find(|(known, _)| known == key) {
                Some((_, form)) => self.form(value, &at, key, form, kind),
                None => {
                    if let Some(help) = help_unsupported(key) {
                        self.lint
                            .report(&at, format!("`{key}` is not supported"), help);
                        continue;
                    }
                    let known: Vec<_> = kind.keys().iter().map(|(known, _)| *known).collect();
                    let closest = known
                        .iter()
                        .map(|known| (strsim::jaro_winkler(key, known), known));
                    let help = match closest.max_by(|(a, _), (b, _)| a.total_cmp(b)) {
                        Some((similarity, closest)) if similarity > 0.85 => {
                            format!("write `{closest}`")
                        }
                        _ => format!("remove it, or write one of {}", known.join(", ")),
                    };
                    self.lint.report(&at, format!("unknown key `{key}`"), help);
                }
            }
        }
    }

    fn reference(&mut self, map: &serde_json::Map<String, Value>, at: &str, parent: Kind) {
        if map.len() > 1 {
            self.lint.report(
                at,
                "a $ref has keys beside it, which OpenAPI 3.0 ignores",
                "write `allOf:` with the $ref as its only item, and the other keys beside `allOf`",
            );
        }
        if parent == Kind::Components {
            self.lint.report(
                at,
                "a component that is only a $ref",
                "take it out, and refer to what it refers to",
            );
        }
    }
}

/// The help for a keyword of OpenAPI or JSON Schema that has a counterpart here.
fn help_unsupported(key: &str) -> Option<&'static str> {
    Some(match key {
        "discriminator" => {
            "remove it: branches with `type`, an enum of one value, and `content` are distinguished by `type`"
        }
        "const" => "write `enum:` with one value",
        "not" | "if" | "then" | "else" | "patternProperties" | "multipleOf" => {
            "remove it, and write the rule into the description"
        }
        "exclusiveMinimum" => "write `minimum:` with the least value that is allowed",
        "exclusiveMaximum" => "write `maximum:` with the greatest value that is allowed",
        "readOnly" | "writeOnly" => {
            "remove it; give responses and requests a schema each if their fields differ"
        }
        "style" | "explode" | "allowReserved" => {
            "remove it; write a value that is not plain text as `x-crisp-value:`"
        }
        _ => return None,
    })
}
