//! axum extractors.

use axum_core::body::Body;
use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use super::{Delivery, UrlKeyVerifier, Verifier, VerifyError};
use crate::Error;

/// Extractor for a website webhook, verified by the key in the URL. The router's state must be or
/// provide a [`UrlKeyVerifier`].
///
/// ```
/// use axum::Router;
/// use axum::routing::post;
/// use crisp_api::webhooks::{UrlKeyDelivery, UrlKeyVerifier};
///
/// async fn on_delivery(UrlKeyDelivery(delivery): UrlKeyDelivery) {
///     println!("{}", delivery.event.name());
/// }
///
/// let router: Router = Router::new()
///     .route("/webhook", post(on_delivery))
///     .with_state(UrlKeyVerifier::new("long-and-random"));
/// # let _ = router;
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct UrlKeyDelivery(pub Delivery);

/// Extractor for the request of a widget, verified by its signature. The router's state must be or
/// provide a [`Verifier`].
///
/// ```
/// use axum::Router;
/// use axum::routing::post;
/// use crisp_api::webhooks::{Verifier, Widget};
/// use serde_json::Value;
///
/// async fn widget(Widget(request): Widget<Value>) {
///     println!("{}", request["session_id"]);
/// }
///
/// let router: Router =
///     Router::new().route("/widget", post(widget)).with_state(Verifier::new("signing secret"));
/// # let _ = router;
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Widget<T>(pub T);

/// Extracts a delivery verified by its signature. The router's state must be or provide a
/// [`Verifier`].
impl<S> FromRequest<S> for Delivery
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let (verifier, headers, body) = read_signed(request, state).await?;
        verifier.verify(&headers, &body)
    }
}

impl<S> FromRequest<S> for UrlKeyDelivery
where
    S: Send + Sync,
    UrlKeyVerifier: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        // Checked before the body is read: a forged request must not make the receiver buffer one.
        let query = request.uri().query().unwrap_or_default();
        UrlKeyVerifier::from_ref(state).check_query(query)?;
        let (headers, body) = read(request, state).await?;
        Ok(Self(Delivery::decode(&headers, &body)?))
    }
}

impl<S, T> FromRequest<S> for Widget<T>
where
    S: Send + Sync,
    Verifier: FromRef<S>,
    T: DeserializeOwned,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let (verifier, headers, body) = read_signed(request, state).await?;
        verifier.verify_widget(&headers, &body).map(Self)
    }
}

/// Reads a request whose signature and timestamp headers are plausible.
///
/// The caller checks the window again with the signature, so that a captured request whose body is
/// held back until later is rejected too.
async fn read_signed<S>(
    request: Request,
    state: &S,
) -> Result<(Verifier, HeaderMap, Bytes), VerifyError>
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    let verifier = Verifier::from_ref(state);
    verifier.check_headers(request.headers())?;
    let (headers, body) = read(request, state).await?;
    Ok((verifier, headers, body))
}

/// Reads the headers and the whole body, up to the router's limit.
async fn read<S: Send + Sync>(
    mut request: Request,
    state: &S,
) -> Result<(HeaderMap, Bytes), VerifyError> {
    let headers = std::mem::take(request.headers_mut());
    let body = Bytes::from_request(request, state)
        .await
        .map_err(|rejection| VerifyError::Body {
            status: rejection.status(),
            message: rejection.body_text(),
        })?;
    Ok((headers, body))
}

/// Responds to a rejected delivery with the status and message of its [`VerifyError`]. Any other
/// error is a 500 with an empty body, after which Crisp redelivers.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::Webhook(error) => (error.status(), error.to_string()).into_response(),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, Body::empty()).into_response(),
        }
    }
}
