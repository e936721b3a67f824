//! Commands for an open socket, and reports of its state.

use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_util::stream::unfold;
use tokio::sync::{mpsc, oneshot, watch};

use super::{OPERATION, State, socket_error};
use crate::error::{Error, Invalid};
use crate::generated::EventName;

/// A handle on an open socket, from [`Events::handle`](super::Events::handle): changes the
/// subscription and reports the state of the connection. Clones refer to the same socket.
///
/// The subscription outlives a connection: the next one is authenticated with it. While there is no
/// connection, a call changes the subscription and returns at once.
///
/// ```no_run
/// # async fn run(events: crisp_api::rtm::Events) -> Result<(), crisp_api::Error> {
/// use crisp_api::EventName;
///
/// let handle = events.handle();
/// handle.subscribe([EventName::MessageReceived]).await?;
/// // A website has just installed the plugin:
/// handle.rebind().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Handle {
    commands: mpsc::Sender<Command>,
    state: watch::Receiver<State>,
}

#[derive(Debug)]
struct Command {
    change: Change,
    reply: Reply,
}

#[derive(Debug)]
enum Change {
    Set(Vec<EventName>),
    Add(Vec<EventName>),
    Remove(Vec<EventName>),
    Rebind,
}

/// Completes the call that sent a command.
#[derive(Debug)]
struct Reply(oneshot::Sender<Result<(), Error>>);

impl Reply {
    fn send(self, result: Result<(), Error>) {
        // The call may have been cancelled.
        let _ = self.0.send(result);
    }
}

impl Handle {
    /// Subscribes to `events` and to no others.
    ///
    /// Returns when the connection has the message to send. Crisp does not confirm it, so the events
    /// begin a moment later. The same applies to the methods below.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if `events` is empty; [`Error::Socket`] if the stream of events
    /// has ended.
    #[doc(alias = "BindSocket")]
    pub async fn set_events(
        &self,
        events: impl IntoIterator<Item = EventName>,
    ) -> Result<(), Error> {
        self.send(Change::Set(distinct(events)?)).await
    }

    /// Subscribes to `events` too.
    ///
    /// # Errors
    /// As [`set_events`](Self::set_events).
    #[doc(alias = "BindPushSocket")]
    pub async fn subscribe(
        &self,
        events: impl IntoIterator<Item = EventName>,
    ) -> Result<(), Error> {
        self.send(Change::Add(distinct(events)?)).await
    }

    /// Ends the subscription to `events`.
    ///
    /// # Errors
    /// As [`set_events`](Self::set_events), and [`Error::InvalidArgument`] if no event would be left.
    #[doc(alias = "BindPopSocket")]
    pub async fn unsubscribe(
        &self,
        events: impl IntoIterator<Item = EventName>,
    ) -> Result<(), Error> {
        self.send(Change::Remove(distinct(events)?)).await
    }

    /// Adds the websites that became available to the token since the socket was opened, for example
    /// because they installed the plugin.
    ///
    /// Crisp accepts this every 2.5 s: a call that comes sooner waits. Concurrent calls are coalesced
    /// into one message. A cancelled call may still be sent.
    ///
    /// # Errors
    /// [`Error::Socket`] if the stream of events has ended.
    #[doc(alias = "rebindSocket")]
    pub async fn rebind(&self) -> Result<(), Error> {
        self.send(Change::Rebind).await
    }

    /// Returns the state of the connection.
    pub fn state(&self) -> State {
        self.state.borrow().clone()
    }

    /// Returns the state of the connection now and at each change, until it is [`State::Closed`].
    ///
    /// A slow reader sees the latest state, and not each one in between.
    pub fn states(&self) -> impl Stream<Item = State> + Send + Unpin + 'static {
        let mut state = self.state.clone();
        state.mark_changed();
        Box::pin(unfold(state, |mut state| async move {
            state.changed().await.ok()?;
            let now = state.borrow_and_update().clone();
            Some((now, state))
        }))
    }

    async fn send(&self, change: Change) -> Result<(), Error> {
        let (reply, response) = oneshot::channel();
        let ended = || socket_error("the stream of events has ended: connect again");
        self.commands
            .send(Command {
                change,
                reply: Reply(reply),
            })
            .await
            .map_err(|_| ended())?;
        response.await.map_err(|_| ended())?
    }
}

/// A message to the server about a changed subscription: its name, and its events.
pub(super) type Outgoing = (&'static str, Vec<EventName>);

/// The commands of all handles, and their effect.
pub(super) struct Commands {
    receiver: mpsc::Receiver<Command>,
    events: Vec<EventName>,
    /// Calls of [`Handle::rebind`] that wait.
    rebinds: Vec<Reply>,
    /// Whether there was such a call since the last [`begin_attempt`](Self::begin_attempt).
    rebind_missed: bool,
}

/// Returns a handle and its commands, for a subscription to `events`.
pub(super) fn handle(events: Vec<EventName>, state: watch::Receiver<State>) -> (Handle, Commands) {
    let (commands, receiver) = mpsc::channel(1);
    let handle = Handle { commands, state };
    let commands = Commands {
        receiver,
        events,
        rebinds: Vec::new(),
        rebind_missed: false,
    };
    (handle, commands)
}

impl Commands {
    /// The events that are subscribed to.
    pub(super) fn events(&self) -> &[EventName] {
        &self.events
    }

    /// Executes commands until one requires a message to the server.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Outgoing> {
        loop {
            let Some(command) = ready!(self.receiver.poll_recv(cx)) else {
                // There is no handle any more.
                return Poll::Pending;
            };
            if let Some(outgoing) = self.execute(command) {
                return Poll::Ready(outgoing);
            }
        }
    }

    /// Executes commands while no message can be sent. The next session is authenticated with the
    /// subscription, and has all websites.
    pub(super) fn poll_offline(&mut self, cx: &mut Context<'_>) {
        while self.poll_next(cx).is_ready() {}
        self.rebind_missed |= self.has_rebinds();
        self.finish_rebinds();
    }

    fn execute(&mut self, Command { change, reply }: Command) -> Option<Outgoing> {
        let (result, outgoing) = match change {
            Change::Rebind => {
                self.rebinds.push(reply);
                return None;
            }
            Change::Set(events) => {
                self.events.clone_from(&events);
                (Ok(()), Some(("socket:bind", events)))
            }
            Change::Add(events) => {
                for name in &events {
                    if !self.events.contains(name) {
                        self.events.push(name.clone());
                    }
                }
                (Ok(()), Some(("socket:bind:push", events)))
            }
            Change::Remove(events) if self.events.iter().all(|name| events.contains(name)) => (
                Err(invalid("would leave none: drop the stream instead")),
                None,
            ),
            Change::Remove(events) => {
                self.events.retain(|name| !events.contains(name));
                (Ok(()), Some(("socket:bind:pop", events)))
            }
        };
        reply.send(result);
        outgoing
    }

    pub(super) fn has_rebinds(&self) -> bool {
        !self.rebinds.is_empty()
    }

    pub(super) fn finish_rebinds(&mut self) {
        for reply in self.rebinds.drain(..) {
            reply.send(Ok(()));
        }
    }

    /// Notes that a session is being opened with the present subscription.
    pub(super) fn begin_attempt(&mut self) {
        self.rebind_missed = false;
    }

    /// Returns whether there was a call of [`Handle::rebind`] while the session was opened: it may
    /// have come too late for the authentication.
    pub(super) fn rebind_missed(&self) -> bool {
        self.rebind_missed
    }
}

/// Returns the events without duplicates.
pub(super) fn distinct(
    events: impl IntoIterator<Item = EventName>,
) -> Result<Vec<EventName>, Error> {
    let mut names = Vec::new();
    for name in events {
        // `Unknown` may hold the name of a known event.
        let name = EventName::from(name.as_str());
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Err(invalid("is empty: name an event, or pass EventName::all()"));
    }
    Ok(names)
}

fn invalid(reason: &str) -> Error {
    Invalid::new("events", reason).of(OPERATION.into())
}
