//! Tests of what only the generated code calls.

mod macros;
mod paging;
mod path;
mod request;
#[path = "../../tests/support/mod.rs"]
mod support;
mod value;
