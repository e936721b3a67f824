//! The client and its settings.

mod builder;
mod credentials;
mod tls;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{ClientBuilder, Method};

pub use builder::Builder;
pub(crate) use credentials::Credentials;
pub use credentials::Tier;
#[cfg(feature = "mock")]
pub(crate) use tls::install_provider;

#[cfg(feature = "rtm")]
use crate::error::Error;
use crate::rest::Request;
use crate::rest::{Retry, RetryBudget};

/// A client of the Crisp REST API.
///
/// Cloning is cheap: clones share connections, settings and the budget of retries. The routes, tiers
/// and scopes are in the [reference](https://docs.crisp.chat/references/rest-api/v1/).
///
/// ```no_run
/// use crisp_api::{Crisp, Tier};
///
/// # #[cfg(feature = "website-base")]
/// # async fn run() -> Result<(), crisp_api::Error> {
/// let crisp = Crisp::builder().credentials(Tier::Plugin, "identifier", "key").build()?;
/// let website = crisp.website().get_website("8c842203-7ed8-4e29-a608-7cf78a7d2fcc").await?;
/// println!("{}", website.name.as_deref().unwrap_or("unnamed"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Crisp {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) http: reqwest::Client,
    /// Without a slash at its end: the path of a request follows.
    pub(crate) base_url: String,
    pub(crate) user_agent: HeaderValue,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) timeout: Duration,
    pub(crate) max_response_size: usize,
    pub(crate) retry: Retry,
    pub(crate) retry_budget: RetryBudget,
    /// The settings of `http`, for the clients that open sockets.
    #[cfg(feature = "rtm")]
    http_settings: Option<HttpSettings>,
    #[cfg(feature = "rtm")]
    connect_timeout: Duration,
}

/// Creates the builder of an HTTP client.
type HttpSettings = Arc<dyn Fn() -> ClientBuilder + Send + Sync>;

#[cfg(feature = "rtm")]
impl Inner {
    /// Creates an HTTP client that opens sockets. The one for requests may use HTTP/2, which cannot.
    pub(crate) fn socket_client(&self) -> Result<reqwest::Client, Error> {
        builder::http_client(self.http_settings.as_ref(), true, self.connect_timeout)
    }
}

impl Crisp {
    /// Returns a builder with default settings and no credentials.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Creates a request for a route that has no method of its own.
    ///
    /// `path` is relative to the base URL and starts with a slash. It is plain text: each segment is
    /// percent-encoded for you. An empty, `.` or `..` segment, a control character, `?` and `#` are
    /// an [`Error::InvalidArgument`] when the request is awaited. `T` is the type of the `data` of
    /// the response; `()` ignores it. A [`Method::HEAD`] request with a `bool` returns whether the
    /// resource exists.
    ///
    /// Errors and traces name the request by its method and path, in which each segment that may be
    /// personal data, such as an e-mail address, is replaced by `{…}`.
    ///
    /// [`Error::InvalidArgument`]: crate::Error::InvalidArgument
    ///
    /// ```no_run
    /// # async fn run(crisp: crisp_api::Crisp) -> Result<(), crisp_api::Error> {
    /// use crisp_api::Method;
    ///
    /// let people: Vec<serde_json::Value> = crisp
    ///     .request(Method::GET, "/website/8c842203-7ed8-4e29-a608-7cf78a7d2fcc/people/profiles/1")
    ///     .query("per_page", 50)
    ///     .await?;
    /// # let _ = people;
    /// # Ok(())
    /// # }
    /// ```
    pub fn request<T: 'static>(&self, method: Method, path: &str) -> Request<T> {
        Request::raw(self, method, path)
    }

    /// Returns at most `limit` characters of a `text` from outside, without the credentials, in case
    /// a response repeats them.
    pub(crate) fn redact(&self, text: &str, limit: usize) -> String {
        // Cut with a margin first, so that no credential is cut before it is recognized, and a long
        // text does not cost time.
        let text = prefix(text, limit.saturating_add(4096));
        match &self.inner.credentials {
            Some(credentials) => prefix(&credentials.redact(text), limit).to_owned(),
            None => prefix(text, limit).to_owned(),
        }
    }

    /// Returns at most 200 characters of a `text` from outside, without the credentials.
    pub(crate) fn shown(&self, text: &str) -> String {
        self.redact(text, 200)
    }
}

/// Returns the first `limit` characters of `text`.
fn prefix(text: &str, limit: usize) -> &str {
    match text.char_indices().nth(limit) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

impl fmt::Debug for Crisp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tier = self.inner.credentials.as_ref().map(|known| known.tier);
        f.debug_struct("Crisp")
            .field("base_url", &self.inner.base_url)
            .field("tier", &tier)
            .field("timeout", &self.inner.timeout)
            .field("retry", &self.inner.retry)
            .finish_non_exhaustive()
    }
}
