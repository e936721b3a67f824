//! Turns the OpenAPI description of Crisp into the `crisp-api` crate.

pub mod bundle;
pub mod error;
pub mod lint;
pub mod source;
