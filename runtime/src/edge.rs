//! Converts the end of a context at the edge of a service: typed causes, responses and statuses.

use crate::causes::{ClientGone, ShuttingDown};
use crate::error::ContextError;

impl ContextError {
    /// Returns whether the context ended because the client is gone: its cause is [`ClientGone`].
    ///
    /// ```
    /// use taskward::{ClientGone, Context};
    ///
    /// let (ctx, canceller) = Context::background().with_cancel();
    /// canceller.cancel_with(ClientGone);
    /// assert!(ctx.check().unwrap_err().is_client_gone());
    /// ```
    #[must_use]
    pub fn is_client_gone(&self) -> bool {
        matches!(self.cause(), Some(cause) if cause.is::<ClientGone>())
    }

    /// Returns whether the context ended because the service shuts down: its cause is
    /// [`ShuttingDown`] or, with the feature `signal`, a [`Signal`](crate::Signal). The time limit
    /// of a drain has that cause, too.
    ///
    /// ```
    /// use taskward::{Context, ShuttingDown};
    ///
    /// let (ctx, canceller) = Context::background().with_cancel();
    /// canceller.cancel_with(ShuttingDown);
    /// assert!(ctx.check().unwrap_err().is_shutting_down());
    /// ```
    #[must_use]
    pub fn is_shutting_down(&self) -> bool {
        self.cause().is_some_and(|cause| {
            #[cfg(feature = "signal")]
            if cause.is::<crate::shutdown::Signal>() {
                return true;
            }
            cause.is::<ShuttingDown>()
        })
    }
}

/// The code represents the kind of the end. The reason is in the message, and locally in
/// `source()`.
///
/// A shutdown becomes `Unavailable`, which clients retry elsewhere; any other cancellation becomes
/// `Cancelled`, and a time limit `DeadlineExceeded`.
#[cfg(feature = "tonic")]
impl From<ContextError> for tonic::Status {
    fn from(error: ContextError) -> Self {
        let code = match &error {
            error if error.is_shutting_down() => tonic::Code::Unavailable,
            ContextError::Cancelled(_) => tonic::Code::Cancelled,
            ContextError::DeadlineExceeded(_) => tonic::Code::DeadlineExceeded,
        };
        let mut status = Self::new(code, error.to_string());
        status.set_source(std::sync::Arc::new(error));
        status
    }
}

#[cfg(feature = "axum")]
mod axum {
    use std::error::Error;
    use std::fmt;

    use axum_core::extract::FromRequestParts;
    use axum_core::response::{IntoResponse, Response};
    use http::header::RETRY_AFTER;
    use http::request::Parts;
    use http::{HeaderValue, StatusCode};

    use crate::context::Context;
    use crate::error::ContextError;

    /// The time after which a client should retry: short, because another instance is already
    /// running.
    const RETRY: HeaderValue = HeaderValue::from_static("1");

    /// Converts into the response for an interrupted request:
    ///
    /// | end | status |
    /// |---|---|
    /// | a time limit | 504 Gateway Timeout |
    /// | [`ClientGone`](crate::ClientGone) | 499, as nginx logs it; no client reads it |
    /// | a shutdown, or any other cancellation | 503 Service Unavailable, with `Retry-After` |
    ///
    /// The body contains the kind of the end, but not its cause, which is not for clients. Layers
    /// find the error in the extensions of the response.
    impl IntoResponse for ContextError {
        fn into_response(self) -> Response {
            let (status, text) = match &self {
                error if error.is_client_gone() => (499, "the client has gone"),
                error if error.is_shutting_down() => (503, "the service is shutting down"),
                Self::DeadlineExceeded(_) => (504, "the deadline has passed"),
                Self::Cancelled(_) => (503, "the request was cancelled"),
            };
            let mut response = text.into_response();
            *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
            if status == 503 {
                response.headers_mut().insert(RETRY_AFTER, RETRY);
            }
            response.extensions_mut().insert(self);
            response
        }
    }

    /// Extracts the context of the request, which the `ContextLayer` of `taskward-http` has
    /// inserted.
    ///
    /// ```
    /// use taskward::{Context, ContextError, cancellable};
    ///
    /// #[cancellable]
    /// async fn user(ctx: Context, id: String) -> Result<String, ContextError> {
    ///     ctx.checkpoint().await?;
    ///     Ok(format!("user {id}"))
    /// }
    /// # use axum_core::response::IntoResponse;
    /// # fn handler<F: Future<Output: IntoResponse>>(_: fn(Context, String) -> F) {}
    /// # handler(user);
    /// ```
    impl<S: Sync> FromRequestParts<S> for Context {
        type Rejection = MissingContext;

        async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, MissingContext> {
            parts.extensions.get::<Self>().cloned().ok_or(MissingContext)
        }
    }

    /// The rejection of a handler that takes a [`Context`] on a route without a `ContextLayer`. A
    /// 500 response.
    #[derive(Clone, Copy, Debug)]
    pub struct MissingContext;

    impl fmt::Display for MissingContext {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the request has no context: add `.layer(ContextLayer::new(&ctx))` to the router")
        }
    }

    impl Error for MissingContext {}

    impl IntoResponse for MissingContext {
        fn into_response(self) -> Response {
            (StatusCode::INTERNAL_SERVER_ERROR, self.to_string()).into_response()
        }
    }
}

#[cfg(feature = "axum")]
pub use self::axum::MissingContext;
