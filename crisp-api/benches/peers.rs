//! The CPU time of a call, next to that of the same call with the official Node client and the Go
//! client.
//!
//! ```text
//! cargo bench -p crisp-api --bench peers
//! ```
//!
//! Each client is a process of its own that lists 50 conversations with all fields, 32 calls at a
//! time, from the same server on loopback. One whose language is not installed is skipped. The rounds
//! are interleaved, so that all clients meet the same conditions.

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

mod common;
#[path = "../tests/node/mod.rs"]
mod node;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use common::{Client as _, CrispApi, Server, WEBSITE_ID, payload};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

const ROUNDS: usize = 9;
const AT_ONCE: u32 = 32;
const WARM_UP: u32 = 500;
const CALLS: u32 = 2_000;

/// The length of a clock tick in `/proc`, the same on all Linux systems.
const MICROSECONDS_PER_TICK: u64 = 10_000;

#[tokio::main]
async fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    let [_, base_url, _, counts @ ..] = &arguments[..] else {
        return compare().await;
    };
    let [at_once, warm_up, calls] = counts else {
        panic!("{arguments:?}");
    };
    let at_once = at_once.parse().unwrap();
    let client = Arc::new(CrispApi::new(base_url));
    list(&client, at_once, warm_up.parse().unwrap()).await;
    let before = cpu_time();
    list(&client, at_once, calls.parse().unwrap()).await;
    println!("{}", cpu_time() - before);
}

/// Runs all clients in turn, and prints the medians of their CPU times.
async fn compare() {
    let body = payload::envelope(&payload::conversations(50));
    let server = Server::start(&body);
    let counts = [AT_ONCE, WARM_UP, CALLS].map(|count| count.to_string());
    let mut arguments = vec![server.base_url.clone(), WEBSITE_ID.to_owned()];
    arguments.extend(counts);
    let this = std::env::current_exe().unwrap();
    let script = sources().join("list.js");
    let go = build_go();

    println!(
        "{ROUNDS} rounds of {CALLS} calls, a body of {} bytes",
        body.len()
    );
    let [mut own, mut node, mut go_times] = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        own.push(time(start(&this, &arguments)).await);
        if let Some(child) = node::run(script.to_str().unwrap(), &arguments) {
            node.push(time(child).await);
        }
        if let Some(go) = &go {
            go_times.push(time(start(go, &arguments)).await);
        }
    }
    for (name, times) in [("crisp-api", &own), ("Node", &node), ("Go", &go_times)] {
        if times.is_empty() {
            continue;
        }
        let ratios = times.iter().zip(&own).map(|(peer, own)| peer / own);
        let [low, median, high] = quantiles(times.iter().copied());
        let [least, ratio, most] = quantiles(ratios);
        println!(
            "{name:>9} {median:>7.0} µs per call ({low:.0} to {high:.0}), \
             {ratio:.2} × crisp-api ({least:.2} to {most:.2})"
        );
    }
}

fn start(program: &Path, arguments: &[String]) -> Child {
    let mut command = Command::new(program);
    let child = command.args(arguments).stdout(Stdio::piped()).spawn();
    child.unwrap()
}

/// Returns the CPU time of one call in microseconds, as the client reports it.
async fn time(client: Child) -> f64 {
    let output = client.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let microseconds = String::from_utf8(output.stdout).unwrap();
    microseconds.trim().parse::<f64>().unwrap() / f64::from(CALLS)
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers")
}

/// Builds the client in Go; `None`, with the reason printed, if Go is not installed.
fn build_go() -> Option<PathBuf> {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers-go");
    let build = std::process::Command::new("go")
        .args(["build", "-o"])
        .args([program.as_os_str(), ".".as_ref()])
        .current_dir(sources())
        .status();
    match build {
        Ok(status) => {
            // A machine with Go but without its modules is set up wrongly: that must not pass unseen.
            assert!(status.success(), "go build failed");
            Some(program)
        }
        Err(error) => {
            println!("skipped: go does not run: {error}");
            None
        }
    }
}

/// Does `calls` calls, `at_once` of them at a time.
async fn list(client: &Arc<CrispApi>, at_once: u32, calls: u32) {
    let started = Arc::new(AtomicU32::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..at_once {
        let (client, started) = (Arc::clone(client), Arc::clone(&started));
        workers.spawn(async move {
            while started.fetch_add(1, Ordering::Relaxed) < calls {
                assert_eq!(client.list_conversations().await, 50);
            }
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker.unwrap();
    }
}

/// Returns the CPU time of this process, user and system, in microseconds.
fn cpu_time() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // Fields 14 and 15, counted from the name in parentheses, which is the second.
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let times = fields.split(' ').skip(11).take(2);
    let ticks: u64 = times.map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    ticks * MICROSECONDS_PER_TICK
}

/// Returns the least, the median and the greatest of `values`.
fn quantiles(values: impl IntoIterator<Item = f64>) -> [f64; 3] {
    let mut sorted: Vec<_> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len() - 1;
    [sorted[0], sorted[last / 2], sorted[last]]
}
