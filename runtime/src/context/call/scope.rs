//! The context of the innermost call that has one, while it is being polled on this thread.
//!
//! Only borrows are kept, and only while the call is being polled, so that a call that is ready at
//! once pays for a few stores and no reference count.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr;
use std::sync::Arc;
use std::task::Waker;

use scoped_tls::ScopedKey;

use super::frame::{self, Frame, Kind};
use crate::context::handle::Context;
use crate::context::tree::node::Node;

thread_local! {
    static POINTER: Cell<*const ()> = const { Cell::new(ptr::null()) };
}

/// The context of the innermost call that has one of its own.
///
/// A constant, where `scoped_thread_local!` would make a static with an initialiser: calls are
/// compiled in the user's crate, which cannot see into a static of this one.
pub(crate) const CONTEXT: ScopedKey<Context> = ScopedKey { inner: &POINTER, _marker: PhantomData };

/// Runs `run` as a part of a call with the context `ctx`.
pub(crate) fn with_context<R>(ctx: &Context, run: impl FnOnce() -> R) -> R {
    let _frame = Frame::enter_here();
    CONTEXT.set(ctx, run)
}

/// The context of the calls around a call that has a limit and none of its own.
pub(crate) fn enclosing() -> Context {
    if frame::kind() == Kind::LoneLimit || !CONTEXT.is_set() { Context::default() } else { CONTEXT.with(Clone::clone) }
}

/// Whether the enclosing call waits for the end of this node in the same task. Then an inner call
/// need not register as well: when the node ends, the task is woken, and the enclosing call drops
/// the inner one.
///
/// A combinator that polls with wakers of its own (`join_all`, `Shared`) makes another task of it.
/// The enclosing call may not be registered yet; then it registers before it returns.
pub(crate) fn covers(node: &Arc<Node>, waker: &Waker) -> bool {
    frame::is_polled_with(waker)
        && CONTEXT.is_set()
        && CONTEXT.with(|enclosing| enclosing.node().is_some_and(|enclosing| Arc::ptr_eq(enclosing, node)))
}
