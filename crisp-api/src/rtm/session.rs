//! An authenticated connection: asked for, opened, and read until it ends.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use reqwest::{Method, Url};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::control::{Done, Told};
use super::link::Link;
use super::socket::Socket;
use super::{Settings, broken, said};
use crate::client::Tier;
use crate::error::Error;
use crate::generated::{Event, EventName};
use crate::rest::Request;

pub(super) struct Session {
    socket: Socket,
    opened: Instant,
    /// When the server will take it to be asked for the websites anew.
    rebind_at: Instant,
}

/// The server takes no `socket:bind` without events sooner after another.
const REBIND_FLOOR: Duration = Duration::from_millis(2_500);

/// Why a session is over.
pub(super) enum End {
    /// Nobody reads its events any more.
    Dropped,
    /// The connection is no use any more, or the server will not have it.
    Failed(Error),
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// With what a token is shown.
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
    /// Asks where the socket is, opens it, and authenticates.
    pub(super) async fn open(settings: &Settings, events: &[EventName]) -> Result<Self, Error> {
        let url = endpoint(settings).await?;
        let socket = Socket::open(&settings.crisp, &settings.http, url).await?;
        let mut session = Self {
            socket,
            opened: Instant::now(),
            rebind_at: Instant::now(),
        };
        let patience = settings.crisp.inner.timeout;
        timeout(patience, session.authenticate(settings, events))
            .await
            .unwrap_or_else(|_| {
                Err(broken(format!(
                    "the server did not authenticate it within {patience:?}"
                )))
            })?;
        Ok(session)
    }

    async fn authenticate(
        &mut self,
        settings: &Settings,
        events: &[EventName],
    ) -> Result<(), Error> {
        let credentials = settings.credentials()?;
        let authentication = Authentication {
            username: &credentials.identifier,
            password: credentials.key(),
            tier: credentials.tier.as_str(),
            events,
            rooms: &settings.rooms,
            inboxes: &settings.inboxes,
        };
        self.socket.emit("authentication", &authentication).await?;
        loop {
            let text = self.socket.read().await?;
            // Until it answers, a server tells nothing else.
            if let Some(event) = self.socket.event(&text).await? {
                match &*event.name {
                    "authenticated" if event.data.get() != "false" => return Ok(()),
                    "authenticated" | "unauthorized" => {
                        return Err(unauthorized(settings, event.data.get()));
                    }
                    _ => {}
                }
            }
        }
    }

    /// Hands on events and obeys commands until one side ends it.
    pub(super) async fn run(&mut self, link: &mut Link) -> End {
        let Err(end) = self.serve(link).await;
        end
    }

    /// Where there is no room for an event, nothing more is read: that is what slows the server.
    async fn serve(&mut self, link: &mut Link) -> Result<Infallible, End> {
        let silence = self.silence();
        let pulse = self.socket.handshake.pulse();
        let mut quiet = pin!(sleep(silence));
        loop {
            let holds = link.held.is_some();
            let rebind = self.rebind_at;
            let pong = self.socket.ponged + pulse;
            tokio::select! {
                // Silence last: it counts only when there is nothing to read.
                biased;
                () = link.events.closed() => return Err(End::Dropped),
                Some(command) = link.commands.recv() => match command.apply(&mut link.bound) {
                    Told::Nothing => {}
                    Told::Events(name, events) => self.bind(name, &events).await?,
                    Told::Rebind(done) => link.rebinds.push(done),
                },
                () = sleep_until(rebind), if !link.rebinds.is_empty() => self.rebind(&mut link.rebinds).await?,
                Ok(place) = link.events.reserve(), if holds => {
                    if let Some(event) = link.held.take() {
                        place.send(Ok(event));
                    }
                    self.socket.heard = Instant::now();
                }
                // The pings of the server are among what is not read.
                () = sleep_until(pong), if holds => self.socket.pong("").await?,
                text = self.socket.read(), if !holds => {
                    let text = text?;
                    if let Some(event) = self.socket.event(&text).await? {
                        if event.name == "unauthorized" {
                            return Err(unauthorized(&link.settings, event.data.get()).into());
                        }
                        match link.events.try_send(Ok(Event::read(&event.name, event.data))) {
                            Ok(()) => {}
                            Err(TrySendError::Full(event)) => link.held = event.ok(),
                            Err(TrySendError::Closed(_)) => return Err(End::Dropped),
                        }
                    }
                }
                () = &mut quiet, if !holds => {
                    let due = self.socket.heard + silence;
                    if due <= Instant::now() {
                        return Err(broken(format!("nothing was heard for {silence:?}")).into());
                    }
                    quiet.as_mut().reset(due);
                }
            }
        }
    }

    /// From when it was opened to when the server was last heard.
    pub(super) fn lived(&self) -> Duration {
        self.socket.heard.saturating_duration_since(self.opened)
    }

    /// How long the server may say nothing.
    pub(super) fn silence(&self) -> Duration {
        self.socket.handshake.silence()
    }

    pub(super) async fn bind(&mut self, name: &str, events: &[EventName]) -> Result<(), Error> {
        #[derive(Serialize)]
        struct Bind<'a> {
            events: &'a [EventName],
        }

        self.socket.emit(name, &Bind { events }).await
    }

    /// Asks for the websites to be bound anew, once for all who wait for it.
    pub(super) async fn rebind(&mut self, waiting: &mut Vec<Done>) -> Result<(), Error> {
        #[derive(Serialize)]
        struct Rebind {}

        self.rebind_at = Instant::now() + REBIND_FLOOR;
        self.socket.emit("socket:bind", &Rebind {}).await?;
        waiting.drain(..).for_each(Done::done);
        Ok(())
    }

    pub(super) async fn close(self) {
        self.socket.close().await;
    }
}

fn unauthorized(settings: &Settings, data: &str) -> Error {
    Error::Unauthorized {
        message: said(&settings.crisp, data),
    }
}

/// Asks where the socket is now.
async fn endpoint(settings: &Settings) -> Result<Url, Error> {
    #[derive(Deserialize)]
    struct Endpoints {
        socket: Addresses,
    }

    #[derive(Deserialize)]
    struct Addresses {
        app: String,
    }

    let (operation, path) = match settings.credentials()?.tier {
        Tier::Plugin => ("plugin.get_connect_endpoints", "/plugin/connect/endpoints"),
        Tier::Website => (
            "website.get_own_connect_endpoints",
            "/website/connect/endpoints",
        ),
        Tier::User => ("user.get_connect_endpoints", "/user/connect/endpoints"),
    };
    let crisp = &settings.crisp;
    let endpoints: Endpoints = Request::new(crisp, Method::GET, operation, path, &[]).await?;
    let secure = crisp.inner.base_url.starts_with("https:");
    socket_url(&endpoints.socket.app, secure)
        .map_err(|why| broken(format!("{operation} answered an address that {why}")))
}

/// Where to open the socket that has `address`.
pub(super) fn socket_url(address: &str, secure: bool) -> Result<Url, &'static str> {
    let mut url = Url::parse(address).map_err(|_| "is not a URL")?;
    let scheme = match url.scheme() {
        "https" | "wss" => "https",
        "http" | "ws" if secure => return Err("would show the key to everyone on the way"),
        "http" | "ws" => "http",
        _ => return Err("is neither https nor wss"),
    };
    url.set_scheme(scheme).map_err(|()| "is not a URL")?;
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    url.set_fragment(None);
    url.set_query(Some("EIO=4&transport=websocket"));
    Ok(url)
}
