//! Sends one request with one method to one faulty server.

use std::error::Error as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crisp_api::reqwest::ClientBuilder;
use crisp_api::reqwest::dns::{Addrs, Name, Resolve, Resolving};
use crisp_api::{ApiError, Crisp, Error, Method, Retry, Tier, reqwest};
use serde_json::Value;

use crate::scenarios::{Scenario, Settings};
use crate::server::{Fault, FaultServer, TlsFault};
use crate::{ENCODED, IDENTIFIER, KEY};

/// The longest that a cell may take, retries included.
const LIMIT: Duration = Duration::from_secs(60);

const SHORT_TIMEOUT: Duration = Duration::from_secs(3);

/// The longest message that an error may have.
const MAX_MESSAGE_CHARS: usize = 600;

/// The kernel buffers of a connection, which the server fills whether or not the client reads.
const SOCKET_BUFFERS: u64 = 48 << 20;

pub(crate) struct Cell {
    /// The number of requests and the value or the error's variant.
    pub(crate) result: String,
    /// The error's message, or empty.
    pub(crate) message: String,
    /// Properties that every result must have and this one does not.
    pub(crate) violations: Vec<String>,
}

pub(crate) async fn run(scenario: Arc<Scenario>, method: Method) -> Cell {
    let server = FaultServer::start(&scenario.fault).await;
    let crisp = client(&server.base_url, &scenario);
    if matches!(scenario.fault, Fault::StaleIdle(_) | Fault::StaleInUse) {
        send(&crisp, &method).await.unwrap();
        server.reset_count();
        if let Fault::StaleIdle(_) = scenario.fault {
            server.end_idle().await;
        }
    }
    let start = Instant::now();
    let response = tokio::time::timeout(LIMIT, send(&crisp, &method)).await;
    let elapsed = start.elapsed();

    let mut violations = Vec::new();
    let (outcome, message) = match &response {
        Ok(Ok(value)) => (
            format!("Ok({})", shortened(&value.to_string())),
            String::new(),
        ),
        Ok(Err(error)) => {
            check(error, &mut violations);
            (summary(error), normalized(&error.to_string(), &method))
        }
        Err(_) => (format!("none in {LIMIT:?}"), String::new()),
    };
    let requests = match server.requests() {
        1 => "1 request".to_owned(),
        count => format!("{count} requests"),
    };
    if server.requests() > 1 && elapsed < scenario.waits {
        let waits = scenario.waits;
        violations.push(format!(
            "waited {elapsed:?} in all instead of {waits:?} at least"
        ));
    }
    if server.bytes_written() > SOCKET_BUFFERS {
        violations.push(format!("read {} bytes", server.bytes_written()));
    }
    let mut cell = Cell {
        result: format!("{requests:<12}{outcome}"),
        message,
        violations,
    };
    if !scenario.race.is_empty() {
        let is_legal = |legal: &&str| cell.result.starts_with(*legal);
        if !scenario.race.iter().any(is_legal) {
            cell.violations
                .push(format!("has the result {}", cell.result));
        }
        cell.result = format!("varies: {}", scenario.race.join(" or "));
        cell.message.clear();
    }
    cell
}

/// Sends the request, and returns the response's data.
async fn send(crisp: &Crisp, method: &Method) -> Result<Value, Error> {
    if method == Method::HEAD {
        let exists = crisp.request::<bool>(Method::HEAD, "/grid").await?;
        return Ok(exists.into());
    }
    crisp.request::<Value>(method.clone(), "/grid").await
}

fn client(base_url: &str, scenario: &Scenario) -> Crisp {
    let fault = scenario.fault.clone();
    let builder = Crisp::builder()
        .base_url(base_url)
        .credentials(Tier::Plugin, IDENTIFIER, KEY)
        .timeout(Duration::from_secs(30))
        .http_client(move || http_client(&fault));
    let one_retry = Retry::times(1);
    let builder = match scenario.settings {
        Settings::Default => builder.retry(Retry::times(2)),
        Settings::OneRetry => builder.retry(one_retry),
        Settings::ShortConnectTimeout => builder
            .retry(one_retry)
            .connect_timeout(Duration::from_secs(1)),
        Settings::ShortTimeout => builder.timeout(SHORT_TIMEOUT),
        Settings::ShortTimeoutOnce => builder.timeout(SHORT_TIMEOUT).retry(Retry::none()),
        Settings::SmallBodies => builder.max_response_size(1 << 20),
    };
    builder.build().unwrap()
}

fn http_client(fault: &Fault) -> ClientBuilder {
    let builder = reqwest::Client::builder().no_proxy();
    match fault {
        Fault::UnknownHost => builder.tls_certs_only([]).dns_resolver(Arc::new(NoHosts)),
        // The certificates of the system are the default, but take long to load.
        Fault::Tls(TlsFault::SelfSigned) => builder,
        _ => builder.tls_certs_only([]),
    }
}

/// Resolves no name, as getaddrinfo reports it.
struct NoHosts;

impl Resolve for NoHosts {
    fn resolve(&self, _: Name) -> Resolving {
        let message = "failed to lookup address information: Name or service not known";
        Box::pin(async move { Err::<Addrs, _>(std::io::Error::other(message).into()) })
    }
}

/// The variant of an error with its fields.
fn summary(error: &Error) -> String {
    let api = |name, error: &ApiError| {
        let (status, reason) = (error.status.as_u16(), error.reason.as_str());
        match error.retry_after {
            Some(time) => format!("{name}({status} {reason}, {} s)", time.as_secs_f32()),
            None => format!("{name}({status} {reason})"),
        }
    };
    let text = match error {
        Error::Api(error) => api("Api", error),
        Error::RateLimited(error) => api("RateLimited", error),
        Error::Transport(error) => match error.sent {
            true => format!("Transport({:?}, sent)", error.kind),
            false => format!("Transport({:?}, not sent)", error.kind),
        },
        Error::Timeout { .. } => "Timeout".to_owned(),
        Error::Decode(error) => format!("Decode({})", error.path),
        Error::ResponseTooLarge { limit, .. } => format!("ResponseTooLarge({limit})"),
        other => format!("{other:?}"),
    };
    printable(&without_long_numbers(&shortened(&text)))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(100) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Checks the properties of every error: it holds no credentials, and its message is one short line.
fn check(error: &Error, violations: &mut Vec<String>) {
    let message = error.to_string();
    let length = message.chars().count();
    if length > MAX_MESSAGE_CHARS {
        violations.push(format!("the message has {length} characters"));
    }
    if let Some(bad) = message.chars().find(|c| is_unprintable(*c)) {
        violations.push(format!("the message has the character {bad:?}"));
    }
    let mut texts = vec![message, format!("{error:?}")];
    let mut source = error.source();
    while let Some(error) = source {
        texts.push(error.to_string());
        source = error.source();
    }
    let percent_encoded = KEY
        .replace('/', "%2F")
        .replace('+', "%2B")
        .replace('=', "%3D");
    for secret in [KEY, ENCODED, &percent_encoded] {
        // Half of it would be too much as well.
        if let Some(text) = texts
            .iter()
            .find(|text| text.contains(&secret[..secret.len() / 2]))
        {
            violations.push(format!("credentials in {text}"));
        }
    }
}

/// Whether a terminal or a log viewer may act on the character instead of showing it.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The message on one line, without what differs between methods and between runs.
fn normalized(message: &str, method: &Method) -> String {
    let message = message.replacen(&format!("{method} /grid"), "METHOD /grid", 1);
    printable(&without_long_numbers(&message))
}

fn printable(text: &str) -> String {
    let escape = |c| match is_unprintable(c) {
        true => c.escape_unicode().to_string(),
        false => c.to_string(),
    };
    text.chars().map(escape).collect()
}

/// Replaces numbers of nine digits and more, which are times that depend on the clock.
fn without_long_numbers(text: &str) -> String {
    let mut result = String::new();
    let mut digits = String::new();
    for c in text.chars().map(Some).chain([None]) {
        if let Some(digit @ '0'..='9') = c {
            digits.push(digit);
            continue;
        }
        result.push_str(if digits.len() < 9 { &digits } else { "#" });
        digits.clear();
        result.extend(c);
    }
    result
}
