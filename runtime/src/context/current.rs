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
    pub(crate) static CONTEXT: Context;
    /// The innermost call that has a time limit and no context of its own.
    pub(crate) static LIMIT: TimeLimit;
}

thread_local! {
    /// Which of the two is the inner one.
    static IN_LIMIT: Cell<bool> = const { Cell::new(false) };
    /// Identifies the task in which the innermost registered call is polled, by its waker's data.
    static TASK: Cell<*const ()> = const { Cell::new(ptr::null()) };
}

/// Says which of the two kinds the innermost call is, until it is dropped.
pub(crate) struct InLimit {
    outer: bool,
}

impl InLimit {
    #[inline]
    pub(crate) fn set(value: bool) -> Self {
        Self { outer: IN_LIMIT.replace(value) }
    }

    #[inline]
    pub(crate) fn enter(limit: &TimeLimit) -> Self {
        let in_limit = Self::set(true);
        if in_limit.outer {
            // Noted before this call hides it.
            LIMIT.get(|outer| limit.enclose(outer));
        }
        in_limit
    }
}

impl Drop for InLimit {
    #[inline]
    fn drop(&mut self) {
        IN_LIMIT.set(self.outer);
    }
}

/// The rest of the block is a call with this context. A macro, because a closure would be translated for each annotated function anew.
macro_rules! enter_context {
    ($ctx:expr) => {
        let _in_limit = $crate::context::current::InLimit::set(false);
        ::fluid_let::fluid_set!($crate::context::current::CONTEXT, $ctx);
    };
}
pub(crate) use enter_context;

/// The rest of the block is a call that has this time limit and no context of its own.
macro_rules! enter_limit {
    ($limit:expr) => {
        let limit: &$crate::context::limit::TimeLimit = $limit;
        let _in_limit = $crate::context::current::InLimit::enter(limit);
        ::fluid_let::fluid_set!($crate::context::current::LIMIT, limit);
    };
}
pub(crate) use enter_limit;

/// Runs `run` as a call with the context `ctx`.
pub(crate) fn with_context<R>(ctx: &Context, run: impl FnOnce() -> R) -> R {
    enter_context!(ctx);
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
    if IN_LIMIT.get() { LIMIT.get(|limit| limit.map(TimeLimit::context)).unwrap_or_default() } else { enclosing() }
}
