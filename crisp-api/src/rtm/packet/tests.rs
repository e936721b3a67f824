use proptest::prelude::*;
use serde_json::json;

use super::*;

fn parsed(text: &str) -> Packet<'_> {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

fn named(text: &str) -> (String, String) {
    match parsed(text) {
        Packet::Event(event) => (event.name.into_owned(), event.data.get().to_owned()),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn a_handshake_says_how_the_connection_is_watched() {
    let text = r#"0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;
    let Packet::Open(handshake) = parsed(text) else {
        panic!("no handshake");
    };
    assert_eq!(handshake.silence(), Duration::from_secs(45));
    assert_eq!(handshake.pulse(), Duration::from_secs(15));
}

#[test]
fn no_handshake_stops_the_clock() {
    for (ping_interval, ping_timeout) in [(0, 0), (u64::MAX, u64::MAX), (0, u64::MAX)] {
        let handshake = Handshake {
            ping_interval,
            ping_timeout,
        };
        assert!(handshake.pulse() > Duration::ZERO);
        assert!(
            tokio::time::Instant::now()
                .checked_add(handshake.silence())
                .is_some()
        );
    }
}

#[test]
fn packets_are_told_apart() {
    assert!(matches!(parsed("2"), Packet::Ping("")));
    assert!(matches!(parsed("2probe"), Packet::Ping("probe")));
    assert!(matches!(parsed(r#"40{"sid":"x"}"#), Packet::Connected));
    assert!(matches!(
        parsed(r#"44{"message":"no"}"#),
        Packet::Refused(r#"{"message":"no"}"#)
    ));
    for closed in ["1", "41", "41/,"] {
        assert!(matches!(parsed(closed), Packet::Closed), "{closed}");
    }
}

#[test]
fn acknowledgements_and_other_namespaces_are_skipped() {
    for idle in [
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
        assert!(matches!(parsed(idle), Packet::Idle), "{idle}");
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
fn a_name_without_escapes_and_every_payload_are_borrowed() {
    let Packet::Event(event) = parsed(r#"42["message:send",{}]"#) else {
        panic!("no event");
    };
    assert!(matches!(event.name, Cow::Borrowed(_)));
}

#[test]
fn a_binary_event_comes_with_placeholders() {
    let (name, data) = named(r#"451-["file",{"_placeholder":true,"num":0}]"#);
    assert_eq!(
        (name.as_str(), data.as_str()),
        ("file", r#"{"_placeholder":true,"num":0}"#)
    );
}

#[test]
fn what_is_torn_or_junk_is_refused() {
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
        r#"42["message:send",{}]]"#,
        r#"45["file"]"#,
    ] {
        assert!(
            parse(text).is_err(),
            "{text:?} is read as {:?}",
            parse(text)
        );
    }
}

#[test]
fn ten_megabytes_of_junk_are_refused_in_few_words() {
    for text in ["x".repeat(10 << 20), format!("42[{}", "[".repeat(10 << 20))] {
        let Malformed { reason, .. } = parse(&text).expect_err("junk");
        assert!(reason.len() < 200, "{reason}");
    }
}

proptest! {
    #[test]
    fn nothing_stops_the_parser(text in "[0-7]{0,3}[-/,0-9]{0,4}.{0,40}") {
        let _ = parse(&text);
    }

    #[test]
    fn what_is_written_is_read(name in ".*", argument in ".*") {
        let text = event(&name, &json!({ "text": argument })).expect("JSON");
        let Packet::Event(event) = parsed(&text) else { panic!("{text}") };
        prop_assert_eq!(&*event.name, name);
        prop_assert_eq!(event.data.get(), json!({ "text": argument }).to_string());
    }
}
