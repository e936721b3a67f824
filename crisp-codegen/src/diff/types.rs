//! Named schemas: what of their Rust types is new, gone or another.

use std::collections::HashSet;

use super::names::Names;
use super::view::Variant;
use super::{Action, Changes, Effect, Kind};
use crate::model::{Field, SchemaKind};
use crate::rewrite::variant;

/// Compares which schemas there are, and what they are used for.
pub(super) fn compare(changes: &mut Changes<'_>, names: &Names) {
    let (old, new) = (changes.old, changes.new);
    for (name, _) in old.schemas() {
        let at = old.schema_pointer(name);
        if new.schema(name).is_none() {
            let what = match old.types.contains(name) {
                true => Effect::breaking(Action::Removed, "the type is gone"),
                false => Effect::harmless(Action::Removed, "it was no type of the Rust API"),
            };
            changes.remove(Kind::Type, name, &at, what);
        } else if old.types.contains(name) && !new.types.contains(name) && !is_inline(new, name) {
            let what = "nothing leads to it any more: the type is gone";
            changes.add(
                Kind::Type,
                name,
                &new.schema_pointer(name),
                Effect::breaking(Action::Changed, what),
            );
        }
    }
    for (name, _) in new.schemas() {
        let at = new.schema_pointer(name);
        if old.schema(name).is_none() {
            changes.add(Kind::Type, name, &at, Effect::harmless(Action::Added, ""));
        } else if new.types.contains(name) {
            uses(changes, name, &at);
        }
    }
    for (before, after) in &names.schemas {
        let at = new.schema_pointer(after);
        let what = format!("was named `{before}`");
        let what = match old.types.contains(after) {
            true => Effect::breaking(Action::Changed, what),
            false => Effect::harmless(Action::Changed, what),
        };
        changes.add(Kind::Type, after, &at, what);
    }
}

fn is_inline(view: &super::ApiView<'_>, name: &str) -> bool {
    let facts = view.facts(name);
    facts.is_some_and(|facts| matches!(facts.kind, SchemaKind::Inline))
}

/// Reports the items that a type loses with its last use in a request or a response.
fn uses(changes: &mut Changes<'_>, name: &str, at: &str) {
    let (Some(before), Some(after)) = (changes.old.facts(name), changes.new.facts(name)) else {
        return;
    };
    let mut lose = |what: &str| {
        let what = Effect::breaking(Action::Changed, what);
        changes.add(Kind::Type, name, at, what);
    };
    match &after.kind {
        SchemaKind::Object { .. } if before.in_requests && !after.in_requests => {
            lose("no request takes it any more: it can't be built");
        }
        SchemaKind::Object { open: false, .. } if before.in_answers && !after.in_answers => {
            lose("no answer gives it any more: `extra` is gone");
        }
        SchemaKind::Untagged(_) if before.in_answers && !after.in_answers => {
            lose("no answer gives it any more: `Other` is gone");
        }
        _ => {}
    }
}

/// Compares a type that drift found a difference in.
pub(super) fn explain(changes: &mut Changes<'_>, name: &str) {
    let (old, new) = (changes.old, changes.new);
    let at = new.schema_pointer(name);
    let (Some(before), Some(after)) = (old.facts(name), new.facts(name)) else {
        return;
    };
    let built = before.in_requests && after.in_requests;
    match (&before.kind, &after.kind) {
        (
            SchemaKind::Object {
                fields: olds,
                open: was_open,
            },
            SchemaKind::Object { fields: news, open },
        ) => {
            fields(changes, name, (olds, news), built);
            if *was_open && !*open && !after.in_answers {
                let what = Effect::breaking(
                    Action::Changed,
                    "other fields are no longer allowed: `extra` is gone",
                );
                changes.add(Kind::Type, name, &at, what);
            }
        }
        (SchemaKind::Enum(olds), SchemaKind::Enum(news)) => values(changes, name, (olds, news)),
        (SchemaKind::Tagged(_), SchemaKind::Tagged(_))
        | (SchemaKind::Untagged(_), SchemaKind::Untagged(_)) => {
            variants(changes, name, (&old.variants(name), &new.variants(name)));
        }
        (SchemaKind::Inline, SchemaKind::Inline) => {
            let ty = |view: &super::ApiView<'_>| view.schema(name).map(|schema| view.ty(schema));
            if let (Some(before), Some(after)) = (ty(old), ty(new))
                && before != after
            {
                let detail = format!("was `{before}`, is `{after}`");
                let what = Effect::breaking(Action::Changed, detail);
                changes.add(Kind::Type, name, &at, what);
            }
        }
        (before, after) if form(before) == form(after) => {}
        (before, after) => {
            let detail = format!("was {}, is {}", form(before), form(after));
            let what = Effect::breaking(Action::Changed, detail);
            changes.add(Kind::Type, name, &at, what);
        }
    }
}

/// The Rust item for a schema of a kind.
pub(super) fn form(form: &SchemaKind) -> &'static str {
    match form {
        SchemaKind::Object { .. } => "a struct",
        SchemaKind::Enum(_) => "a set of texts",
        SchemaKind::Tagged(_) => "a union distinguished by `type`",
        SchemaKind::Untagged(_) => "an untagged union",
        SchemaKind::Inline => "no type of its own",
    }
}

fn fields(changes: &mut Changes<'_>, ty: &str, (olds, news): (&[Field], &[Field]), built: bool) {
    let (old, new) = (changes.old, changes.new);
    let find = |fields: &[Field], name: &str| fields.iter().any(|field| field.name == name);
    for field in olds.iter().filter(|field| !find(news, &field.name)) {
        let at = old.field_pointer(ty, &field.name);
        let name = format!("{ty}.{}", field.name);
        let what = Effect::breaking(Action::Removed, "the field is gone");
        changes.remove(Kind::Field, name, &at, what);
    }
    for field in news.iter().filter(|field| !find(olds, &field.name)) {
        let at = new.field_pointer(ty, &field.name);
        let name = format!("{ty}.{}", field.name);
        let of = new.field(ty, &field.name).unwrap_or_default();
        let what = match field.required && built {
            true => Effect::breaking(
                Action::Added,
                format!("`{of}`, without which no `{ty}` can be built"),
            ),
            false => Effect::harmless(Action::Added, format!("`{of}`")),
        };
        changes.add(Kind::Field, name, &at, what);
    }
    for field in olds.iter().filter(|field| find(news, &field.name)) {
        self::field(changes, ty, &field.name);
    }

    let at = new.schema_pointer(ty);
    let required = |fields: &[Field], others: &[Field]| -> Vec<String> {
        let kept = fields.iter().filter(|f| f.required);
        kept.filter(|f| others.iter().any(|o| o.required && o.name == f.name))
            .map(|field| field.name.clone())
            .collect()
    };
    let (before, after) = (required(olds, news), required(news, olds));
    if built && before != after {
        let what = format!(
            "the arguments of `new` change places: were `{}`, are `{}`",
            before.join(", "),
            after.join(", ")
        );
        changes.add(Kind::Type, ty, &at, Effect::breaking(Action::Changed, what));
    }
    if !olds.iter().any(|field| field.required) && news.iter().any(|field| field.required) {
        let what = "it has no `Default` any more";
        changes.add(Kind::Type, ty, &at, Effect::breaking(Action::Changed, what));
    }
}

/// Compares a field that is there before and after.
pub(super) fn field(changes: &mut Changes<'_>, ty: &str, name: &str) {
    let (old, new) = (changes.old, changes.new);
    let at = new.field_pointer(ty, name);
    let full = format!("{ty}.{name}");
    let (Some(before), Some(after)) = (old.field(ty, name), new.field(ty, name)) else {
        return;
    };
    if before != after {
        let detail = format!("was `{before}`, is `{after}`");
        let what = Effect::breaking(Action::Changed, detail);
        changes.add(Kind::Field, full, &at, what);
        return;
    }
    // Whether null or absence makes it an `Option`, only those who build one see.
    let required = |view: &super::ApiView<'_>| {
        let facts = view.facts(ty)?;
        let SchemaKind::Object { fields, .. } = &facts.kind else {
            return None;
        };
        let field = fields.iter().find(|field| field.name == name)?;
        Some((field.required, facts.in_requests))
    };
    if let (Some((before, was_built)), Some((after, built))) = (required(old), required(new))
        && before != after
    {
        let detail = match after {
            true => "was optional, is required and may be null",
            false => "was required and could be null, is optional",
        };
        let what = match was_built && built {
            true => Effect::breaking(Action::Changed, detail),
            false => Effect::harmless(Action::Changed, detail),
        };
        changes.add(Kind::Field, full, &at, what);
    }
}

fn values(changes: &mut Changes<'_>, ty: &str, (olds, news): (&[String], &[String])) {
    let (old, new) = (changes.old, changes.new);
    for (index, value) in olds
        .iter()
        .enumerate()
        .filter(|(_, value)| !news.contains(value))
    {
        let at = format!("{}/enum/{index}", old.schema_pointer(ty));
        let name = format!("{ty}::{}", variant(value));
        let what = match news.iter().any(|other| variant(other) == variant(value)) {
            true => Effect::harmless(Action::Removed, format!("`{value}`; the variant stays")),
            false => Effect::breaking(
                Action::Removed,
                format!("`{value}`; the variant is gone, and the text is read as `Unknown`"),
            ),
        };
        changes.remove(Kind::Value, name, &at, what);
    }
    for (index, value) in news
        .iter()
        .enumerate()
        .filter(|(_, value)| !olds.contains(value))
    {
        let at = format!("{}/enum/{index}", new.schema_pointer(ty));
        let name = format!("{ty}::{}", variant(value));
        let what = Effect::harmless(Action::Added, format!("`{value}`"));
        changes.add(Kind::Value, name, &at, what);
    }
}

fn variants(changes: &mut Changes<'_>, ty: &str, (olds, news): (&[Variant], &[Variant])) {
    let find = |all: &[Variant], name: &str| all.iter().any(|variant| variant.name == name);
    for variant in olds.iter().filter(|variant| !find(news, &variant.name)) {
        let name = format!("{ty}::{}", variant.name);
        let what = Effect::breaking(Action::Removed, "the variant is gone");
        changes.remove(Kind::Variant, name, &variant.pointer, what);
    }
    for variant in news.iter().filter(|variant| !find(olds, &variant.name)) {
        let name = format!("{ty}::{}", variant.name);
        let what = Effect::harmless(Action::Added, format!("`{}`", variant.ty));
        changes.add(Kind::Variant, name, &variant.pointer, what);
    }
    // Only what one variant alone holds becomes the union by `into()`.
    let alone = |all: &[Variant]| -> HashSet<String> {
        let only = |ty: &str| all.iter().filter(|variant| variant.ty == ty).count() == 1;
        let types = all.iter().map(|variant| variant.ty.clone());
        types.filter(|ty| only(ty)).collect()
    };
    let after = alone(news);
    for lost in alone(olds).into_iter().filter(|ty| !after.contains(ty)) {
        if news.iter().any(|variant| variant.ty == lost) {
            let at = changes.new.schema_pointer(ty);
            let what = format!("a second variant holds `{lost}`: `From<{lost}>` is gone");
            changes.add(Kind::Type, ty, &at, Effect::breaking(Action::Changed, what));
        }
    }
}
