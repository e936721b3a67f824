//! No delivery makes the receiver panic, and no unsigned one is accepted. An event that is decoded, serialized and
//! decoded again is the same.
//!
//! The samples of the tests are good seeds, one per file:
//!
//! ```text
//! mkdir -p corpus/hooks && cat ../tests/events/*.jsonl | split -l 1 -a 3 - corpus/hooks/sample-
//! RUSTC_BOOTSTRAP=1 cargo fuzz run hooks -- -max_total_time=600
//! ```

#![no_main]

use std::time::Duration;

use crisp_api::webhooks::{
    SIGNATURE_HEADER, TIMESTAMP_HEADER, UrlKeyVerifier, Verifier, VerifyError, sign,
};
use crisp_api::{Error, Event, HeaderMap};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use serde_json::value::to_raw_value;

const SECRET: &str = "f7f9bb4a3f2d9f6c5b0a";
const NOW: u64 = 1_763_812_801_234;

fuzz_target!(|data: &[u8]| {
    // Accepts the fixed timestamp.
    let verifier = Verifier::new(SECRET).tolerance(Duration::MAX);

    // Unverified input, one part per line: two headers, a query, a body.
    let mut parts = data.splitn(4, |byte| *byte == b'\n');
    let mut part = || parts.next().unwrap_or_default();
    let (timestamp, signature, query, rest) = (part(), part(), part(), part());
    let mut headers = HeaderMap::new();
    for (name, text) in [(TIMESTAMP_HEADER, timestamp), (SIGNATURE_HEADER, signature)] {
        if let Ok(value) = text.try_into() {
            headers.insert(name, value);
        }
    }
    assert!(verifier.verify(&headers, rest).is_err());
    let query = String::from_utf8_lossy(query);
    let _ = UrlKeyVerifier::new(SECRET).verify(&query, &headers, rest);

    // The same input as a signed body.
    signed(&verifier, data);

    // The samples have only the event and its data.
    if let Some(rest) = data.strip_prefix(b"{") {
        let envelope = br#"{"website_id":"8c842203-7ed8-4e29-a608-7cf78a7d2fcc","timestamp":1,"#;
        signed(&verifier, &[envelope, rest].concat());
    }
});

fn signed(verifier: &Verifier, body: &[u8]) {
    let mut headers = HeaderMap::new();
    headers.insert(TIMESTAMP_HEADER, NOW.into());
    if let Ok(signature) = sign(SECRET, NOW, body).parse() {
        headers.insert(SIGNATURE_HEADER, signature);
    }
    match verifier.verify(&headers, body) {
        Ok(delivery) => {
            let serialized = to_raw_value(&delivery.event).expect("an event is JSON");
            if let Event::Unknown { data, .. } | Event::Invalid { data, .. } = &delivery.event {
                // Preserved as received, if a `Value` can represent it.
                if let Ok(body) = serde_json::from_slice::<Value>(body) {
                    assert_eq!(*data, body["data"]);
                }
            } else {
                let name = delivery.event.name();
                assert_eq!(Event::parse(name.as_str(), &serialized), delivery.event);
            }
        }
        Err(Error::Webhook(VerifyError::InvalidJson { .. } | VerifyError::Decode { .. })) => {}
        Err(other) => panic!("{other:?}"),
    }
}
