//! Webhooks that a mock delivers.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::response::Redirect;
use axum::routing::any;
use crisp_api::webhooks::Verifier;
use crisp_api::{Event, EventName};

use super::*;

type Deliveries = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// Starts a receiver that rejects the first deliveries, and returns its URL and all deliveries.
async fn receiver(rejected: usize) -> (String, Deliveries) {
    let got = Deliveries::default();
    let log = Arc::clone(&got);
    let app = axum::Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
        let mut log = log.lock().unwrap();
        log.push((headers, body));
        if log.len() > rejected {
            StatusCode::NO_CONTENT
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        }
    });
    (format!("{}hooks?key=1", serve(app).await), got)
}

/// Serves an app on a free port, and returns its URL.
async fn serve(app: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    address
}

#[tokio::test]
async fn a_delivery_has_the_headers_and_the_body_of_crisp() {
    let mock = Mock::start().await.unwrap();
    let (url, got) = receiver(0).await;
    let data = mock::example_event("message:send").unwrap();
    let delivered = mock.deliver(&url, "secret", EventName::MessageSend, &data);
    assert_eq!(delivered.await.unwrap(), StatusCode::NO_CONTENT);

    let got = got.lock().unwrap();
    let [(headers, body)] = &got[..] else {
        panic!("one delivery, not {got:?}");
    };
    let header = |name: &str| headers[name].to_str().unwrap();
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(
        header("x-crisp-hook-origin"),
        "plugin/rtm 38b411d9377a6a00 production"
    );
    assert_eq!(header("x-delivery-attempt-count"), "1");
    assert_eq!(header("x-delivery-attempt-limit"), "3");
    let timestamp = header("x-crisp-request-timestamp");
    let body = serde_json::from_slice::<Value>(body).unwrap();
    assert_eq!(
        body,
        json!({
            "website_id": WEBSITE,
            "event": "message:send",
            "data": data,
            "timestamp": timestamp.parse::<u64>().unwrap(),
        })
    );
    let signature = header("x-crisp-signature");
    assert!(signature.len() == 64 && signature.chars().all(|c| c.is_ascii_hexdigit()));
}

#[tokio::test]
async fn a_rejected_delivery_is_repeated() {
    let mock = Mock::start().await.unwrap();
    for (rejected, status, attempts) in [(2, 204, 3), (3, 503, 3), (1, 204, 2)] {
        let (url, got) = receiver(rejected).await;
        let delivered = mock.deliver(&url, "secret", "unknown:event", json!({}));
        assert_eq!(delivered.await.unwrap(), status);
        let got = got.lock().unwrap();
        let counts = got
            .iter()
            .map(|(headers, _)| headers["x-delivery-attempt-count"].clone());
        let expected = (1..=attempts).map(|count| count.to_string());
        assert!(counts.eq(expected), "{got:?}");
        assert!(got.iter().all(|(_, body)| *body == got[0].1));
    }
}

#[tokio::test]
async fn the_examples_of_all_events_are_verified_by_this_crate() {
    let mock = Mock::start().await.unwrap();
    let got = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&got);
    let receive = async move |headers: HeaderMap, body: Bytes| match Verifier::new("secret")
        .verify(&headers, &body)
    {
        Ok(delivery) => {
            log.lock().unwrap().push(delivery.event);
            StatusCode::NO_CONTENT
        }
        Err(_) => StatusCode::BAD_REQUEST,
    };
    let url = serve(axum::Router::new().fallback(receive)).await;
    for name in EventName::all() {
        let data = mock::example_event(name.as_str()).unwrap();
        let status = mock.deliver(&url, "secret", name.clone(), &data).await;
        assert_eq!(status.unwrap(), StatusCode::NO_CONTENT, "{name}");
    }
    let names = got
        .lock()
        .unwrap()
        .iter()
        .map(Event::name)
        .collect::<Vec<_>>();
    assert_eq!(names, EventName::all().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let mock = Mock::start().await.unwrap();
    let elsewhere = axum::Router::new()
        .route("/hook", any(async || Redirect::to("/login")))
        .route("/login", any(async || "Login"));
    let url = format!("{}hook", serve(elsewhere).await);
    let status = mock.deliver(&url, "secret", "a", json!({})).await.unwrap();
    assert_eq!(status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_connection_error_does_not_contain_the_url() {
    let mock = Mock::start().await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/?key=s3cret", listener.local_addr().unwrap());
    drop(listener);
    let error = mock.deliver(&url, "secret", "a", Value::Null).await;
    let error = error.unwrap_err();
    assert!(
        error.is_connect() && !format!("{error:?}").contains("s3cret"),
        "{error:?}"
    );
}
