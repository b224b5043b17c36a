//! Which annotated call is being polled on this thread: what [`Context::current`] answers from.
//!
//! Only borrows are kept, and only while the call is being polled, so that a call that is ready at once pays for
//! two stores and no reference count.

use std::cell::Cell;
use std::ptr;
use std::task::Waker;

use fluid_let::{fluid_let, fluid_set};

use super::Context;
use super::frame::{Frame, Kind};
use super::limit::TimeLimit;

fluid_let! {
    /// The innermost call that has a context of its own.
    pub(crate) static CONTEXT: Context;
    /// The innermost call that has a time limit and no context of its own.
    pub(crate) static LIMIT: TimeLimit;
}

thread_local! {
    /// Identifies the task in which the innermost registered call is polled, by its waker's data.
    static TASK: Cell<*const ()> = const { Cell::new(ptr::null()) };
}

/// Runs `run` as a call with the context `ctx`.
pub(crate) fn with_context<R>(ctx: &Context, run: impl FnOnce() -> R) -> R {
    let _frame = Frame::enter(Kind::CONTEXT);
    fluid_set!(CONTEXT, ctx);
    run()
}

/// While it lives, the innermost call is one that `task` polls and that is registered to wake it, if it is. See [`covers`].
pub(crate) struct InTask {
    outer: Option<*const ()>,
}

impl InTask {
    pub(crate) fn enter(task: &Waker) -> Self {
        Self { outer: Some(TASK.replace(task.data())) }
    }

    /// The call is not registered.
    pub(crate) const fn unregistered() -> Self {
        Self { outer: None }
    }
}

impl Drop for InTask {
    #[inline]
    fn drop(&mut self) {
        if let Some(outer) = self.outer {
            TASK.set(outer);
        }
    }
}

/// Whether the enclosing call waits for the same scope in the same task. Then an inner call need not register as well:
/// when the scope ends, the task is woken, and the enclosing call drops the inner one.
///
/// A combinator that polls with wakers of its own (`join_all`, `Shared`) makes another task of it, and so does a
/// waker without data, which may be anybody's. The enclosing call may not be registered yet when it is polled for
/// the first time; then it registers before it returns.
pub(crate) fn covers(ctx: &Context, task: &Waker) -> bool {
    let current = TASK.get();
    !current.is_null()
        && ptr::eq(current, task.data())
        && CONTEXT.get(|enclosing| enclosing.is_some_and(|enclosing| enclosing.same_scope(ctx)))
}

/// The context of the innermost call that has one of its own.
pub(crate) fn enclosing() -> Context {
    CONTEXT.cloned().unwrap_or_default()
}

/// The context of the innermost call.
pub(crate) fn current() -> Context {
    if Frame::is_limit() { LIMIT.get(|limit| limit.map(TimeLimit::context)).unwrap_or_default() } else { enclosing() }
}

/// The same, for a look at it.
pub(crate) fn with_current<R>(look: impl FnOnce(&Context) -> R) -> R {
    if Frame::is_limit() {
        return look(&current());
    }
    CONTEXT.get(|enclosing| look(enclosing.unwrap_or(const { &Context::background() })))
}

/// `ctx`, with the limit of the innermost call, if that is one that has a limit and no context.
pub(crate) fn limited(ctx: Context) -> Context {
    if Frame::is_limit() { ctx.within(&current()) } else { ctx }
}
