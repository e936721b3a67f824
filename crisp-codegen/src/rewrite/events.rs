//! The events, as one list: the runtime's macro makes types of it.

use heck::ToUpperCamelCase;

use super::{RewriteError, rust};
use crate::model::{Model, SchemaKind};

/// The fields that identify the website and the session of an event.
const PLACES: [&str; 2] = ["website_id", "session_id"];

/// The list of events, or nothing where the spec has none.
pub(super) fn file(model: &Model) -> Result<Option<String>, RewriteError> {
    if model.events.is_empty() {
        return Ok(None);
    }
    let mut variants = String::new();
    for event in &model.events {
        let form = model.schemas.get(&event.payload).map(|schema| &schema.kind);
        let Some(SchemaKind::Object { fields, .. }) = form else {
            return Err(RewriteError::new(format!(
                "the event {} carries no named object; refer to one in its `data`",
                event.name
            )));
        };
        let places: Vec<_> = PLACES
            .into_iter()
            .filter(|place| fields.iter().any(|field| field.name == *place))
            .collect();
        let mut doc = format!("{}\n\n{}\n\n", event.summary, event.description);
        doc.push_str(&rust::access(&event.tiers, &event.scopes, &event.reference));
        let variant = event.name.replace(':', "_").to_upper_camel_case();
        variants.push_str(&format!(
            "{}{variant}({} {{{}}}) = {:?},\n",
            rust::doc(&doc),
            event.payload,
            match places[..] {
                [] => String::new(),
                _ => format!(" {} ", places.join(", ")),
            },
            event.name
        ));
    }
    Ok(Some(format!(
        "{}use serde_json::Value;\nuse serde_json::value::RawValue;\n\nuse crate::event::events;\nuse crate::types::*;\n\nevents! {{\n{}}}\n",
        rust::preamble("events"),
        rust::indent(&variants),
    )))
}
