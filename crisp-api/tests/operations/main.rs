//! Calls every operation with every argument and field of its examples: the request is the one that the description
//! shows, the mock accepts it, and the response is decoded and serialized back without loss.

use std::future::IntoFuture;
use std::sync::LazyLock;

use crisp_api::mock::Mock;
use crisp_api::{Crisp, Error, Tier, reqwest};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[rustfmt::skip]
mod generated;

static SPEC: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../src/generated/openapi.json"))
        .expect("the bundle is JSON")
});

/// Calls an operation and compares path, query and body of the request, and the response, with the examples of the
/// description. `case` is the ID of the operation, followed by `/` and the name of the body example if there are
/// several.
async fn check<T: Serialize, R>(tier: Tier, case: &str, call: impl FnOnce(&Crisp) -> R)
where
    R: IntoFuture<Output = Result<T, Error>>,
{
    let mock = Mock::start().await.expect("a free port");
    let builder = Crisp::builder().credentials(tier, "identifier", "key");
    // Loading the certificates of the system would take most of the time.
    let builder = builder.http_client(|| {
        let builder = reqwest::Client::builder();
        #[cfg(feature = "__rustls")]
        let builder = builder.tls_certs_only([]);
        builder
    });
    let crisp = builder.base_url(mock.url()).build().expect("a base URL");

    let response = call(&crisp).await.unwrap_or_else(|e| panic!("{case}: {e}"));

    let operation = operation(case);
    let [sent] = &mock.requests()[..] else {
        panic!("{case}: one request, not {:?}", mock.requests())
    };
    assert_eq!(sent.operation, operation.node["operationId"]);
    assert_eq!(
        sent.method.to_lowercase(),
        operation.method,
        "{case}: method"
    );
    assert_eq!(sent.path, operation.path(), "{case}: path");
    assert_eq!(&sent.body, operation.body(), "{case}: body");
    let mut query: Vec<_> = sent
        .query
        .iter()
        .map(|(name, text)| (name.as_str(), value(&text.as_str().into())))
        .collect();
    query.sort_by_key(|(name, _)| *name);
    assert_eq!(query, operation.query(), "{case}: query");

    let response = serde_json::to_value(response).expect("a response is JSON");
    let mut expected = operation.response();
    // The mock has a socket of its own.
    if let Some(socket) = expected.pointer_mut("/socket/app") {
        *socket = mock.socket_url().into();
    }
    assert_eq!(response, expected, "{case}: the response, serialized back");
}

/// The example body of a case.
fn body<T: DeserializeOwned>(case: &str) -> T {
    read(operation(case).body())
}

/// A field of the example body of a case.
fn field<T: DeserializeOwned>(case: &str, name: &str) -> T {
    read(&operation(case).body()[name])
}

/// The example of a structured parameter of an operation.
fn parameter<T: DeserializeOwned>(case: &str, name: &str) -> T {
    let operation = operation(case);
    let parameter = operation
        .parameters()
        .find(|parameter| parameter["name"] == name)
        .expect("a parameter");
    read(&value(&parameter["example"]))
}

/// The JSON value that a query text contains, or the text itself.
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

/// An operation of the description, with one of the examples of its body.
struct Operation {
    template: &'static str,
    item: &'static Value,
    method: &'static str,
    node: &'static Value,
    /// The name of the body example, if there are several.
    example: Option<String>,
}

fn operation(case: &str) -> Operation {
    let (id, example) = case
        .split_once('/')
        .map_or((case, None), |(id, example)| (id, Some(example.to_owned())));
    let paths = SPEC["paths"].as_object().expect("paths");
    for (template, item) in paths {
        for (method, node) in item.as_object().into_iter().flatten() {
            if node["operationId"] == id {
                return Operation {
                    template,
                    item,
                    method,
                    node,
                    example,
                };
            }
        }
    }
    panic!("the description has no operation {id}")
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

    /// The path of the request: the template, each name replaced by the percent-encoded example of its parameter.
    fn path(&self) -> String {
        let segments = self.template.split('/').map(|segment| {
            let Some(name) = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) else {
                return segment.to_owned();
            };
            let parameter = self
                .parameters()
                .find(|parameter| parameter["in"] == "path" && parameter["name"] == name)
                .unwrap_or_else(|| panic!("{} has no parameter {name}", self.template));
            let example = match &parameter["example"] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let slashes = parameter["x-crisp-slug-path"] == true;
            encode(&example, slashes)
        });
        let path: Vec<_> = segments.collect();
        format!("/v1{}", path.join("/"))
    }

    /// The examples of the query parameters, sorted by name.
    fn query(&self) -> Vec<(&'static str, Value)> {
        let mut query: Vec<_> = self
            .parameters()
            .filter(|parameter| parameter["in"] == "query")
            .filter_map(|parameter| {
                Some((parameter["name"].as_str()?, value(&parameter["example"])))
            })
            .collect();
        query.sort_by_key(|(name, _)| *name);
        query
    }

    /// The example of the body; null without a body.
    fn body(&self) -> &'static Value {
        let json = &self.node["requestBody"]["content"]["application/json"];
        match &self.example {
            Some(name) => &json["examples"][name]["value"],
            None => &json["example"],
        }
    }

    /// The expected result of the call: the data of the example, `true` for an existence check, null for empty data.
    fn response(&self) -> Value {
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

/// Percent-encodes all but unreserved characters (RFC 3986), and slashes if these are kept.
fn encode(text: &str, keep_slashes: bool) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            b'/' if keep_slashes => encoded.push('/'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
