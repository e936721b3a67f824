//! Each check refuses what it is for, and says what and where.

use super::*;

#[tokio::test]
async fn an_unknown_path_is_refused() {
    let mock = Mock::start().await.unwrap();
    for path in ["/web", "/website/x/y/z", "/website//conversations/1"] {
        let message = refused(request(&mock, Method::GET, path), 404, "not_found").await;
        assert!(message.contains(path), "{message}");
    }
}

#[tokio::test]
async fn a_method_that_the_path_has_not_is_refused() {
    let mock = Mock::start().await.unwrap();
    let path = format!("/website/{WEBSITE}/conversations/1");
    let put = request(&mock, Method::PUT, &path);
    let message = refused(put, 405, "method_not_allowed").await;
    assert!(
        message.contains("PUT") && message.contains(&path),
        "{message}"
    );
}

#[tokio::test]
async fn credentials_are_asked_for() {
    let mock = Mock::start().await.unwrap();
    let get = || bare(&mock, Method::GET, &format!("/website/{WEBSITE}"));
    refused(get(), 401, "unauthorized").await;
    for bad in [
        "Bearer aWRlbnRpZmllcjprZXk=",
        "Basic not-base64",
        "Basic bm8gY29sb24=",
        "Basic bm8ga2V5Og==",
    ] {
        let message = refused(get().header("Authorization", bad), 401, "unauthorized").await;
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
        let message = refused(request, 400, "invalid_data").await;
        assert!(message.contains("X-Crisp-Tier"), "{message}");
    }
    let website = json!({ "name": "Acme", "domain": "acme.example" });
    let create = |tier| with_body(as_tier(tier, &mock, Method::POST, "/website"), &website);
    let message = refused(create("plugin"), 403, "not_allowed").await;
    assert!(
        message.contains("website.create_website is not for the tier plugin"),
        "{message}"
    );
    assert_eq!(send(create("user")).await.0, 201);
}

#[tokio::test]
async fn headers_must_be_there() {
    let mock = Mock::start().await.unwrap();
    let path = format!("/website/{WEBSITE}");
    let anonymous = bare(&mock, Method::GET, &path)
        .header("Authorization", TOKEN)
        .header("X-Crisp-Tier", "user");
    let named = || anonymous.try_clone().unwrap().header("User-Agent", "test");
    let silent = named().header("Accept", "");
    let html = named().header("Accept", "text/html");
    let untyped = request(&mock, Method::POST, &format!("{path}/conversation")).body("{}");
    for (request, header) in [
        (anonymous.try_clone().unwrap(), "User-Agent"),
        (silent, "Accept is missing"),
        (html, "Accept leaves out application/json"),
        (untyped, "Content-Type"),
    ] {
        let message = refused(request, 400, "invalid_data").await;
        assert!(message.contains(header), "{header}: {message}");
    }
    let unheard_of = request(&mock, Method::GET, &path).header("api-version", "1");
    assert_eq!(send(unheard_of).await.0, 200, "other headers do no harm");
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
        let message = refused(request(&mock, Method::GET, path), 400, "invalid_data").await;
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
            "query.colour: is no parameter of website.list_conversations",
        ),
        (filters, "query.search_query[0]"),
    ] {
        let message = refused(list(query), 400, "invalid_data").await;
        assert!(message.starts_with(place), "{query}: {message}");
    }
    let good = list("per_page=20&filter_unread=1&search_query=words");
    assert_eq!(send(good).await.0, 200);
}

#[tokio::test]
async fn a_required_parameter_is_asked_for_without_a_body_to_head() {
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
        (file("size", json!(1)), "body.content.size: is no field"),
        (
            message(json!({ "colour": "red" })),
            "body.colour: is no field",
        ),
        (message(json!({ "type": "smoke" })), "body.type: "),
        (message(json!({ "from": "nobody" })), "body.from: "),
    ] {
        let message = refused(request, 400, "invalid_data").await;
        assert!(message.starts_with(place), "{place}: {message}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_asked_for_is_refused() {
    let mock = Mock::start().await.unwrap();
    let create = request(
        &mock,
        Method::POST,
        &format!("/website/{WEBSITE}/conversation"),
    );
    let unexpected = with_body(create.try_clone().unwrap(), &json!({ "a": 1 }));
    let message = refused(unexpected, 400, "invalid_data").await;
    assert_eq!(message, "body: website.create_new_conversation takes none");
    let empty = with_body(create, &json!({}));
    assert_eq!(
        send(empty).await.0,
        201,
        "an empty object stands for no body"
    );
}

#[tokio::test]
async fn a_body_of_any_length_is_looked_at() {
    let mock = Mock::start().await.unwrap();
    let path = create(&mock).await;
    let said = say(&mock, &path, "user", &"long ".repeat(1 << 20)).await;
    assert!(said["fingerprint"].is_u64(), "{said}");
}

#[tokio::test]
async fn a_request_fails_as_the_test_asks() {
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
    assert_eq!(other["state"], "pending", "another operation goes on");
    let bad = with_body(
        request(&mock, Method::PATCH, &format!("{path}/state")),
        &json!({}),
    );
    refused(bad, 400, "invalid_data").await;
    for (status, reason) in [(429, "rate_limited"), (502, "bad_gateway")] {
        refused(resolve(), status, reason).await;
        assert_eq!(get(&mock, &path).await["state"], "pending");
    }
    assert_eq!(send(resolve()).await.0, 200);
    assert_eq!(get(&mock, &path).await["state"], "resolved");
    let received = mock.requests();
    let sent = received.iter().filter(|one| one.operation == operation);
    assert_eq!(sent.count(), 3);
}
