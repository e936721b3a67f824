//! Delivers webhooks.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::webhooks::{
    ATTEMPT_HEADER, ATTEMPT_LIMIT_HEADER, ORIGIN_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign,
};

/// The number of attempts to deliver.
const ATTEMPTS: usize = 3;

/// The time limit of a response.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);

/// The origin of a delivery: the kind of hook, the plugin's identifier, and the environment of its token.
const HOOK_ORIGIN: &str = "plugin/rtm 38b411d9377a6a00 production";

/// Posts an event as a plugin webhook until the response is a success, and returns the last status.
pub(super) async fn deliver(
    url: &str,
    secret: &str,
    name: &str,
    data: &Value,
) -> Result<StatusCode, reqwest::Error> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let timestamp = u64::try_from(now.as_millis()).unwrap_or_default();
    let mut delivery = json!({ "event": name, "data": data, "timestamp": timestamp });
    if let Some(website_id) = data.get("website_id") {
        delivery["website_id"] = website_id.clone();
    }
    let body = delivery.to_string();
    let signature = sign(secret, timestamp, body.as_bytes());
    let mut status = StatusCode::default();
    for attempt in 1..=ATTEMPTS {
        let request = http_client()?
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(TIMESTAMP_HEADER, timestamp)
            .header(SIGNATURE_HEADER, &signature)
            .header(ORIGIN_HEADER, HOOK_ORIGIN)
            .header(ATTEMPT_HEADER, attempt)
            .header(ATTEMPT_LIMIT_HEADER, ATTEMPTS)
            .body(body.clone());
        // The URL may hold a key.
        let response = request.send().await.map_err(reqwest::Error::without_url)?;
        status = response.status();
        if status.is_success() {
            break;
        }
    }
    Ok(status)
}

/// Returns the client, shared as building one is slow. It pools no connections: they would belong to the runtime of
/// one test.
fn http_client() -> Result<&'static Client, reqwest::Error> {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    if let Some(client) = CLIENT.get() {
        return Ok(client);
    }
    crate::client::install_provider();
    let client = Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(0)
        .redirect(Policy::none())
        .timeout(RESPONSE_TIMEOUT)
        .build()?;
    Ok(CLIENT.get_or_init(|| client))
}
