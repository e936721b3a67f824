//! What stands behind a stream of events: one session after another.

use std::sync::Arc;
use std::time::Duration;

use backon::ExponentialBackoff;
use reqwest::StatusCode;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::control::{Command, Done};
use super::session::{End, Session};
use super::{LONGEST_WAIT, Settings, State};
use crate::error::Error;
use crate::generated::{Event, EventName};

pub(super) struct Link {
    pub(super) settings: Arc<Settings>,
    /// What each session is authenticated with.
    pub(super) bound: Vec<EventName>,
    pub(super) events: mpsc::Sender<Result<Event, Error>>,
    /// An event for which there was no room.
    pub(super) held: Option<Event>,
    pub(super) commands: mpsc::Receiver<Command>,
    /// Who waits for the websites to be bound anew.
    pub(super) rebinds: Vec<Done>,
    /// Whether they were to be bound anew while there was no session.
    pub(super) renew: bool,
    pub(super) state: Status,
}

/// What is told of the connection, which is [`State::Closed`] whatever ends the link.
pub(super) struct Status(pub(super) watch::Sender<State>);

impl Drop for Status {
    fn drop(&mut self) {
        self.0.send_replace(State::Closed);
    }
}

impl Link {
    /// Goes on until nobody reads the events or no session is to be had.
    pub(super) async fn run(mut self, mut session: Session) {
        let mut waits = self.settings.reconnect.waits();
        let (end, left) = loop {
            let cause = match session.run(&mut self).await {
                End::Dropped => break (End::Dropped, Some(session)),
                End::Failed(cause) => cause,
            };
            // One that ends sooner is no better than none, and is not to be followed by another at once.
            if session.lived() >= session.silence() {
                waits = self.settings.reconnect.waits();
            }
            drop(session);
            session = match self.reconnect(cause, &mut waits).await {
                Ok(session) => session,
                Err(end) => break (end, None),
            };
        };
        // Whoever commands is told first: the reader may be among them.
        let Self {
            events,
            held,
            commands,
            rebinds,
            state,
            ..
        } = self;
        drop((state, commands, rebinds));
        if let Some(session) = left {
            session.close().await;
        }
        if let End::Failed(error) = end {
            for last in held.map(Ok).into_iter().chain([Err(error)]) {
                let _ = events.send(last).await;
            }
        }
    }

    async fn reconnect(
        &mut self,
        mut cause: Error,
        waits: &mut ExponentialBackoff,
    ) -> Result<Session, End> {
        for attempt in 1.. {
            let wait = match waits.next() {
                Some(wait) if !is_final(&cause) => wait.max(asked(&cause)),
                _ => return Err(End::Failed(cause)),
            };
            self.state.0.send_replace(State::Lost {
                cause: Arc::new(cause),
                wait,
            });
            tokio::select! {
                end = self.idle() => return Err(end),
                () = sleep(wait) => {}
            }
            self.state.0.send_replace(State::Reconnecting { attempt });
            self.renew = false;
            let settings = Arc::clone(&self.settings);
            let bound = self.bound.clone();
            let opened = tokio::select! {
                end = self.idle() => return Err(end),
                opened = Session::open(&settings, &bound) => opened,
            };
            let opened = match opened {
                Ok(mut session) => self.catch_up(&mut session, &bound).await.map(|()| session),
                Err(error) => Err(error),
            };
            match opened {
                Ok(session) => {
                    self.state.0.send_replace(State::Connected);
                    return Ok(session);
                }
                Err(error) => cause = error,
            }
        }
        Err(End::Failed(cause))
    }

    /// Tells a session what was asked for while it was opened, too late for its authentication, which named `bound`.
    async fn catch_up(&mut self, session: &mut Session, bound: &[EventName]) -> Result<(), Error> {
        if self.bound != bound {
            session.bind("socket:bind", &self.bound).await?;
        }
        if self.renew {
            session.rebind(&mut self.rebinds).await?;
        }
        Ok(())
    }

    /// What is done while there is no connection, until nobody reads the events.
    async fn idle(&mut self) -> End {
        // The next session has all websites, and what is bound by then.
        self.rebinds.drain(..).for_each(Done::done);
        loop {
            let holds = self.held.is_some();
            tokio::select! {
                biased;
                () = self.events.closed() => return End::Dropped,
                Some(command) = self.commands.recv() => self.renew |= command.note(&mut self.bound),
                Ok(place) = self.events.reserve(), if holds => {
                    if let Some(event) = self.held.take() {
                        place.send(Ok(event));
                    }
                }
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
    cause.retry_after().unwrap_or_default().min(LONGEST_WAIT)
}
