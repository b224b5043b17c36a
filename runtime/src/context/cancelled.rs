use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use super::Context;
use super::waiter::Waiter;
use crate::error::ContextError;

/// The future of [`Context::cancelled`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct WaitForCancel<'a> {
    ctx: &'a Context,
    waiter: Waiter,
}

impl<'a> WaitForCancel<'a> {
    pub(super) fn new(ctx: &'a Context) -> Self {
        Self { ctx, waiter: Waiter::default() }
    }
}

impl Future for WaitForCancel<'_> {
    type Output = ContextError;

    fn poll(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<ContextError> {
        let ctx = self.ctx;
        if !ctx.has_ended() && self.waiter.wait(ctx, task.waker()) {
            return Poll::Pending;
        }
        self.waiter.leave(ctx);
        Poll::Ready(ctx.why())
    }
}

impl Drop for WaitForCancel<'_> {
    fn drop(&mut self) {
        self.waiter.leave(self.ctx);
    }
}
