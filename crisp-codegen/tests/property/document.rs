//! Random descriptions of the language that the lint accepts.

use std::ops::RangeInclusive;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;

/// Names of properties, parameters and fields: keywords, other cases, characters that Rust does not have, and names
/// that generated code uses. No two give the same identifier.
const NAMES: &[&str] = &[
    "type",
    "userId",
    "user-name",
    "a.b",
    "$ref",
    "match",
    "from",
    "Name",
    "map",
    "key",
    "value",
    "_hidden",
    "x1",
    "async",
    "dyn",
    "body",
    "crisp",
    "default",
    "into",
    "list[]",
    "URL",
    "string",
    "Option",
    "request",
    "result",
    "error",
    "fmt",
    "visitor",
    "deserializer",
    "serializer",
    "fields",
    "content",
    "tagged",
    "text",
    "self-id",
    "method",
    "crate-id",
    "eq",
];

/// Values of enums and tags, with the same variety. No two give the same variant.
const VALUES: &[&str] = &[
    "type",
    "un-resolved",
    "a b",
    "UPPER",
    "x/y",
    "none",
    "ok",
    "some",
    "err",
    "value",
    "v1.2",
    "c++",
    "true",
    "text",
    "unlisted",
    "result",
    "error",
    "default",
    "clone",
    "output",
    "item",
    "as-str",
    "values",
    "option",
    "string",
    "vec",
    "box",
];

/// Values that only an enum can have: a tagged union has no other names for them.
const ENUM_VALUES: &[&str] = &["unknown", "2fa", "200"];

/// A document: schemas, each of which is the body and the data of an operation, and more operations.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) schemas: Vec<Schema>,
    pub(crate) operations: Vec<Operation>,
}

/// A named schema. It refers only to schemas before it.
#[derive(Debug, Clone)]
pub(crate) enum Schema {
    Object {
        fields: Vec<Field>,
        open: bool,
    },
    Enum(Vec<String>),
    Tagged(Vec<(String, Kind)>),
    /// An object that shares its JSON with a tagged union.
    Shared(Vec<Field>, Vec<(String, Kind)>),
    Untagged,
    Alias(Kind),
}

#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    pub(crate) nullable: bool,
}

/// The kind of a value.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Text(Option<&'static str>),
    Integer(Option<&'static str>, Option<i64>),
    Number,
    Flag,
    Any,
    /// A union of scalars.
    Scalars,
    List(Box<Kind>),
    Map(Box<Kind>),
    /// One of the schemas before, if there is any.
    Reference(usize),
}

#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) service: &'static str,
    pub(crate) path: Vec<String>,
    pub(crate) query: Vec<(String, Query, bool)>,
    pub(crate) body: Vec<Field>,
    pub(crate) paged: bool,
    pub(crate) data: Option<Kind>,
}

#[derive(Debug, Clone)]
pub(crate) enum Query {
    Text,
    Integer,
    /// `0` or `1`.
    Flag,
    /// A list as JSON.
    List,
}

pub(crate) const SERVICES: [&str; 2] = ["website", "gadget"];

pub(crate) fn document() -> impl Strategy<Value = Document> {
    (vec(schema(), 1..6), vec(operation(), 1..5)).prop_map(|(schemas, operations)| Document {
        schemas,
        operations,
    })
}

fn schema() -> impl Strategy<Value = Schema> {
    prop_oneof![
        3 => (fields(1..=6), any::<bool>()).prop_map(|(fields, open)| Schema::Object { fields, open }),
        2 => values(&[VALUES, ENUM_VALUES].concat(), 1..=6).prop_map(Schema::Enum),
        1 => tags().prop_map(Schema::Tagged),
        // `type` and `content` are those of the union.
        1 => (fields(1..=4), tags()).prop_map(|(mut fields, tags)| {
            fields.retain(|field| field.name != "type" && field.name != "content");
            match fields.is_empty() {
                true => Schema::Tagged(tags),
                false => Schema::Shared(fields, tags),
            }
        }),
        1 => Just(Schema::Untagged),
        1 => kind().prop_map(Schema::Alias),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    let path = values(&["id", "Locale", "session-id", "move"], 0..=2);
    let query =
        (values(NAMES, 0..=4), vec((query(), any::<bool>()), 4)).prop_map(|(names, kinds)| {
            let named = names.into_iter().zip(kinds);
            named
                .map(|(name, (query, required))| (name, query, required))
                .collect::<Vec<_>>()
        });
    let data = proptest::option::of(kind());
    (
        0..SERVICES.len(),
        path,
        query,
        fields(0..=5),
        any::<bool>(),
        data,
    )
        .prop_map(|(service, path, mut query, mut body, paged, data)| {
            // A page is read with GET, which has no body.
            if paged {
                body.clear();
            }
            query.retain(|(name, ..)| body.is_empty() || name != "body");
            Operation {
                service: SERVICES[service],
                path,
                query,
                body,
                paged,
                data,
            }
        })
}

fn query() -> impl Strategy<Value = Query> {
    prop_oneof![
        Just(Query::Text),
        Just(Query::Integer),
        Just(Query::Flag),
        Just(Query::List)
    ]
}

fn fields(count: RangeInclusive<usize>) -> impl Strategy<Value = Vec<Field>> {
    let most = *count.end();
    let kinds = vec((kind(), any::<bool>(), any::<bool>()), most);
    (values(NAMES, count), kinds).prop_map(|(names, kinds)| {
        let named = names.into_iter().zip(kinds);
        let field = |(name, (kind, required, nullable))| Field {
            name,
            kind,
            required,
            nullable,
        };
        named.map(field).collect()
    })
}

fn tags() -> impl Strategy<Value = Vec<(String, Kind)>> {
    (values(VALUES, 2..=4), vec(kind(), 4))
        .prop_map(|(tags, kinds)| tags.into_iter().zip(kinds).collect())
}

fn values(
    from: &[&str],
    count: RangeInclusive<usize>,
) -> impl Strategy<Value = Vec<String>> + use<> {
    let from: Vec<_> = from.iter().map(|&text| text.to_owned()).collect();
    subsequence(from, count).prop_shuffle()
}

fn kind() -> impl Strategy<Value = Kind> {
    let leaf = prop_oneof![
        Just(Kind::Text(None)),
        Just(Kind::Text(Some("date-time"))),
        Just(Kind::Text(Some("uuid"))),
        Just(Kind::Integer(None, None)),
        Just(Kind::Integer(Some("int32"), Some(0))),
        Just(Kind::Integer(Some("int64"), Some(-5))),
        Just(Kind::Number),
        Just(Kind::Flag),
        Just(Kind::Any),
        Just(Kind::Scalars),
        any::<usize>().prop_map(Kind::Reference),
    ];
    leaf.prop_recursive(2, 4, 1, |inner| {
        prop_oneof![
            inner.clone().prop_map(|kind| Kind::List(Box::new(kind))),
            inner.prop_map(|kind| Kind::Map(Box::new(kind))),
        ]
    })
}
