//! The context of the innermost call that has one, while that call is being polled on this thread.
//!
//! Stores borrows only, and only during a poll: a call that is ready at once pays for a few stores
//! and no reference count.

use std::cell::Cell;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::ptr;
use std::sync::Arc;
use std::task::{Context as Task, Poll, Waker};

use scoped_tls::ScopedKey;

use super::frame::{self, Frame, Kind};
use crate::context::handle::Context;
use crate::context::tree::node::Node;

thread_local! {
    static POINTER: Cell<*const ()> = const { Cell::new(ptr::null()) };
}

/// A constant, because `scoped_thread_local!` makes a static with an initializer. Calls are
/// compiled in the user's crate, which cannot inline the access to such a static.
pub(super) const CONTEXT: ScopedKey<Context> = ScopedKey { inner: &POINTER, _marker: PhantomData };

/// The scope of a call, in which its body is dropped.
pub(crate) trait Scope {
    fn discard(&self, body: Pin<&mut dyn Discard>);
}

/// A body that can be dropped in place. A trait object, so that a user's crate compiles no copy of
/// the scope for each annotated function.
pub(crate) trait Discard {
    fn discard(self: Pin<&mut Self>);
}

impl Scope for Context {
    fn discard(&self, body: Pin<&mut dyn Discard>) {
        with_context(self, || body.discard());
    }
}

/// Calls `run` as part of a call with the context `ctx`.
pub(crate) fn with_context<R>(ctx: &Context, run: impl FnOnce() -> R) -> R {
    let _frame = Frame::enter_here();
    CONTEXT.set(ctx, run)
}

/// Polls `body` with the current context `ctx`.
#[inline]
pub(crate) fn poll_with<F>(ctx: &Context, body: Pin<&mut F>, task: &mut Task<'_>) -> Poll<F::Output>
where
    F: Future + ?Sized,
{
    poll_in(&CONTEXT, ctx, body, task)
}

/// Polls `body` while `key` is `value`.
#[inline]
#[cfg(not(debug_assertions))]
pub(super) fn poll_in<T, F: Future + ?Sized>(
    key: &'static ScopedKey<T>,
    value: &T,
    body: Pin<&mut F>,
    task: &mut Task<'_>,
) -> Poll<F::Output> {
    key.set(value, || body.poll(task))
}

/// As above. In an unoptimized build, the calls of the user's crate share one copy of the access to
/// the thread-local, and compile faster. In an optimized one, it would double the time of nested
/// calls.
#[cfg(debug_assertions)]
pub(super) fn poll_in<T, F: Future + ?Sized>(
    key: &'static ScopedKey<T>,
    value: &T,
    mut body: Pin<&mut F>,
    task: &mut Task<'_>,
) -> Poll<F::Output> {
    /// A closure. The table of a `dyn FnMut()` would have three functions to compile.
    trait Step {
        fn step(&mut self);
    }

    impl<F: FnMut()> Step for F {
        fn step(&mut self) {
            self();
        }
    }

    fn set<T>(key: &'static ScopedKey<T>, value: &T, step: &mut dyn Step) {
        key.set(value, || step.step());
    }

    let mut polled = Poll::Pending;
    set(key, value, &mut || polled = body.as_mut().poll(task));
    polled
}

/// Returns the context around a call that has a limit and no context of its own.
pub(crate) fn enclosing() -> Context {
    if frame::kind() == Kind::LoneLimit || !CONTEXT.is_set() { Context::default() } else { CONTEXT.with(Clone::clone) }
}

/// Returns whether the enclosing call waits for the end of this node in the same task. The inner
/// call then needs no registration: the end of the node wakes the task, and the enclosing call
/// drops the inner one.
///
/// A combinator that polls with its own wakers (`join_all`, `Shared`) counts as another task. An
/// enclosing call that is not registered yet registers before its poll returns.
pub(crate) fn covers(node: &Arc<Node>, waker: &Waker) -> bool {
    frame::is_polled_with(waker)
        && CONTEXT.is_set()
        && CONTEXT.with(|enclosing| enclosing.node().is_some_and(|enclosing| Arc::ptr_eq(enclosing, node)))
}
