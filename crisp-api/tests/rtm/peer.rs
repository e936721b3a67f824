//! The real socket.io server, in a process of its own.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::LazyLock;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);

/// Where its packages were installed, or why there are none.
static INSTALLED: LazyLock<Result<PathBuf, String>> = LazyLock::new(install);

pub(crate) struct Peer {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    pub(crate) port: u16,
}

#[derive(Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) port: u16,
    /// The event that answers `authentication`; `nothing` for none.
    pub(crate) answer: &'static str,
    pub(crate) ping_interval: u32,
    pub(crate) ping_timeout: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            port: 0,
            answer: "authenticated",
            ping_interval: 25_000,
            ping_timeout: 20_000,
        }
    }
}

impl Peer {
    /// `None`, with the reason printed, where there is no Node to run it.
    pub(crate) async fn start(settings: Settings) -> Option<Self> {
        let directory = match &*INSTALLED {
            Ok(directory) => directory,
            Err(reason) => {
                println!("skipped: {reason}");
                return None;
            }
        };
        let argument = json!({
            "directory": directory,
            "port": settings.port,
            "answer": settings.answer,
            "pingInterval": settings.ping_interval,
            "pingTimeout": settings.ping_timeout,
        });
        let mut process = Command::new("node")
            .arg(sources().join("server.js"))
            .arg(argument.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut peer = Self {
            input: process.stdin.take().unwrap(),
            output: BufReader::new(process.stdout.take().unwrap()).lines(),
            process,
            port: 0,
        };
        peer.port = peer
            .told("port")
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

    /// What the server tells next, which must be a `what`.
    pub(crate) async fn told(&mut self, what: &str) -> Value {
        let line = timeout(PATIENCE, self.output.next_line()).await;
        let line = line.expect("the server tells nothing").unwrap();
        let mut told: Value = serde_json::from_str(&line.expect("the server ended")).unwrap();
        assert!(told.get(what).is_some(), "{what} expected: {told}");
        told[what].take()
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

    /// Stops it where it stands. Its connections stay open, and nothing answers.
    pub(crate) fn freeze(&self) {
        let id = self.process.id().unwrap().to_string();
        let status = std::process::Command::new("kill")
            .args(["-STOP", &id])
            .status();
        assert!(status.unwrap().success());
    }
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rtm")
}

fn install() -> Result<PathBuf, String> {
    let node = std::process::Command::new("node").arg("--version").output();
    if !node.is_ok_and(|output| output.status.success()) {
        return Err("node is not on this machine, and socket.io runs on it".into());
    }
    let lock = std::fs::read_to_string(sources().join("package-lock.json")).unwrap();
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rtm-peer");
    let installed = directory.join("installed.json");
    if std::fs::read_to_string(&installed).is_ok_and(|text| text == lock) {
        return Ok(directory);
    }
    std::fs::create_dir_all(&directory).unwrap();
    for file in ["package.json", "package-lock.json"] {
        std::fs::copy(sources().join(file), directory.join(file)).unwrap();
    }
    let status = std::process::Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        .current_dir(&directory)
        .status();
    // A machine with Node but without its packages is set up wrongly: that must not pass unseen.
    assert!(status.is_ok_and(|status| status.success()), "npm ci failed");
    std::fs::write(installed, lock).unwrap();
    Ok(directory)
}
