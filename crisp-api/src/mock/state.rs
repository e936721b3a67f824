//! The state of a mock: the conversations created in it.

use std::cmp::Reverse;
use std::collections::HashMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::call::{Call, CallResult, Failure};
use super::clock::Clock;
use super::conversation::{Context, Conversation, Effect};
use super::events::{EmittedEvent, events_for};
use super::spec::Place;

/// Everything that requests can change.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Conversations by session, by website. A website stays here once a conversation was created in it, even when the
    /// last one was removed.
    websites: HashMap<String, HashMap<String, Conversation>>,
    clock: Clock,
}

impl State {
    /// Handles a request: applies its changes and adds the events that they cause.
    pub(super) fn handle(&mut self, call: &Call<'_>, events: &mut Vec<EmittedEvent>) -> CallResult {
        match call.operation.id.as_str() {
            "website.create_new_conversation" => return Ok(Some(self.create(call, events))),
            "website.list_conversations" => return Ok(self.list(call)),
            _ => {}
        }
        let mut parameters = call.operation.parameters(Place::Path);
        let Some(parameter) = parameters.find(|parameter| parameter.name == "session_id") else {
            return Ok(None);
        };
        let session = call.path("session_id");
        let not_found = || Failure::not_found("conversation_not_found", "session_id", session);
        let Some(conversations) = self.websites.get_mut(call.path("website_id")) else {
            let is_example = parameter.example.as_ref().is_some_and(|it| it == session);
            return if is_example {
                Ok(None)
            } else {
                Err(not_found())
            };
        };
        if call.operation.id == "website.remove_conversation" {
            let removed = conversations.remove(session).ok_or_else(not_found)?;
            let effect = Effect::default();
            events.extend(events_for(call, &removed, &effect, &mut self.clock));
            return Ok(None);
        }
        let conversation = conversations.get_mut(session).ok_or_else(not_found)?;
        let mut context = Context {
            call,
            clock: &mut self.clock,
            effect: Effect::default(),
        };
        let data = conversation.handle(&mut context)?;
        let effect = context.effect;
        events.extend(events_for(call, conversation, &effect, &mut self.clock));
        Ok(data)
    }

    fn create(&mut self, call: &Call<'_>, events: &mut Vec<EmittedEvent>) -> Value {
        let website = call.path("website_id");
        let example = call.operation.example.as_ref();
        let example = example.and_then(|envelope| envelope["data"]["session_id"].as_str());
        let session = match example.filter(|_| !self.websites.contains_key(website)) {
            Some(example) => example.to_owned(),
            None => format!("session_{}", Uuid::new_v4()),
        };
        let created = Conversation::new(website, &session, self.clock.now());
        let effect = Effect::default();
        events.extend(events_for(call, &created, &effect, &mut self.clock));
        let conversations = self.websites.entry(website.to_owned()).or_default();
        conversations.insert(session.clone(), created);
        json!({ "session_id": session })
    }

    fn list(&self, call: &Call<'_>) -> Option<Value> {
        let conversations = self.websites.get(call.path("website_id"))?;
        let matching = conversations
            .values()
            .map(|conversation| &conversation.data);
        let matching = matching.filter(|data| matches_filters(data, call));
        let mut matching = matching.collect::<Vec<_>>();
        let order = if call.flag("order_date_created") {
            "created_at"
        } else {
            "updated_at"
        };
        matching.sort_by_key(|data| Reverse(data[order].as_u64()));
        let per_page = call.query("per_page").and_then(|it| it.parse().ok());
        let per_page = per_page.unwrap_or(20_usize);
        let page = call.path("page_number").parse::<usize>().unwrap_or(1);
        let start = per_page.saturating_mul(page.saturating_sub(1));
        let page = matching.into_iter().skip(start).take(per_page);
        Some(page.cloned().collect())
    }
}

/// Returns whether a conversation matches the filters and the search of a list request.
fn matches_filters(data: &Value, call: &Call<'_>) -> bool {
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
        && query.is_none_or(|query| matches_search(data, query, call.query("search_type")))
}

fn matches_search(data: &Value, query: &str, kind: Option<&str>) -> bool {
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
