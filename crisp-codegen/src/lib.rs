//! Turns the OpenAPI description of Crisp into the `crisp-api` crate.
