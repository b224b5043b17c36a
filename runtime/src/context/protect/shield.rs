//! Code that is not interrupted.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll};

use pin_project_lite::pin_project;

use super::held::{self, Hold};
use crate::context::call::frame::Frame;
use crate::context::call::race::{Around, State, StateProj, polled_again};
use crate::context::call::scope::poll_with;
use crate::context::handle::Context;

pin_project! {
    /// The future returned by [`Context::shield`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Shield<F> {
        // The current context while the body runs.
        ctx: Context,
        // Set from the first poll of the body until it is ready.
        hold: Option<Arc<Hold>>,
        #[pin]
        state: State<F, Around>,
    }

    impl<F> PinnedDrop for Shield<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.state.abandon(this.ctx);
        }
    }
}

impl<F: Future> Shield<F> {
    pub(crate) fn new(ctx: Context, body: F) -> Self {
        Self { ctx, hold: None, state: State::Running { body, verdict: Around } }
    }
}

impl<F: Future> Future for Shield<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let StateProj::Running { body, .. } = this.state.as_mut().project() else { polled_again() };
        let frame = Frame::enter(task.waker());
        let polled = poll_with(this.ctx, body, task);
        if polled.is_ready() {
            drop(frame);
            this.state.set(State::Over);
            *this.hold = None;
        } else {
            held::suspend_silently(frame);
            this.hold.get_or_insert_with(Hold::now).announce();
        }
        polled
    }
}

impl<F> fmt::Debug for Shield<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shield").field("is_active", &self.hold.is_some()).finish_non_exhaustive()
    }
}
