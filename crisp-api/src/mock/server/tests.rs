use super::*;
use crate::mock::schema::{Check, resolve};

const WEBSITE: &str = "/v1/website/8c842203-7ed8-4e29-a608-7cf78a7d2fcc";

/// The `data` of the answer to a request that is to be accepted.
fn ask(server: &Server, method: Method, path: &str, body: &Value) -> Value {
    let headers = [
        ("authorization", "Basic aWRlbnRpZmllcjprZXk="),
        ("x-crisp-tier", "plugin"),
        ("user-agent", "test"),
        ("accept", "application/json"),
        ("content-type", "application/json"),
    ];
    let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
    let body = if body.is_null() {
        Bytes::new()
    } else {
        body.to_string().into()
    };
    let answer = server.accept(
        &method,
        &path.parse().unwrap(),
        &HeaderMap::from_iter(headers),
        &body,
    );
    answer.unwrap().1.unwrap()["data"].clone()
}

/// A message of each type, in the form that it is sent in.
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
    let of_sides = contents.iter().flat_map(|(kind, content)| {
        let message = |from| json!({ "type": kind, "content": content, "from": from, "origin": "chat", "stealth": true });
        ["user", "operator"].map(message)
    });
    of_sides.collect()
}

#[test]
fn what_is_remembered_has_the_form_of_an_answer() {
    let document =
        serde_json::from_str::<Value>(include_str!("../../generated/openapi.json")).unwrap();
    let server = Server::new(([127, 0, 0, 1], 80).into());
    let check = |stage: &str, at: &str, template: &str| {
        let answer = &document["paths"][template]["get"]["responses"]["200"];
        let answer = resolve(answer, &document).unwrap_or(answer);
        let schema = &answer["content"]["application/json"]["schema"];
        let envelope = json!({ "error": false, "reason": "", "data": ask(&server, Method::GET, at, &Value::Null) });
        assert_eq!(
            Check::new(schema, &document).value("answer", &envelope),
            Ok(()),
            "{stage}: {template}"
        );
    };
    let session = &ask(
        &server,
        Method::POST,
        &format!("{WEBSITE}/conversation"),
        &Value::Null,
    )["session_id"];
    let path = format!("{WEBSITE}/conversation/{}", session.as_str().unwrap());
    let check_all = |stage: &str| {
        let list = "/website/{website_id}/conversations/{page_number}";
        check(stage, &format!("{WEBSITE}/conversations/1"), list);
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
            let template = format!("/website/{{website_id}}/conversation/{{session_id}}{rest}");
            check(stage, &format!("{path}{rest}"), &template);
        }
    };

    check_all("created");
    for message in messages() {
        let sent = ask(&server, Method::POST, &format!("{path}/message"), &message);
        let one = format!("{path}/message/{}", sent["fingerprint"]);
        let template = "/website/{website_id}/conversation/{session_id}/message/{fingerprint}";
        check("sent", &one, template);
        check_all("sent");
        ask(
            &server,
            Method::PATCH,
            &one,
            &json!({ "content": message["content"] }),
        );
        check("updated", &one, template);
        ask(&server, Method::DELETE, &one, &Value::Null);
    }
    check_all("without messages again");
    ask(
        &server,
        Method::PATCH,
        &format!("{path}/routing"),
        &json!({ "assigned": null }),
    );
    ask(
        &server,
        Method::PATCH,
        &format!("{path}/inbox"),
        &json!({ "inbox_id": null }),
    );
    check_all("with nulls");
}
