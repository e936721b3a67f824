//! Checks requests against the description, the cheap checks first.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use form_urlencoded::parse;
use http::header::{ACCEPT, AUTHORIZATION, AsHeaderName, CONTENT_TYPE, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::call::Failure;
use super::spec::{NoMatch, Operation, Place, spec};

/// The path prefix of every operation.
pub(super) const BASE: &str = "/v1";

/// A request whose head passed every check.
#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) operation: &'static Operation,
    /// The path arguments by name, decoded.
    pub(super) path: Vec<(String, String)>,
    /// The query parameters by name, decoded.
    pub(super) query: Vec<(String, String)>,
}

/// Checks everything but the body: route, credentials, tier, headers, path and query.
pub(super) fn check_head(head: &Parts, has_body: bool) -> Result<Accepted, Failure> {
    let no_route = || {
        let message = format!("no route has the path {}", head.uri.path());
        Failure::new(StatusCode::NOT_FOUND, "not_found", message)
    };
    let path = head.uri.path().strip_prefix(BASE).ok_or_else(no_route)?;
    let found = spec()
        .find(&head.method, path)
        .map_err(|error| match error {
            NoMatch::Path => no_route(),
            NoMatch::Method => Failure::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                format!("the path {} has no method {}", head.uri.path(), head.method),
            ),
        })?;
    let operation = found.operation;
    check_credentials(&head.headers)?;
    check_tier(operation, &head.headers)?;
    check_headers(&head.headers, has_body)?;
    for parameter in operation.parameters(Place::Path) {
        let mut arguments = found.arguments.iter();
        if let Some((_, value)) = arguments.find(|(name, _)| *name == parameter.name) {
            parameter.check(value).map_err(Failure::invalid)?;
        }
    }
    let query = parse(head.uri.query().unwrap_or_default().as_bytes());
    let query = query.into_owned().collect::<Vec<_>>();
    check_query(operation, &query)?;
    Ok(Accepted {
        operation,
        path: found.arguments,
        query,
    })
}

/// Returns a header that is present, text and not blank.
fn header(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    let value = headers.get(name)?.to_str().ok();
    value.filter(|value| !value.trim().is_empty())
}

fn check_credentials(headers: &HeaderMap) -> Result<(), Failure> {
    let reject = |message: &str| {
        Err(Failure::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            message,
        ))
    };
    let Some(value) = header(headers, AUTHORIZATION) else {
        return reject("the header Authorization is missing");
    };
    let encoded = value
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let decoded = encoded.and_then(|(_, encoded)| BASE64_STANDARD.decode(encoded.trim()).ok());
    let pair = decoded.and_then(|pair| String::from_utf8(pair).ok());
    match pair.as_deref().and_then(|pair| pair.split_once(':')) {
        Some((identifier, key)) if !identifier.is_empty() && !key.is_empty() => Ok(()),
        _ => reject("the header Authorization is not Basic with an identifier and a key"),
    }
}

fn check_tier(operation: &Operation, headers: &HeaderMap) -> Result<(), Failure> {
    let tier = header(headers, "x-crisp-tier")
        .ok_or_else(|| Failure::invalid("the header X-Crisp-Tier is missing"))?;
    if !matches!(tier, "user" | "website" | "plugin") {
        return Err(Failure::invalid(
            "the header X-Crisp-Tier is not user, website or plugin",
        ));
    }
    if operation.tiers.iter().any(|allowed| allowed == tier) {
        return Ok(());
    }
    let message = format!(
        "{} is not for the tier {tier}, only for: {}",
        operation.id,
        operation.tiers.join(", ")
    );
    Err(Failure::new(StatusCode::FORBIDDEN, "not_allowed", message))
}

fn check_headers(headers: &HeaderMap, has_body: bool) -> Result<(), Failure> {
    header(headers, USER_AGENT)
        .ok_or_else(|| Failure::invalid("the header User-Agent is missing"))?;
    let accept =
        header(headers, ACCEPT).ok_or_else(|| Failure::invalid("the header Accept is missing"))?;
    if !["application/json", "application/*", "*/*"]
        .iter()
        .any(|kind| accept.contains(kind))
    {
        return Err(Failure::invalid(
            "the header Accept does not include application/json",
        ));
    }
    let kind =
        header(headers, CONTENT_TYPE).map(|kind| kind.split(';').next().unwrap_or_default().trim());
    if has_body && !kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) {
        return Err(Failure::invalid(
            "the header Content-Type is not application/json",
        ));
    }
    Ok(())
}

fn check_query(operation: &Operation, query: &[(String, String)]) -> Result<(), Failure> {
    for (index, (name, value)) in query.iter().enumerate() {
        let mut parameters = operation.parameters(Place::Query);
        let parameter = parameters
            .find(|parameter| parameter.name == *name)
            .ok_or_else(|| {
                let message = format!("query.{name}: is not a parameter of {}", operation.id);
                Failure::invalid(message)
            })?;
        if query[..index].iter().any(|(other, _)| other == name) {
            let message = format!("query.{name}: is given more than once");
            return Err(Failure::invalid(message));
        }
        parameter
            .check(value)
            .map_err(|message| Failure::invalid(format!("query.{message}")))?;
    }
    let mut required = operation
        .parameters(Place::Query)
        .filter(|known| known.required);
    match required.find(|known| query.iter().all(|(name, _)| known.name != *name)) {
        Some(missing) => {
            let message = format!("query.{}: is required", missing.name);
            Err(Failure::invalid(message))
        }
        None => Ok(()),
    }
}

/// Checks a body, and returns it as JSON; null if it is empty.
pub(super) fn check_body(operation: &Operation, body: &[u8]) -> Result<Value, Failure> {
    let value = if body.is_empty() {
        None
    } else {
        let value = serde_json::from_slice::<Value>(body);
        Some(value.map_err(|error| Failure::invalid(format!("body: is not JSON: {error}")))?)
    };
    match (&operation.body, value) {
        (Some(check), Some(value)) => {
            check.value("body", &value).map_err(Failure::invalid)?;
            Ok(value)
        }
        (Some(_), None) => Err(Failure::invalid("body: is required")),
        // The Node wrapper sends an empty object for a request without parameters.
        (None, Some(value)) if value != json!({}) => {
            let message = format!("body: {} takes no body", operation.id);
            Err(Failure::invalid(message))
        }
        _ => Ok(Value::Null),
    }
}
