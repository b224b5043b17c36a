//! One connection: served until its client goes, or the service is drained.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Poll;
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
use tokio::time::sleep;
use tower::ServiceExt as _;
use tower_service::Service;

use super::executor::GroupExecutor;
use super::io::Stream;
use crate::connection::Connection;

/// How long a connection without a request stays open at the beginning of the drain.
const PATIENCE: Duration = Duration::from_millis(100);

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

/// The task of a connection, to be called with the context that the group gives it: it ends a
/// moment after those of its requests.
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
    let is_new = Arc::new(AtomicBool::new(true));
    let was_new = is_new.clone();
    let app = TowerToHyperService::new(app.map_request(move |request: Request<Incoming>| {
        if was_new.load(Relaxed) {
            was_new.store(false, Relaxed);
        }
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
    if outer.run(until_done(http, service, &is_new)).await.is_ok() {
        // The stream may have become that of a WebSocket.
        shut.closed().await;
    }
}

type Http<'b, I, S> = Pin<Box<UpgradeableConnection<'b, TokioIo<I>, TowerToHyperService<S>, GroupExecutor>>>;

/// Drives a connection of hyper, which closes as soon as it can once the service has ended. hyper
/// closes one that has not got a request at once, even if the request is on its way: it waits a
/// moment for that.
async fn until_done<I, S>(mut http: Http<'_, I, S>, service: &Context, is_new: &AtomicBool)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Service<Request<Incoming>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let mut drain_begins = service.cancelled();
    let mut patience = None;
    let mut is_closing = false;
    poll_fn(|task| {
        if !is_closing && patience.is_none() && Pin::new(&mut drain_begins).poll(task).is_ready() {
            patience = Some(Box::pin(sleep(PATIENCE)));
        }
        // What went wrong is between hyper and the client.
        if http.as_mut().poll(task).is_ready() {
            return Poll::Ready(());
        }
        if let Some(waits) = &mut patience
            && (!is_new.load(Relaxed) || waits.as_mut().poll(task).is_ready())
        {
            patience = None;
            is_closing = true;
            http.as_mut().graceful_shutdown();
            return http.as_mut().poll(task).map(|_| ());
        }
        Poll::Pending
    })
    .await;
}
