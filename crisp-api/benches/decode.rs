//! The cost of decoding the types of this crate, next to derived structs and `serde_json::Value`.
//!
//! ```text
//! cargo bench -p crisp-api --bench decode
//! ```

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark may stop at an unexpected value"
)]

mod common;

use common::{AnyValue, Bare, CrispApi, Types, payload};
use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher};
use serde::de::DeserializeOwned;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::Divan::default()
        .sample_count(1000)
        .config_with_args()
        .main();
}

#[divan::bench(types = [CrispApi, Bare, AnyValue])]
fn conversations<T: Types>(bencher: Bencher) {
    decode::<T::Conversation>(bencher, &payload::json(&payload::conversations(50)));
}

#[divan::bench(types = [CrispApi, Bare, AnyValue])]
fn people<T: Types>(bencher: Bencher) {
    decode::<T::Person>(bencher, &payload::json(&payload::people(50)));
}

#[divan::bench(types = [CrispApi, Bare, AnyValue])]
fn messages<T: Types>(bencher: Bencher) {
    decode::<T::Message>(bencher, &payload::json(&payload::messages(100)));
}

fn decode<T: DeserializeOwned>(bencher: Bencher, body: &str) {
    bencher
        .counter(BytesCount::of_str(body))
        .bench_local(|| serde_json::from_str::<Vec<T>>(body).unwrap());
}
