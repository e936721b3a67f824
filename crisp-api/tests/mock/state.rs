//! The state of a mock: conversations and their messages.

use super::*;

fn conversation(session: &str) -> String {
    format!("/website/{WEBSITE}/conversation/{session}")
}

#[tokio::test]
async fn sessions_have_separate_state() {
    let mock = Mock::start().await.unwrap();
    let example = get(&mock, &conversation(EXAMPLE_SESSION)).await;
    assert_eq!(Some(example), mock::example("website.get_conversation"));

    let first = create(&mock).await;
    assert!(first.ends_with(EXAMPLE_SESSION));
    assert_eq!(get(&mock, &first).await["last_message"], "");
    let path = create(&mock).await;
    let created = get(&mock, &path).await;
    assert!(path.ends_with(created["session_id"].as_str().unwrap()));
    assert_ne!(path, first);
    assert_eq!(
        (&created["website_id"], &created["state"]),
        (&json!(WEBSITE), &json!("pending"))
    );
    assert!(created["created_at"].as_u64() > Some(1_700_000_000_000));
    let head = |path: &str| request(&mock, Method::HEAD, path);
    assert_eq!(send(head(&path)).await, (StatusCode::OK, Value::Null));

    let unknown = conversation("session_00000000-0000-4000-8000-000000000000");
    let elsewhere = path.replace(WEBSITE, "11111111-1111-4111-8111-111111111111");
    for path in [&unknown, &elsewhere] {
        let get = request(&mock, Method::GET, path);
        let message = rejected(get, 404, "conversation_not_found").await;
        assert!(message.starts_with("session_id: "), "{message}");
        assert_eq!(send(head(path)).await, (StatusCode::NOT_FOUND, Value::Null));
    }

    let other = Mock::start().await.unwrap();
    let get = request(&other, Method::GET, &path);
    rejected(get, 404, "conversation_not_found").await;

    for path in [&path, &first] {
        assert_eq!(send(request(&mock, Method::DELETE, path)).await.0, 200);
        let get = request(&mock, Method::GET, path);
        rejected(get, 404, "conversation_not_found").await;
    }
}

#[tokio::test]
async fn sent_messages_are_listed() {
    let mock = Mock::start().await.unwrap();
    let path = create(&mock).await;
    let messages = format!("{path}/messages");
    assert_eq!(get(&mock, &messages).await, json!([]));

    let first = send_text(&mock, &path, "user", "Hello").await["fingerprint"].clone();
    assert!(first.as_u64() > Some(u64::from(u32::MAX)));
    let second = json!({
        "type": "text", "from": "operator", "origin": "chat", "content": "What can I do?",
        "fingerprint": 163_466_085_168_320_u64, "user": { "nickname": "Alex" },
    });
    let sent = with_body(
        request(&mock, Method::POST, &format!("{path}/message")),
        &second,
    );
    let (status, sent) = send(sent).await;
    assert_eq!(
        (status.as_u16(), &sent["reason"]),
        (202, &json!("dispatched"))
    );
    assert_eq!(
        sent["data"],
        json!({ "fingerprint": second["fingerprint"] })
    );

    let listed = get(&mock, &messages).await;
    assert_eq!(each(&listed, "content"), json!(["Hello", "What can I do?"]));
    assert_eq!(
        each(&listed, "fingerprint"),
        json!([first, second["fingerprint"]])
    );
    for (field, value) in second.as_object().unwrap() {
        assert_eq!(listed[1][field], *value, "{field}");
    }
    assert!(listed[0]["timestamp"].as_u64() < listed[1]["timestamp"].as_u64());

    let conversation = get(&mock, &path).await;
    assert_eq!(conversation["last_message"], "What can I do?");
    assert_eq!(
        conversation["preview_message"]["fingerprint"],
        second["fingerprint"]
    );
    assert_eq!(
        conversation["unread"],
        json!({ "operator": 1, "visitor": 1 })
    );
}

#[tokio::test]
async fn messages_are_updated_and_removed() {
    let mock = Mock::start().await.unwrap();
    let path = create(&mock).await;
    send_text(&mock, &path, "operator", "What can I do?").await;
    let fingerprint = &send_text(&mock, &path, "user", "Hello").await["fingerprint"];
    let one = format!("{path}/message/{fingerprint}");

    patch(&mock, &one, json!({ "content": "Good day" })).await;
    let edited = get(&mock, &one).await;
    assert_eq!(
        (&edited["content"], &edited["edited"]),
        (&json!("Good day"), &json!(true))
    );
    assert_eq!(get(&mock, &path).await["last_message"], "Good day");

    assert_eq!(send(request(&mock, Method::DELETE, &one)).await.0, 200);
    rejected(request(&mock, Method::GET, &one), 404, "message_not_found").await;
    let left = get(&mock, &format!("{path}/messages")).await;
    assert_eq!(each(&left, "content"), json!(["What can I do?"]));
    let conversation = get(&mock, &path).await;
    assert_eq!(conversation["last_message"], "What can I do?");
    assert_eq!(
        conversation["unread"],
        json!({ "operator": 0, "visitor": 1 })
    );
}

#[tokio::test]
async fn messages_are_paged_by_time() {
    let mock = Mock::start().await.unwrap();
    let path = create(&mock).await;
    for number in (0..50).rev() {
        let message = json!({
            "type": "text", "from": "user", "origin": "chat", "content": number.to_string(),
            "timestamp": 1_763_812_800_000_u64 + number,
        });
        change(&mock, Method::POST, &format!("{path}/message"), message).await;
    }
    for (query, first, last) in [
        ("", 30, 49),
        ("?timestamp_before=1763812800030", 10, 29),
        ("?timestamp_before=1763812800000", 0, -1),
        ("?timestamp_after=1763812800030", 31, 49),
        ("?timestamp_after=1763812800005", 6, 25),
        ("?timestamp_around=1763812800025", 15, 34),
    ] {
        let listed = get(&mock, &format!("{path}/messages{query}")).await;
        let expected = (first..=last).map(|number| number.to_string());
        let expected = expected.collect::<Vec<_>>();
        assert_eq!(each(&listed, "content"), json!(expected), "{query}");
    }
}

#[tokio::test]
async fn messages_are_marked() {
    let mock = Mock::start().await.unwrap();
    let path = create(&mock).await;
    send_text(&mock, &path, "user", "Hello").await;
    let second = send_text(&mock, &path, "user", "Is anybody there?").await;
    send_text(&mock, &path, "operator", "Yes").await;
    let second = &second["fingerprint"];
    let one = json!({ "from": "user", "origin": "chat", "fingerprints": [second] });
    let all = json!({ "from": "user", "origin": "chat" });
    let sent = json!({ "from": "operator", "origin": "email" });
    let unread = json!({ "from": "user" });
    for (rest, body, operator, visitor) in [
        ("read", one, 1, 1),
        ("read", all.clone(), 0, 1),
        ("unread", unread.clone(), 2, 1),
        ("read", all, 0, 1),
        ("unread", unread, 2, 1),
        ("delivered", sent, 2, 1),
    ] {
        patch(&mock, &format!("{path}/{rest}"), body).await;
        let counts = json!({ "operator": operator, "visitor": visitor });
        assert_eq!(get(&mock, &path).await["unread"], counts, "{rest}");
    }
    let messages = get(&mock, &format!("{path}/messages")).await;
    assert_eq!(each(&messages, "read"), json!(["", "", ""]));
    assert_eq!(each(&messages, "delivered"), json!(["", "", "email"]));
}

#[tokio::test]
async fn changes_are_visible() {
    let mock = Mock::start().await.unwrap();
    let path = create(&mock).await;
    let assigned = json!({ "user_id": OPERATOR });
    let participants = json!([{ "type": "email", "target": "jane.doe@acme.example" }]);
    for (method, rest, body) in [
        (Method::PATCH, "state", json!({ "state": "unresolved" })),
        (Method::PATCH, "block", json!({ "blocked": true })),
        (Method::PATCH, "routing", json!({ "assigned": assigned })),
        (
            Method::PUT,
            "participants",
            json!({ "participants": participants }),
        ),
    ] {
        let at = format!("{path}/{rest}");
        change(&mock, method, &at, body.clone()).await;
        assert_eq!(get(&mock, &at).await, body);
    }
    patch(
        &mock,
        &format!("{path}/inbox"),
        json!({ "inbox_id": INBOX }),
    )
    .await;

    let conversation = get(&mock, &path).await;
    for (field, expected) in [
        ("state", json!("unresolved")),
        ("is_blocked", json!(true)),
        ("assigned", assigned),
        ("participants", participants),
        ("inbox_id", json!(INBOX)),
    ] {
        assert_eq!(conversation[field], expected, "{field}");
    }
    assert!(conversation["updated_at"].as_u64() > conversation["created_at"].as_u64());
}

#[tokio::test]
async fn meta_is_merged() {
    let mock = Mock::start().await.unwrap();
    let path = create(&mock).await;
    let at = format!("{path}/meta");
    patch(
        &mock,
        &at,
        json!({ "nickname": "Jane Doe", "data": { "plan": "free" } }),
    )
    .await;
    let more = json!({ "email": "jane.doe@acme.example", "data": { "spent": 1.5 } });
    patch(&mock, &at, more).await;
    let meta = get(&mock, &at).await;
    assert_eq!(meta["nickname"], "Jane Doe");
    assert_eq!(meta["email"], "jane.doe@acme.example");
    assert_eq!(meta["data"], json!({ "plan": "free", "spent": 1.5 }));
    assert_eq!(get(&mock, &path).await["meta"], meta);
}

/// Returns the listed conversations as indexes into `paths`.
async fn listed(mock: &Mock, paths: &[String], rest: &str) -> Vec<usize> {
    let list = get(mock, &format!("/website/{WEBSITE}/conversations/{rest}")).await;
    let sessions = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["session_id"].as_str().unwrap());
    let index = |session| paths.iter().position(|path| path.ends_with(session));
    sessions.map(|session| index(session).unwrap()).collect()
}

#[tokio::test]
async fn conversations_are_paged() {
    let mock = Mock::start().await.unwrap();
    let base = format!("/website/{WEBSITE}/conversations");
    let example = get(&mock, &format!("{base}/1")).await;
    assert_eq!(Some(example), mock::example("website.list_conversations"));
    assert_eq!(
        get(&mock, &format!("{base}/2")).await,
        json!([]),
        "an example has one page"
    );

    let mut paths = Vec::new();
    for _ in 0..22 {
        paths.push(create(&mock).await);
    }
    let newest_first = (0..22).rev().collect::<Vec<_>>();
    assert_eq!(listed(&mock, &paths, "1").await, newest_first[..20]);
    assert_eq!(listed(&mock, &paths, "2").await, newest_first[20..]);
    assert!(listed(&mock, &paths, "3").await.is_empty());
    assert_eq!(listed(&mock, &paths, "1?per_page=50").await, newest_first);

    send_text(&mock, &paths[8], "user", "Hello").await;
    assert_eq!(
        listed(&mock, &paths, "1").await[0],
        8,
        "the last that changed is first"
    );
    let by_creation = listed(&mock, &paths, "1?per_page=50&order_date_created=1").await;
    assert_eq!(by_creation, newest_first);

    for path in &paths {
        send(request(&mock, Method::DELETE, path)).await;
    }
    let left = listed(&mock, &paths, "1").await;
    assert!(left.is_empty(), "the example does not come back");
}

#[tokio::test]
async fn conversations_are_filtered_and_searched() {
    let mock = Mock::start().await.unwrap();
    let mut paths = Vec::new();
    for _ in 0..7 {
        paths.push(create(&mock).await);
    }
    send_text(&mock, &paths[3], "user", "Where is my parcel?").await;
    for (index, rest, body) in [
        (0, "state", json!({ "state": "resolved" })),
        (1, "routing", json!({ "assigned": { "user_id": OPERATOR } })),
        (2, "inbox", json!({ "inbox_id": INBOX })),
        (4, "meta", json!({ "nickname": "Jane Doe" })),
        (5, "meta", json!({ "email": "joe@acme.example" })),
        (6, "meta", json!({ "segments": ["vip"] })),
    ] {
        patch(&mock, &format!("{}/{rest}", paths[index]), body).await;
    }
    for (query, expected) in [
        ("filter_resolved=1", vec![0]),
        ("filter_not_resolved=1", vec![6, 5, 4, 3, 2, 1]),
        (&format!("filter_assigned={OPERATOR}"), vec![1]),
        ("filter_unassigned=1", vec![6, 5, 4, 3, 2, 0]),
        (&format!("filter_inbox_id={INBOX}"), vec![2]),
        ("filter_unread=1", vec![3]),
        ("filter_unread=0", vec![6, 5, 4, 3, 2, 1, 0]),
        ("search_query=PARCEL&search_type=text", vec![3]),
        ("search_query=jane", vec![4]),
        ("search_query=joe%40acme", vec![5]),
        ("search_query=vip&search_type=segment", vec![6]),
        ("search_query=nobody", vec![]),
        ("search_query=jane&filter_unread=1", vec![]),
    ] {
        let mut found = listed(&mock, &paths, &format!("1?order_date_created=1&{query}")).await;
        found.sort_by(|a, b| b.cmp(a));
        assert_eq!(found, expected, "{query}");
    }
}
