//! The events, as one list: the runtime's macro makes types of it.

use heck::ToUpperCamelCase;

use super::{RewriteError, rust};
use crate::model::{Form, Model};

/// The list of events, or nothing where the spec has none.
pub(super) fn file(model: &Model) -> Result<Option<String>, RewriteError> {
    if model.events.is_empty() {
        return Ok(None);
    }
    let mut variants = String::new();
    for event in &model.events {
        let form = model.schemas.get(&event.payload).map(|schema| &schema.form);
        if form.is_none_or(|form| matches!(form, Form::Inline)) {
            return Err(RewriteError::new(format!(
                "the event {} carries no named schema; refer to one in its `data`",
                event.name
            )));
        }
        let mut doc = format!("{}\n\n{}\n\n", event.summary, event.description);
        doc.push_str(&rust::access(&event.tiers, &event.scopes, &event.reference));
        let variant = event.name.replace(':', "_").to_upper_camel_case();
        variants.push_str(&format!(
            "{}{variant}({}) = {:?},\n",
            rust::doc(&doc),
            event.payload,
            event.name
        ));
    }
    Ok(Some(format!(
        "{}use serde_json::Value;\nuse serde_json::value::RawValue;\n\nuse crate::event::events;\nuse crate::types::*;\n\nevents! {{\n{}}}\n",
        rust::preamble("events"),
        rust::indent(&variants),
    )))
}
