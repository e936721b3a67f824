//! A request as a value: built by setters, sent when awaited.

use std::any::TypeId;
use std::borrow::Cow;
use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::ops::RangeInclusive;
use std::pin::Pin;

use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};

use super::path;
use super::response::Response;
use super::send::send;
use crate::client::Crisp;
use crate::error::{Error, Invalid};

/// The future returned by the `IntoFuture` implementation of a request.
pub type RequestFuture<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// A request whose response data is a `T`. Nothing is sent until it is awaited.
///
/// It can be cloned, to send it more than once.
///
/// ```no_run
/// # async fn run(crisp: crisp_api::Crisp) -> Result<(), crisp_api::Error> {
/// use crisp_api::Method;
/// use serde_json::{Value, json};
///
/// let path = "/website/8c842203-7ed8-4e29-a608-7cf78a7d2fcc/conversation";
/// let response = crisp.request::<Value>(Method::POST, path).body(&json!({})).response().await?;
/// println!("{} {}: {}", response.status, response.reason, response.data);
/// # Ok(())
/// # }
/// ```
#[must_use = "a request is sent only when it is awaited"]
pub struct Request<T> {
    pub(crate) parts: Box<Parts>,
    data: PhantomData<fn() -> T>,
}

/// A request without the type of its response, so that the code that handles it is compiled once.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) context: RequestContext,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Body,
    pub(crate) expects: Expects,
    /// The first argument that is invalid.
    pub(crate) invalid: Option<Invalid>,
}

/// The parts of a request that its errors and traces name.
#[derive(Clone)]
pub(crate) struct RequestContext {
    pub(crate) crisp: Crisp,
    pub(crate) operation: Cow<'static, str>,
    pub(crate) method: Method,
    /// The scopes that a plugin token needs.
    pub(crate) scopes: &'static [&'static str],
    #[cfg(feature = "tracing")]
    pub(crate) started: std::time::Instant,
}

#[derive(Clone)]
pub(crate) enum Body {
    None,
    Whole(Box<RawValue>),
    Fields(Vec<(&'static str, Box<RawValue>)>),
}

/// The part of a response that is decoded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expects {
    /// Its `data`.
    Data,
    /// Nothing: the type of the data is `()`.
    Nothing,
    /// The status of a HEAD request, as a `bool`.
    Existence,
}

impl Expects {
    fn of<T: 'static>(method: &Method) -> Self {
        let data = TypeId::of::<T>();
        if data == TypeId::of::<()>() {
            Self::Nothing
        } else if method == Method::HEAD && data == TypeId::of::<bool>() {
            Self::Existence
        } else {
            Self::Data
        }
    }
}

impl Parts {
    fn reject(&mut self, invalid: Invalid) {
        self.invalid.get_or_insert(invalid);
    }

    fn set_query(&mut self, name: &str, value: String) {
        match self.query.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.query.push((name.to_owned(), value)),
        }
    }

    fn set_body(&mut self, value: serde_json::Result<Box<RawValue>>) {
        match value {
            Ok(json) => self.body = Body::Whole(json),
            Err(error) => self.reject(not_json("body", &error)),
        }
    }

    fn set_field(&mut self, name: &'static str, value: serde_json::Result<Box<RawValue>>) {
        let json = match value {
            Ok(json) => json,
            Err(error) => return self.reject(not_json(name, &error)),
        };
        match &mut self.body {
            Body::Fields(fields) => match fields.iter_mut().find(|(known, _)| *known == name) {
                Some((_, old)) => *old = json,
                None => fields.push((name, json)),
            },
            body => *body = Body::Fields(vec![(name, json)]),
        }
    }
}

fn not_json(argument: &'static str, error: &serde_json::Error) -> Invalid {
    Invalid::new(argument, format!("cannot be serialized as JSON: {error}"))
}

impl<T: 'static> Request<T> {
    fn from_path(
        crisp: &Crisp,
        method: Method,
        operation: Cow<'static, str>,
        path: Result<String, Invalid>,
    ) -> Self {
        let (path, invalid) = match path {
            Ok(path) => (path, None),
            Err(invalid) => (String::new(), Some(invalid)),
        };
        let expects = Expects::of::<T>(&method);
        let (query, body) = (Vec::new(), Body::None);
        let context = RequestContext {
            crisp: crisp.clone(),
            operation,
            method,
            scopes: &[],
            #[cfg(feature = "tracing")]
            started: std::time::Instant::now(),
        };
        let parts = Parts {
            context,
            path,
            query,
            body,
            expects,
            invalid,
        };
        Self {
            parts: Box::new(parts),
            data: PhantomData,
        }
    }

    pub(crate) fn raw(crisp: &Crisp, method: Method, path: &str) -> Self {
        let operation = format!("{method} {}", public_path(path));
        Self::from_path(crisp, method, operation.into(), path::whole(path))
    }
}

#[allow(
    dead_code,
    reason = "which of these are called depends on the resources that are switched on"
)]
impl<T: 'static> Request<T> {
    /// `path` has a `{name}` for each of `arguments`, in order: `{+name}` if slashes stay slashes.
    pub(crate) fn new(
        crisp: &Crisp,
        method: Method,
        operation: &'static str,
        path: &str,
        arguments: &[&dyn Display],
    ) -> Self {
        Self::from_path(crisp, method, operation.into(), path::fill(path, arguments))
    }

    /// Sets the scopes that a plugin token needs for the operation.
    pub(crate) fn scopes(mut self, scopes: &'static [&'static str]) -> Self {
        self.parts.context.scopes = scopes;
        self
    }

    /// Rejects `value` unless it is in `range`.
    pub(crate) fn in_range<N: PartialOrd + Display>(
        mut self,
        name: &'static str,
        value: N,
        range: RangeInclusive<N>,
    ) -> Self {
        if !range.contains(&value) {
            let reason = format!(
                "is {value}: it must be {} to {}",
                range.start(),
                range.end()
            );
            self.parts.reject(Invalid::new(name, reason));
        }
        self
    }

    /// Sets a query parameter to `0` or `1`.
    pub(crate) fn flag(mut self, name: &'static str, value: bool) -> Self {
        self.parts.set_query(name, u8::from(value).to_string());
        self
    }

    /// Sets a query parameter to a string, or to the JSON text of any other value.
    pub(crate) fn json_query(
        mut self,
        name: &'static str,
        value: &(impl Serialize + ?Sized),
    ) -> Self {
        match serde_json::to_value(value) {
            Ok(serde_json::Value::String(text)) => self.parts.set_query(name, text),
            Ok(json) => self.parts.set_query(name, json.to_string()),
            Err(error) => self.parts.reject(not_json(name, &error)),
        }
        self
    }

    /// Sets a field of the body, replacing its previous value.
    pub(crate) fn field(mut self, name: &'static str, value: &(impl Serialize + ?Sized)) -> Self {
        self.parts.set_field(name, to_raw_value(value));
        self
    }
}

impl<T> Request<T> {
    /// Sets a query parameter, replacing its previous value.
    pub fn query(mut self, name: &str, value: impl Display) -> Self {
        self.parts.set_query(name, value.to_string());
        self
    }

    /// Sets the body to `value` as JSON.
    ///
    /// A POST, PUT or PATCH without a body sends `{}`. A value that cannot be serialized as JSON is an
    /// [`Error::InvalidArgument`] when the request is awaited.
    pub fn body(mut self, value: &(impl Serialize + ?Sized)) -> Self {
        self.parts.set_body(to_raw_value(value));
        self
    }
}

impl<T: DeserializeOwned + 'static> Request<T> {
    /// Sends the request, and returns status, headers and reason of the response along with its data.
    ///
    /// # Errors
    /// The same as awaiting the request itself: see [`Error`].
    pub async fn response(self) -> Result<Response<T>, Error> {
        send(self.parts).await?.into_response()
    }
}

impl<T: DeserializeOwned + 'static> IntoFuture for Request<T> {
    type Output = Result<T, Error>;
    type IntoFuture = RequestFuture<T>;

    fn into_future(self) -> Self::IntoFuture {
        let response = send(self.parts);
        Box::pin(async move { response.await?.into_data() })
    }
}

impl<T> Clone for Request<T> {
    fn clone(&self) -> Self {
        Self {
            parts: self.parts.clone(),
            data: PhantomData,
        }
    }
}

/// Shows neither path, query nor body: they can contain personal data.
impl<T> fmt::Debug for Request<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.parts.context.operation)
            .field("method", &self.parts.context.method)
            .finish_non_exhaustive()
    }
}

/// Returns a path without the segments that may be personal data: those of ids and the names of
/// routes consist of other characters.
fn public_path(path: &str) -> String {
    let is_public = |segment: &&str| {
        let plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        segment.len() <= 64 && segment.bytes().all(plain)
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let segments = path
        .split('/')
        .map(|segment| Some(segment).filter(is_public).unwrap_or("{…}"));
    segments.take(16).collect::<Vec<_>>().join("/")
}
