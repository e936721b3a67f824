//! Many calls at once to a server that fails part of its requests.

use std::time::Duration;

use crisp_api::{Crisp, Tier, reqwest};

use crate::flaky::FlakyServer;
use crate::{IDENTIFIER, KEY};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_write_is_doubled_or_lost_when_a_fifth_of_the_requests_fails() {
    let server = FlakyServer::start(20, 1).await;
    let crisp = Crisp::builder()
        .base_url(&server.base_url)
        .credentials(Tier::Plugin, IDENTIFIER, KEY)
        .http_client(|| reqwest::Client::builder().no_proxy().tls_certs_only([]))
        .timeout(Duration::from_secs(30))
        .build()
        .unwrap();
    let figures = server.load(&crisp, 1_000, 100).await;
    assert_eq!(
        (figures.doubled_writes, figures.lost_writes),
        (0, 0),
        "{figures:?}"
    );
    // The failures are the same in each run: no read fails five times.
    assert_eq!(figures.failed_reads, 0, "{figures:?}");
    // A write fails for its caller if it may have been executed: 500, 502, 503 or a reset.
    assert!(figures.failed_writes > 10, "{figures:?}");
}
