//! The realtime socket: Socket.IO over websockets only, as Crisp speaks it.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use socketioxide::service::SocketIoService;
use socketioxide::socket::Sid;
use socketioxide::{SocketIo, TransportType};

use super::connection::{Link, MAX_MESSAGE};
use crate::Tier;

/// The path of the socket's URL, which belongs to Engine.IO.
pub(super) const PATH: &str = "/rtm/";

/// The limit of events that are queued for a client; their size is limited by [`Link::enqueue`].
const MAX_QUEUED_EVENTS: usize = 1 << 16;

/// The limit of event names that a client can add to its subscription.
const MAX_SUBSCRIBED: usize = 1000;

/// The authenticated clients.
#[derive(Clone, Debug, Default)]
pub(super) struct Clients(Arc<Mutex<HashMap<Sid, Client>>>);

#[derive(Debug)]
struct Client {
    socket: SocketRef,
    link: Link,
    subscription: Subscription,
}

/// The events that a client receives. An empty set of websites or inboxes does not filter.
#[derive(Debug)]
struct Subscription {
    events: HashSet<String>,
    websites: HashSet<String>,
    inboxes: HashSet<String>,
}

impl Clients {
    /// Returns a service that serves the socket, and passes other requests to `inner`.
    pub(super) fn serve<S: Clone>(&self, inner: S) -> SocketIoService<S> {
        let (service, io) = SocketIo::builder()
            .req_path(PATH)
            .transports([TransportType::Websocket])
            .max_buffer_size(MAX_QUEUED_EVENTS)
            // Only announced: for websockets, the connection enforces it.
            .max_payload(MAX_MESSAGE)
            .build_with_inner_svc(inner);
        let clients = self.clone();
        // A middleware runs before the client is told that it is connected, so its authentication finds the handlers.
        let on_connect = move |socket: SocketRef| {
            clients.on_connect(&socket);
            ready(Ok::<_, Infallible>(()))
        };
        io.ns("/", (|| ready(())).with(on_connect));
        service
    }

    /// Sends an event to every client that subscribed to it, and returns the number of these. A client whose queue is
    /// full is disconnected: it would miss events without noticing.
    pub(super) fn emit(&self, name: &str, data: &Value) -> usize {
        let mut clients = self.lock();
        if clients.is_empty() {
            return 0;
        }
        let size = frame_size(name, data);
        let mut sent = 0;
        clients.retain(|_, client| {
            if !client.subscription.matches(name, data) {
                return true;
            }
            let is_sent = client.link.enqueue(size) && client.socket.emit(name, data).is_ok();
            if is_sent {
                sent += 1;
            } else {
                client.link.close();
            }
            is_sent
        });
        sent
    }

    /// Disconnects every authenticated client, and returns the number of these.
    pub(super) fn disconnect(&self) -> usize {
        // Unlocked before the loop, as the handler of a disconnection locks.
        let clients = std::mem::take(&mut *self.lock());
        let count = clients.len();
        for client in clients.into_values() {
            if client.socket.disconnect().is_err() {
                client.link.close();
            }
        }
        count
    }

    fn on_connect(&self, socket: &SocketRef) {
        let link = link_of(socket);
        let clients = self.clone();
        socket.on(
            "authentication",
            // The handlers return ready futures: those that wait would run in any order.
            move |socket: SocketRef, TryData(request): TryData<Value>| {
                link.reset_read_limit();
                match Subscription::new(&request.unwrap_or_default()) {
                    Ok(subscription) => clients.on_authenticated(socket, &link, subscription),
                    Err(message) => {
                        clients.lock().remove(&socket.id);
                        // Fails when the client is gone, here and below.
                        let _ = socket.emit("unauthorized", &json!({ "message": message }));
                        let _ = socket.disconnect();
                    }
                }
                ready(())
            },
        );
        self.on_bind(socket, "socket:bind", |bound, events| *bound = events);
        self.on_bind(socket, "socket:bind:push", |bound, events| {
            let room = MAX_SUBSCRIBED.saturating_sub(bound.len());
            bound.extend(events.into_iter().take(room));
        });
        self.on_bind(socket, "socket:bind:pop", |bound, events| {
            bound.retain(|event| !events.contains(event));
        });
        socket.on_fallback(|socket: SocketRef| {
            link_of(&socket).reset_read_limit();
            ready(())
        });
        let clients = self.clone();
        socket.on_disconnect(move |socket: SocketRef| {
            clients.lock().remove(&socket.id);
            ready(())
        });
    }

    fn on_authenticated(&self, socket: SocketRef, link: &Link, subscription: Subscription) {
        link.set_authenticated();
        // The lock is held, so that the response precedes every event.
        let mut clients = self.lock();
        let _ = socket.emit("authenticated", &true);
        let client = Client {
            link: link.clone(),
            socket,
            subscription,
        };
        clients.insert(client.socket.id, client);
    }

    fn on_bind(
        &self,
        socket: &SocketRef,
        name: &'static str,
        change: fn(&mut HashSet<String>, HashSet<String>),
    ) {
        let clients = self.clone();
        socket.on(
            name,
            move |socket: SocketRef, TryData(request): TryData<Value>| {
                link_of(&socket).reset_read_limit();
                // Without events, the request only binds the socket to the websites of the token again.
                let events = request
                    .ok()
                    .and_then(|request| string_set(request.get("events")?));
                if let (Some(client), Some(events)) = (clients.lock().get_mut(&socket.id), events) {
                    change(&mut client.subscription.events, events);
                }
                ready(())
            },
        );
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Sid, Client>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the connection of a socket.
fn link_of(socket: &SocketRef) -> Link {
    let link = socket.req_parts().extensions.get::<Link>();
    link.cloned().unwrap_or_default()
}

/// Returns the size of the websocket frame with an event, in bytes.
fn frame_size(name: &str, data: &Value) -> u64 {
    let name = Value::from(name).to_string().len();
    let payload = "42[,]".len() + name + data.to_string().len();
    let header = match payload {
        0..126 => 2,
        126..65_536 => 4,
        _ => 10,
    };
    (header + payload) as u64
}

impl Subscription {
    /// Reads the data of an `authentication` event. The error repeats none of it, as it may contain a key.
    fn new(request: &Value) -> Result<Self, String> {
        let credential = |name: &str| {
            let text = request[name].as_str().filter(|text| !text.is_empty());
            text.ok_or_else(|| format!("{name}: is missing, empty or not a string"))
        };
        let set = |name: &str| match request.get(name) {
            None => Ok(HashSet::new()),
            Some(list) => {
                string_set(list).ok_or_else(|| format!("{name}: is not a list of strings"))
            }
        };
        credential("username")?;
        credential("password")?;
        let tier = credential("tier")?.parse::<Tier>();
        tier.map_err(|_| "tier: is not user, website or plugin")?;
        Ok(Self {
            events: set("events")?,
            websites: set("rooms")?,
            inboxes: set("inboxes")?,
        })
    }

    fn matches(&self, name: &str, data: &Value) -> bool {
        self.events.contains(name)
            && allows(&self.websites, data.get("website_id"))
            && allows(&self.inboxes, data.get("inbox_id"))
    }
}

fn string_set(list: &Value) -> Option<HashSet<String>> {
    let strings = list.as_array()?.iter();
    strings
        .map(|string| Some(string.as_str()?.to_owned()))
        .collect()
}

/// Returns whether a filter passes the field of an event. An event without the field is not filtered.
fn allows(filter: &HashSet<String>, field: Option<&Value>) -> bool {
    filter.is_empty()
        || field.is_none_or(|value| value.as_str().is_some_and(|value| filter.contains(value)))
}
