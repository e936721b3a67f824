//! The retry loop, with paused time and attempts that are made up.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::super::retry::{RetryBudget, run};
use crate::{
    ApiError, DecodeError, Error, Method, Reason, Retry, StatusCode, TransportError,
    TransportErrorKind,
};

const METHODS: [Method; 6] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

fn api(method: &Method, status: u16, retry_after: Option<Duration>) -> Error {
    let status = StatusCode::from_u16(status).unwrap();
    let mut api = ApiError::new("test", method.clone(), status, Reason::NotAllowed);
    api.retry_after = retry_after;
    api.into()
}

fn transport(method: &Method, sent: bool) -> Error {
    let mut error = TransportError::new("test", method.clone(), TransportErrorKind::Other);
    error.sent = sent;
    Error::Transport(Box::new(error))
}

fn timeout(method: &Method) -> Error {
    Error::Timeout {
        operation: "test".into(),
        method: method.clone(),
    }
}

/// Fails with `errors` in order, then succeeds. Returns the outcome, the number of attempts and the
/// time of each, in milliseconds from the first.
async fn attempts(
    retry: Retry,
    budget: &RetryBudget,
    errors: impl IntoIterator<Item = Error>,
) -> (Result<(), Error>, Vec<u128>) {
    let errors = RefCell::new(VecDeque::from_iter(errors));
    let (times, start) = (RefCell::default(), Instant::now());
    let outcome = run(retry, budget, || async {
        let times: &RefCell<Vec<u128>> = &times;
        times.borrow_mut().push(start.elapsed().as_millis());
        errors.borrow_mut().pop_front().map_or(Ok(()), Err)
    });
    let outcome = outcome.await;
    (outcome, times.into_inner())
}

async fn is_retried(error: Error) -> bool {
    let (outcome, times) = attempts(Retry::default(), &RetryBudget::default(), [error]).await;
    assert_eq!(outcome.is_ok(), times.len() == 2);
    outcome.is_ok()
}

#[tokio::test(start_paused = true)]
async fn reads_are_retried_on_transient_statuses_and_writes_never() {
    let transient = [408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529];
    for status in 200..=599 {
        for method in &METHODS {
            let is_read = matches!(*method, Method::GET | Method::HEAD);
            let expected = matches!(status, 420 | 429) || is_read && transient.contains(&status);
            let retried = is_retried(api(method, status, None)).await;
            assert_eq!(retried, expected, "{method} {status}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn writes_are_retried_only_if_they_were_not_sent() {
    for method in &METHODS {
        let is_read = matches!(*method, Method::GET | Method::HEAD);
        assert!(is_retried(transport(method, false)).await, "{method}");
        assert_eq!(
            is_retried(transport(method, true)).await,
            is_read,
            "{method}"
        );
        assert_eq!(is_retried(timeout(method)).await, is_read, "{method}");
    }
}

#[tokio::test(start_paused = true)]
async fn errors_that_another_attempt_would_not_change_are_not_retried() {
    for error in [
        Error::Decode(Box::new(DecodeError::new("test", "data", "wrong"))),
        Error::ResponseTooLarge {
            operation: "test".into(),
            limit: 1,
        },
        Error::InvalidArgument {
            operation: "test".into(),
            argument: "page".into(),
            message: "is 0".into(),
        },
        Error::config("timeout", "is zero"),
    ] {
        assert!(!is_retried(error).await);
    }
}

#[tokio::test(start_paused = true)]
async fn the_number_of_attempts_is_bounded_and_the_delays_double() {
    for (retry, expected) in [
        (Retry::none(), 1),
        (Retry::times(1), 2),
        (Retry::default(), 5),
    ] {
        let errors = (0..10).map(|_| api(&Method::GET, 503, None));
        let (outcome, times) = attempts(retry, &RetryBudget::default(), errors).await;
        assert!(outcome.is_err());
        assert_eq!(times.len(), expected);
        let mut least = 250;
        for pair in times.windows(2) {
            let delay = pair[1] - pair[0];
            assert!((least..=2 * least + 1).contains(&delay), "{times:?}");
            least *= 2;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_the_least_delay_on_any_status() {
    for (status, method) in [(503, Method::GET), (429, Method::POST), (500, Method::HEAD)] {
        let seconds = Duration::from_millis(29_750);
        let errors = [api(&method, status, Some(seconds))];
        let (_, times) = attempts(Retry::default(), &RetryBudget::default(), errors).await;
        assert_eq!(times[1..], [29_750], "{status}");
        // The delay of the backoff is not shortened.
        let errors = (0..4).map(|_| api(&method, status, Some(Duration::ZERO)));
        let (_, times) = attempts(Retry::default(), &RetryBudget::default(), errors).await;
        assert!(times[4] >= 250 + 500 + 1_000 + 2_000, "{times:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_longer_retry_after_than_30_s_fails_at_once() {
    for (seconds, retried) in [(29.9, true), (30.0, true), (30.1, false), (3600.0, false)] {
        let wait = Duration::from_secs_f64(seconds);
        for status in [429, 503] {
            let error = api(&Method::GET, status, Some(wait));
            assert_eq!(is_retried(error).await, retried, "{seconds}");
        }
    }
    assert!(!is_retried(api(&Method::GET, 429, Some(Duration::MAX))).await);
}

#[tokio::test(start_paused = true)]
async fn an_outage_uses_up_the_budget_and_success_restores_it() {
    let budget = RetryBudget::default();
    let mut sent = 0;
    for _ in 0..1_000 {
        let errors = (0..5).map(|_| api(&Method::GET, 503, None));
        sent += attempts(Retry::default(), &budget, errors).await.1.len();
    }
    assert_eq!(sent, 1_000 + 100, "100 retries in total");

    // Five successes pay for one retry.
    for successes in [4, 1] {
        let fails = |budget| attempts(Retry::default(), budget, [api(&Method::GET, 503, None)]);
        assert!(
            fails(&budget).await.0.is_err(),
            "no retry before {successes} more successes"
        );
        for _ in 0..successes {
            attempts(Retry::default(), &budget, []).await.0.unwrap();
        }
    }
    // A retry that succeeds costs nothing.
    for _ in 0..10 {
        let (outcome, _) =
            attempts(Retry::default(), &budget, [api(&Method::GET, 503, None)]).await;
        outcome.unwrap();
    }
}

/// The rate that an outage of one server in five causes.
#[tokio::test(start_paused = true)]
async fn fewer_than_1_read_in_1_000_fails_when_20_percent_of_attempts_fail() {
    let budget = RetryBudget::default();
    // A linear congruential generator: the same sequence in each run.
    let state = Cell::new(1_u64);
    let is_failure = || {
        state.set(
            state
                .get()
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1),
        );
        state.get() >> 33 < (1 << 31) / 5
    };
    let (mut failed, mut attempts) = (0, 0);
    for _ in 0..20_000 {
        let outcome = run(Retry::default(), &budget, || {
            attempts += 1;
            let fails = is_failure();
            async move {
                if fails {
                    Err(api(&Method::GET, 500, None))
                } else {
                    Ok(())
                }
            }
        });
        failed += u32::from(outcome.await.is_err());
    }
    assert!((1..20).contains(&failed), "{failed} of 20,000");
    assert!((24_000..26_000).contains(&attempts), "{attempts}");
}

proptest! {
    /// The budget never grows beyond its capacity, whatever happens.
    #[test]
    fn the_budget_stays_within_its_capacity(outcomes in proptest::collection::vec(any::<bool>(), 0..400)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let budget = RetryBudget::default();
            for fails in outcomes {
                let error = fails.then(|| api(&Method::GET, 503, None));
                attempts(Retry::default(), &budget, error).await.0.unwrap();
            }
            let errors = (0..200).map(|_| api(&Method::GET, 503, None));
            let (_, times) = attempts(Retry::times(1_000), &budget, errors).await;
            prop_assert!(times.len() <= 101, "{} attempts", times.len());
            Ok(())
        })?;
    }
}
