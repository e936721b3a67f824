mod harness;
mod session;

use super::endpoint::socket_url;
use super::*;

const BASE_URL: &str = "https://api.crisp.chat/v1";
const LOCAL: &str = "http://127.0.0.1:3000/v1";

#[test]
fn the_endpoint_becomes_the_url_of_a_websocket() {
    for (address, base_url, expected) in [
        (
            "https://app.relay.crisp.chat/w/xx/",
            BASE_URL,
            "https://app.relay.crisp.chat/w/xx/?EIO=4&transport=websocket",
        ),
        (
            "wss://app.relay.crisp.chat/w/xx",
            BASE_URL,
            "https://app.relay.crisp.chat/w/xx/?EIO=4&transport=websocket",
        ),
        (
            "ws://127.0.0.1:8080?a=b#c",
            LOCAL,
            "http://127.0.0.1:8080/?EIO=4&transport=websocket",
        ),
    ] {
        assert_eq!(
            socket_url(address, base_url, &[]).expect("a URL").as_str(),
            expected
        );
    }
}

#[test]
fn the_key_is_not_sent_unencrypted() {
    for address in ["http://app.relay.crisp.chat/", "ws://app.relay.crisp.chat/"] {
        let error = socket_url(address, BASE_URL, &[]).expect_err(address);
        assert!(error.contains("not TLS"), "{error}");
        assert!(socket_url(address, LOCAL, &[]).is_ok(), "{address}");
    }
}

#[test]
fn the_key_is_sent_to_known_hosts_only() {
    for address in [
        "wss://crisp.chat/",
        "wss://app.relay.crisp.chat/w/xx/",
        "wss://APP.RELAY.CRISP.CHAT:444/",
    ] {
        assert!(socket_url(address, BASE_URL, &[]).is_ok(), "{address}");
    }
    assert!(socket_url("wss://127.0.0.1/", LOCAL, &[]).is_ok());
    for address in [
        "wss://relay.example/",
        "wss://crisp.chat.example/",
        "wss://evilcrisp.chat/",
        "wss://crisp.chat@relay.example/",
        "wss://127.0.0.1/",
    ] {
        let error = socket_url(address, BASE_URL, &[]).expect_err(address);
        let host = address.trim_start_matches("wss://").trim_end_matches('/');
        let host = host.rsplit('@').next().expect("a host");
        assert!(
            error.contains(&format!("Rtm::allow_host(\"{host}\")")),
            "{error}"
        );
        assert!(
            socket_url(&format!("wss://{host}/"), BASE_URL, &[host.to_owned()]).is_ok(),
            "{host}"
        );
    }
}

#[test]
fn a_strange_endpoint_is_an_error() {
    for address in [
        "",
        "relay",
        "ftp://127.0.0.1/",
        "data:text/plain,x",
        "ws://user:password@127.0.0.1/",
    ] {
        assert!(socket_url(address, LOCAL, &[]).is_err(), "{address}");
    }
}

#[test]
fn the_accept_value_is_that_of_the_rfc() {
    // RFC 6455, section 1.3.
    assert_eq!(
        socket::accept_value("dGhlIHNhbXBsZSBub25jZQ=="),
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    );
}

#[test]
fn the_delays_grow_with_jitter_within_their_bounds() {
    for _ in 0..100 {
        let delays: Vec<f32> = Reconnect::default()
            .delays()
            .take(50)
            .map(|delay| delay.as_secs_f32())
            .collect();
        assert_eq!(delays.len(), 50);
        assert!((5.0..=10.0).contains(&delays[0]), "{}", delays[0]);
        assert!(
            delays[1..]
                .iter()
                .all(|delay| (10.0..=20.0).contains(delay)),
            "{delays:?}"
        );
        assert!(
            delays[1..].windows(2).any(|pair| pair[0] != pair[1]),
            "no jitter"
        );
    }
    assert_eq!(Reconnect::default().max_attempts(3).delays().count(), 3);
}

#[test]
fn a_server_message_is_extracted_and_redacted() {
    let crisp = Crisp::builder()
        .credentials(crate::Tier::Plugin, "identifier", "a-very-secret-key")
        .build()
        .expect("a client");
    assert_eq!(
        server_message(&crisp, r#""no such token""#),
        "no such token"
    );
    assert_eq!(
        server_message(&crisp, r#"{"message":"no such token","code":1}"#),
        "no such token"
    );
    assert_eq!(server_message(&crisp, r#"[1]"#), "[1]");
    assert_eq!(
        server_message(&crisp, r#""a-very-secret-key is wrong""#),
        "[redacted] is wrong"
    );
}
