//! Whatever is delivered, no Web Hook makes the receiver panic, and what is not signed is not taken. An event that is
//! read is written so that it is read again as the same.
//!
//! The samples of the tests are good seeds, one a file:
//!
//! ```text
//! mkdir -p corpus/hooks && cat ../tests/events/*.jsonl | split -l 1 -a 3 - corpus/hooks/sample-
//! RUSTC_BOOTSTRAP=1 cargo fuzz run hooks -- -max_total_time=600
//! ```

#![no_main]

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
    let hooks = Verifier::new(SECRET);

    // As it comes from a stranger: two headers, an address, a body, a line each.
    let mut parts = data.splitn(4, |byte| *byte == b'\n');
    let mut part = || parts.next().unwrap_or_default();
    let (timestamp, signature, query, rest) = (part(), part(), part(), part());
    let mut headers = HeaderMap::new();
    for (name, text) in [(TIMESTAMP_HEADER, timestamp), (SIGNATURE_HEADER, signature)] {
        if let Ok(value) = text.try_into() {
            headers.insert(name, value);
        }
    }
    assert!(hooks.verify(&headers, rest).is_err());
    let query = String::from_utf8_lossy(query);
    let _ = UrlKeyVerifier::new(SECRET).verify(&query, &headers, rest);

    // As it comes from Crisp.
    signed(&hooks, data);

    // The samples have an event and what it carries, and no more.
    if let Some(rest) = data.strip_prefix(b"{") {
        let envelope = br#"{"website_id":"8c842203-7ed8-4e29-a608-7cf78a7d2fcc","timestamp":1,"#;
        signed(&hooks, &[envelope, rest].concat());
    }
});

fn signed(hooks: &Verifier, body: &[u8]) {
    let mut headers = HeaderMap::new();
    headers.insert(TIMESTAMP_HEADER, NOW.into());
    if let Ok(signature) = sign(SECRET, NOW, body).parse() {
        headers.insert(SIGNATURE_HEADER, signature);
    }
    match hooks.verify(&headers, body) {
        Ok(delivery) => {
            let written = to_raw_value(&delivery.event).expect("an event is JSON");
            if let Event::Unknown { data, .. } | Event::Invalid { data, .. } = &delivery.event {
                // It is kept as it came, where a `Value` can hold it.
                if let Ok(body) = serde_json::from_slice::<Value>(body) {
                    assert_eq!(*data, body["data"]);
                }
            } else {
                let name = delivery.event.name();
                assert_eq!(Event::read(name.as_str(), &written), delivery.event);
            }
        }
        Err(Error::Webhook(VerifyError::InvalidJson { .. } | VerifyError::Decode { .. })) => {}
        Err(other) => panic!("{other:?}"),
    }
}
