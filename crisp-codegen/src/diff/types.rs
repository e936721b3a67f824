//! Named schemas: structs, enums and unions.

use super::wording::{kind_name, type_name, value_type};
use super::{Action, Changes, Item, Kind, matched};
use crate::api::{Api, EnumValue, Field, Type, TypeKind, Variant};

/// Compares the types of two APIs.
pub(super) fn compare(changes: &mut Changes<'_>, old: &Api, new: &Api) {
    for pair in matched(old.types.values(), new.types.values(), |ty| &ty.name) {
        let item = changes.item(Kind::Type, pair, |ty| (ty.name.clone(), &ty.pointer));
        match pair {
            [Some(old), Some(new)] => {
                if old.pointer != new.pointer {
                    let name = old.pointer.rsplit('/').next().unwrap_or_default();
                    changes.breaks(&item, format!("was named `{name}`"));
                }
                ty(changes, &item, old, new);
            }
            [_, None] => {
                let detail = match changes.bundles[1].owner(&item.name) {
                    Some(_) => "its schema is unused, or another name of a simpler type",
                    None => "the type is gone",
                };
                changes.add(&item, Action::Removed, true, detail);
            }
            [None, _] => changes.add(&item, Action::Added, false, ""),
        }
    }
}

fn ty(changes: &mut Changes<'_>, item: &Item, old: &Type, new: &Type) {
    use TypeKind::{Enum, Struct, Tagged, Untagged};
    let is_open = |ty: &Type| match ty.kind {
        Struct { open, .. } | Untagged { open, .. } => open,
        _ => false,
    };
    if is_open(old) && !is_open(new) {
        let detail = "unknown content is not preserved any more: `extra` or `Other` is gone";
        changes.breaks(item, detail);
    }
    match (&old.kind, &new.kind) {
        (Struct { fields: olds, .. }, Struct { fields: news, .. }) => {
            if old.in_requests && !new.in_requests {
                changes.breaks(item, "no request takes it any more: it can't be built");
            }
            let built = old.in_requests && new.in_requests;
            fields(changes, item, [olds, news], built);
        }
        (Enum(olds), Enum(news)) => values(changes, item, [olds, news]),
        (Tagged(olds), Tagged(news)) => variants(changes, item, [olds, news]),
        (Untagged { variants: olds, .. }, Untagged { variants: news, .. }) => {
            let idents = [olds, news].map(|all| all.iter().map(|v| v.ident.as_str()).collect());
            // A value that has several forms is read as the first.
            changes.compare_order(item, "forms", idents);
            variants(changes, item, [olds, news]);
        }
        (old, new) => {
            let (was, is) = (kind_name(old), kind_name(new));
            changes.breaks(item, format!("was {was}, is {is}"));
        }
    }
}

fn fields(changes: &mut Changes<'_>, ty: &Item, [olds, news]: [&[Field]; 2], built: bool) {
    let ty_of = |field: &Field| value_type(&field.ty, field.optional, field.nullable);
    for pair in matched(olds, news, |field| &field.name) {
        let name = |field: &Field| format!("{}.{}", ty.name, field.name);
        let item = changes.item(Kind::Field, pair, |field| (name(field), &field.pointer));
        match pair {
            [Some(old), Some(new)] => {
                let (was, is) = (ty_of(old), ty_of(new));
                changes.compare_types(&item, &was, &is);
                // Both may be an `Option`, but only a required field is an argument of `new`.
                if was == is && old.optional != new.optional {
                    let detail = match new.optional {
                        false => "was optional, is required and may be null",
                        true => "was required and could be null, is optional",
                    };
                    changes.add(&item, Action::Changed, built, detail);
                }
            }
            [_, None] => changes.add(&item, Action::Removed, true, "the field is gone"),
            [None, Some(new)] => {
                let is_needed = built && !new.optional;
                let mut detail = format!("`{}`", ty_of(new));
                if is_needed {
                    detail += &format!(", without which no `{}` can be built", ty.name);
                }
                changes.add(&item, Action::Added, is_needed, detail);
            }
        }
    }
    let required = [olds, news].map(|fields| {
        let required = fields.iter().filter(|field| !field.optional);
        required.map(|f| f.name.as_str()).collect::<Vec<_>>()
    });
    if required[0].is_empty() && !required[1].is_empty() {
        changes.breaks(ty, "it has no `Default` any more");
    }
    if built {
        changes.compare_order(ty, "the arguments of `new`", required);
    }
}

fn values(changes: &mut Changes<'_>, ty: &Item, [olds, news]: [&[EnumValue]; 2]) {
    let located = [(0, olds), (1, news)].map(|(side, values)| {
        let pointer = ty.pointers[side].as_deref().unwrap_or_default();
        let values = values.iter().enumerate();
        let values = values.map(|(index, value)| (format!("{pointer}/enum/{index}"), value));
        values.collect::<Vec<_>>()
    });
    for pair in matched(&located[0], &located[1], |(_, value)| &value.value) {
        let name = |value: &EnumValue| format!("{}::{}", ty.name, value.ident);
        let item = changes.item(Kind::Value, pair, |(at, value)| (name(value), at));
        match pair {
            [Some(_), Some(_)] | [None, None] => {}
            [None, Some((_, new))] => {
                changes.add(&item, Action::Added, false, format!("`{}`", new.value));
            }
            [Some((_, old)), None] => {
                let stays = news.iter().any(|new| new.ident == old.ident);
                let effect = match stays {
                    true => "the variant stays",
                    false => "the variant is gone, and the text is read as `Unknown`",
                };
                let detail = format!("`{}`; {effect}", old.value);
                changes.add(&item, Action::Removed, !stays, detail);
            }
        }
    }
}

fn variants(changes: &mut Changes<'_>, ty: &Item, [olds, news]: [&[Variant]; 2]) {
    for pair in matched(olds, news, |variant| &variant.ident) {
        let name = |variant: &Variant| format!("{}::{}", ty.name, variant.ident);
        let item = changes.item(Kind::Variant, pair, |v| (name(v), &v.pointer));
        match pair {
            [Some(old), Some(new)] => {
                changes.compare_types(&item, &type_name(&old.ty), &type_name(&new.ty));
                if let (Some(was), Some(is)) = (&old.tag, &new.tag)
                    && was != is
                {
                    let detail = format!("`type` was `{was}`, is `{is}`; the variant stays");
                    changes.notes(&item, detail);
                }
            }
            [_, None] => changes.add(&item, Action::Removed, true, "the variant is gone"),
            [None, Some(new)] => {
                let detail = format!("`{}`", type_name(&new.ty));
                changes.add(&item, Action::Added, false, detail);
            }
        }
    }
    // A type converts into the union only if a single variant holds it.
    for variant in olds {
        let count = |all: &[Variant]| all.iter().filter(|other| other.ty == variant.ty).count();
        if count(olds) == 1 && count(news) > 1 {
            let held = type_name(&variant.ty);
            let detail = format!("a second variant holds `{held}`: `From<{held}>` is gone");
            changes.breaks(ty, detail);
        }
    }
}
