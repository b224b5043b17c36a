//! [`serve`].

use std::convert::Infallible;
use std::fmt::{self, Debug};
use std::future::{Future, IntoFuture};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll};
use std::time::Duration;

use ::axum::body::Body;
use ::axum::extract::ConnectInfo;
use ::axum::response::Response;
use ::axum::serve::Listener;
use http::{Extensions, Request};
use taskward::{Context, Room, TaskGroup};
use tokio::time::{Instant, timeout_at};
use tower_service::Service;

use super::connection::{self, Plan, Tag};
use crate::settings::lingering;

/// The time for connections to write the responses of interrupted requests at the end of the
/// drain.
const FLUSH: Duration = Duration::from_millis(200);

/// The longest time for accepting queued connections at the beginning of the drain.
const QUEUED: Duration = Duration::from_millis(100);

/// Without a connection for this time, the queue counts as empty.
const PAUSE: Duration = Duration::from_millis(10);

/// Serves `app` on the connections of `listener`, until `ctx` ends and the connections are
/// drained.
///
/// Like `axum::serve`, with HTTP/1.1 and HTTP/2, but with a graceful end. When `ctx` ends:
///
/// 1. Queued connections are accepted, and the listener is closed.
/// 2. Idle connections are closed, new ones after 100 ms without a request, and the others after
///    their current response; HTTP/2 clients receive GOAWAY.
/// 3. Requests in flight, web sockets and streams have the time of [`drain`](Serve::drain); until
///    then, the contexts of [`ContextLayer`](crate::ContextLayer) stay live.
/// 4. The remaining requests are interrupted: their contexts end with
///    [`ShuttingDown`](taskward::ShuttingDown), handlers respond with 503, and 200 ms later all
///    connections are closed.
///
/// Each connection is a task of a group that belongs to the future: dropping the future closes all
/// connections. A panic in a connection does not affect the others.
///
/// `app` is a router without missing state, or any service of axum's request and response;
/// `listener` is a `TcpListener`, a `UnixListener` or another [`Listener`].
///
/// ```no_run
/// use std::time::Duration;
/// use axum::Router;
/// use axum::routing::get;
/// use taskward::{Context, ContextError, cancellable};
/// use taskward_http::ContextLayer;
/// use tokio::net::TcpListener;
///
/// #[taskward::main(grace = "10s")]
/// async fn main(ctx: Context) -> std::io::Result<()> {
///     let layer = ContextLayer::new(&ctx).limit(Duration::from_secs(5));
///     let app = Router::new().route("/", get(hello)).layer(layer);
///     let listener = TcpListener::bind("127.0.0.1:8080").await?;
///     taskward_http::axum::serve(listener, app, &ctx).drain(Duration::from_secs(5)).await
/// }
///
/// #[cancellable]
/// async fn hello(ctx: Context) -> Result<&'static str, ContextError> {
///     ctx.sleep(Duration::from_millis(10)).await?;
///     Ok("hello")
/// }
/// ```
pub fn serve<L, S>(listener: L, app: S, ctx: &Context) -> Serve<L, S>
where
    L: Listener,
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    Serve { listener, app, ctx: ctx.clone(), drain: Serve::<L, S>::DRAIN, connections: None, tag: None }
}

/// A server, made by [`serve`]. Await it to run it.
#[must_use = "servers do nothing unless you `.await` them"]
pub struct Serve<L: Listener, S> {
    listener: L,
    app: S,
    ctx: Context,
    drain: Duration,
    connections: Option<usize>,
    tag: Option<fn(L::Addr) -> Tag>,
}

impl<L: Listener, S> Serve<L, S> {
    /// The default of [`drain`](Self::drain).
    pub const DRAIN: Duration = Duration::from_secs(5);

    /// Sets the time for which requests in flight, web sockets and streams may go on after the
    /// context has ended. With `#[taskward::main]`, it has to be shorter than the grace.
    pub fn drain(mut self, drain: Duration) -> Self {
        self.drain = drain;
        self
    }

    /// Limits the number of open connections. At the limit, the server accepts a connection when
    /// another one has closed.
    ///
    /// # Panics
    ///
    /// Panics if `connections` is 0.
    #[track_caller]
    pub fn connections(mut self, connections: usize) -> Self {
        assert!(connections > 0, "a server with 0 connections would never serve");
        self.connections = Some(connections);
        self
    }

    /// Lets handlers extract the peer's address, as `ConnectInfo<SocketAddr>` for TCP.
    pub fn connect_info(mut self) -> Self
    where
        L::Addr: Clone + Send + Sync + 'static,
    {
        self.tag = Some(|address| {
            Arc::new(move |extensions: &mut Extensions| _ = extensions.insert(ConnectInfo(address.clone())))
        });
        self
    }

    /// Returns the address that the server listens on.
    ///
    /// # Errors
    ///
    /// Returns the error of the listener.
    pub fn local_addr(&self) -> io::Result<L::Addr> {
        self.listener.local_addr()
    }
}

impl<L, S> Serve<L, S>
where
    L: Listener,
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    async fn run(self) {
        let Self { mut listener, app, ctx, drain, connections, tag } = self;
        let group = TaskGroup::<()>::new(&ctx.linger(drain.saturating_add(FLUSH))).name("connections").isolate_panics();
        if let Some(limit) = connections {
            group.set_limit(limit);
        }
        let requests = lingering(&ctx, drain);
        let plan = Arc::new(Plan { service: ctx.clone(), drain, requests, group: group.handle() });
        let spawn = |room: Room<'_, ()>, (io, address), app: S| {
            let connection = connection::serve(plan.clone(), io, app, tag.map(|tag| tag(address)));
            room.spawn(connection)
        };
        // Room comes first, because an accepted connection must be served.
        while let Ok(Ok(room)) = ctx.run(group.room()).await {
            let Ok(accepted) = ctx.run(listener.accept()).await else { break };
            _ = spawn(room, accepted, app.clone());
        }
        // Clients in the listener's queue may have sent a request already.
        let until = Instant::now() + QUEUED.min(drain);
        while let Ok(Ok(room)) = timeout_at(until, group.room()).await {
            let next = Instant::now() + PAUSE;
            let Ok(accepted) = timeout_at(next.min(until), listener.accept()).await else { break };
            _ = spawn(room, accepted, app.clone());
        }
        drop(listener);
        // Bounded, because the group ends with the drain.
        group.join().await;
    }
}

impl<L, S> IntoFuture for Serve<L, S>
where
    L: Listener,
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Output = io::Result<()>;
    type IntoFuture = ServeFuture;

    /// Never fails: errors of `accept` are retried, as in `axum::serve`.
    fn into_future(self) -> ServeFuture {
        ServeFuture(Box::pin(async move {
            self.run().await;
            Ok(())
        }))
    }
}

impl<L: Listener + Debug, S> Debug for Serve<L, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serve").field("listener", &self.listener).field("drain", &self.drain).finish_non_exhaustive()
    }
}

/// The future of [`Serve`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct ServeFuture(Pin<Box<dyn Future<Output = io::Result<()>> + Send>>);

impl Future for ServeFuture {
    type Output = io::Result<()>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(task)
    }
}

impl Debug for ServeFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServeFuture").finish_non_exhaustive()
    }
}
