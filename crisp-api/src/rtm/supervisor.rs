//! The task behind a stream of events: one session after another.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use backon::ExponentialBackoff;
use reqwest::StatusCode;
use tokio::sync::watch;
use tokio::time::sleep;

use super::events::Gap;
use super::handle::Commands;
use super::queue::Producer;
use super::reconnect::MAX_DELAY;
use super::session::{End, Session};
use super::{Settings, State};
use crate::error::Error;
use crate::generated::EventName;

pub(super) struct Supervisor {
    pub(super) settings: Arc<Settings>,
    pub(super) queue: Producer,
    pub(super) commands: Commands,
    pub(super) status: Status,
}

/// The reported state, which is [`State::Closed`] however the task ends.
pub(super) struct Status(pub(super) watch::Sender<State>);

impl Drop for Status {
    fn drop(&mut self) {
        self.0.send_replace(State::Closed);
    }
}

/// Why there is no further session.
enum Finish {
    /// The stream was dropped.
    Dropped,
    Failed(Error),
}

impl Supervisor {
    /// Runs sessions until the stream is dropped or no session can be opened.
    pub(super) async fn run(mut self, mut session: Session) {
        let mut delays = self.settings.reconnect.delays();
        let (finish, session) = loop {
            let end = poll_fn(|cx| session.poll_run(cx, &mut self.commands, &self.queue)).await;
            let (error, lost_at) = match end {
                End::Dropped => break (Finish::Dropped, Some(session)),
                End::Lost(error, lost_at) => (error, lost_at),
            };
            // Only reset the backoff if the session outlived one heartbeat window; otherwise a
            // flapping server would be hammered.
            if session.uptime() >= session.heartbeat_timeout() {
                delays = self.settings.reconnect.delays();
            }
            drop(session);
            session = match self.reconnect(error, &mut delays).await {
                Ok(session) => session,
                Err(finish) => break (finish, None),
            };
            let gap = Gap::new(lost_at, session.authenticated_at());
            self.queue.push_gap(gap);
            self.status.0.send_replace(State::Connected);
        };
        // Drop the command channel before closing: the task awaiting a command may be the one
        // reading events.
        let Self {
            queue,
            commands,
            status,
            ..
        } = self;
        drop((commands, status));
        if let Finish::Failed(error) = finish {
            queue.fail(error);
        }
        if let Some(session) = session {
            session.close().await;
        }
    }

    async fn reconnect(
        &mut self,
        mut error: Error,
        delays: &mut ExponentialBackoff,
    ) -> Result<Session, Finish> {
        for attempt in 1.. {
            let retry_in = match delays.next() {
                Some(delay) if !is_final(&error) => delay.max(retry_after(&error)),
                _ => break,
            };
            self.status.0.send_replace(State::Disconnected {
                error: Arc::new(error),
                retry_in,
            });
            self.meanwhile(sleep(retry_in)).await?;
            self.status.0.send_replace(State::Reconnecting { attempt });
            self.commands.begin_attempt();
            let settings = Arc::clone(&self.settings);
            let events = self.commands.events().to_vec();
            match self.meanwhile(Session::open(&settings, &events)).await? {
                Ok(mut session) => {
                    self.catch_up(&mut session, &events);
                    return Ok(session);
                }
                Err(next) => error = next,
            }
        }
        Err(Finish::Failed(error))
    }

    /// Sends a session the commands that came too late for its authentication with `events`.
    fn catch_up(&mut self, session: &mut Session, events: &[EventName]) {
        if self.commands.events() != events {
            session.set_events("socket:bind", self.commands.events());
        }
        if self.commands.rebind_missed() {
            session.rebind(&mut self.commands);
        }
    }

    /// Runs `future` and executes commands meanwhile, until the stream is dropped.
    async fn meanwhile<F: Future>(&mut self, future: F) -> Result<F::Output, Finish> {
        let mut future = std::pin::pin!(future);
        poll_fn(|cx| {
            if self.queue.poll_dropped(cx).is_ready() {
                return Poll::Ready(Err(Finish::Dropped));
            }
            self.commands.poll_offline(cx);
            future.as_mut().poll(cx).map(Ok)
        })
        .await
    }
}

/// Whether another attempt would be rejected for the same reason.
fn is_final(error: &Error) -> bool {
    matches!(error, Error::Unauthorized { .. })
        || matches!(
            error.status(),
            Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
        )
}

/// Returns the delay that Crisp requests.
fn retry_after(error: &Error) -> Duration {
    error.retry_after().unwrap_or_default().min(MAX_DELAY)
}
