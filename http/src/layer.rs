//! [`ContextLayer`].

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;
use taskward::Context;
use tower_layer::Layer;

use crate::mode::{Dropping, Owned};
use crate::service::ContextService;
use crate::settings::Settings;

/// Makes the [`Context`] of each request, for any tower service for requests of the crate `http`:
/// an axum router, a tonic server, hyper.
///
/// The context is in the request's extensions, where axum's extractor (`ctx: Context`) finds it,
/// and it is [`Context::current`] in the handler. It ends
///
/// - when the response and its body have been sent;
/// - when the client disconnects earlier, with the cause [`ClientGone`](taskward::ClientGone);
/// - at its deadline: the earliest of the caller's header, the route's [`limit`](Self::limit) and
///   the server's [`maximum`](Self::maximum);
/// - with the service, after its drain, with the cause [`ShuttingDown`](taskward::ShuttingDown) or
///   a `Signal`.
///
/// An annotated handler chooses its own response when its context ends. For any other handler, the
/// layer responds: 504 at a deadline, 503 with `Retry-After` at a shutdown, 500 after a panic; for
/// gRPC, `DEADLINE_EXCEEDED`, `UNAVAILABLE` and `INTERNAL`. The handler's future is dropped,
/// unless a shield or a grace holds it.
///
/// ```
/// use std::time::Duration;
/// use taskward::Context;
/// use taskward_http::ContextLayer;
///
/// # let ctx = Context::background();
/// let layer = ContextLayer::new(&ctx) // ends with the service
///     .limit(Duration::from_secs(5))
///     .maximum(Duration::from_secs(30))
///     .header("x-deadline-ms");
/// # drop(layer);
/// ```
///
/// A layer inside another one, for a route, makes a child of the outer context: the earlier
/// deadline applies.
#[derive(Clone, Debug)]
pub struct ContextLayer<M = Dropping> {
    settings: Arc<Settings>,
    mode: PhantomData<M>,
}

impl ContextLayer {
    /// Makes a layer whose contexts end with `ctx`, the context of the service.
    ///
    /// After that, requests in flight have the drain of [`axum::serve`](crate::axum::serve); under
    /// other servers, the time of [`drain`](Self::drain).
    #[must_use]
    pub fn new(ctx: &Context) -> Self {
        Self { settings: Arc::new(Settings::new(ctx)), mode: PhantomData }
    }

    /// Runs each handler as a task of the service, so that its graces and shields complete after
    /// the client has disconnected.
    ///
    /// Without this mode, the handler is dropped with the connection, at any `.await`: hyper never
    /// polls it again, so no grace can run. With it, the context of the request ends
    /// ([`ClientGone`](taskward::ClientGone)), and the task is interrupted like any other call.
    /// The tasks belong to the service: a shutdown waits for graces and shields. The mode costs a
    /// task for each request.
    #[must_use]
    pub fn owned(self) -> ContextLayer<Owned> {
        ContextLayer { settings: self.settings, mode: PhantomData }
    }
}

impl<M> ContextLayer<M> {
    /// Sets the time limit of every request, counted from its head.
    #[must_use]
    #[track_caller]
    pub fn limit(self, limit: Duration) -> Self {
        let mut this = self;
        this.change().limit(limit);
        this
    }

    /// Sets the longest limit that the server grants, with or without a header from the caller.
    #[must_use]
    #[track_caller]
    pub fn maximum(self, maximum: Duration) -> Self {
        self.limit(maximum)
    }

    /// Reads a caller's deadline from this header, in milliseconds, in addition to `grpc-timeout`,
    /// `connect-timeout-ms` and `x-envoy-expected-rq-timeout-ms`. The shortest time applies.
    ///
    /// A malformed or repeated header is refused with 400 or `INVALID_ARGUMENT`.
    ///
    /// # Panics
    ///
    /// Panics if `name` is not a lowercase header name.
    #[must_use]
    #[track_caller]
    pub fn header(mut self, name: &'static str) -> Self {
        self.change().headers.push(HeaderName::from_static(name));
        self
    }

    /// Ignores deadlines in headers, for services at the edge whose callers are not trusted.
    #[must_use]
    pub fn ignore_headers(mut self) -> Self {
        self.change().reads_headers = false;
        self
    }

    /// Treats a malformed deadline in a header as absent, instead of refusing the request.
    #[must_use]
    pub fn ignore_malformed(mut self) -> Self {
        self.change().lenient = true;
        self
    }

    /// Gives each request a [`RequestId`](crate::RequestId), as a value of its context: the value
    /// of this header if it is valid, otherwise a random id. The response carries it too.
    ///
    /// # Panics
    ///
    /// Panics if `header` is not a lowercase header name.
    #[must_use]
    #[track_caller]
    pub fn request_id(mut self, header: &'static str) -> Self {
        self.change().request_id = Some(HeaderName::from_static(header));
        self
    }

    /// Sets the time for which requests may go on after the context of the service has ended. The
    /// default is zero, or the drain of [`axum::serve`](crate::axum::serve).
    #[must_use]
    pub fn drain(mut self, drain: Duration) -> Self {
        self.change().drain(drain);
        self
    }

    fn change(&mut self) -> &mut Settings {
        Arc::make_mut(&mut self.settings)
    }
}

impl<S, M> Layer<S> for ContextLayer<M> {
    type Service = ContextService<S, M>;

    fn layer(&self, inner: S) -> ContextService<S, M> {
        ContextService::new(inner, self.settings.clone())
    }
}
