//! One connection: served until its client goes, or the service is drained.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ::axum::body::Body;
use ::axum::response::Response;
use http::{Extensions, Request};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::{Builder, UpgradeableConnection};
use hyper_util::service::TowerToHyperService;
use taskward::{Context, GroupHandle};
use tokio::io::{AsyncRead, AsyncWrite};
use tower::ServiceExt as _;
use tower_service::Service;

use super::executor::GroupExecutor;
use super::io::Stream;
use crate::connection::Connection;

/// Writes the peer's address into the extensions of a request.
pub(super) type Tag = Arc<dyn Fn(&mut Extensions) + Send + Sync>;

/// What all connections of a server have in common.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) service: Context,
    pub(super) drain: Duration,
    /// Ends at the end of the drain.
    pub(super) requests: Context,
    pub(super) group: GroupHandle<()>,
}

/// The task of a connection, to be called with the context that the group gives it: it ends a moment after those of its requests.
pub(super) fn serve<I, S>(
    plan: Arc<Plan>,
    io: I,
    app: S,
    tag: Option<Tag>,
) -> impl FnOnce(Context) -> Pin<Box<dyn Future<Output = ()> + Send>>
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    move |task_ctx| Box::pin(run(task_ctx, plan, io, app, tag))
}

async fn run<I, S>(task_ctx: Context, plan: Arc<Plan>, io: I, app: S, tag: Option<Tag>)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let Plan { service, drain, requests, group } = &*plan;
    let (open, canceller) = requests.with_cancel();
    let about = |ctx| Connection { service: service.clone(), drain: *drain, ctx };
    let conn = open.with_value(about(open.clone()));
    // What the layer finds as the current context.
    let outer = task_ctx.with_value(about(conn));

    let (stream, shut) = Stream::new(io, canceller);
    let app = TowerToHyperService::new(app.map_request(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        if let Some(tag) = &tag {
            tag(request.extensions_mut());
        }
        request
    }));
    let mut builder = Builder::new(GroupExecutor { group: group.clone(), ctx: outer.clone() });
    // A client that sends its head byte by byte is left after hyper's 30 seconds.
    builder.http1().timer(TokioTimer::new());
    // web sockets of HTTP/2 need it.
    builder.http2().timer(TokioTimer::new()).enable_connect_protocol();

    let http = Box::pin(builder.serve_connection_with_upgrades(TokioIo::new(stream), app));
    // Dropped with its stream as soon as it is done.
    if outer.run(until_done(http, service)).await.is_ok() {
        // The stream may have become that of a WebSocket.
        shut.closed().await;
    }
}

type Http<'b, I, S> = Pin<Box<UpgradeableConnection<'b, TokioIo<I>, TowerToHyperService<S>, GroupExecutor>>>;

/// Drives a connection of hyper, which closes as soon as it can once the service has ended.
async fn until_done<I, S>(mut http: Http<'_, I, S>, service: &Context)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Service<Request<Incoming>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let mut drain_begins = service.cancelled();
    let mut is_draining = false;
    poll_fn(|task| {
        if !is_draining && Pin::new(&mut drain_begins).poll(task).is_ready() {
            is_draining = true;
            http.as_mut().graceful_shutdown();
        }
        // What went wrong is between hyper and the client.
        http.as_mut().poll(task).map(|_| ())
    })
    .await;
}
