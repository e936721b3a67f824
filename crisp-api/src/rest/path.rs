//! Builds the path of a request from a route and its arguments.
//!
//! An argument that is empty, `.` or `..` would reach another route. Such arguments are rejected
//! before anything is sent.

use std::fmt::Display;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::error::Invalid;

/// The characters that are percent-encoded in a path: all but the unreserved ones of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Replaces the names in `template` with `arguments`, in order.
///
/// `{name}` stands for one segment. `{+name}` may stand for several: its slashes are kept.
pub(crate) fn fill(template: &str, arguments: &[&dyn Display]) -> Result<String, Invalid> {
    let mut path = String::with_capacity(template.len() + 40 * arguments.len());
    let mut arguments = arguments.iter();
    let mut rest = template;
    while let Some((fixed, tail)) = rest.split_once('{') {
        path.push_str(fixed);
        let (name, tail) = tail.split_once('}').unwrap_or((tail, ""));
        rest = tail;
        let plain = name.trim_start_matches('+');
        let value = arguments
            .next()
            .ok_or_else(|| invalid(plain, "is missing"))?
            .to_string();
        if plain == name {
            push_segment(&mut path, plain, &value)?;
        } else {
            push_segments(&mut path, plain, &value)?;
        }
    }
    path.push_str(rest);
    Ok(path)
}

/// Encodes a complete path given as plain text: `/website/abc/x`.
pub(crate) fn whole(path: &str) -> Result<String, Invalid> {
    let Some(segments) = path.strip_prefix('/') else {
        return Err(invalid("path", "must begin with a slash"));
    };
    if path.contains(['?', '#']) {
        return Err(invalid(
            "path",
            "must not hold `?` or `#`: set query parameters with Request::query",
        ));
    }
    let mut encoded = String::with_capacity(path.len() + 10);
    encoded.push('/');
    push_segments(&mut encoded, "path", segments)?;
    Ok(encoded)
}

fn push_segments(path: &mut String, name: &str, value: &str) -> Result<(), Invalid> {
    for (position, segment) in value.split('/').enumerate() {
        if position > 0 {
            path.push('/');
        }
        push_segment(path, name, segment)?;
    }
    Ok(())
}

/// The maximum number of bytes of a segment: repeated decoding takes quadratic time.
const MAX_SEGMENT: usize = 2048;

fn push_segment(path: &mut String, name: &str, value: &str) -> Result<(), Invalid> {
    // IDs and numbers, which most arguments are, need neither checks nor encoding.
    if is_plain(value) {
        path.push_str(value);
        return Ok(());
    }
    if value.trim().is_empty() {
        return Err(invalid(
            name,
            "has an empty part: it would reach another route",
        ));
    }
    if value.len() > MAX_SEGMENT {
        return Err(invalid(
            name,
            "is longer than 2048 bytes: no segment of a Crisp path is",
        ));
    }
    // Servers and proxies differ in how often they decode, so every decoded form is checked.
    let mut decoded = value.to_owned();
    loop {
        if decoded.contains(char::is_control) {
            return Err(invalid(name, "has a control character: remove it"));
        }
        if decoded
            .split(['/', '\\'])
            .any(|part| part == "." || part == "..")
        {
            return Err(invalid(
                name,
                "is or holds `.` or `..`: it would reach another route",
            ));
        }
        let decoded_again = percent_decode_str(&decoded)
            .decode_utf8_lossy()
            .into_owned();
        if decoded_again == decoded {
            break;
        }
        decoded = decoded_again;
    }
    path.extend(utf8_percent_encode(value, ENCODED));
    Ok(())
}

fn is_plain(segment: &str) -> bool {
    (1..=MAX_SEGMENT).contains(&segment.len())
        && segment
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn invalid(name: &str, reason: &str) -> Invalid {
    Invalid::new(name.to_owned(), reason)
}
