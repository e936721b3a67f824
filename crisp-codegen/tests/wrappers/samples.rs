//! The samples of events that `crisp-api` reads, held against what the wrappers type.

use std::collections::BTreeMap;
use std::fs;

use crisp_codegen::bundle::Bundle;
use serde_json::Value;

use crate::facts::{Fact, Step};

/// The `data` of every sample of a wrapper, with the name of its event.
fn samples(wrapper: &str) -> Vec<(String, Value)> {
    let file = format!(
        "{}/../crisp-api/tests/events/{wrapper}.jsonl",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = fs::read_to_string(&file).unwrap();
    text.lines()
        .map(|line| {
            let mut sample: Value = serde_json::from_str(line).unwrap();
            let event = sample["event"].as_str().unwrap().to_owned();
            (event, sample["data"].take())
        })
        .collect()
}

/// Every value of an event that is in no sample of a wrapper that types it, or in none of a form that is typed.
pub(crate) fn missing(facts: &[Fact]) -> Vec<String> {
    let samples = ["node", "go"].map(|wrapper| (wrapper, samples(wrapper)));
    let mut missing = Vec::new();
    for fact in facts {
        let mut all = Vec::new();
        for (wrapper, samples) in &samples {
            if !fact.wrappers.split(' ').any(|one| one == *wrapper) {
                continue;
            }
            let of_event = samples.iter().filter(|(event, _)| *event == fact.place);
            let found: Vec<_> = of_event
                .flat_map(|(_, data)| values(data, &fact.steps))
                .collect();
            if found.is_empty() {
                missing.push(format!("{wrapper}.jsonl: no {} {}", fact.place, fact.path));
            }
            all.extend(found);
        }
        for kind in &fact.types {
            if !all.iter().any(|value| is(value, kind)) {
                missing.push(format!("no {} {} is {kind}", fact.place, fact.path));
            }
        }
    }
    missing
}

/// Every value that Node sends in a body and that is in no example of it, so that no generated test sends it: place and
/// path, and the message.
pub(crate) fn missing_in_examples(
    bundle: &Bundle,
    facts: &[Fact],
) -> BTreeMap<[String; 2], String> {
    let api = crisp_codegen::api(bundle).unwrap();
    let examples: BTreeMap<_, _> = api
        .operations()
        .map(|operation| {
            let place = format!("{} {}", operation.method, operation.path.replace("{+", "{"));
            (place, &operation.examples)
        })
        .collect();
    let sent_by_node = facts
        .iter()
        .filter(|fact| fact.wrappers.split(' ').any(|one| one == "node"));
    sent_by_node
        .filter(|fact| {
            let examples = examples.get(&fact.place).into_iter().copied().flatten();
            let mut found = examples.flat_map(|example| values(&example.value, &fact.steps));
            found.next().is_none()
        })
        .map(|fact| {
            let message = format!("bodies: {} {}: is in no example", fact.place, fact.path);
            ([fact.place.clone(), fact.path.clone()], message)
        })
        .collect()
}

/// The values that a path leads to.
fn values<'a>(data: &'a Value, steps: &[Step]) -> Vec<&'a Value> {
    let Some((step, rest)) = steps.split_first() else {
        return vec![data];
    };
    let next: Vec<&Value> = match step {
        Step::Property { name, .. } => data.get(name).into_iter().collect(),
        Step::Items => data.as_array().into_iter().flatten().collect(),
        Step::Values => data
            .as_object()
            .into_iter()
            .flatten()
            .map(|(_, value)| value)
            .collect(),
    };
    next.into_iter()
        .flat_map(|value| values(value, rest))
        .collect()
}

/// Whether a value is of a type of the tables.
fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "any" => true,
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "string" => value.is_string(),
        "number" | "float" => value.is_number(),
        "int32" | "uint32" | "int64" => value.is_i64(),
        text => *value == *text.trim_matches('"'),
    }
}
