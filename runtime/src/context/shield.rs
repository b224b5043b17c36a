use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll};

use pin_project_lite::pin_project;

use super::Context;
use super::announce::Active;
use super::current::CONTEXT;
use super::frame::{Frame, Kind};

pin_project! {
    /// The future of [`Context::shield`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Shield<F> {
        // What the body sees as the current context.
        ctx: Context,
        // There while the body has begun and is not done.
        active: Option<Arc<Active>>,
        #[pin]
        body: F,
    }
}

impl<F: Future> Shield<F> {
    pub(super) fn new(ctx: Context, body: F) -> Self {
        Self { ctx, active: None, body }
    }
}

impl<F: Future> Future for Shield<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<F::Output> {
        let this = self.project();
        let frame = Frame::enter(Kind::CONTEXT);
        let polled = {
            fluid_let::fluid_set!(CONTEXT, &*this.ctx);
            this.body.poll(task)
        };
        if polled.is_ready() {
            drop(frame);
            *this.active = None;
        } else {
            frame.suspend_silently();
            this.active.get_or_insert_with(Active::now).announce();
        }
        polled
    }
}

impl<F> std::fmt::Debug for Shield<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shield").field("is_active", &self.active.is_some()).finish_non_exhaustive()
    }
}
