//! Web Hooks, delivered to whatever is under test.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::webhooks::{
    ATTEMPT_HEADER, ATTEMPT_LIMIT_HEADER, ORIGIN_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign,
};

/// How often a delivery is tried that is not taken.
const ATTEMPTS: usize = 3;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// On whose behalf it is delivered: a plugin, its token, and where that is used.
const BEHALF: &str = "plugin/rtm 38b411d9377a6a00 production";

/// Posts an event as a Web Hook of a plugin, until it is taken; gives the last answer.
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
        let request = http()?
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(TIMESTAMP_HEADER, timestamp)
            .header(SIGNATURE_HEADER, &signature)
            .header(ORIGIN_HEADER, BEHALF)
            .header(ATTEMPT_HEADER, attempt)
            .header(ATTEMPT_LIMIT_HEADER, ATTEMPTS)
            .body(body.clone());
        // The URL may hold a key.
        let answer = request.send().await.map_err(reqwest::Error::without_url)?;
        status = answer.status();
        if status.is_success() {
            break;
        }
    }
    Ok(status)
}

/// Shared, as setting one up takes long. It keeps no connection, as each test has a runtime of its own.
fn http() -> Result<&'static Client, reqwest::Error> {
    static HTTP: OnceLock<Client> = OnceLock::new();
    if let Some(client) = HTTP.get() {
        return Ok(client);
    }
    let client = Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(0)
        .redirect(Policy::none())
        .timeout(PATIENCE)
        .build()?;
    Ok(HTTP.get_or_init(|| client))
}
