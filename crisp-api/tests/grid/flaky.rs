//! A server that fails part of its requests, and counts how often it executes each call.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crisp_api::{Crisp, Error, Method};
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};

use crate::http::read_request;

pub(crate) struct FlakyServer {
    pub(crate) base_url: String,
    calls: Arc<Mutex<HashMap<u64, Call>>>,
    /// The requests that fail, in percent.
    failing: u64,
    seed: u64,
}

#[derive(Clone, Copy, Default)]
struct Call {
    requests: u64,
    executions: u64,
}

/// The server's reaction to one request.
#[derive(Clone, Copy)]
enum Reaction {
    Success,
    /// An error status. The request was executed: a gateway may report an error after that.
    Status(&'static str),
    /// 429 without `Retry-After`. The request was not executed.
    RateLimited,
    /// The connection is reset. The request was not executed.
    Reset,
    /// The connection is reset. The request was executed.
    ResponseLost,
}

const FAILURES: [Reaction; 6] = [
    Reaction::Status("500 Internal Server Error"),
    Reaction::Status("502 Bad Gateway"),
    Reaction::Status("503 Service Unavailable"),
    Reaction::RateLimited,
    Reaction::Reset,
    Reaction::ResponseLost,
];

/// The figures of a load, counted at the server and at the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) calls: u64,
    pub(crate) requests: u64,
    pub(crate) failed_reads: u64,
    pub(crate) failed_writes: u64,
    /// Writes that the server executed more than once.
    pub(crate) doubled_writes: u64,
    /// Writes that succeeded for the caller and were not executed.
    pub(crate) lost_writes: u64,
}

impl FlakyServer {
    /// Starts a server that fails `failing` percent of its requests. The same `seed` gives the same failures,
    /// whatever the order of the requests.
    pub(crate) async fn start(failing: u64, seed: u64) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Arc::new(Self {
            base_url: format!("http://{}/v1", listener.local_addr().unwrap()),
            calls: Arc::default(),
            failing,
            seed,
        });
        let accepting = Arc::clone(&server);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(Arc::clone(&accepting).serve(stream));
            }
        });
        server
    }

    async fn serve(self: Arc<Self>, mut stream: TcpStream) {
        while let Some((_, path)) = read_request(&mut stream).await {
            let id = path.rsplit('/').next().unwrap().parse().unwrap();
            let (status, error) = match self.react(id) {
                Reaction::Success => ("200 OK", false),
                Reaction::Status(status) => (status, true),
                Reaction::RateLimited => ("429 Too Many Requests", true),
                Reaction::Reset | Reaction::ResponseLost => {
                    return stream.set_zero_linger().unwrap();
                }
            };
            let body = format!(r#"{{"error":{error},"reason":"load","data":{{}}}}"#);
            let length = body.len();
            let reply = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
            );
            if stream.write_all(reply.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    /// Counts the request, and executes it unless it fails before that.
    fn react(&self, id: u64) -> Reaction {
        let mut calls = self.calls.lock().unwrap();
        let call = calls.entry(id).or_default();
        let random = mixed(mixed(self.seed ^ id) ^ call.requests);
        let reaction = match random % 100 < self.failing {
            true => FAILURES[(random / 100) as usize % FAILURES.len()],
            false => Reaction::Success,
        };
        call.requests += 1;
        call.executions += match reaction {
            Reaction::Success | Reaction::Status(_) | Reaction::ResponseLost => 1,
            Reaction::RateLimited | Reaction::Reset => 0,
        };
        reaction
    }

    /// Makes `calls` calls from `tasks` tasks, every fifth of them a write.
    pub(crate) async fn load(&self, crisp: &Crisp, calls: u64, tasks: u64) -> Figures {
        let tasks = (0..tasks).map(|first| {
            let crisp = crisp.clone();
            let ids = (first..calls).step_by(tasks as usize);
            tokio::spawn(async move {
                let mut results = Vec::new();
                for id in ids {
                    results.push((id, call(&crisp, id).await.is_ok()));
                }
                results
            })
        });
        let mut figures = Figures {
            calls,
            ..Figures::default()
        };
        for task in tasks.collect::<Vec<_>>() {
            for (id, succeeded) in task.await.unwrap() {
                let calls = self.calls.lock().unwrap();
                let Call {
                    requests,
                    executions,
                } = calls.get(&id).copied().unwrap_or_default();
                figures.requests += requests;
                if is_write(id) {
                    figures.failed_writes += u64::from(!succeeded);
                    figures.doubled_writes += u64::from(executions > 1);
                    figures.lost_writes += u64::from(succeeded && executions == 0);
                } else {
                    figures.failed_reads += u64::from(!succeeded);
                }
            }
        }
        figures
    }
}

fn is_write(id: u64) -> bool {
    id.is_multiple_of(5)
}

async fn call(crisp: &Crisp, id: u64) -> Result<Value, Error> {
    let method = match is_write(id) {
        true => Method::POST,
        false => Method::GET,
    };
    crisp.request(method, &format!("/call/{id}")).await
}

/// The SplitMix64 finalizer.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
