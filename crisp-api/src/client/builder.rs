//! The settings of a client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{ClientBuilder, Url};
use secrecy::SecretString;

use super::{Credentials, Crisp, HttpSettings, Inner, Tier, tls};
use crate::error::Error;
use crate::rest::{Retry, RetryBudget};

/// The settings of a [`Crisp`], each with a default.
///
/// ```
/// use std::time::Duration;
/// use crisp_api::{Crisp, Tier};
///
/// let crisp = Crisp::builder()
///     .credentials(Tier::Plugin, "identifier", "key")
///     .timeout(Duration::from_secs(20))
///     .user_agent("acme-bot/1.2")
///     .build()?;
/// # Ok::<(), crisp_api::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "settings have no effect until `build` creates a client"]
pub struct Builder {
    base_url: String,
    credentials: Option<(Tier, String, SecretString)>,
    timeout: Duration,
    connect_timeout: Duration,
    max_response_size: usize,
    user_agent: Option<String>,
    http_client: Option<HttpSettings>,
    retry: Retry,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            base_url: "https://api.crisp.chat/v1".to_owned(),
            credentials: None,
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            max_response_size: 32 << 20,
            user_agent: None,
            http_client: None,
            retry: Retry::default(),
        }
    }
}

impl Builder {
    /// Sets the identifier and the key of a token, and the tier that it was created for.
    ///
    /// Without credentials, requests are sent unauthenticated, and Crisp responds with 401.
    pub fn credentials(
        mut self,
        tier: Tier,
        identifier: impl Into<String>,
        key: impl Into<String>,
    ) -> Self {
        self.credentials = Some((tier, identifier.into(), SecretString::from(key.into())));
        self
    }

    /// Sets the base URL of the API, version included. The default is `https://api.crisp.chat/v1`.
    ///
    /// It must be an http or https URL without credentials, query or fragment.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Sets the timeout of one attempt of a request, from connecting to the last byte of the
    /// response. The default is 10 s.
    ///
    /// It applies to each attempt: see [`Retry`]. It must not be zero.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the timeout for establishing a connection: DNS lookup, TCP and TLS handshake. The default
    /// is 5 s.
    ///
    /// A request that times out while connecting was not sent, so any method is retried. If this is
    /// longer than nine tenths of [`timeout`](Self::timeout), that is used instead. It must not be
    /// zero.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the maximum size of the body of a successful response, in bytes. The default is 32 MiB.
    ///
    /// A longer body is [`Error::ResponseTooLarge`], and no more than this is read. Of an error
    /// response at most 64 KiB are read.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = bytes;
        self
    }

    /// Sets a product such as `acme-bot/1.2`, sent before the name of this crate in `User-Agent`.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.user_agent = Some(product.into());
        self
    }

    /// Customizes the underlying `reqwest` clients, for example with a proxy or a certificate: one
    /// client for requests, and one for each realtime socket.
    ///
    /// Redirects are never followed, whatever this sets, because a redirected POST would arrive as a
    /// GET. The timeouts of this builder also take precedence.
    ///
    /// With the feature `rustls-ring`, reqwest needs a rustls `CryptoProvider` of the process to apply
    /// these settings. If the program has not installed one, [`build`](Self::build) installs that of
    /// ring. Without these settings nothing is installed.
    ///
    /// ```
    /// use crisp_api::Crisp;
    /// use crisp_api::reqwest::{Client, Proxy};
    ///
    /// let proxy = Proxy::all("http://proxy.acme.example:3128")?;
    /// let crisp = Crisp::builder()
    ///     .http_client(move || Client::builder().proxy(proxy.clone()))
    ///     .build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// A program that depends on reqwest 0.13 with its feature `native-tls` selects the TLS library of
    /// the platform here, with `Client::builder().tls_backend_native()`: see [TLS](crate#tls).
    pub fn http_client(
        mut self,
        settings: impl Fn() -> ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.http_client = Some(Arc::new(settings));
        self
    }

    /// Sets how often a failed request is retried. The default is 4 times.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Creates the client. Nothing is sent.
    ///
    /// # Errors
    /// [`Error::Config`] names the invalid setting.
    pub fn build(self) -> Result<Crisp, Error> {
        for (timeout, setting) in [
            (self.timeout, "timeout"),
            (self.connect_timeout, "connect_timeout"),
        ] {
            if timeout.is_zero() {
                return Err(Error::config(setting, "must be more than zero"));
            }
        }
        // Shorter than the timeout of the whole request, so that it is certain which one expired.
        let connect_timeout = self.connect_timeout.min(self.timeout / 10 * 9);
        let credentials = self
            .credentials
            .map(|(tier, identifier, key)| Credentials::new(tier, &identifier, &key));
        Ok(Crisp {
            inner: Arc::new(Inner {
                http: http_client(self.http_client.as_ref(), false, connect_timeout)?,
                base_url: checked_base_url(&self.base_url)?,
                user_agent: checked_user_agent(self.user_agent)?,
                credentials: credentials.transpose()?,
                timeout: self.timeout,
                max_response_size: self.max_response_size,
                retry: self.retry,
                retry_budget: RetryBudget::default(),
                #[cfg(feature = "rtm")]
                http_settings: self.http_client,
                #[cfg(feature = "rtm")]
                connect_timeout,
            }),
        })
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("tier", &self.credentials.as_ref().map(|(tier, ..)| tier))
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("max_response_size", &self.max_response_size)
            .field("user_agent", &self.user_agent)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

pub(super) fn http_client(
    settings: Option<&HttpSettings>,
    http1_only: bool,
    connect_timeout: Duration,
) -> Result<reqwest::Client, Error> {
    tls::client_builder(settings, http1_only)?
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(connect_timeout)
        .build()
        .map_err(|error| Error::config("http_client", format!("cannot be built: {error:?}")))
}

// The messages below do not repeat the value: it might contain the key.

fn checked_base_url(text: &str) -> Result<String, Error> {
    let invalid = |message: &str| Err(Error::config("base_url", message));
    let Ok(url) = Url::parse(text) else {
        return invalid("is not a URL: write it as https://api.crisp.chat/v1");
    };
    if !matches!(url.scheme(), "http" | "https") {
        return invalid("must start with https:// (or http://)");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return invalid("must not contain credentials: pass them to Builder::credentials");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return invalid("must not have a query or a fragment: the path of each request follows it");
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn checked_user_agent(product: Option<String>) -> Result<HeaderValue, Error> {
    let own = concat!("crisp-api/", env!("CARGO_PKG_VERSION"));
    match product {
        None => Ok(HeaderValue::from_static(own)),
        Some(product) if product.trim().is_empty() => Err(Error::config(
            "user_agent",
            "is empty: omit it, or name a product such as acme-bot/1.2",
        )),
        Some(product) => HeaderValue::try_from(format!("{product} {own}"))
            .map_err(|_| Error::config("user_agent", "must not contain control characters")),
    }
}
