//! The client and how it is made.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::HeaderValue;
use reqwest::{ClientBuilder, Method, Url};
use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, excerpt};
use crate::request::Request;
use crate::retry::Retry;

/// Whom the credentials belong to: it decides what they may reach.
///
/// See <https://docs.crisp.chat/guides/rest-api/authentication/>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tier {
    /// A token from the Marketplace: every website that installed the plugin, within the scopes of
    /// the token.
    Plugin,
    /// A token made in the Crisp app: one workspace.
    Website,
    /// The session of an operator.
    User,
}

impl Tier {
    /// The name on the wire: `plugin`, `website` or `user`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plugin => "plugin",
            Self::Website => "website",
            Self::User => "user",
        }
    }
}

impl FromStr for Tier {
    type Err = Error;

    /// Reads the name on the wire.
    ///
    /// # Errors
    /// Any other text.
    fn from_str(name: &str) -> Result<Self, Error> {
        [Self::Plugin, Self::Website, Self::User]
            .into_iter()
            .find(|tier| tier.as_str() == name)
            // It may be a key that was put in the wrong place.
            .ok_or_else(|| {
                Error::config(
                    "credentials",
                    "the tier is none of plugin, website and user",
                )
            })
    }
}

/// A client of the Crisp REST API.
///
/// Cloning is cheap: clones share connections and settings. The routes, tiers and scopes are in the
/// [reference](https://docs.crisp.chat/references/rest-api/v1/).
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
    pub(crate) retry: Retry,
    /// What `http` was built with, for another that opens sockets.
    #[cfg(feature = "rtm")]
    settings: HttpSettings,
}

/// Begins an HTTP client.
type HttpSettings = Arc<dyn Fn() -> ClientBuilder + Send + Sync>;

#[cfg(feature = "rtm")]
impl Inner {
    /// An HTTP client that opens sockets. One for requests may be on HTTP/2, which cannot.
    pub(crate) fn socket_client(&self) -> Result<reqwest::Client, Error> {
        built((self.settings)().http1_only())
    }
}

pub(crate) struct Credentials {
    pub(crate) tier: Tier,
    pub(crate) authorization: HeaderValue,
    #[cfg(feature = "rtm")]
    pub(crate) identifier: String,
    key: SecretString,
}

#[cfg(feature = "rtm")]
impl Credentials {
    pub(crate) fn key(&self) -> &str {
        self.key.expose_secret()
    }
}

impl Crisp {
    /// Starts a client with the usual settings and no credentials.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A request for a route that has no method of its own.
    ///
    /// `path` follows the base URL: it begins with a slash and is plain text, each segment is
    /// percent-encoded for you. An empty, `.` or `..` segment, a control character, `?` and `#`
    /// give [`Error::InvalidArgument`] when the request is awaited. `T` is what the `data` of the
    /// answer is read as; `()` ignores it. A [`Method::HEAD`] read as `bool` tells whether the
    /// thing exists.
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

    /// The beginning of a `text` from outside, for an error: cut only once it is without the credentials.
    pub(crate) fn shown(&self, text: &str) -> String {
        excerpt(&self.redact(text.to_owned()), 0)
    }

    /// `text` without the credentials, in case an answer repeats them.
    pub(crate) fn redact(&self, text: String) -> String {
        let Some(credentials) = &self.inner.credentials else {
            return text;
        };
        let encoded = credentials.authorization.to_str().unwrap_or_default();
        let mut text = text;
        for secret in [
            credentials.key.expose_secret(),
            encoded.trim_start_matches("Basic "),
        ] {
            // A shorter one is a placeholder, and may be part of any word.
            if secret.len() >= 8 {
                text = text.replace(secret, "[redacted]");
            }
        }
        text
    }
}

impl fmt::Debug for Crisp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crisp")
            .field("base_url", &self.inner.base_url)
            .field(
                "tier",
                &self
                    .inner
                    .credentials
                    .as_ref()
                    .map(|credentials| credentials.tier),
            )
            .field("timeout", &self.inner.timeout)
            .field("retry", &self.inner.retry)
            .finish_non_exhaustive()
    }
}

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
#[must_use = "settings do nothing until `build` makes a client of them"]
pub struct Builder {
    base_url: String,
    credentials: Option<(Tier, String, SecretString)>,
    timeout: Duration,
    user_agent: Option<String>,
    http_client: HttpSettings,
    retry: Retry,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            base_url: "https://api.crisp.chat/v1".to_owned(),
            credentials: None,
            timeout: Duration::from_secs(10),
            user_agent: None,
            http_client: Arc::new(reqwest::Client::builder),
            retry: Retry::default(),
        }
    }
}

impl Builder {
    /// The identifier and the key of a token, and the tier it was made for.
    ///
    /// Without them requests are sent unauthenticated, which Crisp answers with 401.
    pub fn credentials(
        mut self,
        tier: Tier,
        identifier: impl Into<String>,
        key: impl Into<String>,
    ) -> Self {
        self.credentials = Some((tier, identifier.into(), SecretString::from(key.into())));
        self
    }

    /// Where the API is, version included: `https://api.crisp.chat/v1` unless set otherwise.
    ///
    /// It must be http or https, without credentials, query or fragment.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// The longest that one sending of a request may take, to the last byte of its answer: 10 s
    /// unless set otherwise.
    ///
    /// A request that is repeated (see [`Retry`]) has this time for each sending. It must not be
    /// zero.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// A product such as `acme-bot/1.2`, sent before this crate's own name in `User-Agent`.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.user_agent = Some(product.into());
        self
    }

    /// What HTTP clients are begun with, for a proxy or certificates of your own: a client for
    /// requests, and one for each realtime socket.
    ///
    /// Redirects are not followed, whatever it says of them: a redirected POST would arrive as a GET.
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
    pub fn http_client(
        mut self,
        settings: impl Fn() -> ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.http_client = Arc::new(settings);
        self
    }

    /// How often a failed request is sent again.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Makes the client. Nothing is sent.
    ///
    /// # Errors
    /// [`Error::Config`] names the setting that cannot be taken.
    pub fn build(self) -> Result<Crisp, Error> {
        if self.timeout.is_zero() {
            return Err(Error::config("timeout", "must be more than zero"));
        }
        Ok(Crisp {
            inner: Arc::new(Inner {
                http: built((self.http_client)())?,
                base_url: checked_base_url(&self.base_url)?,
                user_agent: checked_user_agent(self.user_agent)?,
                credentials: self.credentials.map(checked_credentials).transpose()?,
                timeout: self.timeout,
                retry: self.retry,
                #[cfg(feature = "rtm")]
                settings: self.http_client,
            }),
        })
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("tier", &self.credentials.as_ref().map(|(tier, ..)| tier))
            .field("timeout", &self.timeout)
            .field("user_agent", &self.user_agent)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

fn built(settings: ClientBuilder) -> Result<reqwest::Client, Error> {
    settings
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| Error::config("http_client", format!("cannot be built: {error:?}")))
}

// None of the reasons below repeats the value: it might hold the key.

fn checked_base_url(text: &str) -> Result<String, Error> {
    let refuse = |reason: &str| Err(Error::config("base_url", reason));
    let Ok(url) = Url::parse(text) else {
        return refuse("is not a URL: write it as https://api.crisp.chat/v1");
    };
    if !matches!(url.scheme(), "http" | "https") {
        return refuse("must begin with https:// (or http://)");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not hold credentials: give them to Builder::credentials");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("must not have a query or a fragment: the path of each request follows it");
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn checked_user_agent(product: Option<String>) -> Result<HeaderValue, Error> {
    let own = concat!("crisp-api/", env!("CARGO_PKG_VERSION"));
    match product {
        None => Ok(HeaderValue::from_static(own)),
        Some(product) if product.trim().is_empty() => Err(Error::config(
            "user_agent",
            "is empty: leave it out, or name a product such as acme-bot/1.2",
        )),
        Some(product) => HeaderValue::try_from(format!("{product} {own}"))
            .map_err(|_| Error::config("user_agent", "must not hold control characters")),
    }
}

fn checked_credentials(
    (tier, identifier, key): (Tier, String, SecretString),
) -> Result<Credentials, Error> {
    let refuse = |reason: &str| Err(Error::config("credentials", reason));
    for (part, what) in [
        (identifier.as_str(), "identifier"),
        (key.expose_secret(), "key"),
    ] {
        if part.is_empty() {
            return refuse(&format!("the {what} is empty"));
        }
        if part.contains(|c: char| c.is_control() || c.is_whitespace()) {
            return refuse(&format!(
                "the {what} holds a space or a line break: trim it"
            ));
        }
    }
    if identifier.contains(':') {
        return refuse("the identifier holds a colon: give identifier and key apart");
    }
    let encoded = BASE64_STANDARD.encode(format!("{identifier}:{}", key.expose_secret()));
    let Ok(mut authorization) = HeaderValue::try_from(format!("Basic {encoded}")) else {
        return refuse("cannot be sent as a header");
    };
    authorization.set_sensitive(true);
    Ok(Credentials {
        tier,
        authorization,
        #[cfg(feature = "rtm")]
        identifier,
        key,
    })
}
