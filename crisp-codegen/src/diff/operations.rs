//! Operations and events: names, routes, the order of arguments, and who may call.

use serde_json::Value;

use super::calls::Call;
use super::names::Names;
use super::wording::fact;
use super::{Action, Changes, Effect, Kind};
use crate::source::pointer;

/// The keys of an operation or event that matter to programs.
const FACTS: [&str; 3] = ["x-crisp-tiers", "x-crisp-scopes", "deprecated"];

/// Compares what is there before and after.
pub(super) fn compare(changes: &mut Changes<'_>, names: &Names) {
    let (old, new) = (changes.old, changes.new);
    for (before, after) in &names.operations {
        if let Some(call) = new.calls.get(after) {
            let what = format!("was named `{before}`");
            let what = Effect::breaking(Action::Changed, what);
            changes.add(Kind::Operation, after, &call.pointer, what);
        }
    }
    for (id, after) in &new.calls {
        let Some(before) = old.calls.get(id) else {
            continue;
        };
        let mut say = |effect: Effect| changes.add(Kind::Operation, id, &after.pointer, effect);
        if let Some(what) = route(before, after) {
            say(what);
        }
        if let Some(what) = order(before, after) {
            say(what);
        }
        if let Some(what) = request(before, after) {
            say(what);
        }
        if before.feature != after.feature {
            let what = format!(
                "was behind the feature `{}`, is behind `{}`",
                before.feature, after.feature
            );
            say(Effect::breaking(Action::Changed, what));
        }
        for what in facts(before.node, after.node) {
            say(Effect::harmless(Action::Changed, what));
        }
        for argument in &after.arguments {
            // A field of the body makes room where a parameter has its name.
            if let Some(was) = before.argument(&argument.key)
                && was.ident != argument.ident
                && !was.required
                && !argument.required
            {
                let name = format!("{id}({})", argument.name);
                let what = format!("the setter was `{}`, is `{}`", was.ident, argument.ident);
                let what = Effect::breaking(Action::Changed, what);
                changes.add(Kind::Argument, name, &argument.pointer, what);
            }
        }
    }
    let events = |view: &super::ApiView<'_>| view.bundle.document["x-webhooks"].clone();
    let (before, after) = (events(old), events(new));
    for (name, event) in crate::model::object(&after) {
        if let Some(was) = before.get(name) {
            let at = pointer("/x-webhooks", name);
            for what in facts(&was["post"], &event["post"]) {
                changes.add(
                    Kind::Event,
                    name,
                    &at,
                    Effect::harmless(Action::Changed, what),
                );
            }
        }
    }
}

fn route(before: &Call<'_>, after: &Call<'_>) -> Option<Effect> {
    let route = |call: &Call<'_>| {
        let method = call.operation.method.to_uppercase();
        format!("{method} {}", call.operation.path)
    };
    let (was, is) = (route(before), route(after));
    (was != is).then(|| {
        let what = format!("was `{was}`, is `{is}`: another request on the wire");
        Effect::harmless(Action::Changed, what)
    })
}

/// The common arguments of both, if their order differs.
fn order(before: &Call<'_>, after: &Call<'_>) -> Option<Effect> {
    let common = |call: &Call<'_>, other: &Call<'_>| -> Vec<String> {
        let others = |name| other.arguments.iter().any(|o| o.required && o.name == name);
        call.arguments
            .iter()
            .filter(|argument| argument.required && others(argument.name))
            .map(|argument| argument.name.to_owned())
            .collect()
    };
    let (was, is) = (common(before, after), common(after, before));
    (was != is).then(|| {
        let what = format!(
            "the arguments change places: were `{}`, are `{}`",
            was.join(", "),
            is.join(", ")
        );
        Effect::breaking(Action::Changed, what)
    })
}

/// Whether the method makes a request of another type: one that is a page, or one that has setters.
fn request(before: &Call<'_>, after: &Call<'_>) -> Option<Effect> {
    let ((was, before_gives), (is, after_gives)) = (before.request(), after.request());
    let is_page = |request: &str| request.starts_with("PagedRequest");
    let same = was.is_some() == is.is_some() && is_page(&before_gives) == is_page(&after_gives);
    let written = |name: Option<String>, request: String| match name {
        Some(name) => format!("{name}({request})"),
        None => request,
    };
    (!same).then(|| {
        let what = format!(
            "the method gave a `{}`, gives a `{}`",
            written(was, before_gives),
            written(is, after_gives)
        );
        Effect::breaking(Action::Changed, what)
    })
}

fn facts(before: &Value, after: &Value) -> Vec<String> {
    let differ = |key: &&str| fact(key, before.get(key), after.get(key));
    FACTS.iter().filter_map(differ).collect()
}
