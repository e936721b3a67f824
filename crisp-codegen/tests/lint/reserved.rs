//! The names that the linter reserves are those of the code that generated names meet.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{ImplItem, Item, UseTree};
use walkdir::WalkDir;

use super::{BASE, EVENTS, ROOT, WEBSITE, lint_changed, report_of};

/// The Rust files of `crisp-api` below a folder.
fn sources(below: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../crisp-api/src")
        .join(below);
    let files = WalkDir::new(folder).into_iter();
    let files: Vec<_> = files
        .map(|entry| entry.expect("it is readable").into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    assert!(!files.is_empty(), "no file below {below}");
    files
}

fn items(path: &Path) -> Vec<Item> {
    let text = fs::read_to_string(path).expect("it is readable");
    syn::parse_file(&text).expect("it is Rust").items
}

/// The names that an import brings into scope.
fn imported(tree: &UseTree, names: &mut BTreeSet<String>) {
    match tree {
        UseTree::Path(path) => imported(&path.tree, names),
        UseTree::Name(name) => drop(names.insert(name.ident.to_string())),
        UseTree::Rename(rename) => drop(names.insert(rename.rename.to_string())),
        UseTree::Group(group) => group.items.iter().for_each(|item| imported(item, names)),
        UseTree::Glob(_) => {}
    }
}

#[test]
fn a_schema_has_no_name_that_a_generated_file_imports() {
    let mut names = BTreeSet::new();
    for path in sources("generated") {
        for item in items(&path) {
            if let Item::Use(item) = item {
                imported(&item.tree, &mut names);
            }
        }
    }
    names.retain(|name| name.starts_with(|first: char| first.is_ascii_uppercase()));
    assert!(
        names.contains("Request") && names.contains("Value"),
        "{names:?}"
    );
    for name in names {
        let base = BASE.replace("WebsiteState", &name);
        let report = report_of(ROOT, &base, EVENTS);
        let expected = format!("schema `{name}` has a name that generated code needs");
        assert!(report.contains(&expected), "{name}: {report}");
    }
}

#[test]
fn a_service_has_no_name_of_a_method_of_the_client() {
    let mut methods = BTreeSet::new();
    for path in ["client", "rtm", "rest"].into_iter().flat_map(sources) {
        for item in items(&path) {
            let Item::Impl(item) = item else { continue };
            let is_client =
                matches!(&*item.self_ty, syn::Type::Path(path) if path.path.is_ident("Crisp"));
            if !is_client || item.trait_.is_some() {
                continue;
            }
            for item in item.items {
                if let ImplItem::Fn(function) = item {
                    methods.insert(function.sig.ident.to_string());
                }
            }
        }
    }
    // Those that are not public collide, too.
    assert!(
        methods.contains("request") && methods.contains("builder"),
        "{methods:?}"
    );
    for method in methods {
        let change = (
            "  /website:\n    head:\n      operationId: website.",
            &*format!("  /{method}:\n    head:\n      operationId: {method}."),
        );
        let (_, report) = lint_changed(WEBSITE, change);
        let expected = format!("service `{method}` can't be the name of a method of `Crisp`");
        assert!(report.contains(&expected), "{method}: {report}");
    }
}

#[test]
fn a_setter_has_no_name_of_a_method_of_request_types() {
    let macros = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crisp-api/src/macros.rs");
    let text = fs::read_to_string(macros).expect("it is readable");
    let (_, request) = text
        .split_once("macro_rules! request {")
        .expect("the macro of request types");
    let (request, _) = request.split_once("\n}\n").expect("its end");
    let methods: BTreeSet<&str> = request
        .split("fn ")
        .skip(1)
        .filter_map(|rest| rest.split(['(', '<']).next())
        .collect();
    assert!(
        methods.contains("stream") && methods.contains("response"),
        "{methods:?}"
    );
    for method in methods {
        let change = ("name: filter\n", &*format!("name: {method}\n"));
        let (_, report) = lint_changed(WEBSITE, change);
        let expected = format!("every request has a method `{method}`");
        assert!(report.contains(&expected), "{method}: {report}");
    }
}
