//! Whatever is delivered, no Web Hook makes the receiver panic, and what is not signed is not taken.

#![no_main]

use crisp_api::webhooks::{Fault, Hooks, KeyedHooks, SIGNATURE, TIMESTAMP, sign};
use crisp_api::{Error, Event, HeaderMap};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const SECRET: &str = "f7f9bb4a3f2d9f6c5b0a";
const NOW: u64 = 1_763_812_801_234;

fuzz_target!(|data: &[u8]| {
    let hooks = Hooks::new(SECRET);

    // As it comes from a stranger: two headers, an address, a body, a line each.
    let mut parts = data.splitn(4, |byte| *byte == b'\n');
    let mut part = || parts.next().unwrap_or_default();
    let (timestamp, signature, query, rest) = (part(), part(), part(), part());
    let mut headers = HeaderMap::new();
    for (name, text) in [(TIMESTAMP, timestamp), (SIGNATURE, signature)] {
        if let Ok(value) = text.try_into() {
            headers.insert(name, value);
        }
    }
    assert!(hooks.verify(&headers, rest).is_err());
    let query = String::from_utf8_lossy(query);
    let _ = KeyedHooks::new(SECRET).verify(&query, &headers, rest);

    // As it comes from Crisp.
    let mut headers = HeaderMap::new();
    headers.insert(TIMESTAMP, NOW.into());
    if let Ok(signature) = sign(SECRET, NOW, data).parse() {
        headers.insert(SIGNATURE, signature);
    }
    match hooks.verify(&headers, data) {
        Ok(delivery) => {
            let written = serde_json::to_value(&delivery.event).expect("an event is JSON");
            if let Event::Unknown { .. } | Event::Invalid { .. } = delivery.event {
                // It is kept as it came, where a `Value` can hold it.
                if let Ok(body) = serde_json::from_slice::<Value>(data) {
                    assert_eq!(written, body["data"]);
                }
            }
        }
        Err(Error::Hook {
            fault: Fault::NotJson { .. } | Fault::Form { .. },
            ..
        }) => {}
        Err(other) => panic!("{other:?}"),
    }
});
