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

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;
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
# result; an indented line is the message of the lines above it. Retries are those of the default, four at
# most; the faults that hang or set Retry-After have one. `varies` marks a fault that races with the
# request. # stands for a number that depends on the clock.";

/// Scenarios start one after the other, so that the number of open sockets stays far below the usual limit of 1,024.
const START_INTERVAL: Duration = Duration::from_millis(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_has_the_recorded_result() {
    let scenarios = scenarios();
    let names: HashSet<_> = scenarios.iter().map(|scenario| &scenario.name).collect();
    assert_eq!(names.len(), scenarios.len(), "two scenarios have one name");

    let mut rows = Vec::new();
    for scenario in scenarios {
        let scenario = std::sync::Arc::new(scenario);
        let mut cells = Vec::new();
        tokio::time::sleep(START_INTERVAL).await;
        for method in METHODS {
            cells.push(tokio::spawn(cell::run(scenario.clone(), method)));
        }
        rows.push((scenario, cells));
    }
    let mut table = vec![LEGEND.to_owned()];
    let mut violations = String::new();
    for (scenario, cells) in rows {
        let mut results = Vec::new();
        for (method, cell) in METHODS.iter().zip(cells) {
            let cell = cell.await.unwrap();
            for violation in &cell.violations {
                writeln!(violations, "{}, {method}: {violation}", scenario.name).unwrap();
            }
            results.push((method.clone(), cell));
        }
        table.push(block(&scenario, &results));
    }
    compare(&table);
    assert!(violations.is_empty(), "\n{violations}");
}

/// The results of one scenario: a line for each group of methods with equal results, and the message of one or more
/// groups below.
fn block(scenario: &Scenario, results: &[(Method, Cell)]) -> String {
    let mut groups: Vec<(Vec<&str>, &Cell)> = Vec::new();
    for (method, cell) in results {
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
