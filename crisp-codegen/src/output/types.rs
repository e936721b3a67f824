//! Reads the types in progenitor's output.

use syn::{GenericArgument, PathArguments, Type};

use super::{Result, error};
use crate::api::TypeRef;

/// Reads a type.
pub(super) fn type_ref(ty: &Type) -> Result<TypeRef> {
    let path = match ty {
        Type::Reference(reference) => return type_ref(&reference.elem),
        Type::Slice(slice) => return Ok(TypeRef::List(Box::new(type_ref(&slice.elem)?))),
        Type::Tuple(tuple) if tuple.elems.is_empty() => return Ok(TypeRef::Unit),
        Type::Path(path) => &path.path,
        _ => return error("a type of an unknown form".to_owned()),
    };
    let Some(last) = path.segments.last() else {
        return error("a type without a name".to_owned());
    };
    let name = last.ident.to_string();
    let arguments = arguments(&last.arguments);
    let argument = |index: usize| match arguments.get(index) {
        Some(ty) => Ok(Box::new(type_ref(ty)?)),
        None => error(format!("`{name}` has no argument")),
    };
    // The types of schemas are siblings, or in the module `types`.
    let module = path
        .segments
        .iter()
        .rev()
        .nth(1)
        .map(|segment| segment.ident.to_string());
    if module.as_deref() == Some("types")
        || (module.is_none() && arguments.is_empty() && !is_primitive(&name))
    {
        return Ok(TypeRef::Named(name));
    }
    Ok(match name.as_str() {
        "bool" => TypeRef::Bool,
        "i32" => TypeRef::I32,
        "i64" => TypeRef::I64,
        "u32" => TypeRef::U32,
        "u64" => TypeRef::U64,
        "f64" => TypeRef::F64,
        "str" | "String" => TypeRef::String,
        "Value" => TypeRef::Value,
        "Vec" => TypeRef::List(argument(0)?),
        "BTreeMap" | "Map" => TypeRef::Map(argument(1)?),
        "Option" => TypeRef::Optional(argument(0)?),
        "Box" => TypeRef::Boxed(argument(0)?),
        _ => return error(format!("a type `{name}` that no schema declares")),
    })
}

fn is_primitive(name: &str) -> bool {
    matches!(name, "bool" | "i32" | "i64" | "u32" | "u64" | "f64" | "str")
}

fn arguments(arguments: &PathArguments) -> Vec<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return Vec::new();
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}

/// `T` of `Wrapper<T, …>`.
pub(super) fn first_argument(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    arguments(&path.path.segments.last()?.arguments)
        .first()
        .copied()
}
