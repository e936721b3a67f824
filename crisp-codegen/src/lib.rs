//! Turns the OpenAPI description of Crisp into the `crisp-api` crate.
//!
//! Data goes one way, through one function each: [`source::load`] reads the files, [`bundle::bundle`] joins them,
//! [`lint::lint`] checks the rules. After that nothing reads raw JSON: the document becomes a typed `openapiv3` document,
//! progenitor generates from it, and its output is read into the [`api::Api`], which passes adapt to what users get.
//! The emitters write the files from the model, [`files::write`] puts them on disk, and [`diff::diff`] compares the
//! models of two descriptions.

pub mod api;
pub mod bundle;
pub mod diff;
mod document;
mod emit;
pub mod error;
mod extensions;
pub mod files;
pub mod lint;
pub mod manifest;
mod model;
mod output;
mod passes;
mod progenitor;
mod schemas;
pub mod source;
#[cfg(test)]
mod tests;

use api::Api;
use bundle::Bundle;
use document::Document;
pub use document::DocumentError;
pub use emit::FormatError;
pub use output::OutputError;

/// The error type of [`api()`] and [`generate`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The description is not OpenAPI.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// Progenitor rejected the description.
    #[error("progenitor: {0}")]
    Progenitor(#[from] ::progenitor::Error),
    /// Progenitor's output is not as expected.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The generated code is not Rust.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The manifest of `crisp-api` lacks the lines between which features are written.
    #[error(transparent)]
    Manifest(#[from] manifest::ManifestError),
}

/// Returns the API that a bundle describes. The bundle has passed the lint.
///
/// # Errors
///
/// Returns an error if the bundle is not OpenAPI, or has what progenitor does not support.
pub fn api(bundle: &Bundle) -> Result<Api, Error> {
    model(bundle, &document::document(bundle)?)
}

fn model(bundle: &Bundle, document: &Document) -> Result<Api, Error> {
    let output = output::Output::read(progenitor::tokens(document)?)?;
    Ok(model::model(bundle, document, &output)?)
}

/// Generates every generated file of the `crisp-api` package from a bundle that has passed the lint and the current
/// manifest.
///
/// # Errors
///
/// The errors of [`api()`], and those of a manifest without a place for features.
pub fn generate(bundle: &Bundle, manifest: &str) -> Result<files::Files, Error> {
    let document = document::document(bundle)?;
    let api = model(bundle, &document)?;
    let mut files = emit::emit(&api, &document)?;
    files.insert("src/generated/openapi.json".into(), bundle.to_json());
    files.insert("Cargo.toml".into(), manifest::manifest(manifest, &api)?);
    Ok(files)
}
