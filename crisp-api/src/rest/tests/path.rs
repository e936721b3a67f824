use proptest::prelude::*;
use reqwest::Url;

use super::super::path::{fill, whole};

fn refused(template: &str, arguments: &[&dyn std::fmt::Display]) -> (String, String) {
    let invalid = fill(template, arguments).unwrap_err();
    (invalid.argument.into_owned(), invalid.message)
}

#[test]
fn fills_places_in_order() {
    let path = fill("/website/{website_id}/people/{people_id}/x", &[&"w", &7]);
    assert_eq!(path.unwrap(), "/website/w/people/7/x");
    assert_eq!(fill("/plans", &[]).unwrap(), "/plans");
}

#[test]
fn an_argument_is_one_segment() {
    let path = fill("/people/{people_id}", &[&"jane/doe?a#b%c é@acme.example"]);
    assert_eq!(
        path.unwrap(),
        "/people/jane%2Fdoe%3Fa%23b%25c%20%C3%A9%40acme.example"
    );
}

#[test]
fn a_segment_has_at_most_2048_bytes() {
    for character in ["a", "é"] {
        let longest = character.repeat(2048 / character.len());
        fill("/people/{people_id}", &[&longest]).unwrap();
        let longer = longest + "a";
        let (_, reason) = refused("/people/{people_id}", &[&longer]);
        assert!(reason.contains("longer than 2048 bytes"), "{reason}");
    }
}

#[test]
fn a_place_with_a_plus_keeps_slashes() {
    assert_eq!(
        fill("/tree/{+path}", &[&"group/my page"]).unwrap(),
        "/tree/group/my%20page"
    );
    for path in ["", "/", "a//b", "/a", "a/", "a/../b", "./a", "a/%2e%2e"] {
        assert_eq!(refused("/tree/{+path}", &[&path]).0, "path");
    }
}

#[test]
fn refuses_what_would_be_another_route_and_names_it() {
    let dots = [
        ".",
        "..",
        "%2e",
        "%2E.",
        ".%2e",
        "%252e%252e",
        "a/../b",
        "a\\..",
        "%2f..",
    ];
    let controls = ["a\n", "a\u{0}", "a\u{7f}", "%0d%0a", "a%2500"];
    let cases = [
        (&["", " "][..], "empty"),
        (&dots[..], "`..`"),
        (&controls[..], "control"),
    ];
    for (values, why) in cases {
        for value in values {
            let arguments: [&dyn std::fmt::Display; 2] = [&"w", value];
            let (name, reason) = refused("/website/{website_id}/x/{session_id}", &arguments);
            assert_eq!(name, "session_id", "{value:?}");
            assert!(reason.contains(why), "{value:?}: {reason}");
        }
    }
}

#[test]
fn an_argument_too_few_is_refused() {
    assert_eq!(
        refused("/a/{b}/{c}", &[&"x"]),
        ("c".to_owned(), "is missing".to_owned())
    );
}

/// What an HTTP client makes of the path: it drops dot segments.
fn segments(path: &str) -> Vec<String> {
    let url = Url::parse(&format!("https://api.crisp.chat/v1{path}")).unwrap();
    assert_eq!((url.query(), url.fragment()), (None, None));
    let decode = |part: &str| {
        percent_encoding::percent_decode_str(part)
            .decode_utf8()
            .unwrap()
            .into_owned()
    };
    url.path_segments().unwrap().map(decode).collect()
}

proptest! {
    #[test]
    fn any_argument_is_refused_or_arrives_in_its_place(value in r"(\PC|[./\\%2eE]){0,8}") {
        if let Ok(path) = fill("/website/{website_id}/x", &[&value]) {
            prop_assert_eq!(segments(&path), ["v1", "website", value.as_str(), "x"]);
        }
    }

    #[test]
    fn any_path_is_refused_or_arrives_as_it_is(path in r"/?(\PC|[./\\%2eE?#]){0,12}") {
        if let Ok(encoded) = whole(&path) {
            prop_assert_eq!(format!("/{}", segments(&encoded).join("/")), format!("/v1{path}"));
        }
    }

    #[test]
    fn usual_identifiers_are_taken(value in "[A-Za-z0-9_@+:-][A-Za-z0-9_.@+:-]{0,40}") {
        let path = fill("/website/{website_id}/x", &[&value]).unwrap();
        prop_assert_eq!(segments(&path), ["v1", "website", value.as_str(), "x"]);
    }
}
