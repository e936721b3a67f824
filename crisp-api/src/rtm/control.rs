//! What can be asked of a socket while it is open.

use futures_core::Stream;
use futures_util::stream::unfold;
use tokio::sync::{mpsc, oneshot, watch};

use super::{OPERATION, State, broken};
use crate::error::{Error, Invalid};
use crate::generated::EventName;

/// A handle on an open socket, from [`Events::control`](super::Events::control): it changes what the
/// socket listens to, and tells how it is. Clones stand for the same socket.
///
/// What is bound stays bound when the connection is lost: the next one is authenticated with it.
/// While there is no connection, nothing needs to be sent, and a call returns when that is noted.
///
/// ```no_run
/// # async fn run(events: crisp_api::rtm::Events) -> Result<(), crisp_api::Error> {
/// use crisp_api::EventName;
///
/// let control = events.control();
/// control.bind_push([EventName::MessageReceived]).await?;
/// // A website has just installed the plugin:
/// control.rebind().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Control {
    commands: mpsc::Sender<Command>,
    state: watch::Receiver<State>,
}

#[derive(Debug)]
pub(super) struct Command {
    change: Change,
    done: Done,
}

/// Tells the caller what became of a command.
#[derive(Debug)]
pub(super) struct Done(oneshot::Sender<Result<(), Error>>);

impl Done {
    pub(super) fn done(self) {
        self.tell(Ok(()));
    }

    fn tell(self, result: Result<(), Error>) {
        // The caller may have gone.
        let _ = self.0.send(result);
    }
}

/// What the server must be told of a command.
pub(super) enum Told {
    Nothing,
    Events(&'static str, Vec<EventName>),
    /// To bind the websites anew; the caller waits for that.
    Rebind(Done),
}

#[derive(Debug)]
enum Change {
    Set(Vec<EventName>),
    Push(Vec<EventName>),
    Pop(Vec<EventName>),
    Rebind,
}

impl Control {
    pub(super) fn new(commands: mpsc::Sender<Command>, state: watch::Receiver<State>) -> Self {
        Self { commands, state }
    }

    /// Listens to `events` from now on, and to no others.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] when `events` is empty; [`Error::Socket`] when the stream of
    /// events has ended.
    pub async fn bind(&self, events: impl IntoIterator<Item = EventName>) -> Result<(), Error> {
        self.send(Change::Set(some(events)?)).await
    }

    /// Listens to `events` as well.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    pub async fn bind_push(
        &self,
        events: impl IntoIterator<Item = EventName>,
    ) -> Result<(), Error> {
        self.send(Change::Push(some(events)?)).await
    }

    /// Listens to `events` no longer.
    ///
    /// # Errors
    /// As [`bind`](Self::bind), and [`Error::InvalidArgument`] when no event would be left.
    pub async fn bind_pop(&self, events: impl IntoIterator<Item = EventName>) -> Result<(), Error> {
        self.send(Change::Pop(some(events)?)).await
    }

    /// Takes in the websites that came to the token since the socket was opened.
    ///
    /// Crisp allows this every 2.5 s: called sooner, it waits. Calls that wait are answered by one asking,
    /// and one that is given up may have been sent.
    ///
    /// # Errors
    /// [`Error::Socket`] when the stream of events has ended.
    pub async fn rebind(&self) -> Result<(), Error> {
        self.send(Change::Rebind).await
    }

    /// How the connection is now.
    pub fn state(&self) -> State {
        self.state.borrow().clone()
    }

    /// How the connection is, now and whenever it changes, until it is [`State::Closed`].
    ///
    /// Who reads it slowly sees the latest, not each one in between.
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
        let (done, answer) = oneshot::channel();
        let ended = || broken("the stream of its events has ended: connect again");
        self.commands
            .send(Command {
                change,
                done: Done(done),
            })
            .await
            .map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }
}

impl Command {
    /// Changes what is `bound`, tells the caller, and gives what the server must be told.
    pub(super) fn apply(self, bound: &mut Vec<EventName>) -> Told {
        let Self { change, done } = self;
        let (result, told) = match change {
            Change::Rebind => return Told::Rebind(done),
            Change::Set(events) => {
                bound.clone_from(&events);
                (Ok(()), Told::Events("socket:bind", events))
            }
            Change::Push(events) => {
                let new = events.iter().filter(|name| !bound.contains(name)).cloned();
                bound.extend(new.collect::<Vec<_>>());
                (Ok(()), Told::Events("socket:bind:push", events))
            }
            Change::Pop(events) if bound.iter().all(|name| events.contains(name)) => (
                Err(none("would leave none: drop the stream instead")),
                Told::Nothing,
            ),
            Change::Pop(events) => {
                bound.retain(|name| !events.contains(name));
                (Ok(()), Told::Events("socket:bind:pop", events))
            }
        };
        done.tell(result);
        told
    }

    /// Changes what is `bound`, where there is no server to tell; gives whether the websites are to be bound anew.
    pub(super) fn note(self, bound: &mut Vec<EventName>) -> bool {
        let Told::Rebind(done) = self.apply(bound) else {
            return false;
        };
        done.done();
        true
    }
}

/// The events once each, if there is one.
pub(super) fn some(events: impl IntoIterator<Item = EventName>) -> Result<Vec<EventName>, Error> {
    let mut names = Vec::new();
    for name in events {
        // A known one may have come as a text.
        let name = EventName::from(name.as_str());
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Err(none("is empty: name an event, or take EventName::all()"));
    }
    Ok(names)
}

fn none(reason: &str) -> Error {
    Invalid::new("events", reason).of(OPERATION.into())
}
