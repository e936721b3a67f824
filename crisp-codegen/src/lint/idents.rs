//! Names in Rust, as derived from names in the description.

use heck::{ToSnakeCase, ToUpperCamelCase};

/// The names that no generated type can have: those of the prelude, and those that generated files import or define.
/// A test compares the list with the imports of the generated files.
const RESERVED_TYPES: &[&str] = &[
    // The prelude: a glob import of the types would hide it.
    "AsMut",
    "AsRef",
    "AsyncFn",
    "AsyncFnMut",
    "AsyncFnOnce",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Hash",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
    // Imports and definitions of generated files.
    "BTreeMap",
    "Deserialize",
    "Event",
    "EventName",
    "Extra",
    "Map",
    "Method",
    "Nullable",
    "PagedRequest",
    "RawValue",
    "Request",
    "Schema",
    "SchemaGenerator",
    "Serialize",
    "Value",
];

/// The methods of request types, which a setter would hide.
pub(super) const REQUEST_METHODS: &[&str] =
    &["clone", "into_future", "response", "scopes", "stream"];

/// The methods of `Crisp`, which the method of a service would collide with.
pub(super) const CLIENT_METHODS: &[&str] = &[
    "builder",
    "clone",
    "message_history",
    "redact",
    "request",
    "rtm",
    "shown",
];

/// The functions of generated structs, which a setter would collide with.
pub(super) const STRUCT_FUNCTIONS: &[&str] = &["clone", "new"];

/// The field of a struct that holds unknown fields.
pub(super) const UNKNOWN_FIELDS: &str = "extra";

/// The variant of an enum of strings, or of a tagged union, that holds unknown values.
pub(super) const UNKNOWN_VARIANT: &str = "Unknown";

/// The variant of an untagged union that holds values of an unknown form.
pub(super) const OTHER_VARIANT: &str = "Other";

/// Returns the identifier of a property, parameter or argument, or `None` if the name gives none.
pub(super) fn field(name: &str) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:$@[]".contains(&byte);
    let snake = name.to_snake_case();
    // Any keyword but these can be written as a raw identifier.
    let is_raw = !matches!(snake.as_str(), "self" | "super" | "crate");
    (name.bytes().all(is_plain) && starts_with_letter(&snake) && is_raw).then_some(snake)
}

/// Returns the variant of an enum value, or `None` if the value gives none.
///
/// Two values with the same variant collide. A leading digit needs a prefix, which is a letter in some naming schemes.
pub(super) fn variant(value: &str) -> Option<String> {
    let is_plain = |byte: u8| byte == b' ' || byte.is_ascii_graphic() && !b"'\"`\\".contains(&byte);
    let camel = value.to_upper_camel_case();
    if !value.bytes().all(is_plain) || camel.is_empty() || camel == "Self" {
        return None;
    }
    Some(match camel.as_str() {
        UNKNOWN_VARIANT => "UnknownValue".to_owned(),
        _ if starts_with_letter(&camel) => camel,
        _ => format!("X{camel}"),
    })
}

/// Returns whether a text is the name of a module, method or service without conversion: snake case, and no keyword.
pub(super) fn is_snake(name: &str) -> bool {
    name.is_ascii() && starts_with_letter(name) && name.to_snake_case() == name && is_ident(name)
}

/// Returns whether a text is the name of a type without conversion: words with a capital each.
pub(super) fn is_camel(name: &str) -> bool {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_plain && starts_with_letter(name) && name.to_upper_camel_case() == name
}

/// Returns whether no generated type can have the name.
pub(super) fn is_reserved_type(name: &str) -> bool {
    RESERVED_TYPES.contains(&name)
}

/// Returns whether a text is an identifier and no keyword.
fn is_ident(text: &str) -> bool {
    syn::parse_str::<syn::Ident>(text).is_ok()
}

fn starts_with_letter(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
}
