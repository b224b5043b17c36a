//! The task of one connection: serves it until the client disconnects, or until the service is
//! drained.

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

/// The time that a connection without a request stays open at the beginning of the drain.
const PATIENCE: Duration = Duration::from_millis(100);

/// Writes the peer's address into the extensions of a request.
pub(super) type Tag = Arc<dyn Fn(&mut Extensions) + Send + Sync>;

/// The parts that all connections of a server share.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) service: Context,
    pub(super) drain: Duration,
    /// Ends at the end of the drain.
    pub(super) requests: Context,
    pub(super) group: GroupHandle<()>,
}

/// Makes the task of a connection. The group calls it with a context that ends shortly after the
/// contexts of the requests.
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
    // The layer finds this context as the current one.
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
    // A client that sends its head slowly is disconnected after hyper's 30 seconds.
    builder.http1().timer(TokioTimer::new());
    // Web sockets over HTTP/2 need it.
    builder.http2().timer(TokioTimer::new()).enable_connect_protocol();

    let http = Box::pin(builder.serve_connection_with_upgrades(TokioIo::new(stream), app));
    // The future and its stream are dropped as soon as the connection is done.
    if outer.run(until_done(http, service, &is_new)).await.is_ok() {
        // The stream may have become that of a WebSocket.
        shut.closed().await;
    }
}

type Http<'b, I, S> = Pin<Box<UpgradeableConnection<'b, TokioIo<I>, TowerToHyperService<S>, GroupExecutor>>>;

/// Drives a hyper connection, and closes it gracefully once the service has ended. hyper closes a
/// connection without a request at once, even if a request is on its way, so a new connection gets
/// a short wait.
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
        // Errors of the connection concern only hyper and the client.
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
