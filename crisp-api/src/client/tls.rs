//! The TLS of the HTTP clients.
//!
//! With rustls, reqwest uses the cryptography provider that the program installed, or else aws-lc if
//! that is compiled in. Without either it panics, so ring must be passed to it.
//!
//! rustls is selected explicitly: reqwest prefers native-tls once any crate of the program enables it.

use reqwest::{Client, ClientBuilder};

use super::HttpSettings;
use crate::error::Error;

/// Creates the builder of an HTTP client, with the settings of the program if it has any.
pub(super) fn client_builder(
    settings: Option<&HttpSettings>,
    http1_only: bool,
) -> Result<ClientBuilder, Error> {
    let builder = match settings {
        Some(settings) => {
            install_provider();
            settings()
        }
        None => default_builder(http1_only)?,
    };
    Ok(if http1_only {
        builder.http1_only()
    } else {
        builder
    })
}

/// Installs ring as the provider of the process, unless the program has installed one.
///
/// The settings of a program can be those of TLS, such as certificates. These work only if reqwest
/// configures rustls, and then it uses the provider of the process.
pub(crate) fn install_provider() {
    #[cfg(all(feature = "rustls-ring", not(feature = "rustls-aws-lc")))]
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // It fails if another thread has just installed one, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

#[cfg(all(feature = "rustls-ring", not(feature = "rustls-aws-lc")))]
/// Configures rustls as reqwest does, without installing a provider: the program may install its own
/// later.
fn default_builder(http1_only: bool) -> Result<ClientBuilder, Error> {
    use rustls::ClientConfig;
    use rustls::crypto::{CryptoProvider, ring};
    use rustls_platform_verifier::BuilderVerifierExt as _;

    let builder = Client::builder().tls_backend_rustls();
    if CryptoProvider::get_default().is_some() {
        return Ok(builder);
    }
    let mut config = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_platform_verifier())
        .map_err(|error| Error::config("build", format!("cannot set up TLS: {error}")))?
        .with_no_client_auth();
    if cfg!(feature = "http2") && !http1_only {
        config.alpn_protocols.push("h2".into());
    }
    config.alpn_protocols.push("http/1.1".into());
    Ok(builder.tls_backend_preconfigured(config))
}

#[cfg(feature = "rustls-aws-lc")]
fn default_builder(_http1_only: bool) -> Result<ClientBuilder, Error> {
    Ok(Client::builder().tls_backend_rustls())
}

#[cfg(not(feature = "__rustls"))]
fn default_builder(_http1_only: bool) -> Result<ClientBuilder, Error> {
    Ok(Client::builder())
}
