//! The headers of every request, and the validation of settings.
#![cfg(feature = "client")]

mod support;

use std::time::Duration;

use crisp_api::{Crisp, Error, Method, Retry, Tier};
use serde_json::{Value, json};
use support::{ENCODED, IDENTIFIER, KEY, Reply, Server};

#[tokio::test]
async fn sends_credentials_tier_and_product() {
    let server = Server::start([Reply::data(json!({}))]).await;
    let crisp = server.builder().user_agent("acme-bot/1.2").build().unwrap();
    crisp
        .request::<Value>(Method::GET, "/website/w")
        .await
        .unwrap();

    let seen = server.only();
    assert_eq!(
        (seen.method.as_str(), seen.uri.as_str()),
        ("GET", "/v1/website/w")
    );
    assert_eq!(
        seen.header("authorization"),
        Some(format!("Basic {ENCODED}").as_str())
    );
    assert_eq!(seen.header("x-crisp-tier"), Some("plugin"));
    let agent = concat!("acme-bot/1.2 crisp-api/", env!("CARGO_PKG_VERSION"));
    assert_eq!(seen.header("user-agent"), Some(agent));
    assert_eq!(seen.header("accept"), Some("application/json"));
    let mut names: Vec<_> = seen.headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "accept",
            "authorization",
            "host",
            "user-agent",
            "x-crisp-tier"
        ]
    );
    assert_eq!(seen.body, "");
}

#[tokio::test]
async fn works_without_credentials() {
    let server = Server::start([Reply::error(401, "invalid_session")]).await;
    let crisp = Crisp::builder().base_url(&server.base_url).build().unwrap();
    let error = crisp
        .request::<Value>(Method::GET, "/website/w")
        .await
        .unwrap_err();

    assert_eq!(error.status().unwrap(), 401);
    assert!(
        error.to_string().contains("check the identifier, the key"),
        "{error}"
    );
    assert_eq!(server.only().header("authorization"), None);
    assert_eq!(server.only().header("x-crisp-tier"), None);
}

#[tokio::test]
async fn does_not_follow_redirects() {
    let elsewhere = Server::start([]).await;
    let moved = Reply::new(302, "").header("location", &elsewhere.base_url);
    let server = Server::start([moved]).await;
    let crisp = Crisp::builder()
        .base_url(&server.base_url)
        .credentials(Tier::Website, IDENTIFIER, KEY)
        .build()
        .unwrap();
    let error = crisp
        .request::<()>(Method::POST, "/website/w/message")
        .await
        .unwrap_err();

    assert_eq!(error.status().unwrap(), 302);
    assert!(error.to_string().contains("base_url"), "{error}");
    assert_eq!((server.count(), elsewhere.count()), (1, 0));
}

#[tokio::test]
async fn redirects_are_not_followed_whatever_the_settings_say() {
    // Bound but not listening: connections are refused.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let dead = format!("http://{}", socket.local_addr().unwrap());
    let elsewhere = Server::start(vec![Reply::data(serde_json::json!(null)); 9]).await;
    for target in [
        elsewhere.base_url.clone(),
        dead,
        "ftp://127.0.0.1".to_owned(),
    ] {
        for status in [302, 303, 307] {
            let moved = Reply::new(status, "").header("location", &target);
            let server = Server::start([moved]).await;
            let settings = move || {
                let follow = crisp_api::reqwest::redirect::Policy::limited(5);
                crisp_api::reqwest::Client::builder()
                    .no_proxy()
                    .redirect(follow)
            };
            let crisp = Crisp::builder()
                .base_url(&server.base_url)
                .http_client(settings)
                .build()
                .unwrap();
            let error = crisp
                .request::<()>(Method::POST, "/website/w/message")
                .await
                .unwrap_err();
            assert_eq!(error.status().unwrap().as_u16(), status, "{target}");
            assert_eq!(server.count(), 1, "{target}: sent once");
        }
    }
}

#[tokio::test]
async fn a_base_url_may_end_with_a_slash() {
    let server = Server::start([Reply::data(json!(null))]).await;
    let crisp = support::builder(&format!("{}/", server.base_url))
        .build()
        .unwrap();
    crisp
        .request::<()>(Method::GET, "/website/w")
        .await
        .unwrap();
    assert_eq!(server.only().uri, "/v1/website/w");
}

fn invalid(builder: crisp_api::Builder) -> (&'static str, String) {
    match builder.build() {
        Err(error @ Error::Config { setting, .. }) => (setting, error.to_string()),
        other => panic!("expected an error, got {other:?}"),
    }
}

#[test]
fn invalid_settings_are_errors_that_say_why() {
    for (base_url, why) in [
        ("api.crisp.chat/v1", "is not a URL"),
        ("ftp://api.crisp.chat/v1", "must start with https://"),
        (
            "https://someone@api.crisp.chat/v1",
            "must not contain credentials",
        ),
        (
            "https://:f00dfeed-secret-key@api.crisp.chat/v1",
            "must not contain credentials",
        ),
        (
            "https://api.crisp.chat/v1?key=f00dfeed-secret-key",
            "must not have a query",
        ),
        ("https://api.crisp.chat/v1#top", "must not have a query"),
    ] {
        let (setting, message) = invalid(Crisp::builder().base_url(base_url));
        assert_eq!(setting, "base_url");
        assert!(message.contains(why), "{base_url}: {message}");
        assert!(!message.contains(KEY), "{message}");
    }
    for (identifier, key, why) in [
        ("", KEY, "the identifier is empty"),
        (IDENTIFIER, "", "the key is empty"),
        (
            IDENTIFIER,
            "f00dfeed-secret-key\n",
            "the key contains a space or a line break",
        ),
        (
            IDENTIFIER,
            "f00dfeed secret-key",
            "the key contains a space or a line break",
        ),
        (
            "5c0b8a9e identifier",
            KEY,
            "the identifier contains a space or a line break",
        ),
        (
            "identifier:f00dfeed-secret-key",
            KEY,
            "the identifier contains a colon",
        ),
    ] {
        let (setting, message) =
            invalid(Crisp::builder().credentials(Tier::Plugin, identifier, key));
        assert_eq!(setting, "credentials");
        assert!(message.contains(why), "{message}");
        assert!(!message.contains(KEY), "{message}");
    }
    assert_eq!(
        invalid(Crisp::builder().timeout(Duration::ZERO)).0,
        "timeout"
    );
    assert_eq!(
        invalid(Crisp::builder().connect_timeout(Duration::ZERO)).0,
        "connect_timeout"
    );
    assert_eq!(
        invalid(Crisp::builder().user_agent("acme\r\nx-evil: 1")).0,
        "user_agent"
    );
}

#[test]
fn errors_can_cross_threads() {
    fn movable<T: std::error::Error + Send + Sync + 'static>() {}
    movable::<Error>();
}

#[test]
fn tiers_have_their_names() {
    let names = [Tier::Plugin, Tier::Website, Tier::User].map(Tier::as_str);
    assert_eq!(names, ["plugin", "website", "user"]);
    let error = KEY.parse::<Tier>().unwrap_err();
    assert!(!format!("{error} {error:?}").contains(KEY), "{error}");
}

#[test]
fn debug_holds_no_credential() {
    let builder = Crisp::builder()
        .base_url("https://someone:f00dfeed-secret-key@api.crisp.chat/v1")
        .credentials(Tier::Plugin, IDENTIFIER, KEY)
        .retry(Retry::none());
    let crisp = builder
        .clone()
        .base_url("https://api.crisp.chat/v1")
        .build()
        .unwrap();
    let request = crisp
        .request::<Value>(Method::POST, "/website/w")
        .body(&KEY)
        .query("key", KEY);
    for shown in [
        format!("{builder:#?}"),
        format!("{crisp:#?}"),
        format!("{request:#?}"),
    ] {
        for secret in [KEY, ENCODED, IDENTIFIER] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
    assert!(format!("{crisp:?}").contains("Plugin"));
}
