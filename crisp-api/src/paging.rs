//! Lists that come in pages.

use std::fmt::{self, Display};
use std::ops::RangeInclusive;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::stream;
use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::Crisp;
use crate::error::Error;
use crate::request::{Request, RequestFuture};
use crate::response::Response;
use crate::send::send;

/// A request for one page of a list of `T`, or for all pages from it on.
///
/// Awaited, it gives the one page. [`stream`](Self::stream) gives the items of that page and of all
/// that follow.
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
    /// `path` ends with the place of the page number, which `arguments` leaves out.
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
    fn of_page(mut self) -> Request<Vec<T>> {
        self.request.parts.path.push_str(&self.page.to_string());
        self.request
    }

    fn following(self) -> Option<Self> {
        Some(Self {
            page: self.page.checked_add(1)?,
            ..self
        })
    }

    /// How many items a whole page has, where that was asked for.
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
    /// The items of the page, which follows the one whose data `last` was.
    async fn read(self, last: &mut Bytes) -> Result<Vec<T>, Error> {
        let answer = send(self.of_page().parts).await?;
        answer.follows(last)?;
        Ok(answer.decode()?.data)
    }

    /// Sends the request for the one page, and gives status, headers and reason of the answer
    /// beside its items.
    ///
    /// # Errors
    /// As awaiting the request itself: see [`Error`].
    pub async fn response(self) -> Result<Response<Vec<T>>, Error> {
        self.of_page().response().await
    }

    /// The items of this page and of every page after it, each page asked for when the items before
    /// it are used up.
    ///
    /// It ends after an empty page, or after one with fewer items than the `per_page` that was
    /// asked for. An error is its last item: so is a page that is the one before it again.
    ///
    /// What changes in Crisp meanwhile moves items from page to page: of a list of what is unresolved,
    /// of which each item is resolved as it comes, items are skipped. Collect such a list first.
    pub fn stream(self) -> impl Stream<Item = Result<T, Error>> + Send + Unpin + 'static
    where
        T: Send,
    {
        let whole = self.per_page().unwrap_or(1).max(1);
        let start = (Some(self), Bytes::new(), Vec::new().into_iter());
        Box::pin(stream::unfold(
            start,
            move |(mut next, mut last, mut items)| async move {
                loop {
                    if let Some(item) = items.next() {
                        return Some((Ok(item), (next, last, items)));
                    }
                    let page = next.take()?;
                    match page.clone().read(&mut last).await {
                        Ok(found) => {
                            if found.len() >= whole {
                                next = page.following();
                            }
                            items = found.into_iter();
                        }
                        Err(error) => return Some((Err(error), (None, last, items))),
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
        self.of_page().into_future()
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
