//! Events, as facts.

use serde_json::Value;

use super::{Event, data_of, json_schema, ref_name, scopes, text, tiers};
use crate::bundle::Bundle;

pub(super) fn read_event(bundle: &Bundle, name: &str, event: &Value) -> Event {
    let schema = json_schema(bundle.resolve(&event["requestBody"]));
    Event {
        name: name.to_owned(),
        summary: text(&event["summary"]),
        description: text(&event["description"]),
        reference: text(&event["externalDocs"]["url"]),
        tiers: tiers(event),
        scopes: scopes(event),
        payload: data_of(schema)
            .and_then(ref_name)
            .unwrap_or_default()
            .to_owned(),
    }
}
