//! Racing a future against a context.

use std::borrow::Borrow;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};

use pin_project_lite::pin_project;

use super::budget;
use super::frame::Frame;
use super::scope::{CONTEXT, with_context};
use super::waiter::Watch;
use crate::context::handle::Context;
use crate::error::ContextError;
use crate::outcome::Outcome;

/// What a race makes of its two ends.
pub trait Verdict<T>: Copy {
    type Output;
    fn ready(self, value: T) -> Self::Output;
    fn interrupted(self, why: ContextError) -> Self::Output;
}

/// The body's own type says that it was interrupted: annotated functions.
///
/// A function pointer, and not a bound on `Future for Race`, so that a type that cannot say it is
/// one error, where the race is made.
pub struct Within<T> {
    interrupted: fn(ContextError) -> T,
}

impl<T: Outcome> Within<T> {
    #[inline]
    pub(crate) fn new() -> Self {
        Self { interrupted: T::interrupted }
    }
}

impl<T> Clone for Within<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Within<T> {}

impl<T> Within<T> {
    #[inline]
    pub(crate) fn interrupted(self, why: ContextError) -> T {
        #[cfg(any(feature = "metrics", feature = "tracing"))]
        crate::observed::end::note(&why);
        (self.interrupted)(why)
    }
}

impl<T> Verdict<T> for Within<T> {
    type Output = T;

    #[inline]
    fn ready(self, value: T) -> T {
        value
    }

    fn interrupted(self, why: ContextError) -> T {
        self.interrupted(why)
    }
}

/// A `Result` around the body's value says it: [`Context::run`].
#[derive(Clone, Copy)]
pub(crate) struct Around;

impl<T> Verdict<T> for Around {
    type Output = Result<T, ContextError>;

    #[inline]
    fn ready(self, value: T) -> Self::Output {
        Ok(value)
    }

    fn interrupted(self, why: ContextError) -> Self::Output {
        Err(why)
    }
}

pin_project! {
    /// The body, while it may still be polled. The function pointer in a verdict is where the other
    /// case finds room.
    #[project = StateProj]
    pub(crate) enum State<F, V> {
        Running {
            #[pin]
            body: F,
            verdict: V,
        },
        // It is done, or was interrupted: the loser is dropped at once, even if the race itself is
        // kept.
        Over,
    }
}

impl<F, V: Copy> State<F, V> {
    /// Drops the body, and returns the verdict on it.
    #[cold]
    pub(crate) fn interrupt(mut self: Pin<&mut Self>) -> V {
        let StateProj::Running { verdict, .. } = self.as_mut().project() else { polled_again() };
        let verdict = *verdict;
        self.set(Self::Over);
        verdict
    }

    /// Drops the body of a call that is dropped, as a part of a call with this context.
    #[inline]
    pub(crate) fn abandon(mut self: Pin<&mut Self>, ctx: &Context) {
        if self.is_running() {
            with_context(ctx, || self.set(Self::Over));
        }
    }

    #[inline]
    pub(crate) fn is_running(&self) -> bool {
        matches!(self, Self::Running { .. })
    }
}

#[cold]
pub(crate) fn polled_again() -> ! {
    panic!("a call was polled again after it was done");
}

pin_project! {
    /// The race of a body against a context. Cancellation wins: on each wake-up the context is
    /// looked at first. Only what must not be dropped, and has announced itself, puts it off.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Race<C: Borrow<Context>, F, V: Copy> {
        watch: Watch<C>,
        #[pin]
        state: State<F, V>,
    }

    impl<C: Borrow<Context>, F, V: Copy> PinnedDrop for Race<C, F, V> {
        // So that destructors in the body see its context.
        #[inline]
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.state.abandon(this.watch.ctx());
        }
    }
}

impl<C: Borrow<Context>, F: Future, V: Verdict<F::Output>> Race<C, F, V> {
    #[inline]
    pub(crate) fn new(ctx: C, body: F, verdict: V) -> Self {
        Self { watch: Watch::new(ctx), state: State::Running { body, verdict } }
    }
}

// A call of its own: written in the middle of `poll`, it would keep the value of a ready body out
// of the registers.
#[cold]
#[inline(never)]
fn interrupt<C: Borrow<Context>, F: Future, V: Verdict<F::Output>>(
    state: Pin<&mut State<F, V>>,
    watch: &mut Watch<C>,
    task: &mut Task<'_>,
) -> Poll<V::Output> {
    ready!(budget::poll_spend(task));
    let verdict = with_context(watch.ctx(), || state.interrupt());
    Poll::Ready(verdict.interrupted(watch.why()))
}

impl<C: Borrow<Context>, F: Future, V: Verdict<F::Output>> Future for Race<C, F, V> {
    type Output = V::Output;

    // Each annotated function has one of its own, so it is kept small; inlined is the way of a body
    // that is ready at once.
    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if this.watch.may_poll(task) {
            let StateProj::Running { body, verdict } = this.state.as_mut().project() else { polled_again() };
            let frame = Frame::enter(task.waker());
            if let Poll::Ready(value) = CONTEXT.set(this.watch.ctx(), || body.poll(task)) {
                drop(frame);
                let verdict = *verdict;
                this.state.set(State::Over);
                this.watch.leave();
                return Poll::Ready(verdict.ready(value));
            }
            if this.watch.suspend(frame, task) {
                return Poll::Pending;
            }
        }
        interrupt(this.state, this.watch, task)
    }
}
