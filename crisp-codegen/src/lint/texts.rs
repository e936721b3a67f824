//! Checks the texts that become documentation of Rust code.

use super::Lint;
use super::shape::Node;
use crate::source::pointer;

pub(super) fn check(lint: &mut Lint<'_>, nodes: &[Node<'_>]) {
    for node in nodes {
        for key in ["summary", "title", "description"] {
            let Some(text) = node.value.get(key).and_then(|text| text.as_str()) else {
                continue;
            };
            let at = pointer(&node.pointer, key);
            if let Some(character) = text.chars().find(|c| is_forbidden(*c)) {
                lint.report(
                    &at,
                    format!(
                        "`{key}` contains the control character {}",
                        character.escape_unicode()
                    ),
                    "remove it; separate lines by a plain line break",
                );
            }
            if key != "description" && text.trim().contains('\n') {
                lint.report(
                    &at,
                    format!("`{key}` has several lines"),
                    "write one line, and the rest in `description:`",
                );
            }
            // rustdoc would compile it as Rust.
            if key == "description" && text.trim_end().lines().any(starts_code_block) {
                lint.report(
                    &at,
                    "a code block in `description`",
                    "write code between single backticks, and indent lines by less than four spaces",
                );
            }
        }
    }
}

/// Control characters, and those that change the direction of text: rustc rejects both in comments.
fn is_forbidden(character: char) -> bool {
    character.is_control() && character != '\n'
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn starts_code_block(line: &str) -> bool {
    let text = line.trim_start_matches([' ', '>']);
    line.starts_with("    ") || text.starts_with("```") || text.starts_with("~~~")
}
