//! Every operation of the bundled description, called with its examples.

use super::*;

/// Follows a reference within the bundle.
fn resolve<'v>(bundle: &'v Value, value: &'v Value) -> &'v Value {
    match value["$ref"].as_str() {
        Some(target) => bundle.pointer(&target[1..]).unwrap(),
        None => value,
    }
}

/// Returns the example of a request or response body: the first of several.
fn example(bundle: &Value, body: &Value) -> Option<Value> {
    let content = resolve(bundle, body).pointer("/content/application~1json");
    let named = || {
        content?["examples"]
            .as_object()?
            .values()
            .next()?
            .get("value")
    };
    content?.get("example").or_else(named).cloned()
}

/// Returns the request with the examples of an operation.
fn call(
    mock: &Mock,
    bundle: &Value,
    template: &str,
    method: &Method,
    item: &Value,
) -> RequestBuilder {
    let operation = &item[method.as_str().to_lowercase()];
    let mut path = template.to_owned();
    let mut query = form_urlencoded::Serializer::new(String::new());
    let declared = [item, operation].map(|at| at["parameters"].as_array());
    for parameter in declared.into_iter().flatten().flatten() {
        let parameter = resolve(bundle, parameter);
        let name = parameter["name"].as_str().unwrap();
        let example = &parameter["example"];
        let example = example
            .as_str()
            .map_or_else(|| example.to_string(), str::to_owned);
        match parameter["in"].as_str() {
            Some("path") => path = path.replace(&format!("{{{name}}}"), &example),
            _ => _ = query.append_pair(name, &example),
        }
    }
    let query = query.finish();
    let tier = operation["x-crisp-tiers"][0].as_str().unwrap();
    let request = as_tier(tier, mock, method.clone(), &format!("{path}?{query}"));
    match example(bundle, &operation["requestBody"]) {
        Some(body) => with_body(request, &body),
        None => request,
    }
}

#[tokio::test]
async fn every_operation_responds_with_its_example() {
    let bundle = include_str!("../../src/generated/openapi.json");
    let bundle = serde_json::from_str::<Value>(bundle).unwrap();
    let mut called = 0;
    let mut wrong = Vec::new();
    for (template, item) in bundle["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(id) = operation["operationId"].as_str() else {
                continue;
            };
            let method = method.to_uppercase().parse::<Method>().unwrap();
            let responses = operation["responses"].as_object().unwrap().iter();
            let success = responses
                .into_iter()
                .find(|(status, _)| status.starts_with('2'));
            let (status, response) = success.unwrap();
            let mut expected = example(&bundle, response).unwrap_or_default();
            assert_eq!(expected.is_null(), method == Method::HEAD, "{id}");
            assert_eq!(mock::example(id).as_ref(), expected.get("data"), "{id}");

            // A mock for each operation, as lists show what others created.
            let mock = Mock::start().await.unwrap();
            // The URL of the socket is the mock's own.
            if let Some(socket) = expected.pointer_mut("/data/socket/app") {
                *socket = mock.socket_url().into();
            }
            let (got, body) = send(call(&mock, &bundle, template, &method, item)).await;
            called += 1;
            if got.as_str() != status || body != expected {
                wrong.push(format!("{id}: {got} {body}"));
                continue;
            }
            assert_eq!(mock.requests()[0].operation, id);
        }
    }
    assert!(called >= 35, "only {called} operations");
    assert!(
        wrong.is_empty(),
        "{} of {called}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[tokio::test]
async fn reads_bypass_the_cache() {
    let mock = Mock::start().await.unwrap();
    let path = format!("/website/{WEBSITE}/conversation/{EXAMPLE_SESSION}");
    for (method, expected) in [
        (Method::GET, Some("DIRECT")),
        (Method::HEAD, Some("DIRECT")),
        (Method::DELETE, None),
    ] {
        let response = request(&mock, method, &path).send().await.unwrap();
        let bloom = response.headers().get("Bloom-Status");
        assert_eq!(bloom.map(|value| value.to_str().unwrap()), expected);
    }
}
