//! An authenticated connection: asked for, opened, and read until it ends.

use std::convert::Infallible;
use std::pin::pin;

use reqwest::{Method, Url};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout};

use super::link::Link;
use super::socket::Socket;
use super::{Settings, broken, said};
use crate::client::Tier;
use crate::error::Error;
use crate::generated::{Event, EventName};
use crate::request::Request;

pub(super) struct Session {
    socket: Socket,
}

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
        let mut session = Self { socket };
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
        match self.serve(link).await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn serve(&mut self, link: &mut Link) -> Result<Infallible, End> {
        let allowed = self.socket.handshake.silence();
        let mut silence = pin!(sleep(allowed));
        loop {
            tokio::select! {
                () = link.events.closed() => return Err(End::Dropped),
                Some(command) = link.commands.recv() => {
                    if let Some((name, names)) = command.apply(&mut link.bound) {
                        self.bind(name, names.as_deref()).await?;
                    }
                }
                () = &mut silence => {
                    let due = self.socket.heard + allowed;
                    if due <= Instant::now() {
                        return Err(broken(format!("nothing was heard for {allowed:?}")).into());
                    }
                    silence.as_mut().reset(due);
                }
                text = self.socket.read() => {
                    let text = text?;
                    let Some(event) = self.socket.event(&text).await? else { continue };
                    if event.name == "unauthorized" {
                        return Err(unauthorized(&link.settings, event.data.get()).into());
                    }
                    match link.events.try_send(Ok(Event::read(&event.name, event.data))) {
                        Ok(()) => {}
                        Err(TrySendError::Full(event)) => self.wait(link, event).await?,
                        Err(TrySendError::Closed(_)) => return Err(End::Dropped),
                    }
                }
            }
        }
    }

    /// Waits until the reader of the stream takes an event, and hands `event` on.
    ///
    /// Nothing is read meanwhile: that is what slows the server. As its pings are among what is not
    /// read, pongs are sent by the clock.
    async fn wait(&mut self, link: &mut Link, event: Result<Event, Error>) -> Result<(), End> {
        let pulse = self.socket.handshake.pulse();
        let mut pulses = interval_at(Instant::now() + pulse, pulse);
        pulses.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                place = link.events.reserve() => {
                    place.map_err(|_| End::Dropped)?.send(event);
                    self.socket.heard = Instant::now();
                    return Ok(());
                }
                Some(command) = link.commands.recv() => {
                    if let Some((name, names)) = command.apply(&mut link.bound) {
                        self.bind(name, names.as_deref()).await?;
                    }
                }
                _ = pulses.tick() => self.socket.pong("").await?,
            }
        }
    }

    async fn bind(&mut self, name: &str, events: Option<&[EventName]>) -> Result<(), Error> {
        #[derive(Serialize)]
        struct Bind<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            events: Option<&'a [EventName]>,
        }

        self.socket.emit(name, &Bind { events }).await
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
