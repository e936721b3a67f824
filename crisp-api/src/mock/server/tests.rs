use super::*;
use crate::mock::spec::spec;

const WEBSITE: &str = "/v1/website/8c842203-7ed8-4e29-a608-7cf78a7d2fcc";

/// Sends a request that is accepted, and returns the `data` of the response.
fn call(server: &Server, method: Method, path: &str, body: &Value) -> Value {
    let headers = [
        ("authorization", "Basic aWRlbnRpZmllcjprZXk="),
        ("x-crisp-tier", "plugin"),
        ("user-agent", "test"),
        ("accept", "application/json"),
        ("content-type", "application/json"),
    ];
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let (head, ()) = request.body(()).unwrap().into_parts();
    let body = if body.is_null() {
        Bytes::new()
    } else {
        body.to_string().into()
    };
    let accepted = check_head(&head, !body.is_empty()).unwrap();
    let (_, envelope) = server.handle(accepted, &head, &body).unwrap();
    envelope.unwrap()["data"].clone()
}

/// Returns a request body for each type of message.
fn messages() -> Vec<Value> {
    let url = "https://acme.example/a";
    let contents = [
        ("text", json!("Hello")),
        ("note", json!("To be called back")),
        (
            "file",
            json!({ "name": "a.pdf", "url": url, "type": "application/pdf" }),
        ),
        ("animation", json!({ "url": url, "type": "image/gif" })),
        (
            "audio",
            json!({ "url": url, "type": "audio/webm", "duration": 3 }),
        ),
        (
            "picker",
            json!({ "id": "a", "text": "Which?", "choices": [] }),
        ),
        (
            "field",
            json!({ "id": "a", "text": "Where?", "explain": "A town" }),
        ),
        ("carousel", json!({ "text": "Look", "targets": [] })),
        (
            "event",
            json!({ "namespace": "state:resolved", "text": "Resolved" }),
        ),
    ];
    let from_both_sides = contents.iter().flat_map(|(kind, content)| {
        let message = |from| json!({ "type": kind, "content": content, "from": from, "origin": "chat", "stealth": true });
        ["user", "operator"].map(message)
    });
    from_both_sides.collect()
}

#[test]
fn responses_from_state_match_the_description() {
    let server = Server::new(([127, 0, 0, 1], 80).into());
    let check = |stage: &str, path: &str| {
        let found = spec().find(&Method::GET, &path["/v1".len()..]).unwrap();
        let data = call(&server, Method::GET, path, &Value::Null);
        let check = found.operation.data.as_ref().unwrap();
        assert_eq!(check.value("data", &data), Ok(()), "{stage}: {path}");
    };
    let session = &call(
        &server,
        Method::POST,
        &format!("{WEBSITE}/conversation"),
        &Value::Null,
    )["session_id"];
    let path = format!("{WEBSITE}/conversation/{}", session.as_str().unwrap());
    let check_all = |stage: &str| {
        check(stage, &format!("{WEBSITE}/conversations/1"));
        for rest in [
            "",
            "/messages",
            "/state",
            "/block",
            "/verify",
            "/routing",
            "/participants",
            "/meta",
        ] {
            check(stage, &format!("{path}{rest}"));
        }
    };

    check_all("created");
    for message in messages() {
        let sent = call(&server, Method::POST, &format!("{path}/message"), &message);
        let one = format!("{path}/message/{}", sent["fingerprint"]);
        check("sent", &one);
        check_all("sent");
        call(
            &server,
            Method::PATCH,
            &one,
            &json!({ "content": message["content"] }),
        );
        check("updated", &one);
        call(&server, Method::DELETE, &one, &Value::Null);
    }
    check_all("without messages again");
    call(
        &server,
        Method::PATCH,
        &format!("{path}/routing"),
        &json!({ "assigned": null }),
    );
    call(
        &server,
        Method::PATCH,
        &format!("{path}/inbox"),
        &json!({ "inbox_id": null }),
    );
    check_all("with nulls");
}
