//! Matches the paths of requests with the path templates of the description.

use percent_encoding::percent_decode_str;
use serde::Deserialize;

/// A path template, such as `/website/{website_id}/conversations/{page_number}`. The last segment can be a path of slugs:
/// `{+path}`.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
pub(super) struct Route {
    segments: Vec<Segment>,
    /// Whether the last segment matches the rest of the path, slashes included.
    matches_rest: bool,
}

#[derive(Debug)]
enum Segment {
    Static(String),
    Parameter(String),
}

impl From<String> for Route {
    fn from(template: String) -> Self {
        let segments = template.trim_start_matches('/').split('/');
        Self {
            matches_rest: template.contains("{+"),
            segments: segments.map(Segment::new).collect(),
        }
    }
}

impl Route {
    /// Returns the arguments of a path by name, decoded; `None` if the path does not match.
    pub(super) fn arguments(&self, path: &str) -> Option<Vec<(String, String)>> {
        let mut rest = path.strip_prefix('/')?;
        let mut arguments = Vec::new();
        for (index, segment) in self.segments.iter().enumerate() {
            let is_last = index + 1 == self.segments.len();
            let (text, remainder) = match rest.split_once('/') {
                _ if is_last && self.matches_rest => (rest, ""),
                Some(_) if is_last => return None,
                None if !is_last => return None,
                split => split.unwrap_or((rest, "")),
            };
            match segment {
                Segment::Static(expected) if expected != text => return None,
                Segment::Static(_) => {}
                Segment::Parameter(_) if text.split('/').any(str::is_empty) => return None,
                Segment::Parameter(name) => {
                    let argument = percent_decode_str(text).decode_utf8_lossy();
                    arguments.push((name.clone(), argument.into_owned()));
                }
            }
            rest = remainder;
        }
        Some(arguments)
    }

    /// Returns a sort key, least for the most specific of the routes that match a path: a static segment precedes a
    /// parameter, and one segment precedes the rest of a path.
    pub(super) fn specificity(&self) -> (bool, Vec<bool>) {
        let parameters = self
            .segments
            .iter()
            .map(|segment| matches!(segment, Segment::Parameter(_)));
        (self.matches_rest, parameters.collect())
    }
}

impl Segment {
    fn new(text: &str) -> Self {
        let name = text
            .strip_prefix('{')
            .and_then(|text| text.strip_suffix('}'));
        name.map_or_else(
            || Self::Static(text.to_owned()),
            |name| Self::Parameter(name.trim_start_matches('+').to_owned()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(template: &str, path: &str) -> Option<Vec<String>> {
        let route = Route::from(template.to_owned());
        let arguments = route.arguments(path)?.into_iter();
        Some(
            arguments
                .map(|(name, value)| format!("{name}={value}"))
                .collect(),
        )
    }

    #[test]
    fn a_parameter_matches_one_segment() {
        let template = "/website/{website_id}/list/{page}";
        let found = arguments(template, "/website/a%2Fb%20c/list/1");
        assert_eq!(
            found,
            Some(vec!["website_id=a/b c".to_owned(), "page=1".to_owned()])
        );
        for path in [
            "/website/a/list",
            "/website/a/list/",
            "/website//list/1",
            "/website/a/list/1/",
            "/website/a/list/1/2",
            "/website/a/lists/1",
            "website/a/list/1",
            "",
        ] {
            assert_eq!(arguments(template, path), None, "{path}");
        }
    }

    #[test]
    fn a_slug_path_matches_the_rest() {
        let template = "/tree/{locale}/{+slugs}";
        let found = arguments(template, "/tree/en/guides/first%20steps");
        assert_eq!(
            found,
            Some(vec![
                "locale=en".to_owned(),
                "slugs=guides/first steps".to_owned()
            ])
        );
        for path in [
            "/tree/en",
            "/tree/en/",
            "/tree/en/guides/",
            "/tree/en//guides",
        ] {
            assert_eq!(arguments(template, path), None, "{path}");
        }
    }

    #[test]
    fn a_static_segment_is_more_specific() {
        let key = |template: &str| Route::from(template.to_owned()).specificity();
        assert!(key("/website/connect/endpoints") < key("/website/{website_id}/endpoints"));
        assert!(key("/tree/{locale}/{page}") < key("/tree/{locale}/{+slugs}"));
    }
}
