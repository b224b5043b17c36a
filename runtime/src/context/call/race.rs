use std::borrow::Borrow;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};

use pin_project_lite::pin_project;

use super::budget;
use super::frame::Frame;
use super::scope::{Discard, Scope, poll_with};
use super::waiter::{ByContext, ByOwner, Watch, WokenBy};
use crate::context::handle::Context;
use crate::error::ContextError;
use crate::outcome::Outcome;

/// Converts the two outcomes of a race into its output.
pub trait Verdict<T>: Copy {
    type Output;
    fn polled(self, body: Poll<T>) -> Poll<Self::Output>;
    fn interrupted(self, why: ContextError) -> Self::Output;
}

/// The verdict for annotated functions: the body's own type represents an interruption.
///
/// A function pointer instead of a bound on `Future for Race`, so that an unsuitable result type
/// is a single error, reported where the race is created.
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
    fn polled(self, body: Poll<T>) -> Poll<T> {
        body
    }

    fn interrupted(self, why: ContextError) -> T {
        self.interrupted(why)
    }
}

/// The verdict for [`Context::run`]: wraps the body's value in a `Result`.
#[derive(Clone, Copy)]
pub(crate) struct Around;

impl<T> Verdict<T> for Around {
    type Output = Result<T, ContextError>;

    #[inline]
    fn polled(self, body: Poll<T>) -> Poll<Self::Output> {
        body.map(Ok)
    }

    fn interrupted(self, why: ContextError) -> Self::Output {
        Err(why)
    }
}

pin_project! {
    /// The body, while it may still be polled. The niche of the verdict's function pointer holds
    /// the `Over` case.
    #[project = StateProj]
    pub(crate) enum State<F, V> {
        Running {
            #[pin]
            body: F,
            verdict: V,
        },
        // Done or interrupted. The body is dropped at once, even if the race itself is kept.
        Over,
    }
}

impl<F, V: Copy> State<F, V> {
    /// Drops the body in its scope, and returns the verdict.
    #[cold]
    pub(crate) fn interrupt(mut self: Pin<&mut Self>, scope: &impl Scope) -> V {
        let StateProj::Running { verdict, .. } = self.as_mut().project() else { polled_again() };
        let verdict = *verdict;
        scope.discard(self);
        verdict
    }

    /// Drops the body of a call that is itself dropped, in its scope.
    #[inline]
    pub(crate) fn abandon(self: Pin<&mut Self>, scope: &impl Scope) {
        if let Self::Running { .. } = *self {
            scope.discard(self);
        }
    }
}

impl<F, V> Discard for State<F, V> {
    fn discard(mut self: Pin<&mut Self>) {
        self.set(Self::Over);
    }
}

#[cold]
pub(crate) fn polled_again() -> ! {
    panic!("a call was polled again after it was done");
}

pin_project! {
    /// Races a body against a context. Cancellation wins: each poll checks the context first. Only
    /// a held shield or grace in the body delays the interruption.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Race<C: Borrow<Context>, F, V: Copy, W: WokenBy = ByContext> {
        watch: Watch<C, W>,
        #[pin]
        state: State<F, V>,
    }

    impl<C: Borrow<Context>, F, V: Copy, W: WokenBy> PinnedDrop for Race<C, F, V, W> {
        // Destructors in the body see its context.
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

impl<C: Borrow<Context>, F: Future, V: Verdict<F::Output>> Race<C, F, V, ByOwner> {
    /// Creates a race whose task the caller wakes at the end of `ctx`.
    #[inline]
    pub(crate) fn woken_by_owner(ctx: C, body: F, verdict: V) -> Self {
        Self { watch: Watch::new(ctx), state: State::Running { body, verdict } }
    }
}

impl<C: Borrow<Context>, F, V: Copy, W: WokenBy> Race<C, F, V, W> {
    #[inline]
    pub(crate) fn ctx(&self) -> &Context {
        self.watch.ctx()
    }
}

/// `#[cancellable]`: races `body` against `ctx`.
// Not by `Race::new`, which each annotated function would compile as well.
#[inline]
pub fn cancellable<C: Borrow<Context>, F: Future<Output: Outcome>>(ctx: C, body: F) -> Race<C, F, Within<F::Output>> {
    Race { watch: Watch::new(ctx), state: State::Running { body, verdict: Within::new() } }
}

// Not inlined: in the middle of `poll` it would keep a ready body's value out of registers.
#[cold]
#[inline(never)]
fn interrupt<C: Borrow<Context>, F: Future, V: Verdict<F::Output>, W: WokenBy>(
    state: Pin<&mut State<F, V>>,
    watch: &mut Watch<C, W>,
    task: &mut Task<'_>,
) -> Poll<V::Output> {
    ready!(budget::poll_spend(task));
    let verdict = state.interrupt(watch.ctx());
    Poll::Ready(verdict.interrupted(watch.why()))
}

impl<C: Borrow<Context>, F: Future, V: Verdict<F::Output>, W: WokenBy> Future for Race<C, F, V, W> {
    type Output = V::Output;

    // Kept small, because each annotated function has its own copy. Only the path of a body that
    // is ready at once is inlined.
    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if this.watch.may_poll(task) {
            let StateProj::Running { body, verdict } = this.state.as_mut().project() else { polled_again() };
            let frame = Frame::enter(task.waker());
            let polled = poll_with(this.watch.ctx(), body, task);
            if polled.is_ready() {
                drop(frame);
                let verdict = *verdict;
                this.state.set(State::Over);
                this.watch.leave();
                return verdict.polled(polled);
            }
            if this.watch.suspend(frame, task) {
                return Poll::Pending;
            }
        }
        interrupt(this.state, this.watch, task)
    }
}
