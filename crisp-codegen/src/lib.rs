//! Turns the OpenAPI description of Crisp into the `crisp-api` crate.
//!
//! One pipeline: [`source`] reads the files, [`bundle`] joins them, [`lint`] checks the rules, [`model`] extracts the
//! facts that Rust code needs, [`lower`] reduces the document to the subset that progenitor supports, [`rewrite`] turns
//! its tokens into the public API, [`emit`] writes the files.

pub mod bundle;
pub mod diff;
pub mod emit;
pub mod error;
pub mod lint;
pub mod lower;
pub mod manifest;
pub mod model;
pub mod rewrite;
pub mod source;

use bundle::Bundle;

/// The error type of [`generate`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The lowered spec is not valid OpenAPI.
    #[error("the lowered spec is not OpenAPI: {0}")]
    Lowered(#[from] serde_json::Error),
    /// Progenitor rejected the lowered spec.
    #[error("progenitor: {0}")]
    Progenitor(#[from] progenitor::Error),
    /// Progenitor's output is not as expected.
    #[error(transparent)]
    Rewrite(#[from] rewrite::RewriteError),
    /// The manifest of `crisp-api` lacks the lines between which features are written.
    #[error(transparent)]
    Manifest(#[from] manifest::ManifestError),
}

/// Generates every generated file of the `crisp-api` package from a bundle that has passed the lint and the current
/// manifest.
///
/// # Errors
///
/// A spec that progenitor, or the code that rewrites its output, does not support.
pub fn generate(bundle: &Bundle, manifest: &str) -> Result<emit::Files, Error> {
    let model = model::model(bundle);
    let lowered = serde_json::from_value(lower::lower(bundle, &model))?;
    let mut settings = progenitor::GenerationSettings::default();
    settings.with_map_type("::std::collections::BTreeMap");
    let tokens = progenitor::Generator::new(&settings).generate_tokens(&lowered)?;
    let mut files = rewrite::rewrite(&model, tokens)?;
    files.insert("src/generated/openapi.json".into(), bundle.to_json());
    files.insert("Cargo.toml".into(), manifest::manifest(manifest, &model)?);
    Ok(files)
}
