//! Throughput and memory of events over the realtime socket.
//!
//! ```text
//! cargo bench -p crisp-api --features rtm --bench socket
//! ```
//!
//! A server on loopback sends messages as fast as they are read, to one client after another. Each
//! client is a process of its own: this crate, loops written by hand, and the official Node client if
//! Node is installed. The rounds are interleaved, so that all clients meet the same conditions.

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

#[path = "socket/by_hand.rs"]
mod by_hand;
#[path = "../tests/node/mod.rs"]
mod node;
#[path = "socket/server.rs"]
mod server;

use std::process::Stdio;
use std::time::{Duration, Instant};

use crisp_api::rtm::Item;
use crisp_api::{Crisp, Event, EventName, Tier};
use server::Addresses;
use tokio::process::{Child, Command};
use tokio::runtime;

/// The number of messages that a client reads.
const COUNT: usize = 300_000;

const ROUNDS: usize = 9;

/// The clients that are processes of this program, each on both runtimes.
const CLIENTS: [&str; 3] = [CRISP_API, TUNGSTENITE, WEBSOCKETS];
const CRISP_API: &str = "crisp-api";
const TUNGSTENITE: &str = "by hand, tokio-tungstenite";
const WEBSOCKETS: &str = "by hand, tokio-websockets";
/// Begins to read 2 s after the server began to send: its memory must stay bounded.
const LATE: &str = "crisp-api, late";
const NODE: &str = "node crisp-api";

const RUNTIMES: [&str; 2] = [CURRENT_THREAD, MULTI_THREAD];
const CURRENT_THREAD: &str = "current-thread";
/// The runtime of `#[tokio::main]`.
const MULTI_THREAD: &str = "multi-thread";

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    if let [_, client, runtime, rest, socket] = &arguments[..] {
        let addresses = Addresses {
            rest: rest.parse().unwrap(),
            socket: socket.parse().unwrap(),
        };
        let times = build(runtime).block_on(run(client, addresses));
        return println!("{times} {}", peak());
    }
    build(CURRENT_THREAD).block_on(compare());
}

fn build(runtime: &str) -> runtime::Runtime {
    let mut builder = match runtime {
        CURRENT_THREAD => runtime::Builder::new_current_thread(),
        _ => runtime::Builder::new_multi_thread(),
    };
    builder.enable_all().build().unwrap()
}

/// Runs all clients in turn, and prints the medians of their rates.
async fn compare() {
    let addresses = server::start();
    println!(
        "{ROUNDS} rounds of {COUNT} messages of {} bytes",
        server::DATA.len()
    );
    let mut results = Results::default();
    for _ in 0..ROUNDS {
        for runtime in RUNTIMES {
            for client in CLIENTS {
                let child = this([client, runtime], addresses);
                results.add(client, runtime, child).await;
            }
        }
        let rest = format!("http://{}", addresses.rest);
        if let Some(child) = node::run("count.js", [rest, COUNT.to_string()]) {
            results.add(NODE, "", child).await;
        }
    }
    let child = this([LATE, MULTI_THREAD], addresses);
    results.add(LATE, MULTI_THREAD, child).await;
    results.print();
}

/// Starts another process of this program.
fn this(arguments: [&str; 2], addresses: Addresses) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(arguments)
        .arg(addresses.rest.to_string())
        .arg(addresses.socket.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Receives all messages. Returns the times from the first to the last.
async fn run(client: &str, addresses: Addresses) -> String {
    match client {
        CRISP_API => crisp_api(addresses, Duration::ZERO).await,
        LATE => crisp_api(addresses, Duration::from_secs(2)).await,
        TUNGSTENITE => by_hand::tungstenite(addresses.socket, COUNT).await,
        _ => by_hand::websockets(addresses.socket, COUNT).await,
    }
}

async fn crisp_api(addresses: Addresses, delay: Duration) -> String {
    let crisp = Crisp::builder()
        .base_url(format!("http://{}/v1", addresses.rest))
        .credentials(Tier::Plugin, "identifier", "key")
        .build()
        .unwrap();
    let mut events = crisp.rtm([EventName::MessageSend]).connect().await.unwrap();
    tokio::time::sleep(delay).await;
    let mut first = None;
    for _ in 0..COUNT {
        let item = events.next().await.unwrap().unwrap();
        assert!(
            matches!(item, Item::Event(Event::MessageSend(_))),
            "{item:?}"
        );
        first.get_or_insert_with(Stopwatch::start);
    }
    first.unwrap().stop()
}

/// A time, and the CPU time of this process then.
pub(crate) struct Stopwatch {
    start: Instant,
    cpu: u64,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self {
            start: Instant::now(),
            cpu: cpu_time(),
        }
    }

    /// Returns the nanoseconds since the start, and those of CPU time. The threads of the runtime must
    /// still be there.
    pub(crate) fn stop(&self) -> String {
        let elapsed = self.start.elapsed().as_nanos();
        format!("{elapsed} {}", cpu_time() - self.cpu)
    }
}

/// Returns the CPU time of all threads in nanoseconds, on systems with `/proc`.
fn cpu_time() -> u64 {
    let threads = std::fs::read_dir("/proc/self/task");
    let times = threads.into_iter().flatten().map(|thread| {
        let stat = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        stat.split(' ').next()?.parse::<u64>().ok()
    });
    times.flatten().sum()
}

/// Returns the peak memory of this process in KiB, on systems with `/proc`.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.map_or("unknown".into(), |peak| {
        peak.trim_matches(|c: char| !c.is_ascii_digit()).into()
    })
}

/// The figures of all clients, in the order of their first runs.
#[derive(Default)]
struct Results(Vec<Figures>);

struct Figures {
    client: &'static str,
    runtime: &'static str,
    /// Events per second, one for each round.
    rates: Vec<f64>,
    /// Nanoseconds of CPU time for each event, in the same order.
    cpu: Vec<f64>,
    /// KiB, of the last round.
    peak: String,
}

impl Results {
    /// Awaits a client, and adds the figures that it reports.
    async fn add(&mut self, client: &'static str, runtime: &'static str, child: Child) {
        let output = child.wait_with_output().await.unwrap();
        assert!(output.status.success(), "{client} failed");
        let report = String::from_utf8(output.stdout).unwrap();
        let report: Vec<_> = report.split_whitespace().collect();
        let [nanoseconds, cpu, peak] = report[..] else {
            panic!("{report:?}");
        };
        let rate = COUNT as f64 * 1e9 / nanoseconds.parse::<f64>().unwrap();
        let cpu = cpu.parse::<f64>().unwrap() / COUNT as f64;
        match self.find(client, runtime) {
            Some(index) => {
                self.0[index].rates.push(rate);
                self.0[index].cpu.push(cpu);
                self.0[index].peak = peak.to_owned();
            }
            None => self.0.push(Figures {
                client,
                runtime,
                rates: vec![rate],
                cpu: vec![cpu],
                peak: peak.to_owned(),
            }),
        }
    }

    fn find(&self, client: &str, runtime: &str) -> Option<usize> {
        let mut figures = self.0.iter();
        figures.position(|figures| figures.client == client && figures.runtime == runtime)
    }

    fn print(&self) {
        println!("| client | runtime | events/s | range | CPU per event | peak memory |");
        println!("|---|---|---|---|---|---|");
        for figures in &self.0 {
            let [low, median, high] = quantiles(&figures.rates).map(|rate| rate / 1000.0);
            let [_, cpu, _] = quantiles(&figures.cpu);
            println!(
                "| {} | {} | {median:.0}k | {low:.0}k to {high:.0}k | {cpu:.0} ns | {} KiB |",
                figures.client, figures.runtime, figures.peak
            );
        }
        for runtime in RUNTIMES {
            for peer in [TUNGSTENITE, WEBSOCKETS] {
                self.print_ratio(runtime, peer, runtime);
            }
        }
        self.print_ratio(MULTI_THREAD, NODE, "");
    }

    /// Prints the median of the ratios of each round.
    fn print_ratio(&self, runtime: &str, peer: &str, peer_runtime: &str) {
        let (Some(own), Some(other)) =
            (self.find(CRISP_API, runtime), self.find(peer, peer_runtime))
        else {
            return;
        };
        let (own, other) = (&self.0[own], &self.0[other]);
        let ratios = |own: &[f64], other: &[f64]| {
            let pairs = own.iter().zip(other);
            let ratios: Vec<_> = pairs.map(|(own, other)| own / other).collect();
            quantiles(&ratios).map(|ratio| format!("{ratio:.2}"))
        };
        let [low, rate, high] = ratios(&own.rates, &other.rates);
        let [least, cpu, most] = ratios(&other.cpu, &own.cpu);
        println!(
            "{runtime}: {rate} × {peer} by events/s ({low} to {high}), \
             {cpu} by CPU ({least} to {most})"
        );
    }
}

/// Returns the least, the median and the greatest of `values`.
fn quantiles(values: &[f64]) -> [f64; 3] {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len() - 1;
    [sorted[0], sorted[last / 2], sorted[last]]
}
