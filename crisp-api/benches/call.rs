//! The cost of a call, next to that of the same call with reqwest and `serde_json` alone.
//!
//! ```text
//! cargo bench -p crisp-api --bench call
//! ```
//!
//! The server is in the same process, on a thread of its own. Allocations are those of the client.

mod common;

use common::{Bare, Client, CrispApi, Fixture, Server, payload};
use divan::{AllocProfiler, Bencher};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    assert_same_requests();
    divan::Divan::default()
        .sample_count(1000)
        .config_with_args()
        .main();
}

#[divan::bench(types = [CrispApi, Bare])]
fn get_conversation<C: Client>(bencher: Bencher) {
    let body = payload::envelope(&payload::conversations(1)[0]);
    let fixture = Fixture::<C>::new(&body);
    fixture.call(10, C::get_conversation);
    bencher.bench_local(|| fixture.call(1, C::get_conversation));
}

#[divan::bench(types = [CrispApi, Bare])]
fn send_message<C: Client>(bencher: Bencher) {
    let fixture = Fixture::<C>::new(&payload::sent_message());
    fixture.call(10, C::send_message);
    bencher.bench_local(|| fixture.call(1, C::send_message));
}

/// 50 conversations with all fields.
#[divan::bench(types = [CrispApi, Bare])]
fn list_conversations<C: Client>(bencher: Bencher) {
    let body = payload::envelope(&payload::conversations(50));
    let fixture = Fixture::<C>::new(&body);
    fixture.call(10, C::list_conversations);
    bencher.bench_local(|| fixture.call(1, C::list_conversations));
}

/// Asserts that both clients send the same headers and bodies: otherwise the comparison would be unfair.
fn assert_same_requests() {
    let server = Server::start(&payload::sent_message());
    let sent = |lines: Vec<String>| lines;
    let crisp_api = Fixture::<CrispApi>::with_server(&server);
    crisp_api.call(1, CrispApi::send_message);
    let request = sent(server.last_request());
    let bare = Fixture::<Bare>::with_server(&server);
    bare.call(1, Bare::send_message);
    assert_eq!(request, server.last_request());
}
