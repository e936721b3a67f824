//! The cost of verifying and decoding a webhook delivery.
//!
//! ```text
//! cargo bench -p crisp-api --features webhooks --bench hooks
//! ```
//!
//! Compare figures of the same run only: they depend on the machine.

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark may stop at what it does not expect"
)]

use std::time::Duration;

use crisp_api::webhooks::{SIGNATURE_HEADER, TIMESTAMP_HEADER, Verifier, sign};
use crisp_api::{Event, HeaderMap};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

const SECRET: &str = "f7f9bb4a3f2d9f6c5b0a";
const NOW: u64 = 1_763_812_801_234;
const DATA: &str = include_str!("message.json").trim_ascii();

fn main() {
    // One call is too short to measure.
    divan::Divan::default()
        .sample_size(100)
        .sample_count(500)
        .config_with_args()
        .main();
}

/// The struct that a program would define for this message alone.
#[derive(Deserialize)]
#[allow(dead_code, reason = "fields are only decoded")]
struct Bare {
    website_id: String,
    session_id: String,
    inbox_id: Option<String>,
    r#type: String,
    from: String,
    origin: String,
    content: String,
    mentions: Vec<String>,
    stamped: bool,
    fingerprint: i64,
    timestamp: i64,
    user: BareUser,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "fields are only decoded")]
struct BareUser {
    user_id: String,
    nickname: String,
    r#type: String,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "fields are only decoded")]
struct BareBody {
    website_id: String,
    event: String,
    timestamp: i64,
    data: Bare,
}

fn body() -> String {
    format!(
        r#"{{"website_id":"8c842203-7ed8-4e29-a608-7cf78a7d2fcc","event":"message:send","data":{DATA},"timestamp":1763812800001}}"#
    )
}

fn headers(body: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(TIMESTAMP_HEADER, NOW.into());
    let signature = sign(SECRET, NOW, body.as_bytes());
    headers.insert(SIGNATURE_HEADER, signature.parse().unwrap());
    headers
}

/// A verifier that accepts the sample's fixed timestamp.
fn verifier() -> Verifier {
    Verifier::new(SECRET).tolerance(Duration::MAX)
}

/// A complete delivery.
mod delivery {
    use super::{
        BareBody, Bencher, BytesCount, ItemsCount, SECRET, Value, body, headers, sign, verifier,
    };

    #[divan::bench]
    fn verify_and_decode(bencher: Bencher) {
        let body = body();
        let headers = headers(&body);
        let verifier = verifier();
        bencher
            .counter(ItemsCount::new(1_usize))
            .bench(|| verifier.verify(&headers, body.as_bytes()).unwrap());
    }

    #[divan::bench]
    fn verify_and_decode_value(bencher: Bencher) {
        let body = body();
        let headers = headers(&body);
        let verifier = verifier();
        bencher.counter(ItemsCount::new(1_usize)).bench(|| {
            verifier
                .verify_widget::<Value>(&headers, body.as_bytes())
                .unwrap()
        });
    }

    #[divan::bench]
    fn sign_alone(bencher: Bencher) {
        let body = body();
        bencher
            .counter(BytesCount::of_str(&body))
            .bench(|| sign(SECRET, super::NOW, body.as_bytes()));
    }

    #[divan::bench]
    fn decode_bare_struct_alone(bencher: Bencher) {
        let body = body();
        bencher
            .counter(ItemsCount::new(1_usize))
            .bench(|| serde_json::from_slice::<BareBody>(body.as_bytes()).unwrap());
    }
}

/// The payload of a message event.
mod message {
    use super::{Bare, Bencher, BytesCount, DATA, Event, RawValue, Value};

    #[divan::bench]
    fn event(bencher: Bencher) {
        let data = RawValue::from_string(DATA.to_owned()).unwrap();
        let known = matches!(Event::parse("message:send", &data), Event::MessageSend(_));
        assert!(known, "the sample is a known message");
        bencher
            .counter(BytesCount::of_str(DATA))
            .bench(|| Event::parse("message:send", &data));
    }

    #[divan::bench]
    fn value(bencher: Bencher) {
        bencher
            .counter(BytesCount::of_str(DATA))
            .bench(|| serde_json::from_str::<Value>(DATA).unwrap());
    }

    #[divan::bench]
    fn bare_struct(bencher: Bencher) {
        bencher
            .counter(BytesCount::of_str(DATA))
            .bench(|| serde_json::from_str::<Bare>(DATA).unwrap());
    }
}
