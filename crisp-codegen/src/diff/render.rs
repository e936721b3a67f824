//! A comparison as people and programs read it.

use serde_json::{Value, json};

use super::{Action, Change, Diff, Kind, Revision};

impl Kind {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Argument => "argument",
            Self::Parameter => "parameter",
            Self::Answer => "answer",
            Self::Event => "event",
            Self::Type => "type",
            Self::Field => "field",
            Self::Value => "value",
            Self::Variant => "variant",
            Self::Other => "other",
        }
    }
}

impl Action {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Documented => "documented",
        }
    }
}

impl Diff {
    /// The comparison as Markdown. The old description is named as the reader knows it.
    pub fn to_markdown(&self, old: &str) -> String {
        let mut text = format!("# Changes of the spec since `{old}`\n\n");
        if self.changes.is_empty() {
            text.push_str("None.\n");
            return text;
        }
        let documented = |change: &&Change| change.action == Action::Documented;
        let breaking: Vec<_> = self.changes.iter().filter(|c| c.breaking).collect();
        let harmless = self
            .changes
            .iter()
            .filter(|c| !c.breaking && !documented(c));
        let harmless: Vec<_> = harmless.collect();
        let documented: Vec<_> = self.changes.iter().filter(documented).collect();
        text.push_str(&format!(
            "{} breaking for Rust callers, {} not breaking, {} in text alone.\n",
            breaking.len(),
            harmless.len(),
            documented.len()
        ));
        for (title, changes) in [
            ("Breaking", breaking),
            ("Not breaking", harmless),
            ("Text alone", documented),
        ] {
            if !changes.is_empty() {
                text.push_str(&format!("\n## {title}\n\n"));
            }
            for change in changes {
                text.push_str(&line(change, old));
            }
        }
        text
    }

    /// The comparison as JSON. The old description is named as the reader knows it.
    pub fn to_json(&self, old: &str) -> String {
        let changes: Vec<Value> = self
            .changes
            .iter()
            .map(|change| json(change, old))
            .collect();
        let diff = json!({ "since": old, "breaking": self.is_breaking(), "changes": changes });
        format!("{diff:#}\n")
    }
}

fn line(change: &Change, old: &str) -> String {
    let action = match change.action {
        Action::Documented => String::new(),
        action => format!(" {}", action.as_str()),
    };
    let detail = match change.detail.as_str() {
        "" => String::new(),
        detail => format!(": {detail}"),
    };
    let at = match change.revision {
        Revision::Old => format!(" at `{old}`"),
        Revision::New => String::new(),
    };
    let place = &change.place;
    format!(
        "- {} `{}`{action}{detail} (spec/{}:{}{at})\n",
        change.kind.as_str(),
        change.name,
        place.file,
        place.line
    )
}

fn json(change: &Change, old: &str) -> Value {
    json!({
        "kind": change.kind.as_str(),
        "name": change.name,
        "action": change.action.as_str(),
        "breaking": change.breaking,
        "detail": change.detail,
        "place": {
            // Null is the working tree.
            "revision": (change.revision == Revision::Old).then_some(old),
            "file": format!("spec/{}", change.place.file),
            "line": change.place.line,
            "column": change.place.column,
        },
    })
}
