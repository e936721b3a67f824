//! Whatever a server sends over the realtime socket, reading it makes no client panic.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| crisp_api::rtm::fuzz_frame(text));
