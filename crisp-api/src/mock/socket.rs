//! The realtime socket: Socket.IO over websockets only, as Crisp speaks it.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use socketioxide::layer::SocketIoLayer;
use socketioxide::socket::Sid;
use socketioxide::{SocketIo, TransportType};

use crate::Tier;

/// The path of the socket's address, which Engine.IO takes as its own.
pub(super) const PATH: &str = "/rtm/";

/// How many events may wait for a client that reads slowly, and how long one may be. A mock is to lose none, whatever a
/// test emits at once.
const WAITING: usize = 1 << 20;
const BYTES: u64 = 100 << 20;

/// The clients that are authenticated.
#[derive(Clone, Debug, Default)]
pub(super) struct Clients(Arc<Mutex<HashMap<Sid, Client>>>);

#[derive(Debug)]
struct Client {
    socket: SocketRef,
    wants: Subscription,
}

/// Which events a client is sent. No rooms, or no inboxes, are all of them.
#[derive(Debug)]
struct Subscription {
    events: HashSet<String>,
    /// Websites.
    rooms: HashSet<String>,
    inboxes: HashSet<String>,
}

impl Clients {
    /// The layer that serves the socket, beside what it is laid around.
    pub(super) fn serve(&self) -> (SocketIoLayer, SocketIo) {
        let (layer, io) = SocketIo::builder()
            .req_path(PATH)
            .transports([TransportType::Websocket])
            .max_buffer_size(WAITING)
            .max_payload(BYTES)
            .build_layer();
        let clients = self.clone();
        // Before the client is told that it is connected, as its next word may be the authentication.
        let greet = move |socket: SocketRef| {
            clients.greet(&socket);
            ready(Ok::<_, Infallible>(()))
        };
        io.ns("/", (|| ready(())).with(greet));
        (layer, io)
    }

    /// Sends an event to all who want it; gives how many these are.
    pub(super) fn emit(&self, name: &str, data: &Value) -> usize {
        let clients = self.lock();
        let wanting = clients
            .values()
            .filter(|client| client.wants.fits(name, data));
        wanting
            .filter(|client| client.socket.emit(name, data).is_ok())
            .count()
    }

    /// Ends the sockets of all who are authenticated; gives how many these were.
    pub(super) fn disconnect(&self) -> usize {
        // Not while they are locked: each that goes is forgotten.
        let clients = std::mem::take(&mut *self.lock());
        let ended = clients
            .into_values()
            .map(|client| client.socket.disconnect());
        ended.filter(Result::is_ok).count()
    }

    fn greet(&self, socket: &SocketRef) {
        let clients = self.clone();
        socket.on(
            "authentication",
            // Here and below, what a future did would have no order: each is spawned, when the closure has run.
            move |socket: SocketRef, TryData(sent): TryData<Value>| {
                match Subscription::new(&sent.unwrap_or_default()) {
                    Ok(wants) => clients.welcome(socket, wants),
                    Err(message) => {
                        clients.lock().remove(&socket.id);
                        // An error says that the client is gone, here and below.
                        let _ = socket.emit("unauthorized", &json!({ "message": message }));
                        let _ = socket.disconnect();
                    }
                }
                ready(())
            },
        );
        self.on_binding(socket, "socket:bind", |bound, events| *bound = events);
        self.on_binding(socket, "socket:bind:push", |bound, events| {
            bound.extend(events);
        });
        self.on_binding(socket, "socket:bind:pop", |bound, events| {
            bound.retain(|event| !events.contains(event));
        });
        let clients = self.clone();
        socket.on_disconnect(move |socket: SocketRef| {
            clients.lock().remove(&socket.id);
            ready(())
        });
    }

    fn welcome(&self, socket: SocketRef, wants: Subscription) {
        // With the lock held, so that no event comes before the answer.
        let mut clients = self.lock();
        let _ = socket.emit("authenticated", &true);
        clients.insert(socket.id, Client { socket, wants });
    }

    fn on_binding(
        &self,
        socket: &SocketRef,
        name: &'static str,
        change: fn(&mut HashSet<String>, HashSet<String>),
    ) {
        let clients = self.clone();
        socket.on(
            name,
            move |socket: SocketRef, TryData(sent): TryData<Value>| {
                // Without events, the client only asks to be bound to its websites anew.
                let events = sent.ok().and_then(|sent| texts(sent.get("events")?));
                if let (Some(client), Some(events)) = (clients.lock().get_mut(&socket.id), events) {
                    change(&mut client.wants.events, events);
                }
                ready(())
            },
        );
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Sid, Client>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscription {
    /// What a client asks for as it authenticates, or why it is refused. That repeats nothing, as it may be a key.
    fn new(sent: &Value) -> Result<Self, String> {
        let credential = |name: &str| {
            let text = sent[name].as_str().filter(|text| !text.is_empty());
            text.ok_or_else(|| format!("{name}: is missing, empty or no text"))
        };
        let list = |name: &str| match sent.get(name) {
            None => Ok(HashSet::new()),
            Some(list) => texts(list).ok_or_else(|| format!("{name}: is no list of texts")),
        };
        credential("username")?;
        credential("password")?;
        let tier = credential("tier")?.parse::<Tier>();
        tier.map_err(|_| "tier: is none of user, website and plugin")?;
        Ok(Self {
            events: list("events")?,
            rooms: list("rooms")?,
            inboxes: list("inboxes")?,
        })
    }

    fn fits(&self, name: &str, data: &Value) -> bool {
        self.events.contains(name)
            && allows(&self.rooms, data.get("website_id"))
            && allows(&self.inboxes, data.get("inbox_id"))
    }
}

fn texts(list: &Value) -> Option<HashSet<String>> {
    let texts = list.as_array()?.iter();
    texts.map(|text| Some(text.as_str()?.to_owned())).collect()
}

/// Whether a filter lets through what an event says. What it doesn't speak of can't be filtered by.
fn allows(filter: &HashSet<String>, said: Option<&Value>) -> bool {
    filter.is_empty()
        || said.is_none_or(|value| value.as_str().is_some_and(|value| filter.contains(value)))
}
