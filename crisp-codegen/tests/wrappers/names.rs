//! The methods of the crate, held against those of the wrappers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use heck::ToSnakeCase;
use syn::{ImplItem, Item, Type};
use walkdir::WalkDir;

use crate::facts::rows;

/// The generated methods, as `service.method`.
pub(crate) fn generated(folder: &Path) -> BTreeSet<String> {
    let mut methods = BTreeSet::new();
    for file in WalkDir::new(folder) {
        let file = file.unwrap();
        if file.file_name() != "methods.rs" {
            continue;
        }
        let code = syn::parse_file(&std::fs::read_to_string(file.path()).unwrap()).unwrap();
        for item in code.items {
            if let Item::Impl(item) = item
                && let Type::Path(service) = *item.self_ty
            {
                let service = service.path.segments.last().unwrap().ident.to_string();
                let service = service.to_snake_case();
                for item in item.items {
                    if let ImplItem::Fn(method) = item {
                        methods.insert(format!("{service}.{}", method.sig.ident));
                    }
                }
            }
        }
    }
    methods
}

/// Every method of a wrapper that has no namesake in the crate, where no variant is known that stands for it.
///
/// `operations` holds the `operationId` of each operation.
pub(crate) fn hold(
    operations: &BTreeMap<String, String>,
    generated: &BTreeSet<String>,
) -> Vec<String> {
    let mut variants: BTreeMap<_, _> = rows("variants")
        .into_iter()
        .map(|[wrapper, method, operation, name, _]| ([wrapper, method, operation], name))
        .collect();
    let mut wrong = Vec::new();
    for [operation, node, go] in rows("methods") {
        let Some(id) = operations.get(&operation) else {
            wrong.push(format!("{operation} is not in the description"));
            continue;
        };
        if !generated.contains(id) {
            wrong.push(format!("{operation}: the crate has no {id}"));
        }
        for (wrapper, methods) in [("node", node), ("go", go)] {
            for method in methods.split_whitespace() {
                let variant = variants.remove(&[wrapper, method, &operation].map(str::to_owned));
                if *id != variant.unwrap_or_else(|| namesake(method)) {
                    wrong.push(format!(
                        "{operation}: {wrapper} has {method}, the crate {id}"
                    ));
                }
            }
        }
    }
    let stale = variants.into_keys().map(|[wrapper, method, operation]| {
        format!("variants.tsv: {wrapper} has no {method} for {operation}")
    });
    wrong.extend(stale);
    wrong
}

/// The name of a method of a wrapper in this crate.
fn namesake(method: &str) -> String {
    let (service, name) = method.split_once('.').unwrap();
    format!("{service}.{}", name.to_snake_case())
}
