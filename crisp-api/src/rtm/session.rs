//! An authenticated connection, from its opening to its end.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use reqwest::Upgraded;
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, Sleep, sleep_until, timeout};

use super::endpoint::request_endpoint;
use super::handle::Commands;
use super::packet::Arguments;
use super::queue::{Batch, Producer, Room, Stop};
use super::socket::Socket;
use super::{Settings, server_message, socket_error};
use crate::client::Crisp;
use crate::error::Error;
use crate::generated::EventName;

/// The server accepts a `socket:bind` without events this long after another.
pub(super) const REBIND_INTERVAL: Duration = Duration::from_millis(2_500);

/// When a reader that slept has this many batches, it runs first, if it shares the thread: while the
/// events are still in the processor's cache.
const MAX_BATCHES_AFTER_WAKE: usize = 4;

/// A batch that reaches either bound is queued. Its room becomes free only when all of it is read.
const MAX_BATCH_EVENTS: usize = 64;
const MAX_BATCH_TEXT: usize = 64 << 10;

/// An authenticated connection.
pub(super) struct Session<T = Upgraded> {
    socket: Socket<T>,
    crisp: Crisp,
    opened: Instant,
    last_received: Instant,
    /// When something was last received while all that the server had sent was read.
    current_at: SystemTime,
    /// Whether the queue is full, so that nothing is read.
    paused: bool,
    rebind_at: Instant,
    timer: Pin<Box<Sleep>>,
}

/// Why a session ended.
pub(super) enum End {
    /// The stream of events was dropped.
    Dropped,
    /// The connection cannot be used any more. Events that were sent after this time may be missing.
    Lost(Error, SystemTime),
}

#[derive(Serialize)]
struct Authentication<'a> {
    username: &'a str,
    password: &'a str,
    tier: &'static str,
    events: &'a [EventName],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    rooms: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    inboxes: &'a [String],
}

impl Session {
    /// Requests the endpoint, opens the socket there, and authenticates.
    pub(super) async fn open(settings: &Settings, events: &[EventName]) -> Result<Self, Error> {
        let url = request_endpoint(settings).await?;
        let socket = Socket::open(&settings.crisp, &settings.http, url).await?;
        Self::authenticate(socket, settings, events).await
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> Session<T> {
    /// Authenticates on a new connection.
    pub(super) async fn authenticate(
        mut socket: Socket<T>,
        settings: &Settings,
        events: &[EventName],
    ) -> Result<Self, Error> {
        let limit = settings.crisp.inner.timeout;
        let credentials = settings.credentials()?;
        socket.emit(
            "authentication",
            &Authentication {
                username: &credentials.identifier,
                password: credentials.key(),
                tier: credentials.tier.as_str(),
                events,
                rooms: &settings.websites,
                inboxes: &settings.inboxes,
            },
        );
        timeout(limit, authenticated(&mut socket, &settings.crisp))
            .await
            .unwrap_or_else(|_| {
                Err(socket_error(format!(
                    "connection failed: the server did not authenticate it within {limit:?}"
                )))
            })?;
        let now = Instant::now();
        Ok(Self {
            socket,
            crisp: settings.crisp.clone(),
            opened: now,
            last_received: now,
            current_at: SystemTime::now(),
            paused: false,
            rebind_at: now,
            timer: Box::pin(sleep_until(now)),
        })
    }

    /// Queues events and executes commands until the session ends.
    pub(super) fn poll_run(
        &mut self,
        cx: &mut Context<'_>,
        commands: &mut Commands,
        queue: &Producer,
    ) -> Poll<End> {
        loop {
            // Input first: silence counts only when there is nothing to read.
            if let Err(end) = self.read(cx, queue) {
                return Poll::Ready(end);
            }
            if self.socket.is_writable() {
                self.execute(cx, commands);
            } else {
                commands.poll_offline(cx);
            }

            let deadline = self.deadline(commands);
            if deadline < self.timer.deadline() || self.timer.is_elapsed() {
                self.timer.as_mut().reset(deadline);
            }
            if Future::poll(self.timer.as_mut(), cx).is_pending() {
                return Poll::Pending;
            }
            if let Err(error) = self.check_deadlines() {
                return Poll::Ready(End::Lost(error, self.current_at));
            }
        }
    }

    /// Reads all that is there, as far as the queue has room.
    fn read(&mut self, cx: &mut Context<'_>, queue: &Producer) -> Result<(), End> {
        let mut has_woken = false;
        let mut batches = 0;
        loop {
            let room = queue.room(cx).map_err(|stop| self.stopped(stop))?;
            let was_paused = self.paused;
            self.paused = room.is_empty();
            if self.paused {
                // Its response would be read too late to prove anything.
                self.socket.cancel_probe();
                return Ok(());
            }
            if was_paused {
                self.last_received = Instant::now();
                // The server may have events that it could not send. Until it responds to this, an
                // empty socket does not mean that all of them were read.
                self.socket.begin_probe();
            }
            let mut batch = Batch::default();
            let more = self.read_batch(cx, &mut batch, room);
            has_woken |= queue.push(batch);
            batches += 1;
            if self.socket.take_received() {
                self.last_received = Instant::now();
                if matches!(more, Ok(false)) && !self.is_behind() {
                    self.current_at = SystemTime::now();
                }
            }
            match more {
                Ok(true) if has_woken && batches >= MAX_BATCHES_AFTER_WAKE => {
                    cx.waker().wake_by_ref();
                    return Ok(());
                }
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => return Err(End::Lost(error, self.current_at)),
            }
        }
    }

    /// Collects events in `batch` until there is nothing to read, or the batch is full. Returns
    /// whether there may be more to read.
    fn read_batch(
        &mut self,
        cx: &mut Context<'_>,
        batch: &mut Batch,
        room: Room,
    ) -> Result<bool, Error> {
        while batch.len() < MAX_BATCH_EVENTS
            && batch.text_len() < MAX_BATCH_TEXT
            && !room.is_filled_by(batch)
        {
            let Poll::Ready(message) = self.socket.poll_next(cx) else {
                return Ok(false);
            };
            let message = message?;
            let Some(arguments) = self.socket.event(&message)? else {
                continue;
            };
            if arguments.name == "unauthorized" {
                return Err(unauthorized(&self.crisp, &arguments));
            }
            batch.push(arguments.array);
        }
        Ok(true)
    }

    fn stopped(&self, stop: Stop) -> End {
        match stop {
            Stop::Dropped => End::Dropped,
            Stop::Malformed(error, received) => End::Lost(error, self.current_at.min(received)),
        }
    }

    fn execute(&mut self, cx: &mut Context<'_>, commands: &mut Commands) {
        // Nothing is added to output that the server does not accept.
        while self.socket.poll_flush(cx).is_ready()
            && let Poll::Ready((name, events)) = commands.poll_next(cx)
        {
            self.set_events(name, &events);
        }
        if commands.has_rebinds() && self.rebind_at <= Instant::now() {
            self.rebind(commands);
            // The rest is written when the server accepts it.
            let _ = self.socket.poll_flush(cx);
        }
    }

    /// Returns the earliest time at which there is something to do.
    fn deadline(&self, commands: &Commands) -> Instant {
        let mut deadline = match self.socket.send_deadline() {
            Some(deadline) => deadline,
            None if self.paused => self.socket.pong_deadline(),
            None if self.is_behind() => self.socket.pong_deadline().min(self.silence_deadline()),
            None => self.silence_deadline(),
        };
        if commands.has_rebinds() {
            deadline = deadline.min(self.rebind_at);
        }
        deadline
    }

    fn check_deadlines(&mut self) -> Result<(), Error> {
        let now = Instant::now();
        if let Some(deadline) = self.socket.send_deadline() {
            // Blocked output keeps the input from being read: the silence begins when it ends.
            self.last_received = now;
            if deadline <= now {
                self.socket.fail_writes();
            }
            return Ok(());
        }
        if self.is_behind() && self.socket.pong_deadline() <= now {
            self.socket.pong("");
        }
        if !self.paused && self.silence_deadline() <= now {
            return Err(self.socket.silent());
        }
        Ok(())
    }

    /// Whether input waits, or may wait, to be read: the server's pings are behind it, so pongs are
    /// sent unsolicited.
    fn is_behind(&self) -> bool {
        self.paused || self.socket.is_probing()
    }

    fn silence_deadline(&self) -> Instant {
        self.last_received + self.socket.heartbeat_timeout()
    }

    /// Sends a change of the subscription.
    pub(super) fn set_events(&mut self, name: &str, events: &[EventName]) {
        #[derive(Serialize)]
        struct Subscription<'a> {
            events: &'a [EventName],
        }

        self.socket.emit(name, &Subscription { events });
    }

    /// Has the server associate the websites again, for all calls that wait for it.
    pub(super) fn rebind(&mut self, commands: &mut Commands) {
        #[derive(Serialize)]
        struct Rebind {}

        self.rebind_at = Instant::now() + REBIND_INTERVAL;
        self.socket.emit("socket:bind", &Rebind {});
        commands.finish_rebinds();
    }

    /// Returns the time from the opening to when something was last received.
    pub(super) fn uptime(&self) -> Duration {
        self.last_received.saturating_duration_since(self.opened)
    }

    /// Returns the longest silence of a server that is alive.
    pub(super) fn heartbeat_timeout(&self) -> Duration {
        self.socket.heartbeat_timeout()
    }

    /// Returns when the session was authenticated.
    pub(super) fn authenticated_at(&self) -> SystemTime {
        self.current_at
    }

    pub(super) async fn close(self) {
        self.socket.close().await;
    }
}

/// Waits for the response to the authentication.
async fn authenticated<T>(socket: &mut Socket<T>, crisp: &Crisp) -> Result<(), Error>
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        let message = socket.next().await?;
        let Some(arguments) = socket.event(&message)? else {
            continue;
        };
        let json = arguments.data().map_or("", RawValue::get);
        match &*arguments.name {
            "authenticated" if json != "false" => return Ok(()),
            "authenticated" | "unauthorized" => return Err(unauthorized(crisp, &arguments)),
            // Events come only after the response.
            _ => {}
        }
    }
}

fn unauthorized(crisp: &Crisp, arguments: &Arguments<'_>) -> Error {
    Error::Unauthorized {
        message: server_message(
            crisp,
            arguments.data().map_or(arguments.array, RawValue::get),
        ),
    }
}
