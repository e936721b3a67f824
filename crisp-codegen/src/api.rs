//! The API as Rust users see it: services, operations, types and events, with the facts that every emitter needs.
//!
//! Everything that needs to know the API reads this model: the emitters, and the comparison of two descriptions. Names,
//! documentation, types and optionality are those of progenitor's output, adapted by the passes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The whole API.
#[derive(Debug, Clone, Default)]
pub struct Api {
    /// The resources, in the order of their files.
    pub resources: Vec<Resource>,
    /// The services, in order of appearance.
    pub services: Vec<Service>,
    /// The types, by name.
    pub types: BTreeMap<String, Type>,
    /// The events, in the order of the description.
    pub events: Vec<Event>,
}

/// A file of the description that has operations or types.
#[derive(Debug, Clone, Default)]
pub struct Resource {
    /// The path of its file without the extension, such as `website/conversation`.
    pub path: String,
    /// The description of the tag of its operations, in Markdown.
    pub description: String,
    /// Its operations, in the order of the file.
    pub operations: Vec<Operation>,
    /// The names of its types, in the order of the file.
    pub types: Vec<String>,
}

/// A part of the client that groups operations, such as `website`.
#[derive(Debug, Clone)]
pub struct Service {
    /// The part of operationIds before the dot.
    pub name: String,
    /// The name of its struct.
    pub ident: String,
    /// The features of the resources that have its operations.
    pub features: BTreeSet<String>,
}

/// An operation: a method of a service.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The operationId, such as `website.list_conversations`.
    pub id: String,
    /// The part of the operationId before the dot.
    pub service: String,
    /// The name of the method.
    pub ident: String,
    /// The name of the request type; `None` without setters.
    pub request: Option<String>,
    /// The HTTP method, in upper case.
    pub method: String,
    /// The path template. `{+name}` is a parameter whose slashes stay slashes, as in RFC 6570.
    pub path: String,
    /// The summary and the description, in Markdown.
    pub doc: Doc,
    /// Tiers, scopes and the page of the reference.
    pub access: Access,
    /// Whether callers should use something else.
    pub deprecated: bool,
    /// The arguments: path parameters in the order of the template, query parameters in the order of the description,
    /// then the body or its fields.
    pub arguments: Vec<Argument>,
    /// The response.
    pub response: Response,
    /// The examples of the body: one without a name, or several with one.
    pub examples: Vec<Example>,
    /// The JSON pointer of the operation.
    pub pointer: String,
}

/// A text that documents an item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doc {
    /// The label of the reference. Empty for types and fields.
    pub summary: String,
    /// The description, in Markdown.
    pub description: String,
}

/// The tiers and scopes of an operation or event, and its page of the reference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// The tiers that may use it.
    pub tiers: Vec<String>,
    /// The scopes of a plugin token, each with its access: `read` or `write`.
    pub scopes: Vec<(String, String)>,
    /// The address of the page of the reference.
    pub reference: String,
}

/// An argument of a method: a parameter, the body, or a field of the body.
#[derive(Debug, Clone)]
pub struct Argument {
    /// The name in Rust: of the argument, or of the setter.
    pub ident: String,
    /// The name on the wire.
    pub name: String,
    /// The part of the request that it sets.
    pub place: Place,
    /// The type.
    pub ty: TypeRef,
    /// Whether it is an argument of the method, rather than a setter of the request.
    pub required: bool,
    /// Whether it may be null.
    pub nullable: bool,
    /// The description, in Markdown.
    pub doc: String,
    /// The example of a parameter; null for fields, whose examples are those of the body.
    pub example: Value,
    /// The JSON pointer of its declaration.
    pub pointer: String,
}

/// The part of a request that an argument sets.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// A segment of the path.
    Path {
        /// The least and the greatest number, if limited.
        range: Range,
    },
    /// A parameter of the query.
    Query {
        /// The encoding of its value.
        encoding: Encoding,
        /// The least and the greatest number, if limited.
        range: Range,
    },
    /// A field of the body.
    Field,
    /// The whole body.
    Body,
}

/// The least and the greatest number, if limited.
pub type Range = (Option<i64>, Option<i64>);

/// The encoding of the value of a query parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As text.
    Plain,
    /// `0` or `1`.
    Flag,
    /// Text as it is, anything else as JSON.
    Json,
}

/// The response of an operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Response {
    /// Whether something exists: the response to HEAD.
    Exists,
    /// The `data` of the envelope; [`TypeRef::Unit`] without one.
    Data(TypeRef),
    /// A page of a list, by its number, of items of this type.
    Page(TypeRef),
}

/// An example of a request body.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The name, where there are several.
    pub name: Option<String>,
    /// The body.
    pub value: Value,
}

/// A type: a named schema.
#[derive(Debug, Clone)]
pub struct Type {
    /// The name of the schema, and of the type.
    pub name: String,
    /// The description, in Markdown.
    pub doc: String,
    /// The kind.
    pub kind: TypeKind,
    /// Whether a response or an event can contain it.
    pub in_responses: bool,
    /// Whether a request can contain it.
    pub in_requests: bool,
    /// The features of the resources that use it.
    pub features: BTreeSet<String>,
    /// The JSON pointer of its schema.
    pub pointer: String,
}

/// The kind of a type.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    /// An object.
    Struct {
        /// The fields, in the order of the description.
        fields: Vec<Field>,
        /// Whether unknown fields are preserved.
        open: bool,
    },
    /// A text with known values; others are preserved.
    Enum(Vec<EnumValue>),
    /// An object whose `content` is determined by its `type`.
    Tagged(Vec<Variant>),
    /// One of several forms: the first that matches.
    Untagged {
        /// The forms.
        variants: Vec<Variant>,
        /// Whether values of other forms are preserved.
        open: bool,
    },
    /// Another name of a type, which is written out where it is used.
    Alias(TypeRef),
}

/// A field of a struct.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The name in Rust.
    pub ident: String,
    /// The name on the wire.
    pub name: String,
    /// The description, in Markdown.
    pub doc: String,
    /// The type of its value.
    pub ty: TypeRef,
    /// Whether it can be absent.
    pub optional: bool,
    /// Whether it can be null.
    pub nullable: bool,
    /// Whether it is a tagged union whose `type` and `content` are fields of this object.
    pub flatten: bool,
    /// The JSON pointer of its schema.
    pub pointer: String,
}

/// A known value of an enum.
#[derive(Debug, Clone, PartialEq)]
pub struct EnumValue {
    /// The name of the variant.
    pub ident: String,
    /// The value on the wire.
    pub value: String,
}

/// A form of a union.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// The name of the variant.
    pub ident: String,
    /// The value of `type`, in a tagged union.
    pub tag: Option<String>,
    /// The description, in Markdown.
    pub doc: String,
    /// The type of its content.
    pub ty: TypeRef,
    /// The JSON pointer of its schema.
    pub pointer: String,
}

/// An event of the socket and of webhooks.
#[derive(Debug, Clone)]
pub struct Event {
    /// The name on the wire, such as `message:send`.
    pub name: String,
    /// The name of the variant.
    pub ident: String,
    /// The summary and the description, in Markdown.
    pub doc: Doc,
    /// Tiers, scopes and the page of the reference.
    pub access: Access,
    /// The type of its data.
    pub payload: TypeRef,
    /// The JSON pointer of the event.
    pub pointer: String,
}

/// A use of a type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TypeRef {
    /// `()`: no value.
    Unit,
    /// `bool`
    Bool,
    /// `i32`
    I32,
    /// `i64`
    I64,
    /// `u32`
    U32,
    /// `u64`
    U64,
    /// `f64`
    F64,
    /// `String`
    String,
    /// `Value`: any JSON.
    Value,
    /// `Vec<_>`
    List(Box<TypeRef>),
    /// `BTreeMap<String, _>`, or `Map<String, Value>` of any JSON.
    Map(Box<TypeRef>),
    /// `Option<_>`: an item of a list or a map that may be null.
    Optional(Box<TypeRef>),
    /// `Box<_>`: a type that contains itself.
    Boxed(Box<TypeRef>),
    /// A named type.
    Named(String),
}

/// The cargo feature of the resource at a path, such as `website-conversation`.
pub(crate) fn feature(path: &str) -> String {
    path.replace(['/', '_'], "-")
}

impl Resource {
    /// The cargo feature of the resource, such as `website-conversation`.
    pub fn feature(&self) -> String {
        feature(&self.path)
    }
}

impl Api {
    /// The operations, in the order of the files.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.resources
            .iter()
            .flat_map(|resource| &resource.operations)
    }

    /// Calls a function with each use of a type: in other types, operations and events.
    pub(crate) fn for_each_use(&mut self, call: &mut impl FnMut(&mut TypeRef)) {
        for ty in self.types.values_mut() {
            ty.for_each_use(call);
        }
        for operation in self.resources.iter_mut().flat_map(|r| &mut r.operations) {
            if let Response::Data(ty) | Response::Page(ty) = &mut operation.response {
                call(ty);
            }
            operation
                .arguments
                .iter_mut()
                .for_each(|argument| call(&mut argument.ty));
        }
        self.events
            .iter_mut()
            .for_each(|event| call(&mut event.payload));
    }
}

impl Type {
    /// Calls a function with each use of another type.
    pub(crate) fn for_each_use(&mut self, call: &mut impl FnMut(&mut TypeRef)) {
        match &mut self.kind {
            TypeKind::Struct { fields, .. } => {
                fields.iter_mut().for_each(|field| call(&mut field.ty));
            }
            TypeKind::Tagged(variants) | TypeKind::Untagged { variants, .. } => {
                variants
                    .iter_mut()
                    .for_each(|variant| call(&mut variant.ty));
            }
            TypeKind::Alias(ty) => call(ty),
            TypeKind::Enum(_) => {}
        }
    }
}

impl TypeRef {
    /// The named type that is this one, or in it.
    pub fn named(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::List(inner) | Self::Map(inner) | Self::Optional(inner) | Self::Boxed(inner) => {
                inner.named()
            }
            _ => None,
        }
    }

    /// The type that this one is, or that is in it.
    pub(crate) fn innermost_mut(&mut self) -> &mut Self {
        match self {
            Self::List(inner) | Self::Map(inner) | Self::Optional(inner) | Self::Boxed(inner) => {
                inner.innermost_mut()
            }
            innermost => innermost,
        }
    }

    /// Whether it is a text, a number or a boolean.
    pub fn is_scalar(&self) -> bool {
        matches!(
            self,
            Self::String | Self::Bool | Self::I32 | Self::I64 | Self::U32 | Self::U64 | Self::F64
        )
    }
}
