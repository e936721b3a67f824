use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{Extra, Nullable};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Change {
    #[serde(default, skip_serializing_if = "Nullable::is_absent")]
    parent: Nullable<String>,
    #[serde(flatten)]
    extra: Extra,
}

#[test]
fn three_states_are_three_texts() {
    for (parent, text) in [
        (Nullable::Absent, "{}"),
        (Nullable::Null, r#"{"parent":null}"#),
        (Nullable::from("p".to_owned()), r#"{"parent":"p"}"#),
    ] {
        let change = Change {
            parent,
            extra: Extra::new(),
        };
        assert_eq!(serde_json::to_string(&change).unwrap(), text);
        assert_eq!(serde_json::from_str::<Change>(text).unwrap(), change);
    }
}

#[test]
fn fields_that_are_not_named_are_kept() {
    let wire = json!({ "parent": null, "new": { "a": [1, null] } });
    let change: Change = serde_json::from_value(wire.clone()).unwrap();
    assert!(change.parent.is_null());
    assert_eq!(serde_json::to_value(change).unwrap(), wire);
}

#[test]
fn converts_from_and_to_options() {
    assert_eq!(Nullable::<u8>::from(Some(1)), Nullable::Value(1));
    assert_eq!(Nullable::<u8>::from(None), Nullable::Null);
    assert_eq!(Nullable::Value(1).as_option(), Some(&1));
    assert_eq!(Nullable::Value(1).into_option(), Some(1));
    for empty in [Nullable::<u8>::Absent, Nullable::Null] {
        assert_eq!(empty.as_option(), None);
        assert_eq!(empty.into_option(), None);
    }
    assert!(Nullable::<u8>::default().is_absent());
    assert!(!Nullable::<u8>::Null.is_absent());
    assert!(!Nullable::Value(1).is_null());
}

#[test]
fn unknown_fields_compare_equal_whatever_was_removed() {
    let mut extra = Extra::new();
    assert!(extra.is_empty());
    assert_eq!(extra.insert("a", 1), None);
    assert_eq!(extra.insert("a", 2), Some(json!(1)));
    assert_eq!((extra.len(), &extra["a"]), (1, &json!(2)));
    assert!(extra.contains_key("a") && !extra.contains_key("b"));
    assert_eq!(extra.remove("b"), None);
    assert_eq!(extra.remove("a"), Some(json!(2)));
    assert_eq!(extra, Extra::new());
    assert_eq!(serde_json::from_str::<Extra>("{}").unwrap(), Extra::new());
    assert_eq!(Extra::from(Map::new()), Extra::default());
    assert!(extra.is_empty() && extra.iter().next().is_none());
}

#[test]
fn unknown_fields_are_collected_iterated_and_shown_as_a_map() {
    let extra = Extra::from_iter([("b", json!([1])), ("a", json!(null))]);
    // The feature `preserve_order` of serde_json, which another crate may enable, decides the order.
    let keys: BTreeSet<_> = extra.keys().collect();
    assert!(keys.into_iter().eq(["a", "b"]));
    assert_eq!(extra.get("b"), Some(&json!([1])));
    let map = Map::from(extra.clone());
    assert_eq!(format!("{extra:?}"), format!("{map:?}"));
    assert_eq!(serde_json::to_value(&extra).unwrap(), Value::Object(map));
    assert_eq!(extra.clone().into_iter().collect::<Extra>(), extra);
    assert_eq!(size_of::<Extra>(), size_of::<usize>());
}
