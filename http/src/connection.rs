//! The origin of a request: its service and its connection.

use std::time::Duration;

use taskward::Context;

/// A value of the contexts of requests.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    /// The context of the service.
    pub(crate) service: Context,
    /// The time for which requests may go on after the service's context has ended.
    pub(crate) drain: Duration,
    /// Ends with the connection, or at the end of the drain.
    pub(crate) ctx: Context,
}

/// Returns the context of the connection of a request. It ends with the connection or at the end
/// of the drain, and has no deadline. Use it for work that outlives the response, such as a
/// WebSocket.
///
/// A server that [`axum::serve`](crate::axum::serve) does not run has no separate connections:
/// then the function returns the context of the service with its drain. It returns `ctx` if no
/// [`ContextLayer`](crate::ContextLayer) has made `ctx`.
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

/// Returns the context of the service of a request, which ends when the drain *begins*. Use it for
/// endless waits, such as an SSE stream: the stream ends, and the client connects to another
/// instance.
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
