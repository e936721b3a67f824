//! Tests of the types and macros that generated types are made of.

mod macros;
mod value;
