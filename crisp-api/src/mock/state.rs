//! What a mock remembers: the conversations made in it.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::conversation::{Conversation, handler};
use super::events::{Caused, caused};
use super::server::Failure;
use super::spec::Operation;

/// A request that passed every check.
pub(super) struct Call<'a> {
    pub(super) operation: &'a Operation,
    /// The arguments of the path, decoded.
    pub(super) path: &'a [(String, String)],
    pub(super) query: &'a [(String, String)],
    /// The body, or null.
    pub(super) body: &'a Value,
}

impl Call<'_> {
    pub(super) fn path(&self, name: &str) -> &str {
        let argument = self.path.iter().find(|(key, _)| key == name);
        argument.map_or("", |(_, value)| value)
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        let argument = self.query.iter().find(|(key, _)| key == name);
        argument.map(|(_, value)| value.as_str())
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.query(name) == Some("1")
    }
}

/// The `data` to answer, or `None` for that of the example.
pub(super) type Answer = Result<Option<Value>, Failure>;

/// The refusal to answer for something that was not made in this mock.
pub(super) fn not_found(reason: &'static str, name: &str, value: &str) -> Failure {
    let message = format!("{name}: nothing was made in this mock as {value}");
    Failure::new(StatusCode::NOT_FOUND, reason, message)
}

/// The conversations of all websites.
#[derive(Debug, Default)]
pub(super) struct State {
    conversations: Vec<Conversation>,
    /// The websites in which a conversation was made, even if it has been removed since.
    used: HashSet<String>,
    clock: Clock,
}

impl State {
    /// Answers a request, remembers what it changes, and adds the events that it causes.
    pub(super) fn answer(&mut self, call: &Call<'_>, events: &mut Vec<Caused>) -> Answer {
        match call.operation.id.as_str() {
            "website.create_new_conversation" => return Ok(Some(self.create(call, events))),
            "website.list_conversations" => return Ok(self.list(call)),
            _ => {}
        }
        let mut parameters = call.operation.path.iter();
        let Some(parameter) = parameters.find(|parameter| parameter.name == "session_id") else {
            return Ok(None);
        };
        let (website, session) = (call.path("website_id"), call.path("session_id"));
        let mut conversations = self.conversations.iter();
        match conversations.position(|conversation| conversation.is(website, session)) {
            Some(index) if call.operation.id == "website.remove_conversation" => {
                let removed = self.conversations.remove(index);
                events.extend(caused(call, &removed, &removed, &mut self.clock));
                Ok(None)
            }
            Some(index) => {
                let conversation = &mut self.conversations[index];
                let before = conversation.clone();
                let answer = match handler(&call.operation.id) {
                    Some(handler) => handler(conversation, call, &mut self.clock)?,
                    None => None,
                };
                events.extend(caused(call, &before, conversation, &mut self.clock));
                Ok(answer)
            }
            None if !self.used.contains(website)
                && parameter
                    .example
                    .as_ref()
                    .is_some_and(|example| example == session) =>
            {
                Ok(None)
            }
            None => Err(not_found("conversation_not_found", "session_id", session)),
        }
    }

    fn create(&mut self, call: &Call<'_>, events: &mut Vec<Caused>) -> Value {
        let website = call.path("website_id");
        let example = call.operation.example.as_ref();
        let example = example.and_then(|envelope| envelope["data"]["session_id"].as_str());
        let session = match example.filter(|_| !self.used.contains(website)) {
            Some(example) => example.to_owned(),
            None => format!("session_{}", Uuid::new_v4()),
        };
        let created = Conversation::new(website, &session, self.clock.now());
        events.extend(caused(call, &created, &created, &mut self.clock));
        self.conversations.push(created);
        self.used.insert(website.to_owned());
        json!({ "session_id": session })
    }

    fn list(&self, call: &Call<'_>) -> Option<Value> {
        let website = call.path("website_id");
        if !self.used.contains(website) {
            return None;
        }
        let shown = self
            .conversations
            .iter()
            .map(|conversation| &conversation.data);
        let shown = shown.filter(|data| data["website_id"] == website && passes(data, call));
        let mut shown = shown.collect::<Vec<_>>();
        let by_creation = call.flag("order_date_created");
        let order = if by_creation {
            "created_at"
        } else {
            "updated_at"
        };
        shown.sort_by_key(|data| Reverse(data[order].as_u64()));
        let per_page = call
            .query("per_page")
            .and_then(|number| number.parse().ok());
        let per_page = per_page.unwrap_or(20_usize);
        let page = call.path("page_number").parse::<usize>().unwrap_or(1);
        let start = per_page.saturating_mul(page.saturating_sub(1));
        Some(
            shown
                .into_iter()
                .skip(start)
                .take(per_page)
                .cloned()
                .collect(),
        )
    }
}

/// Whether the filters and the search of a list let a conversation through.
fn passes(data: &Value, call: &Call<'_>) -> bool {
    let resolved = data["state"] == "resolved";
    let assigned = data["assigned"]["user_id"].as_str();
    let by_operator = match call.query("filter_assigned") {
        // The Go wrapper sends a flag where the Node wrapper sends the operator.
        None | Some("" | "0") => true,
        Some("1") => assigned.is_some(),
        Some(operator) => assigned == Some(operator),
    };
    let inbox = call
        .query("filter_inbox_id")
        .filter(|inbox| !inbox.is_empty());
    let query = call.query("search_query");
    (!call.flag("filter_resolved") || resolved)
        && (!call.flag("filter_not_resolved") || !resolved)
        && (!call.flag("filter_unread") || data["unread"]["operator"] != 0)
        && (!call.flag("filter_unassigned") || assigned.is_none())
        && by_operator
        && inbox.is_none_or(|inbox| data["inbox_id"] == inbox)
        && query.is_none_or(|query| is_found(data, query, call.query("search_type")))
}

fn is_found(data: &Value, query: &str, kind: Option<&str>) -> bool {
    let meta = &data["meta"];
    match kind {
        Some("filter") => true,
        Some("segment") => {
            let segments = meta["segments"].as_array();
            segments.is_some_and(|segments| segments.iter().any(|segment| segment == query))
        }
        _ => {
            let query = query.to_lowercase();
            let texts = [&meta["nickname"], &meta["email"], &data["last_message"]];
            let mut texts = texts.into_iter().filter_map(Value::as_str);
            texts.any(|text| text.to_lowercase().contains(&query))
        }
    }
}

/// Tells the time, and numbers messages.
#[derive(Debug, Default)]
pub(super) struct Clock {
    last: u64,
    fingerprints: u64,
}

impl Clock {
    /// The time in milliseconds since 1970, later than what was told before: what is listed by time has an order.
    pub(super) fn now(&mut self) -> u64 {
        let elapsed = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let now = u64::try_from(elapsed.as_millis()).unwrap_or_default();
        self.last = now.max(self.last + 1);
        self.last
    }

    /// A fingerprint in the range of Crisp's, which don't fit 32 bits.
    pub(super) fn fingerprint(&mut self) -> u64 {
        self.fingerprints += 1;
        100_000_000_000_000 + self.fingerprints
    }
}
