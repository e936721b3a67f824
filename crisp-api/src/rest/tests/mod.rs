//! Tests of functions that only the generated code calls.

mod paging;
mod path;
mod request;
mod retry;
#[path = "../../../tests/support/mod.rs"]
mod support;
