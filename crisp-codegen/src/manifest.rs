//! The cargo features of the resources, in the manifest of `crisp-api`.

use crate::api::Api;

const BEGIN: &str = "# One feature a resource, written by `cargo xtask regen`.\n";
const END: &str = "# End of what `cargo xtask regen` writes.\n";

/// A manifest that has no place for the features.
#[derive(Debug, thiserror::Error)]
#[error(
    "crisp-api/Cargo.toml has lost the lines between which features are written; put back, below `[features]`:\n{BEGIN}{END}"
)]
pub struct ManifestError;

/// The manifest with one feature a resource, and `full` for all of them. Operations need the
/// feature `client`.
///
/// # Errors
///
/// When the lines between which the features stand are missing.
pub fn manifest(old: &str, api: &Api) -> Result<String, ManifestError> {
    let (head, rest) = old.split_once(BEGIN).ok_or(ManifestError)?;
    let (_, tail) = rest.split_once(END).ok_or(ManifestError)?;
    let mut features: Vec<String> = api
        .resources
        .iter()
        .filter(|r| !r.operations.is_empty())
        .map(|r| r.feature())
        .collect();
    features.sort();
    let mut written = String::from("full = [\n");
    for feature in &features {
        written.push_str(&format!("    {feature:?},\n"));
    }
    written.push_str("]\n");
    for feature in &features {
        written.push_str(&format!("{feature} = [\"client\"]\n"));
    }
    Ok(format!("{head}{BEGIN}{written}{END}{tail}"))
}
