//! The faults of the grid, in the order of `grid.txt`.

use std::time::Duration;

use crate::reply::{End, Reply};
use crate::server::{Fault, TlsFault};
use crate::{ENCODED, KEY};

pub(crate) struct Scenario {
    /// The heading in `grid.txt`.
    pub(crate) name: String,
    pub(crate) fault: Fault,
    pub(crate) settings: Settings,
    /// Each cell that sends the request more than once takes at least this long.
    pub(crate) waits: Duration,
    /// The beginnings of the legal results if the fault races with the request, else empty.
    pub(crate) race: &'static [&'static str],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settings {
    /// Two retries, half of the default to save time, and timeouts that are not reached.
    Default,
    /// One retry, which takes less time.
    OneRetry,
    /// One retry and a connect timeout of 1 s.
    ShortConnectTimeout,
    /// A timeout of 3 s: enough for a request on a busy machine.
    ShortTimeout,
    /// The same timeout and no retry.
    ShortTimeoutOnce,
    /// Responses of 1 MiB at most.
    SmallBodies,
}

const STATUSES: &[(&str, &str)] = &[
    ("400 Bad Request", "invalid_data"),
    ("401 Unauthorized", "invalid_session"),
    ("402 Payment Required", "subscription_upgrade_required"),
    ("403 Forbidden", "not_allowed"),
    ("404 Not Found", "not_found"),
    ("405 Method Not Allowed", "method_not_allowed"),
    ("408 Request Timeout", "request_timeout"),
    ("409 Conflict", "conflict"),
    ("413 Payload Too Large", "payload_too_large"),
    ("420 Enhance Your Calm", "rate_limited"),
    ("422 Unprocessable Entity", "invalid_data"),
    ("423 Locked", "locked"),
    ("423 Locked", "quota_limit_exceeded"),
    ("425 Too Early", "too_early"),
    ("429 Too Many Requests", "rate_limited"),
    ("500 Internal Server Error", "internal_error"),
    ("501 Not Implemented", "not_implemented"),
    ("502 Bad Gateway", "bad_gateway"),
    ("503 Service Unavailable", "unavailable"),
    ("504 Gateway Timeout", "timeout"),
    ("520 Unknown Error", "unknown"),
    ("521 Web Server Is Down", "down"),
    ("522 Connection Timed Out", "timeout"),
    ("523 Origin Is Unreachable", "unreachable"),
    ("524 A Timeout Occurred", "timeout"),
    ("529 Site Is Overloaded", "overloaded"),
    ("530 Frozen", "frozen"),
    ("599 Unknown", "unknown"),
    ("999 Unknown", "unknown"),
];

pub(crate) fn scenarios() -> Vec<Scenario> {
    let groups = [
        connections(),
        statuses(),
        retry_after(),
        bodies(),
        protocol(),
        redirects(),
        credentials(),
        hostile_text(),
        sizes(),
    ];
    groups.into_iter().flatten().collect()
}

fn row(name: impl Into<String>, fault: impl Into<Fault>) -> Scenario {
    Scenario {
        name: name.into(),
        fault: fault.into(),
        settings: Settings::Default,
        waits: Duration::ZERO,
        race: &[],
    }
}

impl Scenario {
    fn one_retry(self) -> Self {
        Self {
            settings: Settings::OneRetry,
            ..self
        }
    }

    fn short_connect_timeout(self) -> Self {
        Self {
            settings: Settings::ShortConnectTimeout,
            ..self
        }
    }

    fn short_timeout(self) -> Self {
        Self {
            settings: Settings::ShortTimeout,
            ..self
        }
    }

    fn short_timeout_once(self) -> Self {
        Self {
            settings: Settings::ShortTimeoutOnce,
            ..self
        }
    }

    pub(crate) fn has_short_timeout(&self) -> bool {
        matches!(
            self.settings,
            Settings::ShortTimeout | Settings::ShortTimeoutOnce
        )
    }

    fn small_bodies(self) -> Self {
        Self {
            settings: Settings::SmallBodies,
            ..self
        }
    }

    fn race(self, race: &'static [&'static str]) -> Self {
        Self { race, ..self }
    }

    fn waits(self, milliseconds: u64) -> Self {
        Self {
            waits: Duration::from_millis(milliseconds),
            ..self
        }
    }
}

#[rustfmt::skip]
fn connections() -> Vec<Scenario> {
    let cut = || Reply::head("200 OK", "content-length: 100\r\n").then(r#"{"error":fal"#);
    let drip = End::Repeat(b" ", Duration::from_millis(100));
    vec![
        row("connection refused", Fault::Refused),
        row("SYN dropped", Fault::SynDropped).short_connect_timeout(),
        row("unknown host", Fault::UnknownHost),
        row("TLS: no reply to the ClientHello", Fault::Tls(TlsFault::Silent)).short_connect_timeout(),
        row("TLS: plain HTTP in reply to the ClientHello", Fault::Tls(TlsFault::PlainHttp)),
        row("TLS: closed after the ClientHello", Fault::Tls(TlsFault::Closed)),
        row("TLS: self-signed certificate", Fault::Tls(TlsFault::SelfSigned)),
        // The reset arrives before or after the client writes.
        row("reset at accept", Fault::ResetAtAccept).race(&["0 requests  Transport"]),
        row("reset within the request", Fault::ResetInRequest),
        row("reset before the response", Reply::raw("").end(End::Reset)),
        row("closed before the response", Reply::raw("")),
        row("reset within the head", Reply::raw("HTTP/1.1 200 O").end(End::Reset)),
        row("closed within the head", Reply::raw("HTTP/1.1 200 O")),
        row("reset within the body", cut().end(End::Reset)),
        row("closed within the body", cut()),
        row("no response, no retry", Reply::raw("").end(End::Hang)).short_timeout_once(),
        row("first response: none", Fault::FirstReply(Reply::raw("").end(End::Hang))).short_timeout(),
        row("first response: hang within the head", Fault::FirstReply(Reply::raw("HTTP/1.1 200 O").end(End::Hang))).short_timeout(),
        row("first response: hang within the body", Fault::FirstReply(cut().end(End::Hang))).short_timeout(),
        row("first response: hang within the body of an error", Fault::FirstReply(Reply::head("500 Internal Server Error", "content-length: 100\r\n").end(End::Hang))).short_timeout(),
        row("first response: body byte by byte", Fault::FirstReply(Reply::head("200 OK", "content-length: 100000\r\n").end(drip))).short_timeout(),
        row("stale connection: closed while idle", Fault::StaleIdle(End::Close)),
        // The client notices the reset before or after it writes.
        row("stale connection: reset while idle", Fault::StaleIdle(End::Reset)).race(&[r#"1 request   Ok({"a":1})"#, "1 request   Ok(true)", "0 requests  Transport"]),
        row("stale connection: reset at the second request", Fault::StaleInUse),
    ]
}

fn statuses() -> Vec<Scenario> {
    let mut rows = Vec::new();
    for (status, reason) in STATUSES {
        let code = &status[..3];
        let reply = Reply::error(status, reason);
        rows.push(row(format!("{code} {reason}"), reply.clone()));
        let later = reply.header("retry-after", "31");
        rows.push(row(format!("{code} {reason}, Retry-After: 31"), later));
    }
    rows
}

fn retry_after() -> Vec<Scenario> {
    // Without the header, the retry waits 250 to 500 ms.
    let values = [
        ("0", 250),
        ("0.75", 750),
        ("1.5", 1_500),
        ("2", 2_000),
        ("  2  ", 2_000),
        ("30.1", 0),
        ("3600", 0),
        ("99999999999999999999999", 0),
        ("-5", 250),
        ("soon", 250),
        ("NaN", 250),
        ("inf", 250),
        ("1e3", 250),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 250),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 0),
    ];
    let mut rows = Vec::new();
    for (status, reason) in [
        ("429 Too Many Requests", "rate_limited"),
        ("503 Service Unavailable", "unavailable"),
    ] {
        for (value, waits) in values {
            let reply = Reply::error(status, reason).header("retry-after", value);
            let name = format!("{}, Retry-After: {value}", &status[..3]);
            rows.push(row(name, reply).one_retry().waits(waits));
        }
        // The delays of the backoff are not shortened.
        let reply = Reply::error(status, reason).header("retry-after", "0");
        let name = format!("{}, Retry-After: 0, two retries", &status[..3]);
        rows.push(row(name, reply).waits(750));
    }
    rows
}

#[rustfmt::skip]
fn bodies() -> Vec<Scenario> {
    let json = |body: &str| Reply::json("200 OK", body);
    vec![
        row("200 HTML", Reply::html("200 OK")),
        row("200 HTML with Bloom-Status", Reply::html("200 OK").header("bloom-status", "HIT")),
        row("200 without a content type", Reply::raw("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")),
        row("404 without a content type", Reply::raw("HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n")),
        row("200 JSON with a charset", Reply::typed("200 OK", "Application/JSON; charset=utf-8", r#"{"error":false,"reason":"listed","data":1}"#)),
        row("404 HTML", Reply::html("404 Not Found")),
        row("404 HTML with Bloom-Status", Reply::html("404 Not Found").header("bloom-status", "MISS")),
        row("429 HTML", Reply::html("429 Too Many Requests")),
        row("502 HTML", Reply::html("502 Bad Gateway")),
        row("503 empty", Reply::raw("HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n")),
        row("200 empty", json("")),
        row("204", Reply::raw("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")),
        row("201", Reply::json("201 Created", r#"{"error":false,"reason":"added","data":{"a":1}}"#)),
        row("206", Reply::json("206 Partial Content", r#"{"error":false,"reason":"listed","data":[1]}"#)),
        row("200 {}", json("{}")),
        row("200 []", json("[]")),
        row("200 null", json("null")),
        row("200 truncated JSON", json(r#"{"error":false,"reason":"listed","data":{"a":"#)),
        row("200 text after the JSON", json(r#"{"error":false,"reason":"listed","data":1} x"#)),
        row("200 not UTF-8", Reply::raw(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{\"error\":false,\"data\":\"\xff\xfe\"}")),
        row("200 gzip", json("\u{1f}\u{8b}not gzip").header("content-encoding", "gzip")),
        row("200 error: true", json(r#"{"error":true,"reason":"not_found","data":{}}"#)),
        row("200 error: true, rate_limited", json(r#"{"error":true,"reason":"rate_limited","data":{}}"#)),
        row("200 100,000 levels of JSON", Reply::data(&"[".repeat(100_000))),
        row("503 data is not an object", Reply::json("503 Service Unavailable", r#"{"error":true,"reason":"unavailable","data":[1,2]}"#)),
        row("503 reason is not a text", Reply::json("503 Service Unavailable", r#"{"error":true,"reason":7,"data":{}}"#)),
    ]
}

#[rustfmt::skip]
fn protocol() -> Vec<Scenario> {
    let header = "x-padding: 0123456789\r\n";
    let early = End::Repeat(b"HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n", Duration::from_millis(10));
    let good = r#"{"error":false,"reason":"listed","data":1}"#;
    vec![
        row("HTTP/1.0 without a length", Reply::raw(format!("HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n{good}"))),
        row("garbage instead of a status line", Reply::raw("\u{0}\u{1}\u{2}garbage\r\n\r\n")),
        row("SSH banner", Reply::raw("SSH-2.0-OpenSSH_9.6\r\n")),
        row("HTTP/2 frame", Reply::raw(b"\0\0\0\x04\0\0\0\0\0")),
        row("status 099", Reply::json("099 Low", "")),
        row("status 1000", Reply::json("1000 High", "")),
        row("101", Reply::raw("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n")),
        row("1 MB header", Reply::head("200 OK", &format!("x-padding: {}\r\n", "a".repeat(1_000_000)))),
        row("5,000 headers", Reply::head("200 OK", &header.repeat(5_000))),
        row("endless headers", Reply::raw("HTTP/1.1 200 OK\r\n").end(End::Repeat(header.as_bytes(), Duration::ZERO))),
        row("first response: endless 103", Fault::FirstReply(Reply::raw("").end(early))).short_timeout(),
        row("two lengths", Reply::head("200 OK", "content-length: 42\r\ncontent-length: 7\r\n").then(good)),
        row("length and chunks", Reply::head("200 OK", "content-length: 42\r\ntransfer-encoding: chunked\r\n").then(good)),
        row("bad chunk size", Reply::head("200 OK", "transfer-encoding: chunked\r\n").then("zz\r\n").then(good)),
        row("second response after the body", Reply::error("403 Forbidden", "not_allowed").then("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")),
        row("header with a line break", Reply::data("1").header("x-a", "b\r\n c")),
    ]
}

/// Following a redirect would be a second request: the location is on the same server.
fn redirects() -> Vec<Scenario> {
    [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "304 Not Modified",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ]
    .into_iter()
    .map(|status| {
        row(
            &status[..3],
            Reply::html(status).header("location", "/v1/elsewhere"),
        )
    })
    .collect()
}

#[rustfmt::skip]
fn credentials() -> Vec<Scenario> {
    let percent = "f00d%2Ffeed%2Bsecret%3Dkey";
    let escaped = r"f00d\/feed\u002bsecret=key";
    vec![
        row("key in the message", Reply::message("403 Forbidden", "not_allowed", &format!("bad key {KEY}"))),
        row("key in the reason", Reply::error("403 Forbidden", KEY)),
        row("key as a name in data", Reply::json("403 Forbidden", &format!(r#"{{"error":true,"reason":"x","data":{{"{KEY}":1}}}}"#))),
        row("key with JSON escapes", Reply::message("403 Forbidden", "not_allowed", escaped)),
        row("key percent-encoded", Reply::message("403 Forbidden", "not_allowed", &format!("?key={percent}"))),
        row("Basic credentials in the message", Reply::message("403 Forbidden", "not_allowed", &format!("Basic {ENCODED}"))),
        row("Basic credentials in HTML", Reply::typed("403 Forbidden", "text/html", &format!("<pre>Authorization: Basic {ENCODED}</pre>"))),
        row("Basic credentials in a 200 that is not JSON", Reply::typed("200 OK", "text/html", &format!("Basic {ENCODED}"))),
        row("key in a 200 that is not JSON", Reply::typed("200 OK", "text/html", &format!("key {KEY}"))),
        row("key across the end of an excerpt", Reply::typed("502 Bad Gateway", "text/html", &format!("{}{KEY}{}", "a".repeat(190), "b".repeat(400)))),
    ]
}

#[rustfmt::skip]
fn hostile_text() -> Vec<Scenario> {
    vec![
        row("message with control characters", Reply::message("403 Forbidden", "not_allowed", r"a\nERROR forged\r\n\u001b[31mred\u0000\u007f\u0085b")),
        row("message with bidirectional overrides", Reply::message("403 Forbidden", "not_allowed", "a\u{202e}b\u{2066}c\u{200f}d\u{2028}e")),
        row("reason with control characters", Reply::error("403 Forbidden", r"no\n\u001b[2J")),
        row("HTML with control characters", Reply::typed("403 Forbidden", "text/html", "a\nb\u{1b}[31mc\u{202e}d")),
        row("200 with control characters, not JSON", Reply::typed("200 OK", "text/html", "a\nb\u{1b}[31mc\u{202e}d")),
        row("message of 60,000 characters", Reply::message("403 Forbidden", "not_allowed", &"m".repeat(60_000))),
        row("reason of 60,000 characters", Reply::error("403 Forbidden", &"r".repeat(60_000))),
        row("200 error: true, message of 900,000 characters", Reply::message("200 OK", "x", &"m".repeat(900_000))),
        row("429 message of 60,000 characters", Reply::message("429 Too Many Requests", "rate_limited", &"m".repeat(60_000)).header("retry-after", "31")),
    ]
}

#[rustfmt::skip]
fn sizes() -> Vec<Scenario> {
    // The body of an error is read up to 64 KiB; a longer one is not Crisp's, so its JSON is not parsed.
    let error_of = |size: usize| {
        let frame = r#"{"error":true,"reason":"conflict_of_size","data":{"padding":""}}"#.len();
        let body = format!(r#"{{"error":true,"reason":"conflict_of_size","data":{{"padding":"{}"}}}}"#, "p".repeat(size - frame));
        Reply::json("409 Conflict", &body)
    };
    let success_of = |size: usize| {
        let frame = r#"{"error":false,"reason":"listed","data":""}"#.len();
        Reply::data(&format!(r#""{}""#, "d".repeat(size - frame)))
    };
    let chunk = format!("4000\r\n{}\r\n", "a".repeat(0x4000));
    let endless = End::Repeat(chunk.leak().as_bytes(), Duration::ZERO);
    let chunked = "transfer-encoding: chunked\r\n";
    let huge = "content-length: 10000000000\r\n";
    vec![
        row("error of 64 KiB", error_of(64 << 10)),
        row("error of 64 KiB and 1 byte", error_of((64 << 10) + 1)),
        row("error without end", Reply::head("409 Conflict", chunked).end(endless)),
        row("success of 1 MiB", success_of(1 << 20)).small_bodies(),
        row("success of 1 MiB and 1 byte", success_of((1 << 20) + 1)).small_bodies(),
        row("success with a length of 10 GB", Reply::head("200 OK", huge).end(End::Hang)).small_bodies(),
        row("success without end", Reply::head("200 OK", chunked).end(endless)).small_bodies(),
    ]
}
