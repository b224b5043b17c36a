//! A race in which an interrupted body gets one more poll to produce its own result.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};

use pin_project_lite::pin_project;

use super::budget;
use super::frame::Frame;
use super::race::{State, StateProj, polled_again};
use super::scope::poll_with;
use super::waiter::Watch;
use crate::context::handle::Context;
use crate::error::ContextError;

pin_project! {
    /// A race that polls its body once more after the context has ended, so that an annotated body
    /// returns its own error. A body that is still pending is then dropped, unless a shield or a
    /// grace holds it.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct BodyFirst<F> {
        watch: Watch<Context>,
        #[pin]
        state: State<F, ()>,
    }

    impl<F> PinnedDrop for BodyFirst<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.state.abandon(this.watch.ctx());
        }
    }
}

impl<F: Future> BodyFirst<F> {
    pub(crate) fn new(ctx: Context, body: F) -> Self {
        Self { watch: Watch::new(ctx), state: State::Running { body, verdict: () } }
    }
}

impl<F: Future> Future for BodyFirst<F> {
    type Output = Result<F::Output, ContextError>;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let StateProj::Running { body, .. } = this.state.as_mut().project() else { polled_again() };
        let frame = Frame::enter(task.waker());
        if let Poll::Ready(value) = poll_with(this.watch.ctx(), body, task) {
            drop(frame);
            this.state.set(State::Over);
            this.watch.leave();
            return Poll::Ready(Ok(value));
        }
        // Reads the clock even if no timer has fired: another layer's timer may have woken the
        // task.
        let waits = this.watch.suspend(frame, task);
        if waits && (!this.watch.ctx().has_ended() || this.watch.holds(task)) {
            return Poll::Pending;
        }
        ready!(budget::poll_spend(task));
        this.state.interrupt(this.watch.ctx());
        Poll::Ready(Err(this.watch.why()))
    }
}
