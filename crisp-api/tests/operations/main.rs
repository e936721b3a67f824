//! Every operation, called with all that can be set: the mock accepts what was sent, and the answer comes back whole.

use std::collections::BTreeMap;
use std::future::IntoFuture;
use std::sync::LazyLock;

use crisp_api::mock::Mock;
use crisp_api::{Crisp, Error, Tier};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[rustfmt::skip]
mod generated;

static SPEC: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../src/generated/openapi.json"))
        .expect("the bundle is JSON")
});

/// Calls an operation and holds what was sent, and the answer, against the examples of the spec.
async fn check<T: Serialize, R>(tier: Tier, id: &str, call: impl FnOnce(&Crisp) -> R)
where
    R: IntoFuture<Output = Result<T, Error>>,
{
    let mock = Mock::start().await.expect("a free port");
    let builder = Crisp::builder().credentials(tier, "identifier", "key");
    let crisp = builder.base_url(mock.url()).build().expect("a base URL");

    let answer = call(&crisp).await.unwrap_or_else(|e| panic!("{id}: {e}"));

    let spec = operation(id);
    let [sent] = &mock.requests()[..] else {
        panic!("{id}: one request, not {:?}", mock.requests())
    };
    assert_eq!(sent.operation, id);
    assert_eq!(
        sent.body, spec.node["requestBody"]["content"]["application/json"]["example"],
        "{id}: the body sent"
    );
    let query: BTreeMap<&str, Value> = spec
        .parameters()
        .filter(|parameter| parameter["in"] == "query")
        .filter_map(|parameter| Some((parameter["name"].as_str()?, value(&parameter["example"]))))
        .collect();
    let sent_query = sent
        .query
        .iter()
        .map(|(name, text)| (name.as_str(), value(&text.as_str().into())))
        .collect();
    assert_eq!(query, sent_query, "{id}: the query sent");

    let answer = serde_json::to_value(answer).expect("an answer is JSON");
    let mut expected = spec.answer();
    // The mock has a socket of its own.
    if let Some(socket) = expected.pointer_mut("/socket/app") {
        *socket = mock.socket_url().into();
    }
    assert_eq!(answer, expected, "{id}: the answer, written back");
}

/// The example of the body of an operation.
fn body<T: DeserializeOwned>(id: &str) -> T {
    read(&operation(id).node["requestBody"]["content"]["application/json"]["example"])
}

/// The example of a field of the body of an operation.
fn field<T: DeserializeOwned>(id: &str, name: &str) -> T {
    read(&operation(id).node["requestBody"]["content"]["application/json"]["example"][name])
}

/// The example of a structured parameter of an operation.
fn parameter<T: DeserializeOwned>(id: &str, name: &str) -> T {
    let operation = operation(id);
    let parameter = operation
        .parameters()
        .find(|parameter| parameter["name"] == name)
        .expect("a parameter");
    read(&value(&parameter["example"]))
}

/// The value that a text of the query spells, or the text itself.
fn value(example: &Value) -> Value {
    example
        .as_str()
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_else(|| example.clone())
}

fn read<T: DeserializeOwned>(example: &Value) -> T {
    serde_json::from_value(example.clone())
        .unwrap_or_else(|e| panic!("{e} in the example {example}"))
}

/// An operation of the spec.
struct Operation {
    item: &'static Value,
    method: &'static str,
    node: &'static Value,
}

fn operation(id: &str) -> Operation {
    let paths = SPEC["paths"].as_object().expect("paths");
    paths
        .values()
        .flat_map(|item| {
            item.as_object()
                .into_iter()
                .flatten()
                .map(move |(method, node)| Operation { item, method, node })
        })
        .find(|operation| operation.node["operationId"] == id)
        .unwrap_or_else(|| panic!("the spec has no operation {id}"))
}

impl Operation {
    /// The parameters of the path, then of the operation, resolved.
    fn parameters(&self) -> impl Iterator<Item = &'static Value> {
        [self.item, self.node]
            .into_iter()
            .filter_map(|owner| owner["parameters"].as_array())
            .flatten()
            .map(|parameter| match parameter["$ref"].as_str() {
                Some(reference) => SPEC
                    .pointer(reference.trim_start_matches('#'))
                    .expect("the bundle has what it refers to"),
                None => parameter,
            })
    }

    /// What the client is to give: the data of the example, `true` for what is only asked whether it exists, nothing
    /// where the data is empty.
    fn answer(&self) -> Value {
        if self.method == "head" {
            return Value::Bool(true);
        }
        let responses = self.node["responses"].as_object().expect("responses");
        let (_, success) = responses
            .iter()
            .find(|(status, _)| status.starts_with('2'))
            .expect("a success");
        match &success["content"]["application/json"]["example"]["data"] {
            Value::Object(data) if data.is_empty() => Value::Null,
            data => data.clone(),
        }
    }
}
