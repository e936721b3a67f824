//! The log of accepted requests, bounded in number and size.

use std::collections::VecDeque;

use super::RecordedRequest;

/// The limit of requests in the log.
const MAX_REQUESTS: usize = 10_000;

/// The limit of the sizes of the requests in the log, added up, in bytes as received.
const MAX_BYTES: usize = 64 * 1024 * 1024;

#[derive(Debug, Default)]
pub(super) struct RequestLog {
    /// The requests with their sizes, oldest first.
    requests: VecDeque<(usize, RecordedRequest)>,
    bytes: usize,
    /// The number of requests recorded so far, dropped ones included.
    pub(super) count: usize,
}

impl RequestLog {
    /// Adds a request of `size` bytes, and drops the oldest ones while a limit is exceeded.
    pub(super) fn push(&mut self, size: usize, request: RecordedRequest) {
        self.requests.push_back((size, request));
        self.bytes += size;
        self.count += 1;
        while self.requests.len() > MAX_REQUESTS || self.bytes > MAX_BYTES {
            let Some((size, _)) = self.requests.pop_front() else {
                break;
            };
            self.bytes -= size;
        }
    }

    /// Returns a copy of the log, oldest first.
    pub(super) fn to_vec(&self) -> Vec<RecordedRequest> {
        let requests = self.requests.iter();
        requests.map(|(_, request)| request.clone()).collect()
    }

    /// Empties the log and returns it, oldest first.
    pub(super) fn take(&mut self) -> Vec<RecordedRequest> {
        self.bytes = 0;
        let requests = self.requests.drain(..);
        requests.map(|(_, request)| request).collect()
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use serde_json::Value;

    use super::*;

    fn request(path: &str) -> RecordedRequest {
        RecordedRequest {
            operation: String::new(),
            method: String::new(),
            path: path.to_owned(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: Value::Null,
        }
    }

    #[test]
    fn the_oldest_requests_beyond_the_count_are_dropped() {
        let mut log = RequestLog::default();
        for number in 0..MAX_REQUESTS + 2 {
            log.push(1, request(&number.to_string()));
        }
        let requests = log.to_vec();
        assert_eq!((requests.len(), log.count), (MAX_REQUESTS, 10_002));
        assert_eq!(requests[0].path, "2");
        assert_eq!(requests[MAX_REQUESTS - 1].path, "10001");
    }

    #[test]
    fn the_oldest_requests_beyond_the_size_are_dropped() {
        let mut log = RequestLog::default();
        for path in ["a", "b", "c"] {
            log.push(MAX_BYTES / 2, request(path));
        }
        let paths = |log: &RequestLog| {
            log.to_vec()
                .into_iter()
                .map(|one| one.path)
                .collect::<Vec<_>>()
        };
        assert_eq!(paths(&log), ["b", "c"]);
        log.push(MAX_BYTES, request("d"));
        assert_eq!(paths(&log), ["d"]);
        assert_eq!(log.take().len(), 1);
        log.push(MAX_BYTES, request("e"));
        assert_eq!(
            paths(&log),
            ["e"],
            "the sizes of taken requests no longer count"
        );
        assert_eq!(log.count, 5);
    }
}
