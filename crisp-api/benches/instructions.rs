//! The instructions of the benchmarks `call`, `decode` and `hooks`, counted by callgrind.
//!
//! It needs valgrind and a runner of the version of gungraun in `Cargo.lock`:
//!
//! ```text
//! cargo install gungraun-runner --version 0.20.0
//! cargo bench -p crisp-api --features webhooks --bench instructions
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

use common::{AnyValue, Bare, Client, CrispApi, Fixture, Types, bare, delivery, payload};
use crisp_api::webhooks::{Delivery, Verifier};
use crisp_api::{Event, HeaderMap};
use gungraun::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

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

impl<T: Types> Body<T> {
    fn new(data: &impl Serialize) -> Self {
        let json = payload::json(data);
        let types = PhantomData;
        Self { json, types }
    }

    /// The same decoder for all types.
    fn decode<D: DeserializeOwned>(&self) -> Vec<D> {
        serde_json::from_str(&self.json).unwrap()
    }

    /// The decoder that goes with `T`.
    fn decode_bytes<D: DeserializeOwned>(&self) -> Vec<D> {
        T::decode(self.json.as_bytes())
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

#[library_benchmark]
#[bench::crisp_api(Body::<CrispApi>::new(&payload::conversations(50)))]
#[bench::bare(Body::<Bare>::new(&payload::conversations(50)))]
fn conversations_from_bytes<T: Types>(body: Body<T>) -> Vec<T::Conversation> {
    body.decode_bytes()
}

#[library_benchmark]
#[bench::crisp_api(Body::<CrispApi>::new(&payload::people(50)))]
#[bench::bare(Body::<Bare>::new(&payload::people(50)))]
fn people_from_bytes<T: Types>(body: Body<T>) -> Vec<T::Person> {
    body.decode_bytes()
}

#[library_benchmark]
#[bench::crisp_api(Body::<CrispApi>::new(&payload::messages(100)))]
#[bench::bare(Body::<Bare>::new(&payload::messages(100)))]
fn messages_from_bytes<T: Types>(body: Body<T>) -> Vec<T::Message> {
    body.decode_bytes()
}

/// Returns `input` after a first run, in which the functions of shared libraries are looked up.
fn warm<I, O>(input: I, run: impl Fn(&I) -> O) -> I {
    run(&input);
    input
}

fn parse(data: &RawValue) -> Event {
    Event::parse("message:send", data)
}

fn parse_bare(data: &RawValue) -> bare::MessageEvent {
    serde_json::from_str(data.get()).unwrap()
}

fn data() -> Box<RawValue> {
    RawValue::from_string(delivery::DATA.to_owned()).unwrap()
}

#[library_benchmark]
#[bench::crisp_api(warm(data(), |data| parse(data)))]
fn event(data: Box<RawValue>) -> Event {
    parse(&data)
}

#[library_benchmark]
#[bench::bare(warm(data(), |data| parse_bare(data)))]
fn event_bare(data: Box<RawValue>) -> bare::MessageEvent {
    parse_bare(&data)
}

/// A delivery and its verifier.
struct Delivered {
    verifier: Verifier,
    headers: HeaderMap,
    body: String,
}

fn delivered() -> Delivered {
    let body = delivery::body();
    Delivered {
        verifier: delivery::verifier(),
        headers: delivery::headers(&body),
        body,
    }
}

fn verify(delivered: &Delivered) -> Delivery {
    let Delivered {
        verifier,
        headers,
        body,
    } = delivered;
    verifier.verify(headers, body.as_bytes()).unwrap()
}

fn verify_bare(Delivered { headers, body, .. }: &Delivered) -> bare::Delivery {
    bare::verify(delivery::SECRET, headers, body.as_bytes())
}

#[library_benchmark]
#[bench::crisp_api(warm(delivered(), verify))]
fn webhook(delivered: Delivered) -> Delivery {
    verify(&delivered)
}

#[library_benchmark]
#[bench::bare(warm(delivered(), verify_bare))]
fn webhook_bare(delivered: Delivered) -> bare::Delivery {
    verify_bare(&delivered)
}

library_benchmark_group!(
    name = call,
    benchmarks = [get_conversation, send_message, list_conversations]
);
library_benchmark_group!(
    name = decode,
    benchmarks = [
        conversations,
        people,
        messages,
        conversations_from_bytes,
        people_from_bytes,
        messages_from_bytes,
    ]
);
library_benchmark_group!(
    name = events,
    benchmarks = [event, event_bare, webhook, webhook_bare]
);

main!(library_benchmark_groups = [call, decode, events]);
