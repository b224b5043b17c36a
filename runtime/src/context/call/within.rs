//! Polls a part of a call with a context other than the call's.

use std::task::Poll;

use super::frame::Frame;
use super::scope::CONTEXT;
use crate::context::handle::Context;
use crate::context::protect::held;

/// Calls `poll` with the current context `ctx`. No enclosing call waits for `ctx`, so calls inside
/// register themselves. A shield or grace inside holds the enclosing calls.
pub(crate) fn poll_within<T>(ctx: &Context, poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
    let frame = Frame::enter_here();
    let polled = CONTEXT.set(ctx, poll);
    if polled.is_pending() {
        held::suspend_unheld(frame);
    }
    polled
}
