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

/// Makes the [`Context`] of each request, for any service of tower whose requests are those of the
/// crate `http`: a router of axum, a server of tonic, hyper.
///
/// The context is in the extensions of the request, where axum's extractor (`ctx: Context`) finds
/// it, and it is [`Context::current`] in the handler. It ends
///
/// - when the response has been sent, its body included;
/// - when the client goes before that, with the cause [`ClientGone`](taskward::ClientGone);
/// - at its deadline: the earliest of the caller's, in a header, the [`limit`](Self::limit) of the
///   route and the [`maximum`](Self::maximum) of the server;
/// - with the service, after its drain, with the cause [`ShuttingDown`](taskward::ShuttingDown) or
///   a `Signal`.
///
/// A handler that is annotated answers in its own words when its context ends. For one that does
/// not, the layer answers: 504 at a deadline, 503 with `Retry-After` at a shutdown, 500 after a
/// panic; `DEADLINE_EXCEEDED`, `UNAVAILABLE` and `INTERNAL` where the request is one of gRPC. What
/// is left of the handler is dropped, unless a shield or a grace holds it.
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
/// A layer inside another one, for a route, makes a child of the outer one's context: the earlier
/// deadline holds.
#[derive(Clone, Debug)]
pub struct ContextLayer<M = Dropping> {
    settings: Arc<Settings>,
    mode: PhantomData<M>,
}

impl ContextLayer {
    /// A layer whose contexts end with `ctx`, the context of the service.
    ///
    /// Under [`axum::serve`](crate::axum::serve) requests in flight have the time of its drain
    /// after that; elsewhere, that of [`drain`](Self::drain).
    #[must_use]
    pub fn new(ctx: &Context) -> Self {
        Self { settings: Arc::new(Settings::new(ctx)), mode: PhantomData }
    }

    /// Runs each handler as a task of the service, so that its graces and shields are seen through
    /// when the client goes.
    ///
    /// Without it the handler is dropped with the connection, wherever it waits: hyper never polls
    /// it again, and no grace can run. With it, the context of the request ends
    /// ([`ClientGone`](taskward::ClientGone)), and the task is interrupted as every call is. The
    /// tasks belong to the service: a shutdown waits for what a grace or a shield holds. Costs a
    /// task for each request.
    #[must_use]
    pub fn owned(self) -> ContextLayer<Owned> {
        ContextLayer { settings: self.settings, mode: PhantomData }
    }
}

impl<M> ContextLayer<M> {
    /// The time that every request has, counted from its head.
    #[must_use]
    #[track_caller]
    pub fn limit(self, limit: Duration) -> Self {
        let mut this = self;
        this.change().limit(limit);
        this
    }

    /// The most that the server grants a caller that asks for time in a header, and a caller that
    /// does not.
    #[must_use]
    #[track_caller]
    pub fn maximum(self, maximum: Duration) -> Self {
        self.limit(maximum)
    }

    /// A header in which callers say how many milliseconds they leave, besides `grpc-timeout`,
    /// `connect-timeout-ms` and `x-envoy-expected-rq-timeout-ms`. The shortest counts.
    ///
    /// A value that is malformed, or there twice, is refused: 400, or `INVALID_ARGUMENT`.
    ///
    /// # Panics
    ///
    /// If `name` is no name of a header, in small letters.
    #[must_use]
    #[track_caller]
    pub fn header(mut self, name: &'static str) -> Self {
        self.change().headers.push(HeaderName::from_static(name));
        self
    }

    /// Reads no deadlines from headers: for the edge to callers that have no say in it.
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

    /// Gives each request a [`RequestId`](crate::RequestId), as a value of its context: that of
    /// this header, if it is sound, or a random one. The response has it, too.
    ///
    /// # Panics
    ///
    /// If `header` is no name of a header, in small letters.
    #[must_use]
    #[track_caller]
    pub fn request_id(mut self, header: &'static str) -> Self {
        self.change().request_id = Some(HeaderName::from_static(header));
        self
    }

    /// How long requests may go on after the context of the service has ended. Zero, unless
    /// [`axum::serve`](crate::axum::serve) says otherwise.
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
