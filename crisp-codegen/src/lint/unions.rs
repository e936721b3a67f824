//! Checks unions: each has a name, and variants with distinct names and distinguishable values.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::objects::{self, JsonKind};
use super::{Lint, idents, texts};
use crate::bundle::{Bundle, entries};
use crate::passes::variant_name;
use crate::source::pointer;

/// Checks a union that is the whole of a named schema.
pub(super) fn check(lint: &mut Lint<'_>, name: &str, schema: &Map<String, Value>, at: &str) {
    let key = if schema.contains_key("oneOf") {
        "oneOf"
    } else {
        "anyOf"
    };
    let at = pointer(at, key);
    let branches: Vec<_> = super::items(schema.get(key)).collect();
    if branches.len() < 2 {
        lint.report(
            &at,
            format!("a union of {} branches", branches.len()),
            "write at least two, or the schema itself",
        );
    }
    let tagged = branches
        .iter()
        .filter(|branch| objects::tag(branch).is_some())
        .count();
    if tagged > 0 && tagged == branches.len() {
        check_tagged(lint, &branches, &at);
    } else if tagged > 0 {
        report_mixed(lint, &branches, &at);
    } else {
        check_untagged(lint, name, &branches, &at);
        if key == "oneOf" {
            check_distinct(lint, &branches, &at);
        }
    }
}

/// Checks branches that are distinguished by `type`, with the rest in `content`.
fn check_tagged(lint: &mut Lint<'_>, branches: &[&Value], at: &str) {
    let mut variants = Variants::default();
    for (index, branch) in branches.iter().enumerate() {
        let at = format!("{at}/{index}");
        check_described(lint, branch, &at);
        let required: Vec<_> = texts(branch.get("required")).collect();
        let has_both = ["type", "content"].iter().all(|key| required.contains(key));
        let properties = entries(branch.get("properties")).count();
        if !has_both || properties != 2 || branch.get("additionalProperties").is_some() {
            lint.report(
                &at,
                "a tagged branch is more or less than `type` and `content`",
                "write `required: [type, content]` and no other property: fields go into `content`",
            );
        }
        let tag = objects::tag(branch).unwrap_or_default();
        let at = format!("{at}/properties/type/enum/0");
        match idents::variant(tag) {
            Some(variant) if tag.starts_with(|first: char| first.is_ascii_alphabetic()) => {
                // Unlike an enum of strings, a tagged union has no other name for it.
                let variant = match variant.as_str() {
                    "UnknownValue" => idents::UNKNOWN_VARIANT.to_owned(),
                    _ => variant,
                };
                variants.add(lint, variant, tag, &at, &[idents::UNKNOWN_VARIANT]);
            }
            _ => lint.report(
                &at,
                format!("type `{tag}` gives no variant name in Rust"),
                "leave the branch out: values of unknown types are preserved as received",
            ),
        }
    }
}

/// Reports the branches of a tagged union that have no tag.
fn report_mixed(lint: &mut Lint<'_>, branches: &[&Value], at: &str) {
    for (index, branch) in branches.iter().enumerate() {
        if objects::tag(branch).is_none() {
            lint.report(
                &format!("{at}/{index}"),
                format!(
                    "branch {} of a tagged union has no `type` of one value, or no `content`",
                    index + 1
                ),
                "write both as properties, as the other branches have them",
            );
        }
    }
}

/// Checks branches that are tried in order.
fn check_untagged(lint: &mut Lint<'_>, name: &str, branches: &[&Value], at: &str) {
    let mut variants = Variants::default();
    for (index, branch) in branches.iter().enumerate() {
        let at = format!("{at}/{index}");
        let reference = branch.get("$ref").and_then(Value::as_str);
        let title = match reference {
            Some(reference) => reference.rsplit('/').next().unwrap_or_default(),
            None => {
                check_described(lint, branch, &at);
                let title = branch.get("title").and_then(Value::as_str);
                title.unwrap_or_default()
            }
        };
        if idents::is_camel(title) {
            let variant = variant_name(name, title);
            variants.add(lint, variant, title, &at, &[idents::OTHER_VARIANT, "Self"]);
        } else if reference.is_none() {
            lint.report(
                &at,
                format!(
                    "branch {} of the union has no title that names a variant",
                    index + 1
                ),
                "write `title:` in words with a capital each, such as `title: Text`",
            );
        }
    }
}

fn check_described(lint: &mut Lint<'_>, branch: &Value, at: &str) {
    if let Value::Object(branch) = branch {
        let help = "write in a line what the form is for";
        lint.need_text(branch, at, "a branch of the union", "description", help);
    }
}

/// The names of the variants so far.
#[derive(Default)]
struct Variants {
    seen: HashMap<String, String>,
}

impl Variants {
    fn add(
        &mut self,
        lint: &mut Lint<'_>,
        variant: String,
        from: &str,
        at: &str,
        reserved: &[&str],
    ) {
        if reserved.contains(&variant.as_str()) {
            lint.report(
                at,
                format!("`{from}` becomes the variant `{variant}`, which is reserved"),
                "write another title, or leave the branch out: unknown values are preserved as received",
            );
        } else if let Some(first) = self.seen.get(&variant) {
            lint.report(
                at,
                format!("`{from}` becomes the same variant `{variant}` as `{first}`"),
                "keep one of the two branches, or give one another title",
            );
        } else {
            self.seen.insert(variant, from.to_owned());
        }
    }
}

/// Reports branches of which one matches the values of another.
fn check_distinct(lint: &mut Lint<'_>, branches: &[&Value], at: &str) {
    for (index, branch) in branches.iter().enumerate() {
        let bundle = lint.bundle;
        let first = branches[..index]
            .iter()
            .position(|first| !is_distinct(bundle, first, branch));
        if let Some(first) = first {
            lint.report(
                &format!("{at}/{index}"),
                format!(
                    "branch {} of the union can't be distinguished from branch {}",
                    index + 1,
                    first + 1
                ),
                "give the earlier one a required property that the later one does not have; or write `anyOf`, whose \
                 first matching branch is used",
            );
        }
    }
}

/// Returns whether no value of a later branch matches an earlier one.
fn is_distinct(bundle: &Bundle, earlier: &Value, later: &Value) -> bool {
    let [first, second] = [earlier, later].map(|branch| objects::json_kind(bundle, branch));
    if first == JsonKind::Any || second == JsonKind::Any {
        return false;
    }
    if first != second {
        return true;
    }
    // A map may have any property.
    if first != JsonKind::Object || !objects::is_object(bundle, later) {
        return false;
    }
    let others = objects::fields(bundle, later);
    objects::fields(bundle, earlier)
        .iter()
        .filter(|field| field.required)
        .any(|field| others.iter().all(|other| other.name != field.name))
}
