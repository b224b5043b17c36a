//! What a request's context knows of where it came from.

use std::time::Duration;

use taskward::Context;

/// A value of the contexts of requests.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    /// The context that the service was started with.
    pub(crate) service: Context,
    /// How long requests may go on after it has ended.
    pub(crate) drain: Duration,
    /// Ends with the connection, or at the end of the drain.
    pub(crate) ctx: Context,
}

/// Returns the context of the connection that a request came on: it ends with the connection or at
/// the end of the drain, and has no deadline. For what outlives the response on it, such as a
/// WebSocket.
///
/// A server that is not run by [`axum::serve`](crate::axum::serve) has no connections to tell
/// apart: then it is the context of the service, with its drain. Returns `ctx` if no
/// [`ContextLayer`](crate::ContextLayer) has made it.
///
/// ```
/// # use taskward::Context;
/// # let ctx = Context::background();
/// let socket = taskward_http::connection(&ctx);
/// # assert_eq!(socket, ctx);
/// ```
#[must_use]
pub fn connection(ctx: &Context) -> Context {
    ctx.value::<Connection>().map_or_else(|| ctx.clone(), |connection| connection.ctx.clone())
}

/// Returns the context of the service that a request came to: it ends when the drain *begins*. What
/// waits for news without an end, such as an SSE stream, ends with it; the client connects again,
/// to another instance.
///
/// Returns `ctx` if no [`ContextLayer`](crate::ContextLayer) has made it.
///
/// ```
/// use futures::{Stream, StreamExt};
/// use taskward::Context;
///
/// fn until_drained<T>(ctx: &Context, events: impl Stream<Item = T>) -> impl Stream<Item = T> {
///     events.take_until(taskward_http::draining(ctx).into_cancelled())
/// }
/// # drop(until_drained(&Context::background(), futures::stream::empty::<u8>()));
/// ```
#[must_use]
pub fn draining(ctx: &Context) -> Context {
    ctx.value::<Connection>().map_or_else(|| ctx.clone(), |connection| connection.service.clone())
}
