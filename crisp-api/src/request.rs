//! A request as a value: put together by setters, sent when awaited.

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

use crate::client::Crisp;
use crate::error::{Error, Invalid};
use crate::path;
use crate::response::Response;
use crate::send::send;

/// What awaiting a request runs.
pub type RequestFuture<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// A request that is answered with a `T`. Nothing is sent until it is awaited.
///
/// It can be cloned and sent again.
///
/// ```no_run
/// # async fn run(crisp: crisp_api::Crisp) -> Result<(), crisp_api::Error> {
/// use crisp_api::Method;
/// use serde_json::{Value, json};
///
/// let path = "/website/8c842203-7ed8-4e29-a608-7cf78a7d2fcc/conversation";
/// let answer = crisp.request::<Value>(Method::POST, path).body(&json!({})).response().await?;
/// println!("{} {}: {}", answer.status, answer.reason, answer.data);
/// # Ok(())
/// # }
/// ```
#[must_use = "a request is sent only when it is awaited"]
pub struct Request<T> {
    pub(crate) parts: Box<Parts>,
    answer: PhantomData<fn() -> T>,
}

/// All of a request but the type of its answer, so that what handles it is compiled once.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) crisp: Crisp,
    pub(crate) operation: Cow<'static, str>,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Body,
    pub(crate) expects: Expects,
    /// The first value that could not be taken.
    pub(crate) invalid: Option<Invalid>,
}

#[derive(Clone)]
pub(crate) enum Body {
    None,
    Whole(Box<RawValue>),
    Fields(Vec<(&'static str, Box<RawValue>)>),
}

/// What is taken from an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expects {
    /// Its `data`.
    Data,
    /// Nothing: the answer type is `()`.
    Nothing,
    /// Whether there is one: HEAD, read as `bool`.
    Existence,
}

impl Expects {
    fn of<T: 'static>(method: &Method) -> Self {
        let answer = TypeId::of::<T>();
        if answer == TypeId::of::<()>() {
            Self::Nothing
        } else if method == Method::HEAD && answer == TypeId::of::<bool>() {
            Self::Existence
        } else {
            Self::Data
        }
    }
}

impl Parts {
    fn refuse(&mut self, invalid: Invalid) {
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
            Err(error) => self.refuse(unwritable("body", &error)),
        }
    }

    fn set_field(&mut self, name: &'static str, value: serde_json::Result<Box<RawValue>>) {
        let json = match value {
            Ok(json) => json,
            Err(error) => return self.refuse(unwritable(name, &error)),
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

fn unwritable(argument: &'static str, error: &serde_json::Error) -> Invalid {
    Invalid::new(argument, format!("cannot be written as JSON: {error}"))
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
        let parts = Parts {
            crisp: crisp.clone(),
            operation,
            method,
            path,
            query,
            body,
            expects,
            invalid,
        };
        Self {
            parts: Box::new(parts),
            answer: PhantomData,
        }
    }

    pub(crate) fn raw(crisp: &Crisp, method: Method, path: &str) -> Self {
        let shown = path.split(['?', '#']).next().unwrap_or_default();
        let operation = format!("{method} {}", shown.escape_debug());
        Self::from_path(crisp, method, operation.into(), path::whole(path))
    }
}

#[allow(
    dead_code,
    reason = "which of these are called depends on the resources that are switched on"
)]
impl<T: 'static> Request<T> {
    /// `path` holds a `{name}` for each of `arguments`, in order: `{+name}` where slashes stay
    /// slashes.
    pub(crate) fn new(
        crisp: &Crisp,
        method: Method,
        operation: &'static str,
        path: &str,
        arguments: &[&dyn Display],
    ) -> Self {
        Self::from_path(crisp, method, operation.into(), path::fill(path, arguments))
    }

    /// Refuses `value` unless it lies in `range`.
    pub(crate) fn in_range<N: PartialOrd + Display>(
        mut self,
        name: &'static str,
        value: N,
        range: RangeInclusive<N>,
    ) -> Self {
        if !range.contains(&value) {
            let reason = format!(
                "is {value}, Crisp takes {} to {}",
                range.start(),
                range.end()
            );
            self.parts.refuse(Invalid::new(name, reason));
        }
        self
    }

    /// A query parameter that is written `0` or `1`.
    pub(crate) fn flag(mut self, name: &'static str, value: bool) -> Self {
        self.parts.set_query(name, u8::from(value).to_string());
        self
    }

    /// A query parameter that is a text as it is, or JSON text.
    pub(crate) fn json_query(
        mut self,
        name: &'static str,
        value: &(impl Serialize + ?Sized),
    ) -> Self {
        match serde_json::to_value(value) {
            Ok(serde_json::Value::String(text)) => self.parts.set_query(name, text),
            Ok(json) => self.parts.set_query(name, json.to_string()),
            Err(error) => self.parts.refuse(unwritable(name, &error)),
        }
        self
    }

    /// A field of the body. Setting it again replaces it.
    pub(crate) fn field(mut self, name: &'static str, value: &(impl Serialize + ?Sized)) -> Self {
        self.parts.set_field(name, to_raw_value(value));
        self
    }
}

impl<T> Request<T> {
    /// Sets a query parameter, replacing a former value of it.
    pub fn query(mut self, name: &str, value: impl Display) -> Self {
        self.parts.set_query(name, value.to_string());
        self
    }

    /// Sets the body to `value` as JSON.
    ///
    /// A POST, PUT or PATCH without a body sends `{}`. A value that cannot be written as JSON gives
    /// [`Error::InvalidArgument`] when the request is awaited.
    pub fn body(mut self, value: &(impl Serialize + ?Sized)) -> Self {
        self.parts.set_body(to_raw_value(value));
        self
    }
}

impl<T: DeserializeOwned + 'static> Request<T> {
    /// Sends the request, and gives status, headers and reason of the answer beside its data.
    ///
    /// # Errors
    /// As awaiting the request itself: see [`Error`].
    pub async fn response(self) -> Result<Response<T>, Error> {
        send(self.parts).await?.decode()
    }
}

impl<T: DeserializeOwned + 'static> IntoFuture for Request<T> {
    type Output = Result<T, Error>;
    type IntoFuture = RequestFuture<T>;

    fn into_future(self) -> Self::IntoFuture {
        let answer = send(self.parts);
        Box::pin(async move { Ok(answer.await?.decode()?.data) })
    }
}

impl<T> Clone for Request<T> {
    fn clone(&self) -> Self {
        Self {
            parts: self.parts.clone(),
            answer: PhantomData,
        }
    }
}

/// Shows neither the query nor the body: they hold what people write.
impl<T> fmt::Debug for Request<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.parts.operation)
            .field("method", &self.parts.method)
            .field("path", &self.parts.path)
            .finish_non_exhaustive()
    }
}
