//! Every fault on the way to the server, for each method: requests received, result and message.
//!
//! The results are in `grid.txt`. After a deliberate change, write it again and review the difference:
//!
//! ```text
//! UPDATE_GRID=1 cargo test -p crisp-api --test grid
//! ```
#![cfg(all(feature = "client", target_os = "linux"))]
#![allow(clippy::unwrap_used, reason = "a test may stop at an unexpected value")]

mod cell;
mod flaky;
mod http;
mod load;
mod reply;
mod scenarios;
mod server;
#[path = "../support/tls.rs"]
mod tls;

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cell::Cell;
use crisp_api::Method;
use scenarios::{Scenario, scenarios};

pub(crate) const IDENTIFIER: &str = "5c0b8a9e-identifier";
/// Its percent-encoding and its JSON may be written differently.
pub(crate) const KEY: &str = "f00d/feed+secret=key";
/// `IDENTIFIER:KEY` in Base64.
pub(crate) const ENCODED: &str = "NWMwYjhhOWUtaWRlbnRpZmllcjpmMDBkL2ZlZWQrc2VjcmV0PWtleQ==";

const METHODS: [Method; 6] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PATCH,
    Method::PUT,
    Method::DELETE,
];

/// The first block of `grid.txt`.
const LEGEND: &str = "\
# One block for each fault. A line has methods, the number of requests that the server received, and the
# result; an indented line is the message of the lines above it. There are two retries at most; the faults
# that hang or set Retry-After have one. `varies` marks a fault that races with the request. # stands for
# a number that depends on the clock.";

/// Scenarios start one after the other, so that few of them compete for the processor and the number of open sockets
/// stays far below the usual limit of 1,024.
const START_INTERVAL: Duration = Duration::from_millis(1);

#[test]
fn every_fault_has_the_recorded_result() {
    let scenarios = scenarios();
    let names: HashSet<_> = scenarios.iter().map(|scenario| &scenario.name).collect();
    assert_eq!(names.len(), scenarios.len(), "two scenarios have one name");

    let scenarios = scenarios.into_iter().map(Arc::new).enumerate();
    let (hanging, others) = scenarios.partition(|(_, scenario)| scenario.has_short_timeout());
    // A timeout must not expire because the thread is busy with other scenarios.
    let hanging = std::thread::spawn(|| run(hanging));
    let mut rows = run(others);
    rows.extend(hanging.join().unwrap());

    let mut table = vec![LEGEND.to_owned()];
    let mut violations = String::new();
    for (scenario, cells) in rows.values() {
        for (method, cell) in METHODS.iter().zip(cells) {
            for violation in &cell.violations {
                writeln!(violations, "{}, {method}: {violation}", scenario.name).unwrap();
            }
        }
        table.push(block(scenario, cells));
    }
    compare(&table);
    assert!(violations.is_empty(), "\n{violations}");
}

/// A scenario and its cells, in the order of `METHODS`.
type Row = (Arc<Scenario>, Vec<Cell>);

/// Runs all cells at once, on this thread: a scenario starts only when those before it have made progress.
#[tokio::main(flavor = "current_thread")]
async fn run(scenarios: Vec<(usize, Arc<Scenario>)>) -> BTreeMap<usize, Row> {
    let mut started = Vec::new();
    for (index, scenario) in scenarios {
        tokio::time::sleep(START_INTERVAL).await;
        let start = |method| tokio::spawn(cell::run(scenario.clone(), method));
        started.push((index, METHODS.map(start), scenario));
    }
    let mut rows = BTreeMap::new();
    for (index, started, scenario) in started {
        let mut cells = Vec::new();
        for cell in started {
            cells.push(cell.await.unwrap());
        }
        rows.insert(index, (scenario, cells));
    }
    rows
}

/// The results of one scenario: a line for each group of methods with equal results, and the message of one or more
/// groups below.
fn block(scenario: &Scenario, cells: &[Cell]) -> String {
    let mut groups: Vec<(Vec<&str>, &Cell)> = Vec::new();
    for (method, cell) in METHODS.iter().zip(cells) {
        let same = |known: &Cell| (&known.result, &known.message) == (&cell.result, &cell.message);
        match groups.iter_mut().find(|(_, known)| same(known)) {
            Some((methods, _)) => methods.push(method.as_str()),
            None => groups.push((vec![method.as_str()], cell)),
        }
    }
    let mut text = scenario.name.clone();
    for (index, (methods, cell)) in groups.iter().enumerate() {
        write!(text, "\n  {:<32}{}", methods.join(" "), cell.result).unwrap();
        let next = groups.get(index + 1).map(|(_, next)| &next.message);
        if !cell.message.is_empty() && next != Some(&cell.message) {
            write!(text, "\n      {}", cell.message).unwrap();
        }
    }
    text
}

/// Compares the produced table with the recorded one, block by block.
fn compare(table: &[String]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/grid/grid.txt");
    if std::env::var_os("UPDATE_GRID").is_some() {
        return std::fs::write(path, table.join("\n\n") + "\n").unwrap();
    }
    let recorded = std::fs::read_to_string(path).unwrap();
    let recorded: Vec<_> = recorded.trim_end().split("\n\n").collect();
    let mut difference = String::new();
    for block in table.iter().filter(|block| !recorded.contains(&&***block)) {
        let name = block.lines().next();
        let known = recorded.iter().find(|known| known.lines().next() == name);
        let known = known.unwrap_or(&"nothing");
        writeln!(difference, "recorded: {known}\nfound:    {block}\n").unwrap();
    }
    for known in recorded {
        if !table
            .iter()
            .any(|block| block.lines().next() == known.lines().next())
        {
            writeln!(difference, "recorded: {known}\nfound:    nothing\n").unwrap();
        }
    }
    assert!(
        difference.is_empty(),
        "the results are not those of grid.txt (UPDATE_GRID=1 records them):\n\n{difference}"
    );
}
