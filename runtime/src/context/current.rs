//! Which annotated call is being polled on this thread: what [`Context::current`] answers from.
//!
//! Only borrows are kept, and only while the call is being polled, so that a call that is ready at once pays for
//! two stores and no reference count.

use std::cell::Cell;
use std::ptr;
use std::task::Waker;

use scoped_tls::scoped_thread_local;

use super::{Context, TimeLimit};

scoped_thread_local!(static CONTEXT: Context);
scoped_thread_local!(static LIMIT: TimeLimit);

thread_local! {
    static INNERMOST: Cell<Innermost> = const { Cell::new(Innermost::NONE) };
}

/// The innermost call on this thread.
#[derive(Clone, Copy)]
struct Innermost {
    /// Which of the two keys above it has set.
    is_limit: bool,
    /// Identifies the task that polls it; null where it is not known or does not count.
    task: *const (),
}

impl Innermost {
    const NONE: Self = Self { is_limit: false, task: ptr::null() };

    fn enter<R>(self, run: impl FnOnce() -> R) -> R {
        struct Restore(Innermost);
        impl Drop for Restore {
            fn drop(&mut self) {
                INNERMOST.set(self.0);
            }
        }
        let _restore = Restore(INNERMOST.replace(self));
        run()
    }
}

/// Runs `poll` as a call with the context `ctx`, which is polled by `task`.
///
/// `task` is the data of the waker. A caller that passes it promises to be woken by it when `ctx` ends, and then to drop what it polls; see [`covers`].
#[inline]
pub(crate) fn with_context<R>(ctx: &Context, task: Option<*const ()>, poll: impl FnOnce() -> R) -> R {
    let innermost = Innermost { is_limit: false, task: task.unwrap_or(ptr::null()) };
    CONTEXT.set(ctx, || innermost.enter(poll))
}

/// Runs `poll` as a call that has a time limit and no context of its own.
#[inline]
pub(crate) fn with_limit<R>(limit: &TimeLimit, poll: impl FnOnce() -> R) -> R {
    limit.enclose();
    let innermost = Innermost { is_limit: true, task: ptr::null() };
    LIMIT.set(limit, || innermost.enter(poll))
}

/// Whether the enclosing call waits for the same scope in the same task. Then an inner call need not register as well: when the scope
/// ends, the task is woken, and the enclosing call drops the inner one.
///
/// A combinator that polls with wakers of its own (`join_all`, `Shared`) makes another task of it, and so does a
/// waker without data, which may be anybody's.
#[inline]
pub(crate) fn covers(ctx: &Context, task: &Waker) -> bool {
    let innermost = INNERMOST.get();
    !innermost.task.is_null()
        && ptr::eq(innermost.task, task.data())
        && CONTEXT.with(|enclosing| enclosing.same_scope(ctx))
}

/// Whether the innermost call is one with a time limit and no context of its own.
pub(crate) fn in_limit() -> bool {
    INNERMOST.get().is_limit
}

/// The context of the innermost call that has one of its own.
pub(crate) fn enclosing() -> Context {
    if CONTEXT.is_set() { CONTEXT.with(Context::clone) } else { Context::background() }
}

/// The context of the innermost call.
pub(crate) fn current() -> Context {
    if in_limit() { LIMIT.with(TimeLimit::context) } else { enclosing() }
}
