//! Polls a part of a call with a context other than the call's.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use super::frame::Frame;
use super::scope::poll_with;
use crate::context::handle::Context;
use crate::context::protect::held;

/// Polls `part` with the current context `ctx`. No enclosing call waits for `ctx`, so calls inside
/// register themselves. A shield or grace inside holds the enclosing calls.
pub(crate) fn poll_within<F: Future>(ctx: &Context, part: Pin<&mut F>, task: &mut Task<'_>) -> Poll<F::Output> {
    let frame = Frame::enter_here();
    let polled = poll_with(ctx, part, task);
    if polled.is_pending() {
        held::suspend_unheld(frame);
    }
    polled
}
