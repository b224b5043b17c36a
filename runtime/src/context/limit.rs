//! A time limit on a call that has no context parameter.

use std::cell::{Cell, OnceCell};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::coop::{Unconstrained, unconstrained};
use tokio::time::{Instant, Sleep, sleep_until};

use super::race::Within;
use super::{Canceller, Context, current};
use crate::error::{ContextError, Limit};
use crate::outcome::Outcome;

/// How long a call may take, and what of it has been needed so far.
///
/// The clock is not read while the body has neither waited nor asked for its context: such a body cannot be
/// interrupted anyway, and reading the clock would cost more than all the rest of the call.
pub(crate) struct TimeLimit {
    duration: Duration,
    owner: &'static &'static str,
    /// The innermost call with a context when this one was last polled: if it still is, this one is inside of it.
    within: Cell<usize>,
    started: OnceCell<Box<Started>>,
}

struct Started {
    /// `None` if it is too far away to be represented.
    deadline: Option<Instant>,
    timer: Option<Pin<Box<Unconstrained<Sleep>>>>,
    /// Set while the enclosing call is one without a context, too: then only that call knows its context.
    enclosing: OnceCell<Context>,
    context: OnceCell<(Context, Canceller)>,
}

impl TimeLimit {
    #[inline]
    pub(crate) fn new(duration: Duration, owner: &'static &'static str) -> Self {
        Self { duration, owner, within: Cell::new(0), started: OnceCell::new() }
    }

    fn start(&self) -> &Started {
        self.started.get_or_init(|| {
            Box::new(Started {
                deadline: Instant::now().checked_add(self.duration),
                timer: None,
                enclosing: OnceCell::new(),
                context: OnceCell::new(),
            })
        })
    }

    /// Notes the enclosing calls before this one hides them.
    #[inline]
    pub(crate) fn enter(&self, outer: Option<&Self>, context: usize) {
        if let Some(outer) = outer
            && outer.is_within(context)
        {
            self.start().enclosing.get_or_init(|| outer.context());
        }
        self.within.set(context);
    }

    /// Whether this call is inside of the one with that context, and none with another context inside of this one.
    #[inline]
    pub(crate) fn is_within(&self, context: usize) -> bool {
        self.within.get() == context
    }

    /// The context that carries this limit: a child of the enclosing call's.
    pub(crate) fn context(&self) -> Context {
        let started = self.start();
        let (ctx, _) = started.context.get_or_init(|| {
            let parent = started.enclosing.get().cloned().unwrap_or_else(current::enclosing);
            parent.limited(started.deadline, self.label())
        });
        ctx.clone()
    }

    fn label(&self) -> Limit {
        Limit { duration: Some(self.duration), owner: Some(self.owner) }
    }

    /// Whether the limit has passed, as far as it has been started.
    #[inline]
    fn has_passed(&self) -> bool {
        match self.started.get() {
            Some(started) => started.deadline.is_some_and(|at| Instant::now() >= at),
            None => self.duration.is_zero(),
        }
    }

    /// Waits for the limit.
    fn poll_passed(&mut self, task: &mut Task<'_>) -> Poll<()> {
        self.start();
        let Some(started) = self.started.get_mut() else { return Poll::Pending };
        let Some(at) = started.deadline else { return Poll::Pending };
        let timer = started.timer.get_or_insert_with(|| Box::pin(unconstrained(sleep_until(at))));
        timer.as_mut().poll(task)
    }
}

pin_project! {
    /// A body that may take so long. The limit is looked at before the body, on each wake-up.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Timed<F: Future> {
        limit: TimeLimit,
        #[pin]
        body: Option<F>,
        verdict: Within<F::Output>,
    }
}

impl<F: Future<Output: Outcome>> Timed<F> {
    #[inline]
    pub(crate) fn new(limit: TimeLimit, body: F) -> Self {
        Self { limit, body: Some(body), verdict: Within::new() }
    }
}

impl<F: Future> Future for Timed<F> {
    type Output = F::Output;

    // The way of a body that is ready at once, inlined; all else is a call away.
    #[inline]
    fn poll(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let this = self.as_mut().project();
        if this.limit.has_passed() {
            return self.interrupt();
        }
        let Some(body) = this.body.as_pin_mut() else {
            panic!("a call was polled again after its time limit had ended it");
        };
        match current::with_limit(this.limit, || body.poll(task)) {
            Poll::Ready(value) => Poll::Ready(value),
            Poll::Pending => self.suspend(task),
        }
    }
}

impl<F: Future> Timed<F> {
    #[inline(never)]
    fn suspend(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<F::Output> {
        match self.as_mut().project().limit.poll_passed(task) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => self.interrupt(),
        }
    }

    #[cold]
    fn interrupt(self: Pin<&mut Self>) -> Poll<F::Output> {
        let mut this = self.project();
        this.body.set(None);
        Poll::Ready(this.verdict.interrupted(ContextError::deadline(this.limit.label())))
    }
}
