//! The report as Markdown and JSON.

use std::fmt::Debug;

use serde_json::{Value, json};

use super::{Action, Change, Diff, Revision};

/// The name of a variant, in lower case.
pub(super) fn word(variant: impl Debug) -> String {
    format!("{variant:?}").to_lowercase()
}

impl Diff {
    /// Returns the report as Markdown. `old` is the name of the old description, such as a git revision.
    pub fn to_markdown(&self, old: &str) -> String {
        let mut text = format!("# Changes of the spec since `{old}`\n\n");
        if self.changes.is_empty() {
            text.push_str("None.\n");
            return text;
        }
        let mut counts = [0; 3];
        let mut lines = [const { String::new() }; 3];
        for change in &self.changes {
            let section = match (change.breaking, change.action) {
                (true, _) => 0,
                (false, Action::Documented) => 2,
                (false, _) => 1,
            };
            counts[section] += 1;
            lines[section].push_str(&line(change, old));
        }
        let [breaking, compatible, documented] = counts;
        text.push_str(&format!(
            "{breaking} breaking for Rust callers, {compatible} not breaking, {documented} in documentation only.\n"
        ));
        for (title, lines) in ["Breaking", "Not breaking", "Documentation only"]
            .iter()
            .zip(lines)
        {
            if !lines.is_empty() {
                text.push_str(&format!("\n## {title}\n\n{lines}"));
            }
        }
        text
    }

    /// Returns the report as JSON. `old` is the name of the old description, such as a git revision.
    pub fn to_json(&self, old: &str) -> String {
        let changes = self.changes.iter().map(|change| json(change, old));
        let changes: Value = changes.collect();
        let diff = json!({ "since": old, "breaking": self.is_breaking(), "changes": changes });
        format!("{diff:#}\n")
    }
}

fn line(change: &Change, old: &str) -> String {
    let action = match change.action {
        Action::Documented => String::new(),
        action => format!(" {}", word(action)),
    };
    let detail = match change.detail.as_str() {
        "" => String::new(),
        detail => format!(": {detail}"),
    };
    let at = match change.revision {
        Revision::Old => format!(" at `{old}`"),
        Revision::New => String::new(),
    };
    let location = &change.location;
    format!(
        "- {} `{}`{action}{detail} (spec/{}:{}{at})\n",
        word(change.kind),
        change.name,
        location.file,
        location.line
    )
}

fn json(change: &Change, old: &str) -> Value {
    json!({
        "kind": word(change.kind),
        "name": change.name,
        "action": word(change.action),
        "breaking": change.breaking,
        "detail": change.detail,
        "location": {
            // Null stands for the new description.
            "revision": (change.revision == Revision::Old).then_some(old),
            "file": format!("spec/{}", change.location.file),
            "line": change.location.line,
            "column": change.location.column,
        },
    })
}
