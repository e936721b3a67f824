//! Every check rejects invalid requests, with a message that names the location.

use super::*;

#[tokio::test]
async fn an_unknown_path_is_rejected() {
    let mock = Mock::start().await.unwrap();
    for path in ["/web", "/website/x/y/z", "/website//conversations/1"] {
        let message = rejected(request(&mock, Method::GET, path), 404, "not_found").await;
        assert!(message.contains(path), "{message}");
    }
}

#[tokio::test]
async fn an_unknown_method_is_rejected() {
    let mock = Mock::start().await.unwrap();
    let path = format!("/website/{WEBSITE}/conversations/1");
    let put = request(&mock, Method::PUT, &path);
    let message = rejected(put, 405, "method_not_allowed").await;
    assert!(
        message.contains("PUT") && message.contains(&path),
        "{message}"
    );
}

#[tokio::test]
async fn credentials_are_required() {
    let mock = Mock::start().await.unwrap();
    let get = || bare(&mock, Method::GET, &format!("/website/{WEBSITE}"));
    rejected(get(), 401, "unauthorized").await;
    for bad in [
        "Bearer aWRlbnRpZmllcjprZXk=",
        "Basic not-base64",
        "Basic bm8gY29sb24=",
        "Basic bm8ga2V5Og==",
    ] {
        let message = rejected(get().header("Authorization", bad), 401, "unauthorized").await;
        assert!(message.contains("Authorization"), "{message}");
    }
}

#[tokio::test]
async fn the_tier_must_be_known_and_allowed() {
    let mock = Mock::start().await.unwrap();
    let path = format!("/website/{WEBSITE}");
    let missing = bare(&mock, Method::GET, &path).header("Authorization", TOKEN);
    let unknown = as_tier("visitor", &mock, Method::GET, &path);
    for request in [missing, unknown] {
        let message = rejected(request, 400, "invalid_data").await;
        assert!(message.contains("X-Crisp-Tier"), "{message}");
    }
    let website = json!({ "name": "Acme", "domain": "acme.example" });
    let create = |tier| with_body(as_tier(tier, &mock, Method::POST, "/website"), &website);
    let message = rejected(create("plugin"), 403, "not_allowed").await;
    assert!(
        message.contains("website.create_website is not for the tier plugin"),
        "{message}"
    );
    assert_eq!(send(create("user")).await.0, 201);
}

#[tokio::test]
async fn headers_are_required() {
    let mock = Mock::start().await.unwrap();
    let path = format!("/website/{WEBSITE}");
    let anonymous = bare(&mock, Method::GET, &path)
        .header("Authorization", TOKEN)
        .header("X-Crisp-Tier", "user");
    let named = || anonymous.try_clone().unwrap().header("User-Agent", "test");
    let without_accept = named().header("Accept", "");
    let html = named().header("Accept", "text/html");
    let untyped = request(&mock, Method::POST, &format!("{path}/conversation")).body("{}");
    for (request, header) in [
        (anonymous.try_clone().unwrap(), "User-Agent"),
        (without_accept, "Accept is missing"),
        (html, "Accept does not include application/json"),
        (untyped, "Content-Type"),
    ] {
        let message = rejected(request, 400, "invalid_data").await;
        assert!(message.contains(header), "{header}: {message}");
    }
    let with_other = request(&mock, Method::GET, &path).header("api-version", "1");
    assert_eq!(send(with_other).await.0, 200, "other headers are ignored");
}

#[tokio::test]
async fn arguments_of_the_path_are_checked() {
    let mock = Mock::start().await.unwrap();
    let conversations = format!("/website/{WEBSITE}/conversations");
    for (path, place) in [
        ("/website/acme", "website_id: "),
        (&format!("{conversations}/0"), "page_number: "),
        (&format!("{conversations}/first"), "page_number: "),
    ] {
        let message = rejected(request(&mock, Method::GET, path), 400, "invalid_data").await;
        assert!(message.starts_with(place), "{path}: {message}");
    }
}

#[tokio::test]
async fn the_query_is_checked() {
    let mock = Mock::start().await.unwrap();
    let list = |query: &str| {
        let path = format!("/website/{WEBSITE}/conversations/1?{query}");
        request(&mock, Method::GET, &path)
    };
    let filters = "search_type=filter&search_query=%5B%7B%22colour%22%3A1%7D%5D";
    for (query, place) in [
        ("per_page=19", "query.per_page: "),
        ("per_page=many", "query.per_page: "),
        (
            "per_page=20&per_page=30",
            "query.per_page: is given more than once",
        ),
        ("filter_unread=true", "query.filter_unread: "),
        ("filter_unread=2", "query.filter_unread: "),
        (
            "colour=red",
            "query.colour: is not a parameter of website.list_conversations",
        ),
        (filters, "query.search_query[0]"),
    ] {
        let message = rejected(list(query), 400, "invalid_data").await;
        assert!(message.starts_with(place), "{query}: {message}");
    }
    let good = list("per_page=20&filter_unread=1&search_query=words");
    assert_eq!(send(good).await.0, 200);
}

#[tokio::test]
async fn a_rejected_head_request_has_no_body() {
    let mock = Mock::start().await.unwrap();
    let head = |path| request(&mock, Method::HEAD, path);
    assert_eq!(
        send(head("/website")).await,
        (StatusCode::BAD_REQUEST, Value::Null)
    );
    assert_eq!(send(head("/website?domain=acme.example")).await.0, 200);
}

#[tokio::test]
async fn bodies_are_checked() {
    let mock = Mock::start().await.unwrap();
    let path = format!("/website/{WEBSITE}/conversation/{EXAMPLE_SESSION}/message");
    let empty = || request(&mock, Method::POST, &path);
    let message = |fields: Value| {
        let mut body = json!({ "type": "text", "from": "user", "origin": "chat", "content": "a" });
        for (name, value) in fields.as_object().unwrap() {
            body[name] = value.clone();
        }
        with_body(empty(), &body)
    };
    let file = |field: &str, value: Value| {
        let mut content = json!({
            "name": "a.pdf", "url": "https://acme.example/a.pdf", "type": "application/pdf",
        });
        content[field] = value;
        message(json!({ "type": "file", "content": content }))
    };
    assert_eq!(send(file("name", json!("b.pdf"))).await.0, 202);
    let urn = json!({ "origin": "urn:acme.example:bot:0" });
    assert_eq!(send(message(urn)).await.0, 202);

    let textual = json!({ "type": "text", "content": "a", "origin": "chat" });
    let broken = empty().header("Content-Type", "application/json").body("{");
    for (request, place) in [
        (empty(), "body: is required"),
        (broken, "body: is not JSON"),
        (with_body(empty(), &json!([])), "body: "),
        (with_body(empty(), &textual), "body.from: is required"),
        (file("url", json!(7)), "body.content.url: "),
        (file("url", json!("nowhere")), "body.content.url: "),
        (
            file("size", json!(1)),
            "body.content.size: is an unknown field",
        ),
        (
            message(json!({ "colour": "red" })),
            "body.colour: is an unknown field",
        ),
        (message(json!({ "type": "smoke" })), "body.type: "),
        (message(json!({ "from": "nobody" })), "body.from: "),
    ] {
        let message = rejected(request, 400, "invalid_data").await;
        assert!(message.starts_with(place), "{place}: {message}");
    }
}

#[tokio::test]
async fn an_unexpected_body_is_rejected() {
    let mock = Mock::start().await.unwrap();
    let create = request(
        &mock,
        Method::POST,
        &format!("/website/{WEBSITE}/conversation"),
    );
    let unexpected = with_body(create.try_clone().unwrap(), &json!({ "a": 1 }));
    let message = rejected(unexpected, 400, "invalid_data").await;
    assert_eq!(
        message,
        "body: website.create_new_conversation takes no body"
    );
    let empty = with_body(create, &json!({}));
    assert_eq!(
        send(empty).await.0,
        201,
        "an empty object counts as no body"
    );
}

#[tokio::test]
async fn a_request_fails_as_set_by_the_test() {
    let mock = Mock::start().await.unwrap();
    let path = create(&mock).await;
    let operation = "website.change_conversation_state";
    mock.fail(operation, StatusCode::TOO_MANY_REQUESTS, "rate_limited");
    mock.fail(operation, StatusCode::BAD_GATEWAY, "bad_gateway");
    let resolve = || {
        let patch = request(&mock, Method::PATCH, &format!("{path}/state"));
        with_body(patch, &json!({ "state": "resolved" }))
    };
    let other = get(&mock, &path).await;
    assert_eq!(
        other["state"], "pending",
        "other operations are not affected"
    );
    let bad = with_body(
        request(&mock, Method::PATCH, &format!("{path}/state")),
        &json!({}),
    );
    rejected(bad, 400, "invalid_data").await;
    for (status, reason) in [(429, "rate_limited"), (502, "bad_gateway")] {
        rejected(resolve(), status, reason).await;
        assert_eq!(get(&mock, &path).await["state"], "pending");
    }
    assert_eq!(send(resolve()).await.0, 200);
    assert_eq!(get(&mock, &path).await["state"], "resolved");
    let requests = mock.requests();
    let sent = requests.iter().filter(|one| one.operation == operation);
    assert_eq!(sent.count(), 3);
}
