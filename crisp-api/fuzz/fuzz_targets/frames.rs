//! No frame from the server of the realtime socket makes a client panic.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| crisp_api::rtm::fuzz_frame(text));
