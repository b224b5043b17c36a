//! Which annotated call is being polled on this thread: what [`Context::current`] answers from.
//!
//! Only borrows are kept, and only while the call is being polled, so that a call that is ready at once pays for
//! two stores and no reference count.

use std::cell::Cell;
use std::ptr;
use std::task::Waker;

use fluid_let::fluid_let;

use super::Context;
use super::limit::TimeLimit;

fluid_let! {
    /// The innermost call that has a context of its own.
    static CONTEXT: Context;
    /// The innermost call that has a time limit and no context of its own.
    static LIMIT: TimeLimit;
}

thread_local! {
    /// Which of the two is the inner one.
    static IN_LIMIT: Cell<bool> = const { Cell::new(false) };
    /// Identifies the task in which the innermost registered call is polled, by its waker's data.
    static TASK: Cell<*const ()> = const { Cell::new(ptr::null()) };
}

/// Says which of the two kinds the innermost call is, until it is dropped.
struct InLimit {
    outer: bool,
}

impl InLimit {
    #[inline]
    fn set(value: bool) -> Self {
        Self { outer: IN_LIMIT.replace(value) }
    }
}

impl Drop for InLimit {
    #[inline]
    fn drop(&mut self) {
        IN_LIMIT.set(self.outer);
    }
}

/// Runs `poll` as a call with the context `ctx`.
#[inline]
pub(crate) fn with_context<R>(ctx: &Context, poll: impl FnOnce() -> R) -> R {
    let _in_limit = InLimit::set(false);
    CONTEXT.set(ctx, poll)
}

/// While it lives, the innermost call is one that `task` polls and that is registered to wake it. See [`covers`].
pub(crate) struct InTask {
    outer: *const (),
}

impl InTask {
    pub(crate) fn enter(task: &Waker) -> Self {
        Self { outer: TASK.replace(task.data()) }
    }
}

impl Drop for InTask {
    fn drop(&mut self) {
        TASK.set(self.outer);
    }
}

/// Runs `poll` as a call that has a time limit and no context of its own.
#[inline]
pub(crate) fn with_limit<R>(limit: &TimeLimit, poll: impl FnOnce() -> R) -> R {
    let in_limit = InLimit::set(true);
    if in_limit.outer {
        // Noted before this call hides it.
        LIMIT.get(|outer| limit.enclose(outer));
    }
    LIMIT.set(limit, poll)
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
    if IN_LIMIT.get() { LIMIT.get(|limit| limit.map(TimeLimit::context)).unwrap_or_default() } else { enclosing() }
}
