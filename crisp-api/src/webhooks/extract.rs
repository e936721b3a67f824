//! Deliveries as extractors of axum.

use axum_core::body::Body;
use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use super::{Delivery, UrlKeyVerifier, Verifier, VerifyError};
use crate::Error;

/// A website hook, verified by the key in the address. The state is, or gives, a [`UrlKeyVerifier`].
///
/// ```
/// use axum::Router;
/// use axum::routing::post;
/// use crisp_api::webhooks::{UrlKeyDelivery, UrlKeyVerifier};
///
/// async fn hook(UrlKeyDelivery(delivery): UrlKeyDelivery) {
///     println!("{}", delivery.event.name());
/// }
///
/// let router: Router =
///     Router::new().route("/hook", post(hook)).with_state(UrlKeyVerifier::new("long-and-random"));
/// # let _ = router;
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct UrlKeyDelivery(pub Delivery);

/// The request of a widget, verified by its signature. The state is, or gives, a [`Verifier`].
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

/// A delivery, verified by its signature. The state is, or gives, a [`Verifier`].
impl<S> FromRequest<S> for Delivery
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let (headers, body) = read(request, state).await?;
        Verifier::from_ref(state).verify(&headers, &body)
    }
}

impl<S> FromRequest<S> for UrlKeyDelivery
where
    S: Send + Sync,
    UrlKeyVerifier: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        // Before the body is read, which a stranger may make as long as is allowed.
        let query = request.uri().query().unwrap_or_default();
        UrlKeyVerifier::from_ref(state).authenticate(query)?;
        let (headers, body) = read(request, state).await?;
        Ok(Self(Delivery::read(&headers, &body)?))
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
        let (headers, body) = read(request, state).await?;
        Verifier::from_ref(state)
            .verify_widget(&headers, &body)
            .map(Self)
    }
}

/// The headers and the whole body, within the limit that the router sets.
async fn read<S: Send + Sync>(
    mut request: Request,
    state: &S,
) -> Result<(HeaderMap, Bytes), VerifyError> {
    let headers = std::mem::take(request.headers_mut());
    let body = Bytes::from_request(request, state)
        .await
        .map_err(|rejection| VerifyError::Body {
            status: rejection.status(),
            reason: rejection.body_text(),
        })?;
    Ok((headers, body))
}

/// The status of the [`VerifyError`] and what it says, for a delivery that is not taken. Any other error
/// is the receiver's own matter: 500, after which Crisp delivers again.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::Webhook(fault) => (fault.status(), fault.to_string()).into_response(),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, Body::empty()).into_response(),
        }
    }
}
