//! Failed and doubled calls, requests and memory under load, with a server that fails.
//!
//! ```text
//! cargo bench -p crisp-api --features client --bench load
//! ```
//!
//! The server runs in this process. Its failures are the same in each run; the times and the memory are not.

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark may stop at an unexpected value"
)]

#[path = "../tests/grid/flaky.rs"]
mod flaky;
#[path = "../tests/grid/http.rs"]
mod http;
#[path = "../tests/grid/reply.rs"]
#[allow(dead_code, reason = "the benchmark sends one of the replies")]
mod reply;
#[path = "../tests/grid/server.rs"]
#[allow(dead_code, reason = "the benchmark starts one of the servers")]
mod server;
#[path = "../tests/support/tls.rs"]
mod tls;

use std::time::{Duration, Instant};

use crisp_api::{Crisp, Method, Tier, reqwest};
use flaky::FlakyServer;
use reply::{End, Reply};
use serde_json::Value;
use server::FaultServer;

const TASKS: u64 = 64;

#[tokio::main]
async fn main() {
    load("20 % of requests fail", 20, 10_000).await;
    load("every request fails", 100, 512).await;
    for method in [Method::GET, Method::POST] {
        endless_body(method).await;
    }
}

async fn load(name: &str, failing: u64, calls: u64) {
    let server = FlakyServer::start(failing, 1).await;
    let crisp = client(&server.base_url);
    let before = reset_peak();
    let start = Instant::now();
    let figures = server.load(&crisp, calls, TASKS).await;
    let seconds = start.elapsed().as_secs_f64();
    let writes = calls.div_ceil(5);
    println!("{name}: {calls} calls in {seconds:.1} s");
    println!(
        "  failed reads      {:>6} of {}",
        figures.failed_reads,
        calls - writes
    );
    println!(
        "  failed writes     {:>6} of {writes}",
        figures.failed_writes
    );
    println!("  doubled writes    {:>6}", figures.doubled_writes);
    println!("  lost writes       {:>6}", figures.lost_writes);
    let per_call = figures.requests as f64 / calls as f64;
    println!("  requests per call {per_call:>6.2}");
    println!("  peak memory       {}", growth(before));
}

/// A success whose body never ends.
async fn endless_body(method: Method) {
    let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x10000));
    let end = End::Repeat(chunk.leak().as_bytes(), Duration::ZERO);
    let reply = Reply::head("200 OK", "transfer-encoding: chunked\r\n").end(end);
    let server = FaultServer::start(&reply.into()).await;
    let crisp = client(&server.base_url);
    let before = reset_peak();
    let start = Instant::now();
    let result = crisp.request::<Value>(method.clone(), "/endless").await;
    let seconds = start.elapsed().as_secs_f64();
    println!("endless body, {method}: {seconds:.1} s");
    println!(
        "  result            {}",
        result.map_or_else(|error| error.to_string(), |_| "Ok".into())
    );
    println!("  requests          {:>6}", server.requests());
    println!(
        "  sent              {:>6} MiB",
        server.bytes_written() >> 20
    );
    println!("  peak memory       {}", growth(before));
}

fn client(base_url: &str) -> Crisp {
    Crisp::builder()
        .base_url(base_url)
        .credentials(Tier::Plugin, "identifier", "placeholder-key")
        .http_client(|| reqwest::Client::builder().no_proxy())
        .build()
        .unwrap()
}

/// Makes the kernel measure the peak of the memory anew, and returns its present size in KiB.
fn reset_peak() -> Option<u64> {
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    status("VmRSS:")
}

/// The peak of the memory, and by how much it exceeds `before`.
fn growth(before: Option<u64>) -> String {
    match (before, status("VmHWM:")) {
        (Some(before), Some(peak)) => {
            let growth = peak.saturating_sub(before) >> 10;
            format!("{:>6} MiB (+{growth} MiB)", peak >> 10)
        }
        _ => "unknown: the system has no /proc/self/status".to_owned(),
    }
}

/// A size in KiB from `/proc/self/status`.
fn status(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}
