//! The context of the annotated call that is being polled on this thread: what [`Context::current`] answers from.
//!
//! Only borrows are kept, and only while the call is being polled, so that a call that is ready at once pays for two
//! stores and no reference count.

use std::sync::Arc;
use std::task::Waker;

use scoped_tls::scoped_thread_local;

use super::frame::{self, Frame, Kind};
use super::time_limit::TimeLimit;
use crate::context::handle::Context;
use crate::context::tree::node::Node;

scoped_thread_local! {
    /// The context of the innermost call that has one of its own.
    pub(crate) static CONTEXT: Context
}

scoped_thread_local! {
    /// The limit of the innermost call that has a limit and no context.
    pub(crate) static LIMIT: TimeLimit
}

impl Context {
    /// Returns the context of the annotated call that is being polled on this thread, or else
    /// [`background`](Self::background).
    ///
    /// For code whose signature cannot carry a context, destructors included. A task that is spawned starts without one,
    /// and so does a task that another executor polls inside of a call.
    ///
    /// ```
    /// use taskward::{Context, ContextError, cancellable};
    ///
    /// struct RequestId(u64);
    ///
    /// #[cancellable]
    /// async fn handle(ctx: &Context) -> Result<u64, ContextError> {
    ///     Ok(async { deep_below() }.await)
    /// }
    ///
    /// fn deep_below() -> u64 {
    ///     Context::current().value::<RequestId>().unwrap().0
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let ctx = Context::background().with_value(RequestId(7));
    /// assert_eq!(handle(&ctx).await.unwrap(), 7);
    /// # }
    /// ```
    #[must_use]
    pub fn current() -> Self {
        with_current(Clone::clone)
    }
}

/// Runs `run` as a part of a call with the context `ctx`.
pub(crate) fn with_context<R>(ctx: &Context, run: impl FnOnce() -> R) -> R {
    let _frame = Frame::enter_here();
    CONTEXT.set(ctx, run)
}

/// Looks at the current context.
pub(crate) fn with_current<R>(look: impl FnOnce(&Context) -> R) -> R {
    static BACKGROUND: Context = Context::background();
    match frame::kind() {
        Kind::Context => CONTEXT.with(look),
        Kind::Limit | Kind::LoneLimit => look(&LIMIT.with(TimeLimit::context)),
        Kind::None => look(&BACKGROUND),
    }
}

/// The context of the calls around a call that has a limit and none of its own.
pub(crate) fn enclosing() -> Context {
    if frame::kind() == Kind::LoneLimit || !CONTEXT.is_set() { Context::default() } else { CONTEXT.with(Clone::clone) }
}

/// `ctx`, with the limit of the innermost call, if that is one that has a limit and no context.
pub(crate) fn limited(ctx: Context) -> Context {
    match frame::kind() {
        Kind::Limit | Kind::LoneLimit => LIMIT.with(|limit| ctx.within(&limit.context())),
        Kind::Context | Kind::None => ctx,
    }
}

/// Whether the enclosing call waits for the end of this node in the same task. Then an inner call need not register as
/// well: when the node ends, the task is woken, and the enclosing call drops the inner one.
///
/// A combinator that polls with wakers of its own (`join_all`, `Shared`) makes another task of it. The enclosing call
/// may not be registered yet; then it registers before it returns.
pub(crate) fn covers(node: &Arc<Node>, waker: &Waker) -> bool {
    frame::is_polled_with(waker)
        && CONTEXT.is_set()
        && CONTEXT.with(|enclosing| enclosing.node().is_some_and(|enclosing| Arc::ptr_eq(enclosing, node)))
}
