//! What stands behind a stream of events: one session after another.

use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::control::Command;
use super::session::{End, Session};
use super::{Settings, State};
use crate::error::Error;
use crate::generated::{Event, EventName};

pub(super) struct Link {
    pub(super) settings: Settings,
    /// What each session is authenticated with.
    pub(super) bound: Vec<EventName>,
    pub(super) events: mpsc::Sender<Result<Event, Error>>,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) state: watch::Sender<State>,
}

impl Link {
    /// Goes on until nobody reads the events or no session is to be had.
    pub(super) async fn run(mut self, mut session: Session) {
        let end = loop {
            let cause = match session.run(&mut self).await {
                End::Dropped => {
                    session.close().await;
                    break End::Dropped;
                }
                End::Failed(cause) => cause,
            };
            drop(session);
            session = match self.reconnect(cause).await {
                Ok(session) => session,
                Err(end) => break end,
            };
        };
        self.state.send_replace(State::Closed);
        if let End::Failed(error) = end {
            let _ = self.events.send(Err(error)).await;
        }
    }

    async fn reconnect(&mut self, mut cause: Error) -> Result<Session, End> {
        let mut waits = self.settings.reconnect.waits();
        for attempt in 1.. {
            let wait = match waits.next() {
                Some(wait) if !is_final(&cause) => wait.max(asked(&cause)),
                _ => return Err(End::Failed(cause)),
            };
            self.state.send_replace(State::Lost {
                cause: Arc::new(cause),
                wait,
            });
            self.pause(wait).await?;
            self.state.send_replace(State::Reconnecting { attempt });
            let opened = tokio::select! {
                () = self.events.closed() => return Err(End::Dropped),
                opened = Session::open(&self.settings, &self.bound) => opened,
            };
            match opened {
                Ok(session) => {
                    self.state.send_replace(State::Connected);
                    return Ok(session);
                }
                Err(error) => cause = error,
            }
        }
        Err(End::Failed(cause))
    }

    async fn pause(&mut self, wait: Duration) -> Result<(), End> {
        let end = Instant::now() + wait;
        loop {
            tokio::select! {
                () = self.events.closed() => return Err(End::Dropped),
                () = sleep_until(end) => return Ok(()),
                // The next session is authenticated with what is bound by then.
                Some(command) = self.commands.recv() => drop(command.apply(&mut self.bound)),
            }
        }
    }
}

/// Whether another attempt would meet the same refusal.
fn is_final(cause: &Error) -> bool {
    matches!(cause, Error::Unauthorized { .. })
        || matches!(
            cause.status(),
            Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
        )
}

/// How long Crisp asks to wait.
fn asked(cause: &Error) -> Duration {
    match cause {
        Error::RateLimited { retry_after, .. } => retry_after.unwrap_or_default(),
        _ => Duration::ZERO,
    }
}
