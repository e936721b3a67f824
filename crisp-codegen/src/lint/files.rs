//! Checks the files: each is a resource, with a module and a cargo feature, and has the operations of one service.

use std::collections::BTreeMap;

use super::{Lint, bodies, idents};
use crate::api::feature;
use crate::bundle::entries;
use crate::source::{ROOT, pointer};

/// The modules beside those of the folders, and the files beside those of the resources.
const RESERVED_FOLDERS: [&str; 3] = ["requests", "services", "types"];
const RESERVED_NAMES: [&str; 3] = ["methods", "requests", "types"];
/// The resource whose folder would collide with the list of events.
const EVENT_LIST: &str = "events/list";

pub(super) fn check(lint: &mut Lint<'_>) {
    let mut features: BTreeMap<String, String> = BTreeMap::new();
    for (file, at) in files(lint) {
        if file == ROOT {
            lint.report(
                &at,
                format!("an operation, event or schema in {ROOT}"),
                "move it to the file of a resource, such as `website/conversation.yaml`",
            );
            continue;
        }
        check_path(lint, &file, &at);
        let feature = feature(file.trim_end_matches(".yaml"));
        if let Some(first) = features.get(&feature) {
            lint.report_file(
                &at,
                format!("has the same cargo feature `{feature}` as spec/{first}"),
                "rename one of the two files",
            );
        } else {
            features.insert(feature, file);
        }
    }
    check_services(lint);
}

/// The file of every operation, event and schema, each with the pointer of its first entry.
fn files(lint: &Lint<'_>) -> BTreeMap<String, String> {
    let bundle = lint.bundle;
    let document = &bundle.document;
    let paths = entries(document.get("paths"))
        .map(|(path, _)| (bundle.file_of_path(path), pointer("/paths", path)));
    let events = entries(document.get("x-webhooks"))
        .map(|(event, _)| (bundle.file_of_event(event), pointer("/x-webhooks", event)));
    let schemas = entries(document.pointer("/components/schemas"))
        .map(|(name, _)| (name, pointer("/components/schemas", name)))
        // These frame data and have no type of their own.
        .filter(|(_, at)| !bodies::FRAMES.iter().any(|frame| frame[1..] == *at))
        .map(|(name, at)| (bundle.owner(name), at));
    let mut files = BTreeMap::new();
    for (file, at) in paths.chain(events).chain(schemas) {
        if let Some(file) = file {
            files.entry(file.to_owned()).or_insert(at);
        }
    }
    files
}

fn check_path(lint: &mut Lint<'_>, file: &str, at: &str) {
    let parts: Vec<_> = file.trim_end_matches(".yaml").split('/').collect();
    let &[folder, name] = parts.as_slice() else {
        return lint.report_file(
            at,
            "is not in a folder of the spec folder",
            "move it to the folder of its service, such as `website/conversation.yaml`",
        );
    };
    for part in [folder, name] {
        if !idents::is_snake(part) {
            lint.report_file(
                at,
                format!("`{part}` can't be the name of a module in Rust"),
                "rename it in snake case, such as `website/people_data.yaml`, and not as a keyword of Rust",
            );
        }
    }
    let is_reserved = RESERVED_FOLDERS.contains(&folder)
        || RESERVED_NAMES.contains(&name)
        || folder == name
        || parts.join("/") == EVENT_LIST;
    if is_reserved {
        lint.report_file(
            at,
            format!("the module `{folder}::{name}` is reserved"),
            "rename the file after its subject, such as `website/people.yaml`",
        );
    }
}

/// The methods of a file are in one `impl` block, which is of the service that its folder is named for.
fn check_services(lint: &mut Lint<'_>) {
    let bundle = lint.bundle;
    for (path, _) in entries(bundle.document.get("paths")) {
        let file = bundle.file_of_path(path).unwrap_or_default();
        let service = path.split('/').nth(1).unwrap_or_default();
        if let Some((folder, _)) = file.split_once('/')
            && !is_service(folder, service)
        {
            lint.report(
                &pointer("/paths", path),
                format!("path `{path}` is in the folder of the service `{folder}`"),
                "move it to a file in the folder of its own service",
            );
        }
    }
}

/// Returns whether a service is the one that starts a path, in the singular or the plural.
pub(super) fn is_service(service: &str, segment: &str) -> bool {
    service == segment || segment.strip_suffix('s') == Some(service)
}
