//! The instructions of the benchmarks `call` and `decode`, counted by callgrind.
//!
//! It needs valgrind and a runner of the version of gungraun in `Cargo.lock`:
//!
//! ```text
//! cargo install gungraun-runner --version 0.20.0
//! cargo bench -p crisp-api --bench instructions
//! ```
//!
//! The figure of a call is the sum of [`CALLS`] calls.

#![allow(missing_docs, reason = "gungraun's macros expand to public items")]
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark may stop at an unexpected value"
)]

mod common;

use std::marker::PhantomData;

use common::{AnyValue, Bare, Client, CrispApi, Fixture, Types, payload};
use gungraun::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

const CALLS: u32 = 100;

/// Returns a client that is connected: only the calls after that are counted.
fn connected<C: Client>(body: &str, call: impl AsyncFn(&C) -> u64) -> Fixture<C> {
    let fixture = Fixture::new(body);
    fixture.call(10, call);
    fixture
}

fn one<C: Client>() -> Fixture<C> {
    let body = payload::envelope(&payload::conversations(1)[0]);
    connected(&body, C::get_conversation)
}

fn sent<C: Client>() -> Fixture<C> {
    connected(&payload::sent_message(), C::send_message)
}

fn page<C: Client>() -> Fixture<C> {
    let body = payload::envelope(&payload::conversations(50));
    connected(&body, C::list_conversations)
}

#[library_benchmark]
#[bench::crisp_api(one::<CrispApi>())]
#[bench::bare(one::<Bare>())]
fn get_conversation<C: Client>(fixture: Fixture<C>) -> Fixture<C> {
    fixture.call(CALLS, C::get_conversation);
    fixture
}

#[library_benchmark]
#[bench::crisp_api(sent::<CrispApi>())]
#[bench::bare(sent::<Bare>())]
fn send_message<C: Client>(fixture: Fixture<C>) -> Fixture<C> {
    fixture.call(CALLS, C::send_message);
    fixture
}

#[library_benchmark]
#[bench::crisp_api(page::<CrispApi>())]
#[bench::bare(page::<Bare>())]
fn list_conversations<C: Client>(fixture: Fixture<C>) -> Fixture<C> {
    fixture.call(CALLS, C::list_conversations);
    fixture
}

/// A body to decode as the types of `T`.
struct Body<T> {
    json: String,
    types: PhantomData<T>,
}

impl<T> Body<T> {
    fn new(data: &impl Serialize) -> Self {
        let json = payload::json(data);
        let types = PhantomData;
        Self { json, types }
    }

    fn decode<D: DeserializeOwned>(&self) -> Vec<D> {
        serde_json::from_str(&self.json).unwrap()
    }
}

#[library_benchmark]
#[bench::crisp_api(Body::<CrispApi>::new(&payload::conversations(50)))]
#[bench::bare(Body::<Bare>::new(&payload::conversations(50)))]
#[bench::value(Body::<AnyValue>::new(&payload::conversations(50)))]
fn conversations<T: Types>(body: Body<T>) -> Vec<T::Conversation> {
    body.decode()
}

#[library_benchmark]
#[bench::crisp_api(Body::<CrispApi>::new(&payload::people(50)))]
#[bench::bare(Body::<Bare>::new(&payload::people(50)))]
#[bench::value(Body::<AnyValue>::new(&payload::people(50)))]
fn people<T: Types>(body: Body<T>) -> Vec<T::Person> {
    body.decode()
}

#[library_benchmark]
#[bench::crisp_api(Body::<CrispApi>::new(&payload::messages(100)))]
#[bench::bare(Body::<Bare>::new(&payload::messages(100)))]
#[bench::value(Body::<AnyValue>::new(&payload::messages(100)))]
fn messages<T: Types>(body: Body<T>) -> Vec<T::Message> {
    body.decode()
}

library_benchmark_group!(
    name = call,
    benchmarks = [get_conversation, send_message, list_conversations]
);
library_benchmark_group!(
    name = decode,
    benchmarks = [conversations, people, messages]
);

main!(library_benchmark_groups = [call, decode]);
