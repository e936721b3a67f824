//! The cost of verifying and decoding a webhook delivery.
//!
//! ```text
//! cargo bench -p crisp-api --features webhooks --bench hooks
//! ```
//!
//! Compare figures of the same run only: they depend on the machine.

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark may stop at an unexpected value"
)]

mod common;

use common::{bare, delivery};
use crisp_api::Event;
use crisp_api::webhooks::sign;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use serde_json::Value;
use serde_json::value::RawValue;

fn main() {
    // One call is too short to measure.
    divan::Divan::default()
        .sample_size(100)
        .sample_count(500)
        .config_with_args()
        .main();
}

/// A complete delivery.
mod verify_and_decode {
    use super::{Bencher, BytesCount, ItemsCount, Value, bare, delivery, sign};

    #[divan::bench]
    fn crisp_api(bencher: Bencher) {
        let body = delivery::body();
        let headers = delivery::headers(&body);
        let verifier = delivery::verifier();
        bencher
            .counter(ItemsCount::new(1_usize))
            .bench(|| verifier.verify(&headers, body.as_bytes()).unwrap());
    }

    #[divan::bench]
    fn bare(bencher: Bencher) {
        let body = delivery::body();
        let headers = delivery::headers(&body);
        bencher
            .counter(ItemsCount::new(1_usize))
            .bench(|| bare::verify(delivery::SECRET, &headers, body.as_bytes()));
    }

    #[divan::bench]
    fn value(bencher: Bencher) {
        let body = delivery::body();
        let headers = delivery::headers(&body);
        let verifier = delivery::verifier();
        bencher.counter(ItemsCount::new(1_usize)).bench(|| {
            verifier
                .verify_widget::<Value>(&headers, body.as_bytes())
                .unwrap()
        });
    }

    #[divan::bench]
    fn sign_alone(bencher: Bencher) {
        let body = delivery::body();
        bencher
            .counter(BytesCount::of_str(&body))
            .bench(|| sign(delivery::SECRET, delivery::NOW, body.as_bytes()));
    }
}

/// The payload of a message event.
mod message {
    use super::{Bencher, BytesCount, Event, RawValue, Value, bare, delivery::DATA};

    #[divan::bench]
    fn crisp_api(bencher: Bencher) {
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
    fn bare(bencher: Bencher) {
        bencher
            .counter(BytesCount::of_str(DATA))
            .bench(|| serde_json::from_str::<bare::MessageEvent>(DATA).unwrap());
    }
}
