//! Details of JSON that cannot be decoded, found only after the error: keeping track of the path while
//! decoding doubles the time.

use std::fmt::Write as _;

/// Deeper values are shown by the path of the container at this depth.
const MAX_DEPTH: usize = 128;

/// A container that is open at some point of the text.
enum Frame<'a> {
    /// The key of the current value, as written. `None` before the first and after a comma.
    Object(Option<&'a [u8]>),
    /// The index of the current item, and whether its text has begun.
    Array(usize, bool),
}

/// Returns the path, such as `data[3].meta.email`, of the value that ends at or contains the place
/// that `error` names in `json`. Empty for the outermost value.
pub(crate) fn path(json: &[u8], error: &serde_json::Error) -> String {
    at(json, offset(json, error))
}

/// Returns how many bytes of `json` were consumed when `error` occurred.
pub(crate) fn offset(json: &[u8], error: &serde_json::Error) -> usize {
    // serde_json counts lines and columns from 1, and columns in bytes.
    let lines = json
        .split_inclusive(|byte| *byte == b'\n')
        .take(error.line().saturating_sub(1));
    let offset = lines.map(<[u8]>::len).sum::<usize>() + error.column();
    offset.min(json.len())
}

/// Returns the message of `error` without the value that it quotes, which may be personal data.
pub(crate) fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or_default();
    let quotes = ["invalid type: ", "invalid value: ", "unknown variant "]
        .iter()
        .any(|start| message.starts_with(start));
    if !quotes {
        return message.to_owned();
    }
    let kind = message.split(['"', '`']).next().unwrap_or_default();
    let kind = kind.split(", expected ").next().unwrap_or_default();
    match message.rsplit_once(", expected ") {
        Some((_, expected)) => format!("{}, expected {expected}", kind.trim_end()),
        None => kind.trim_end().to_owned(),
    }
}

fn at(json: &[u8], offset: usize) -> String {
    let mut frames = Vec::new();
    let mut depth = 0_usize;
    let mut place = 0;
    while place < offset {
        let byte = json[place];
        if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | b',' | b']')
            && let Some(Frame::Array(_, begun)) = frames.last_mut()
        {
            *begun = true;
        }
        match byte {
            b'"' => {
                let end = end_of_string(json, place);
                if end < offset
                    && is_key(json, end)
                    && let Some(Frame::Object(key)) = frames.last_mut()
                {
                    *key = Some(&json[place..end]);
                }
                place = end;
                continue;
            }
            b'{' | b'[' => {
                depth += 1;
                if depth <= MAX_DEPTH {
                    frames.push(if byte == b'{' {
                        Frame::Object(None)
                    } else {
                        Frame::Array(0, false)
                    });
                }
            }
            b'}' | b']' => {
                if depth <= MAX_DEPTH {
                    frames.pop();
                }
                depth = depth.saturating_sub(1);
            }
            b',' if depth <= MAX_DEPTH => match frames.last_mut() {
                Some(Frame::Object(key)) => *key = None,
                Some(Frame::Array(index, begun)) => (*index, *begun) = (*index + 1, false),
                None => {}
            },
            _ => {}
        }
        place += 1;
    }
    text(&frames)
}

/// Returns the place after the string that starts at `start`.
fn end_of_string(json: &[u8], start: usize) -> usize {
    let mut place = start + 1;
    while let Some(byte) = json.get(place) {
        match byte {
            b'"' => return place + 1,
            b'\\' => place += 2,
            _ => place += 1,
        }
    }
    json.len()
}

/// Returns whether a colon follows.
fn is_key(json: &[u8], place: usize) -> bool {
    json[place..]
        .iter()
        .find(|byte| !byte.is_ascii_whitespace())
        == Some(&b':')
}

fn text(frames: &[Frame<'_>]) -> String {
    let mut path = String::new();
    for frame in frames {
        match frame {
            Frame::Object(Some(key)) => {
                if !path.is_empty() {
                    path.push('.');
                }
                match serde_json::from_slice::<String>(key) {
                    Ok(key) => path.push_str(&key),
                    Err(_) => path.push_str(&String::from_utf8_lossy(key)),
                }
            }
            Frame::Array(index, true) => {
                let _ = write!(path, "[{index}]");
            }
            Frame::Object(None) | Frame::Array(_, false) => break,
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde::de::DeserializeOwned;
    use serde_json::Value;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only decoded to fail")]
    struct Person {
        meta: BTreeMap<String, u32>,
        tags: Vec<(u8, bool)>,
    }

    fn error_path<T: DeserializeOwned + std::fmt::Debug>(json: &str) -> String {
        super::path(
            json.as_bytes(),
            &serde_json::from_str::<T>(json).expect_err("an error"),
        )
    }

    #[test]
    fn names_the_value_that_cannot_be_decoded() {
        for (json, expected) in [
            (
                r#"{"data":[{"meta":{},"tags":[]},{"meta":{"a":1,"b \"c":"x"},"tags":[]}]}"#,
                "data[1].meta.b \"c",
            ),
            (
                r#"{"data":[{"meta":{"a":[]},"tags":[]}]}"#,
                "data[0].meta.a",
            ),
            (
                r#"{"data":[{"meta":{"a":{}},"tags":[]}]}"#,
                "data[0].meta.a",
            ),
            (
                r#"{"data":[{"meta":{},"tags":[[1,true],[2,"no"]]}]}"#,
                "data[0].tags[1][1]",
            ),
            (r#"{"data":[{"meta":{},"tags":[[1]]}]}"#, "data[0].tags[0]"),
            (
                r#"{"data":[{"meta":{},"tags":[[300,true]]}]}"#,
                "data[0].tags[0][0]",
            ),
            (r#"{"data":[{"tags":[]}]}"#, "data[0]"),
            (r#"{"data":[ 5 ]}"#, "data[0]"),
            (
                "{ \"data\" :\n [\n {\"meta\":{\n\"a\":\nnull}} ] }",
                "data[0].meta.a",
            ),
            (r#"{"data":null}"#, "data"),
            (r#"{"data":"x]}{[,"}"#, "data"),
            (r#"{"other":{"data":[1,2]},"data":7}"#, "data"),
            ("[]", ""),
            ("7", ""),
        ] {
            #[derive(Debug, Deserialize)]
            #[allow(dead_code, reason = "only decoded to fail")]
            struct Body {
                data: Vec<Person>,
            }
            assert_eq!(error_path::<Body>(json), expected, "{json}");
        }
    }

    #[test]
    fn agrees_with_the_place_of_a_syntax_error_and_never_panics() {
        let json = r#"{"a":[1,{"b\u00e9":"c\"d"},null],"e":{"f":[[]]},"g":-1.5e3}"#;
        for length in 0..json.len() {
            if let Err(error) = serde_json::from_slice::<Value>(&json.as_bytes()[..length]) {
                super::path(&json.as_bytes()[..length], &error);
            }
        }
        assert_eq!(error_path::<Value>(r#"{"a":[1,{"b":nope}]}"#), "a[1].b");
        assert_eq!(error_path::<Value>(r#"{"a":[1,2,]}"#), "a");
        let deep = "[".repeat(100_000);
        assert!(error_path::<Value>(&deep).len() < 128 * 4);
    }
}
