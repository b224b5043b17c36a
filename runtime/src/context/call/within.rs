//! Polls a part of a call with another context than the call's.

use std::task::Poll;

use super::frame::Frame;
use super::scope::CONTEXT;
use crate::context::handle::Context;
use crate::context::protect::held;

/// Polls as a part of a call with the context `ctx`. No call around waits for that context: calls
/// inside register themselves. What must not be dropped inside holds the calls around.
pub(crate) fn poll_within<T>(ctx: &Context, poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
    let frame = Frame::enter_here();
    let polled = CONTEXT.set(ctx, poll);
    if polled.is_pending() {
        held::suspend_unheld(frame);
    }
    polled
}
