//! Paged lists.

use std::fmt::{self, Display};
use std::ops::RangeInclusive;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::stream;
use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::request::{Request, RequestFuture};
use super::response::Response;
use super::send::send;
use crate::client::Crisp;
use crate::error::Error;

/// A paged list request.
///
/// Awaiting it returns the items of one page. [`stream`](Self::stream) returns the items of that page
/// and of all pages after it.
///
/// ```no_run
/// use crisp_api::PagedRequest;
///
/// async fn count(list: PagedRequest<serde_json::Value>) -> Result<usize, crisp_api::Error> {
///     Ok(list.await?.len())
/// }
/// # let _ = count;
/// ```
#[must_use = "a request is sent only when it is awaited, or its stream is read"]
pub struct PagedRequest<T> {
    /// Its path lacks the page number.
    request: Request<Vec<T>>,
    page: u32,
}

#[allow(
    dead_code,
    reason = "which of these are called depends on the resources that are switched on"
)]
impl<T: 'static> PagedRequest<T> {
    /// `path` ends with `{page_number}`, which is not in `arguments`.
    pub(crate) fn new(
        crisp: &Crisp,
        operation: &'static str,
        path: &str,
        arguments: &[&dyn Display],
        page: u32,
    ) -> Self {
        let before = path.trim_end_matches("{page_number}");
        let request = Request::new(crisp, Method::GET, operation, before, arguments);
        Self {
            request: request.in_range("page_number", page, 1..=u32::MAX),
            page,
        }
    }

    /// Sets the scopes that the operation requires of a plugin token.
    pub(crate) fn scopes(self, scopes: &'static [&'static str]) -> Self {
        Self {
            request: self.request.scopes(scopes),
            ..self
        }
    }

    pub(crate) fn query(self, name: &str, value: impl Display) -> Self {
        Self {
            request: self.request.query(name, value),
            ..self
        }
    }

    pub(crate) fn in_range<N: PartialOrd + Display>(
        self,
        name: &'static str,
        value: N,
        range: RangeInclusive<N>,
    ) -> Self {
        Self {
            request: self.request.in_range(name, value, range),
            ..self
        }
    }

    pub(crate) fn flag(self, name: &'static str, value: bool) -> Self {
        Self {
            request: self.request.flag(name, value),
            ..self
        }
    }

    pub(crate) fn json_query(self, name: &'static str, value: &(impl Serialize + ?Sized)) -> Self {
        Self {
            request: self.request.json_query(name, value),
            ..self
        }
    }
}

impl<T> PagedRequest<T> {
    fn page_request(mut self) -> Request<Vec<T>> {
        self.request.parts.path.push_str(&self.page.to_string());
        self.request
    }

    fn next_page(self) -> Option<Self> {
        Some(Self {
            page: self.page.checked_add(1)?,
            ..self
        })
    }

    /// The requested number of items of a full page.
    fn per_page(&self) -> Option<usize> {
        let (_, value) = self
            .request
            .parts
            .query
            .iter()
            .find(|(name, _)| name == "per_page")?;
        value.parse().ok()
    }
}

impl<T: DeserializeOwned + 'static> PagedRequest<T> {
    /// Returns the items of the page after the one whose body is `previous`.
    async fn items(self, previous: &mut Bytes) -> Result<Vec<T>, Error> {
        let response = send(self.page_request().parts).await?;
        response.check_progress(previous)?;
        response.into_data()
    }

    /// Sends the request for the one page, and returns status, headers and reason of the response
    /// along with its items.
    ///
    /// # Errors
    /// The same as awaiting the request itself: see [`Error`].
    pub async fn response(self) -> Result<Response<Vec<T>>, Error> {
        self.page_request().response().await
    }

    /// Returns a stream of the items of this page and of every page after it. Each page is requested
    /// when the items before it are consumed.
    ///
    /// The stream ends after an empty page, or after one with fewer items than the requested
    /// `per_page`. It also ends after the first error. A page identical to the previous one is an
    /// error.
    ///
    /// Changes in Crisp during the iteration move items between pages. For example, a loop over
    /// unresolved conversations that resolves each one skips some: collect such a list first.
    pub fn stream(self) -> impl Stream<Item = Result<T, Error>> + Send + Unpin + 'static
    where
        T: Send,
    {
        let min_full_page = self.per_page().unwrap_or(1).max(1);
        let start = (Some(self), Bytes::new(), Vec::new().into_iter());
        Box::pin(stream::unfold(
            start,
            move |(mut next, mut previous, mut items)| async move {
                loop {
                    if let Some(item) = items.next() {
                        return Some((Ok(item), (next, previous, items)));
                    }
                    let page = next.take()?;
                    match page.clone().items(&mut previous).await {
                        Ok(found) => {
                            if found.len() >= min_full_page {
                                next = page.next_page();
                            }
                            items = found.into_iter();
                        }
                        Err(error) => return Some((Err(error), (None, previous, items))),
                    }
                }
            },
        ))
    }
}

impl<T: DeserializeOwned + 'static> IntoFuture for PagedRequest<T> {
    type Output = Result<Vec<T>, Error>;
    type IntoFuture = RequestFuture<Vec<T>>;

    fn into_future(self) -> Self::IntoFuture {
        self.page_request().into_future()
    }
}

impl<T> Clone for PagedRequest<T> {
    fn clone(&self) -> Self {
        Self {
            request: self.request.clone(),
            page: self.page,
        }
    }
}

impl<T> fmt::Debug for PagedRequest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PagedRequest")
            .field("request", &self.request)
            .field("page", &self.page)
            .finish()
    }
}
