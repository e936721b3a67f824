//! Text from outside, made safe to show: short, on one line, and in reading order.

use std::fmt::{self, Display, Write as _};

/// Displays at most `limit` characters of `text`. Control characters and characters that change the
/// direction of text are escaped, so that no text can forge a line of a log or hide a part of it.
pub(crate) fn excerpt(text: &str, limit: usize) -> impl Display + '_ {
    Excerpt { text, limit }
}

struct Excerpt<'a> {
    text: &'a str,
    limit: usize,
}

impl Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = self.limit;
        for character in self.text.chars() {
            let escaped = is_unsafe(character).then(|| character.escape_default());
            let width = escaped.as_ref().map_or(1, |escaped| escaped.len());
            if width > left {
                return f.write_char('…');
            }
            left -= width;
            match escaped {
                Some(escaped) => write!(f, "{escaped}")?,
                None => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

/// Control characters, line separators, and the marks, embeddings, overrides and isolates of
/// Unicode's bidirectional algorithm.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}
