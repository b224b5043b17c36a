//! [`ClientContextLayer`].

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};
use std::time::Duration;

use http::{HeaderName, Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use taskward::__private::{BodyFirst, body_first};
use taskward::{Context, WaitForCancel};
use tower_layer::Layer;
use tower_service::Service;

use super::body::ClientBody;
use super::error::{BoxError, interrupted};
use crate::outgoing::{self, DEADLINE_HEADER};

/// Adds the caller's context to each call of a client. Works with every tower client for requests
/// of the crate `http`, such as hyper's client or a tonic channel.
///
/// The context is taken from the request's extensions, or else from [`Context::current`], the
/// context of the annotated function that makes the call. The call
///
/// - sends the remaining time: in `grpc-timeout` for gRPC, otherwise in [`header`](Self::header),
///   in milliseconds;
/// - sends the [`RequestId`](crate::RequestId) and, with the feature `opentelemetry`, the trace
///   and the baggage;
/// - ends with the context, as does reading the body of the response: the call is dropped, which
///   closes its stream;
/// - is not made if the context has already ended.
///
/// ```
/// use http::{Request, Response};
/// use taskward::{Context, ContextError};
/// use taskward_http::ClientContextLayer;
/// use tower::{Service, ServiceExt, service_fn};
/// use tower::layer::Layer;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let server = |request: Request<String>| async move {
///     assert!(request.headers().contains_key("x-deadline-ms"));
///     std::future::pending::<Result<Response<String>, std::io::Error>>().await
/// };
/// let mut client = ClientContextLayer::new().layer(service_fn(server));
/// let mut request = Request::new(String::new());
/// let ctx = Context::background().with_timeout(std::time::Duration::from_millis(10));
/// request.extensions_mut().insert(ctx);
/// let error = client.ready().await.unwrap().call(request).await.unwrap_err();
/// assert!(ContextError::find(&*error).unwrap().is_deadline_exceeded());
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ClientContextLayer {
    header: HeaderName,
}

impl ClientContextLayer {
    /// Makes a layer that sends the remaining time in [`DEADLINE_HEADER`].
    #[must_use]
    pub const fn new() -> Self {
        Self { header: HeaderName::from_static(DEADLINE_HEADER) }
    }

    /// Sets the header for the remaining milliseconds of calls that are not gRPC.
    ///
    /// # Panics
    ///
    /// Panics if `name` is not a lowercase header name.
    #[must_use]
    #[track_caller]
    pub fn header(self, name: &'static str) -> Self {
        Self { header: HeaderName::from_static(name) }
    }
}

impl Default for ClientContextLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Layer<S> for ClientContextLayer {
    type Service = ClientContextService<S>;

    fn layer(&self, inner: S) -> ClientContextService<S> {
        ClientContextService { inner, header: self.header.clone() }
    }
}

/// A client that adds the caller's context to each call. Made by [`ClientContextLayer`].
#[derive(Clone, Debug)]
pub struct ClientContextService<S> {
    inner: S,
    header: HeaderName,
}

impl<S, B, R> Service<Request<B>> for ClientContextService<S>
where
    S: Service<Request<B>, Response = Response<R>, Error: Into<BoxError>>,
    R: Body<Error: Into<BoxError>>,
{
    type Response = Response<ClientBody<R>>;
    type Error = BoxError;
    type Future = ClientFuture<S::Future>;

    fn poll_ready(&mut self, task: &mut Task<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(task).map_err(Into::into)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let ctx = request.extensions().get::<Context>().cloned().unwrap_or_else(Context::current);
        let is_grpc = outgoing::is_grpc(request.headers());
        if let Err(why) = ctx.check() {
            let error = Some(interrupted(why, is_grpc));
            return ClientFuture { ctx, is_grpc, state: State::Refused { error } };
        }
        if is_grpc {
            outgoing::write_grpc(&ctx, request.headers_mut());
        } else {
            outgoing::write_http(&ctx, request.headers_mut(), &self.header);
        }
        let race = body_first(ctx.clone(), self.inner.call(request));
        ClientFuture { ctx, is_grpc, state: State::Running { race } }
    }
}

pin_project! {
    /// The response future of a [`ClientContextService`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct ClientFuture<F> {
        ctx: Context,
        is_grpc: bool,
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F> {
        Refused { error: Option<BoxError> },
        Running { #[pin] race: BodyFirst<F> },
        // Failed shortly before the deadline: another timer with the same deadline fired first.
        Failed { end: WaitForCancel<Context> },
    }
}

/// The precision of timers.
const MOMENT: Duration = Duration::from_millis(2);

impl<F, R, E> Future for ClientFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    E: Into<BoxError>,
{
    type Output = Result<Response<ClientBody<R>>, BoxError>;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let is_grpc = *this.is_grpc;
        loop {
            match this.state.as_mut().project() {
                StateProj::Refused { error } => {
                    return Poll::Ready(Err(error.take().expect("a call was polled again after it was done")));
                }
                StateProj::Running { race } => match ready!(race.poll(task)) {
                    Ok(Ok(response)) => {
                        return Poll::Ready(Ok(response.map(|body| ClientBody::new(body, this.ctx.clone(), is_grpc))));
                    }
                    Ok(Err(_)) if this.ctx.remaining().is_some_and(|left| left < MOMENT) => {
                        let end = this.ctx.clone().into_cancelled();
                        this.state.set(State::Failed { end });
                    }
                    Ok(Err(error)) => return Poll::Ready(Err(error.into())),
                    Err(why) => return Poll::Ready(Err(interrupted(why, is_grpc))),
                },
                StateProj::Failed { end } => {
                    let why = ready!(Pin::new(end).poll(task));
                    return Poll::Ready(Err(interrupted(why, is_grpc)));
                }
            }
        }
    }
}

impl<F> fmt::Debug for ClientFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientFuture").field("ctx", &self.ctx).finish_non_exhaustive()
    }
}
