//! The real socket.io server, in a process of its own.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::time::timeout;

use crate::node;

const LIMIT: Duration = Duration::from_secs(20);

pub(crate) struct Peer {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    pub(crate) port: u16,
}

#[derive(Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) port: u16,
    /// The event in response to `authentication`; `nothing` for none.
    pub(crate) response: &'static str,
    pub(crate) ping_interval: u32,
    pub(crate) ping_timeout: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            port: 0,
            response: "authenticated",
            ping_interval: 25_000,
            ping_timeout: 20_000,
        }
    }
}

impl Settings {
    /// A server with these heartbeat intervals, in milliseconds.
    pub(crate) fn pinging(interval: u32, timeout: u32) -> Self {
        Self {
            ping_interval: interval,
            ping_timeout: timeout,
            ..Self::default()
        }
    }
}

impl Peer {
    /// `None`, with the reason printed, where there is no Node to run it.
    pub(crate) async fn start(settings: Settings) -> Option<Self> {
        let argument = json!({
            "port": settings.port,
            "answer": settings.response,
            "pingInterval": settings.ping_interval,
            "pingTimeout": settings.ping_timeout,
        });
        let mut process = node::run("server.js", [argument.to_string()])?;
        let mut peer = Self {
            input: process.stdin.take().unwrap(),
            output: BufReader::new(process.stdout.take().unwrap()).lines(),
            process,
            port: 0,
        };
        peer.port = peer
            .expect_report("port")
            .await
            .as_u64()
            .unwrap()
            .try_into()
            .unwrap();
        Some(peer)
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}/w/xx/", self.port)
    }

    /// Returns the content of the server's next report, which must be of this kind.
    pub(crate) async fn expect_report(&mut self, kind: &str) -> Value {
        let line = timeout(LIMIT, self.output.next_line()).await;
        let line = line.expect("no report").unwrap();
        let mut report: Value = serde_json::from_str(&line.expect("the server ended")).unwrap();
        assert!(report.get(kind).is_some(), "{kind} expected: {report}");
        report[kind].take()
    }

    /// Has it send `count` messages, numbered from `from`, of at least `padding` bytes.
    pub(crate) async fn emit(&mut self, from: u64, count: u64, padding: usize) {
        let line = json!({ "from": from, "count": count, "padding": padding });
        self.input
            .write_all(format!("{line}\n").as_bytes())
            .await
            .unwrap();
    }

    /// Ends it at once: what it has not sent is lost.
    pub(crate) async fn kill(mut self) {
        self.process.kill().await.unwrap();
    }

    /// Suspends the process: its connections stay open without responses.
    pub(crate) fn freeze(&self) {
        let id = self.process.id().unwrap().to_string();
        let status = std::process::Command::new("kill")
            .args(["-STOP", &id])
            .status();
        assert!(status.unwrap().success());
    }
}
