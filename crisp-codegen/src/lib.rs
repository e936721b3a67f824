//! Turns the OpenAPI description of Crisp into the `crisp-api` crate.
//!
//! One pipeline: [`source`] reads the files, [`bundle`] joins them, [`lint`] holds them to the rules, [`model`] reads
//! what Rust needs to know, [`lower`] narrows the document to what progenitor digests, [`rewrite`] turns its tokens
//! into the API that users see, [`emit`] writes the files.

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

/// Why nothing was generated.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The lowered spec is not what progenitor takes.
    #[error("the lowered spec is not OpenAPI: {0}")]
    Lowered(#[from] serde_json::Error),
    /// Progenitor gave up.
    #[error("progenitor: {0}")]
    Progenitor(#[from] progenitor::Error),
    /// Progenitor's output is not as expected.
    #[error(transparent)]
    Rewrite(#[from] rewrite::RewriteError),
    /// The manifest of `crisp-api` has no place for the features.
    #[error(transparent)]
    Manifest(#[from] manifest::ManifestError),
}

/// Every generated file of the `crisp-api` package, from a bundle that has passed the lint and the manifest as it is.
///
/// # Errors
///
/// What progenitor, or the code that rewrites its output, can't digest.
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
