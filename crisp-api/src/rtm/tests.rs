use super::session::socket_url;
use super::*;

#[test]
fn the_endpoint_becomes_the_address_of_a_websocket() {
    for (address, secure, expected) in [
        (
            "https://app.relay.crisp.chat/w/xx/",
            true,
            "https://app.relay.crisp.chat/w/xx/?EIO=4&transport=websocket",
        ),
        (
            "wss://app.relay.crisp.chat/w/xx",
            true,
            "https://app.relay.crisp.chat/w/xx/?EIO=4&transport=websocket",
        ),
        (
            "ws://127.0.0.1:8080?a=b#c",
            false,
            "http://127.0.0.1:8080/?EIO=4&transport=websocket",
        ),
    ] {
        assert_eq!(
            socket_url(address, secure).expect("a URL").as_str(),
            expected
        );
    }
}

#[test]
fn the_key_is_not_sent_in_the_clear_nor_anywhere_strange() {
    for address in ["http://relay.example/", "ws://relay.example/"] {
        assert!(socket_url(address, true).is_err(), "{address}");
    }
    for address in ["", "relay", "ftp://relay.example/", "data:text/plain,x"] {
        assert!(socket_url(address, false).is_err(), "{address}");
    }
}

#[test]
fn the_waits_grow_with_jitter_and_stay_within_their_bounds() {
    for _ in 0..100 {
        let waits: Vec<f32> = Reconnect::default()
            .waits()
            .take(50)
            .map(|wait| wait.as_secs_f32())
            .collect();
        assert_eq!(waits.len(), 50);
        assert!((5.0..=10.0).contains(&waits[0]), "{}", waits[0]);
        assert!(
            waits[1..].iter().all(|wait| (10.0..=20.0).contains(wait)),
            "{waits:?}"
        );
        assert!(
            waits[1..].windows(2).any(|pair| pair[0] != pair[1]),
            "no jitter"
        );
    }
    assert_eq!(Reconnect::default().times(3).waits().count(), 3);
}

#[test]
fn what_a_server_says_is_read_and_holds_no_key() {
    let crisp = Crisp::builder()
        .credentials(crate::Tier::Plugin, "identifier", "a-very-secret-key")
        .build()
        .expect("a client");
    assert_eq!(said(&crisp, r#""no such token""#), "no such token");
    assert_eq!(
        said(&crisp, r#"{"message":"no such token","code":1}"#),
        "no such token"
    );
    assert_eq!(said(&crisp, r#"[1]"#), "[1]");
    assert_eq!(
        said(&crisp, r#""a-very-secret-key is wrong""#),
        "[redacted] is wrong"
    );
}
