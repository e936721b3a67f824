//! A server that receives the webhooks of a plugin and prints their events.
//!
//! If `CRISP_SIGNING_SECRET` is set (the plugin's signing secret, from the Marketplace), it listens for `POST /webhook`
//! on `LISTEN`, by default 127.0.0.1:8080. Otherwise it signs a sample delivery, sends it to itself, and exits.

use std::env;
use std::error::Error;
use std::time::SystemTime;

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use crisp_api::types::MessageContent;
use crisp_api::webhooks::{self, Delivery, Verifier};
use crisp_api::{Event, StatusCode};
use tokio::net::TcpListener;

const SAMPLE: &str = r#"{
    "website_id": "8c842203-7ed8-4e29-a608-7cf78a7d2fcc",
    "event": "message:send",
    "timestamp": 1763812800000,
    "data": {
        "website_id": "8c842203-7ed8-4e29-a608-7cf78a7d2fcc",
        "session_id": "session_700c65e1-85e2-465a-b9ac-ecb5ec2c9881",
        "type": "text", "from": "user", "origin": "chat", "content": "Where is my order?",
        "fingerprint": 163466085168310, "timestamp": 1763812800000, "user": {"nickname": "Jane Doe"}
    }
}"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(secret) = env::var("CRISP_SIGNING_SECRET") {
        if secret.is_empty() {
            return Err("CRISP_SIGNING_SECRET is empty: no delivery could be verified".into());
        }
        let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
        let listener = TcpListener::bind(&listen).await?;
        println!("Listening on http://{listen}/webhook.");
        axum::serve(listener, router(secret)).await?;
        return Ok(());
    }

    let secret = "a secret for this sample";
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/webhook", listener.local_addr()?);
    println!("No signing secret is set: sending a sample to {url}.");
    let server = axum::serve(listener, router(secret.to_owned()));
    tokio::select! {
        stopped = server => stopped.map_err(Into::into),
        sent = send_sample(&url, secret) => sent,
    }
}

fn router(secret: String) -> Router {
    Router::new()
        .route("/webhook", post(on_delivery))
        .with_state(Verifier::new(secret))
}

async fn on_delivery(delivery: Result<Delivery, crisp_api::Error>) -> Response {
    let delivery = match delivery {
        Ok(delivery) => delivery,
        Err(error) => {
            println!("\nRejected: {error}");
            return error.into_response();
        }
    };
    let event = delivery.event;
    let website_id = event.website_id().or(delivery.website_id.as_deref());
    println!(
        "\n{} in {}",
        event.name(),
        website_id.unwrap_or("no website")
    );
    match event {
        Event::MessageSend(message) => match &message.content {
            MessageContent::Text(text) => println!("- text from the visitor: {text}"),
            other => println!("- a {} message", other.type_name().unwrap_or("unknown")),
        },
        Event::Invalid { reason, .. } => println!("- invalid payload: {reason}"),
        other => println!("- {other:?}"),
    }
    StatusCode::NO_CONTENT.into_response()
}

/// Sends the sample as Crisp would, then again with a wrong signature.
async fn send_sample(url: &str, secret: &str) -> Result<(), Box<dyn Error>> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let now = u64::try_from(now.as_millis())?;
    // reqwest needs one, also for plain HTTP.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let http = crisp_api::reqwest::Client::builder().no_proxy().build()?;
    for secret in [secret, "another secret"] {
        let response = http
            .post(url)
            .header(webhooks::TIMESTAMP_HEADER, now)
            .header(
                webhooks::SIGNATURE_HEADER,
                webhooks::sign(secret, now, SAMPLE.as_bytes()),
            )
            .body(SAMPLE)
            .send()
            .await?;
        let status = response.status();
        println!(
            "\nSigned with {secret:?}: {status} {}",
            response.text().await?
        );
    }
    Ok(())
}
