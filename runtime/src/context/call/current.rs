//! [`Context::current`]: the context of the annotated call being polled on this thread.

use super::frame::{self, Kind};
use super::scope::CONTEXT;
use super::time_limit::{LIMIT, TimeLimit};
use crate::context::handle::Context;

impl Context {
    /// Returns the context of the annotated call being polled on this thread, or
    /// [`background`](Self::background) outside of one.
    ///
    /// For code whose signature cannot carry a context, such as destructors. A spawned task starts
    /// without a context; so does a task that another executor polls inside a call.
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

/// Calls `look` with the current context.
pub(crate) fn with_current<R>(look: impl FnOnce(&Context) -> R) -> R {
    static BACKGROUND: Context = Context::background();
    match frame::kind() {
        Kind::Context => CONTEXT.with(look),
        Kind::Limit | Kind::LoneLimit => look(&LIMIT.with(TimeLimit::context)),
        Kind::None => look(&BACKGROUND),
    }
}

/// Adds the limit of the innermost call to `ctx`, if that call has a limit and no context.
pub(crate) fn limited(ctx: Context) -> Context {
    match frame::kind() {
        Kind::Limit | Kind::LoneLimit => LIMIT.with(|limit| ctx.within(&limit.context())),
        Kind::Context | Kind::None => ctx,
    }
}
