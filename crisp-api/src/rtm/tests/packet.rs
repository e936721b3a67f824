use proptest::prelude::*;
use serde_json::json;

use super::*;

fn parsed(text: &str) -> Packet<'_> {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

fn named(text: &str) -> (String, String) {
    match parsed(text) {
        Packet::Event(arguments) => (
            arguments.name.clone().into_owned(),
            arguments.data().expect("data").get().to_owned(),
        ),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn the_handshake_determines_the_heartbeat() {
    let text = r#"0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;
    let Packet::Open(handshake) = parsed(text) else {
        panic!("no handshake");
    };
    assert_eq!(handshake.heartbeat_timeout(), Duration::from_secs(45));
    assert_eq!(handshake.pong_interval(), Duration::from_secs(15));
}

#[test]
fn the_heartbeat_has_bounds() {
    for (ping_interval, ping_timeout, expected) in [
        (0, 0, Duration::from_millis(40)),
        (u64::MAX, u64::MAX, Duration::from_secs(240)),
        (86_400_000, 0, Duration::from_millis(120_020)),
    ] {
        let handshake = Handshake {
            ping_interval,
            ping_timeout,
        };
        assert_eq!(handshake.heartbeat_timeout(), expected);
        assert!(handshake.pong_interval() >= Duration::from_millis(15));
        assert!(handshake.pong_interval() < handshake.heartbeat_timeout());
    }
}

#[test]
fn packets_are_classified() {
    assert!(matches!(parsed("2"), Packet::Ping("")));
    assert!(matches!(parsed("2probe"), Packet::Ping("probe")));
    assert!(matches!(parsed(r#"40{"sid":"x"}"#), Packet::Connected));
    assert!(matches!(
        parsed(r#"44{"message":"no"}"#),
        Packet::ConnectError(r#"{"message":"no"}"#)
    ));
    for closed in ["1", "41", "41/,"] {
        assert!(matches!(parsed(closed), Packet::Closed), "{closed}");
    }
}

#[test]
fn acknowledgements_and_other_namespaces_are_ignored() {
    for ignored in [
        "3",
        "6",
        "43[]",
        r#"4317["done"]"#,
        r#"461-2[{"_placeholder":true,"num":0}]"#,
        r#"40/admin,{"sid":"x"}"#,
        "41/admin,",
        "41/admin",
        r#"42/admin,["message:send",{}]"#,
    ] {
        assert!(matches!(parsed(ignored), Packet::Ignored), "{ignored}");
    }
}

#[test]
fn an_event_is_its_name_and_its_first_argument() {
    let expected = ("message:send".to_owned(), r#"{"a": [1]}"#.to_owned());
    for text in [
        r#"42["message:send",{"a": [1]}]"#,
        r#"42/,["message:send",{"a": [1]}]"#,
        r#"4217["message:send",{"a": [1]}]"#,
        r#"42 [ "message:send" , {"a": [1]} , "more", {} ]"#,
        r#"42["message\u003asend",{"a": [1]}]"#,
    ] {
        assert_eq!(named(text), expected, "{text}");
    }
    assert_eq!(named(r#"42["authenticated"]"#).1, "null");
}

#[test]
fn a_name_without_escapes_is_borrowed() {
    let Packet::Event(arguments) = parsed(r#"42["message:send",{}]"#) else {
        panic!("no event");
    };
    assert!(matches!(arguments.name, Cow::Borrowed("message:send")));
}

#[test]
fn a_binary_event_has_placeholders() {
    let (name, data) = named(r#"451-["file",{"_placeholder":true,"num":0}]"#);
    assert_eq!(
        (name.as_str(), data.as_str()),
        ("file", r#"{"_placeholder":true,"num":0}"#)
    );
}

#[test]
fn torn_frames_and_junk_are_rejected() {
    for text in [
        "",
        "4",
        "7",
        "b64",
        "é",
        "4é",
        "48",
        "0",
        "0{}",
        r#"0{"pingInterval":-1,"pingTimeout":1}"#,
        "42",
        "42[]",
        "42{}",
        "42[1]",
        r#"42["message:se"#,
        r#"42["message:send",{"a":"#,
        r#"42["message:send"}"#,
        r#"45["file"]"#,
    ] {
        let parsed = parse(text);
        assert!(parsed.is_err(), "{text:?} is parsed as {parsed:?}");
    }
}

#[test]
fn malformed_arguments_are_rejected_when_they_are_decoded() {
    for array in [
        r#"["message:send",{}]]"#,
        r#"["message:send",{]"#,
        r#"["message:send",{},]"#,
        r#"["message:send",{} {}]"#,
        r#"["session:set_email",{},nul]"#,
        r#"["unknown",nul]"#,
    ] {
        assert!(parse(&format!("42{array}")).is_ok(), "{array}");
        let decoded = decode(array);
        assert!(decoded.is_err(), "{array} is decoded as {decoded:?}");
    }
}

#[test]
fn a_frame_decodes_to_the_event_of_its_name_and_payload() {
    let deep = format!("{}1{}", "[".repeat(127), "]".repeat(127));
    for (name, data) in [
        (
            "session:set_email",
            r#"{"website_id":"w","session_id":"s","email":"a@b.example","user":{}}"#,
        ),
        ("session:set_email", r#"{"email":5}"#),
        ("session:set_email", "null"),
        ("session:set_email", r#"{"email":"\ud800"}"#),
        ("of:tomorrow", r#"{"a":[1.0,1e400]}"#),
        ("of:tomorrow", r#"{"a":[1.50,null,"\u00e9"]}"#),
        ("of:tomorrow", r#""\ud800""#),
        ("of:tomorrow", &deep),
        ("", "{}"),
    ] {
        let raw: Box<RawValue> = serde_json::from_str(data).expect("JSON");
        let expected = Event::parse(name, &raw);
        for array in [
            format!("[{name:?},{data}]"),
            format!(" [ {name:?} , {data} , 1, {{}} ] "),
        ] {
            assert_eq!(decode(&array).expect("an event"), expected, "{array}");
        }
    }
    let event = decode(r#"["of:tomorrow"]"#).expect("an event");
    assert_eq!(event, Event::parse("of:tomorrow", RawValue::NULL));
}

#[test]
fn ten_megabytes_of_junk_are_rejected_with_a_short_reason() {
    for text in ["x".repeat(10 << 20), format!("42[{}", "[".repeat(10 << 20))] {
        let Malformed { reason, .. } = parse(&text).expect_err("junk");
        assert!(reason.len() < 200, "{reason}");
    }
    let array = format!(r#"["message:send",{}]"#, "[".repeat(10 << 20));
    let Malformed { reason, .. } = decode(&array).expect_err("junk");
    assert!(reason.len() < 200, "{reason}");
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "[0-7]{0,3}[-/,0-9]{0,4}.{0,40}") {
        if let Ok(Packet::Event(arguments)) = parse(&text) {
            let _ = decode(arguments.array);
        }
    }

    #[test]
    fn an_encoded_event_is_parsed_back(name in ".*", argument in ".*") {
        let text = event(&name, &json!({ "text": argument })).expect("JSON");
        let (parsed_name, data) = named(&text);
        prop_assert_eq!(parsed_name, name);
        prop_assert_eq!(data, json!({ "text": argument }).to_string());
    }
}
