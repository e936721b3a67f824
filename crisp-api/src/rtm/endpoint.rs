//! The address of the realtime socket: requested from Crisp, and checked before the key goes there.

use reqwest::{Method, Url};
use serde::Deserialize;

use super::{Settings, socket_error};
use crate::client::Tier;
use crate::error::Error;
use crate::rest::Request;

/// The domain of Crisp's relays.
const CRISP_DOMAIN: &str = "crisp.chat";

/// Requests the address of the socket. It may differ from one connection to the next.
pub(super) async fn request_endpoint(settings: &Settings) -> Result<Url, Error> {
    #[derive(Deserialize)]
    struct Endpoints {
        socket: Addresses,
    }

    #[derive(Deserialize)]
    struct Addresses {
        app: String,
    }

    let (operation, path) = match settings.credentials()?.tier {
        Tier::Plugin => ("plugin.get_connect_endpoints", "/plugin/connect/endpoints"),
        Tier::Website => (
            "website.get_own_connect_endpoints",
            "/website/connect/endpoints",
        ),
        Tier::User => ("user.get_connect_endpoints", "/user/connect/endpoints"),
    };
    let crisp = &settings.crisp;
    let endpoints: Endpoints = Request::new(crisp, Method::GET, operation, path, &[]).await?;
    socket_url(
        &endpoints.socket.app,
        &crisp.inner.base_url,
        &settings.allowed_hosts,
    )
    .map_err(|reason| socket_error(format!("the endpoint from {operation} {reason}")))
}

/// Returns the URL to open for the endpoint `address`, or why the key must not be sent there.
pub(super) fn socket_url(
    address: &str,
    base_url: &str,
    allowed_hosts: &[String],
) -> Result<Url, String> {
    let mut url = Url::parse(address).map_err(|_| "is not a URL")?;
    let base_url = Url::parse(base_url).map_err(|_| "cannot be compared with the base URL")?;
    let scheme = match url.scheme() {
        "https" | "wss" => "https",
        "http" | "ws" if base_url.scheme() == "https" => {
            return Err("is not TLS: the key would be sent unencrypted".into());
        }
        "http" | "ws" => "http",
        _ => return Err("is neither https:// nor wss://".into()),
    };
    url.set_scheme(scheme).map_err(|()| "is not a URL")?;
    let host = url.host_str().ok_or("has no host")?;
    let is_crisp = host
        .strip_suffix(CRISP_DOMAIN)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if !is_crisp
        && base_url.host_str() != Some(host)
        && !allowed_hosts.iter().any(|allowed| allowed == host)
    {
        let host: String = host.chars().take(100).collect();
        return Err(format!(
            "has the host {host}, which is neither {CRISP_DOMAIN} nor the host of the base URL: \
             call Rtm::allow_host(\"{host}\") if the key may be sent there"
        ));
    }
    // The HTTP client would send them as a header.
    if !url.username().is_empty() || url.password().is_some() {
        return Err("contains credentials".into());
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    url.set_fragment(None);
    url.set_query(Some("EIO=4&transport=websocket"));
    Ok(url)
}
