//! Racing a future against a context.

use std::borrow::Borrow;
use std::future::Future;
use std::num::NonZero;
use std::pin::Pin;
use std::task::{Context as Task, Poll, Waker};

use pin_project_lite::pin_project;

use super::Context;
use super::current::{self, InTask};
use super::scope::Observer;
use crate::error::ContextError;
use crate::outcome::Outcome;

/// A place among the waiters of one context; must [`leave`](Self::leave) it before it is dropped.
#[derive(Default)]
pub(crate) struct Waiter {
    /// Plus one, so that it is no larger than a number.
    key: Option<NonZero<usize>>,
}

impl Waiter {
    /// No place: the context was looked at a moment ago, and need not be looked at again before the first wait.
    const FRESH: NonZero<usize> = NonZero::<usize>::MAX;

    /// Whether the context was looked at just now. Only once.
    fn take_fresh(&mut self) -> bool {
        self.key.take_if(|key| *key == Self::FRESH).is_some()
    }

    pub(crate) fn is_registered(&self) -> bool {
        self.key.is_some()
    }

    /// Registers `waker`. Returns false if the context has ended.
    pub(crate) fn wait(&mut self, ctx: &Context, waker: &Waker) -> bool {
        let Some(scope) = ctx.scope() else { return true };
        match self.key {
            Some(key) => scope.update(key.get() - 1, waker),
            None => match scope.observe(Observer::Waiter(waker.clone())) {
                Ok(key) => {
                    self.key = NonZero::new(key + 1);
                    true
                }
                Err(_) => false,
            },
        }
    }

    #[inline]
    pub(crate) fn leave(&mut self, ctx: &Context) {
        if self.key.is_some() {
            self.unregister(ctx);
        }
    }

    fn unregister(&mut self, ctx: &Context) {
        if self.take_fresh() {
            return;
        }
        if let (Some(key), Some(scope)) = (self.key.take(), ctx.scope()) {
            scope.leave(key.get() - 1);
        }
    }
}

/// What a race makes of its two ends.
pub trait Verdict<T>: Copy {
    type Output;
    fn ready(self, value: T) -> Self::Output;
    fn interrupted(self, why: ContextError) -> Self::Output;
}

/// The body's own type says that it was interrupted: annotated functions.
///
/// A function pointer, and not a bound on `Future for Race`, so that a type that cannot say it is one error, where the race is made.
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
    /// The body, while it may still be polled. The function pointer in a verdict is where the other case finds room.
    #[project = StateProj]
    pub(crate) enum State<F, V> {
        Running {
            #[pin]
            body: F,
            verdict: V,
        },
        // The loser is dropped at once, even if the race itself is kept.
        Interrupted,
    }
}

impl<F, V: Copy> State<F, V> {
    /// Drops the body, and says what was to become of its end.
    #[cold]
    pub(crate) fn interrupt(mut self: Pin<&mut Self>) -> V {
        let StateProj::Running { verdict, .. } = self.as_mut().project() else { polled_again() };
        let verdict = *verdict;
        self.set(Self::Interrupted);
        verdict
    }
}

#[cold]
pub(crate) fn polled_again() -> ! {
    panic!("a call was polled again after it had been interrupted");
}

/// A context, and the place among its waiters: all of a race that does not depend on its body, so that the compiler translates it once.
struct Watch<C: Borrow<Context>> {
    ctx: C,
    waiter: Waiter,
}

impl<C: Borrow<Context>> Watch<C> {
    #[inline]
    fn ctx(&self) -> &Context {
        self.ctx.borrow()
    }

    /// Before the body is polled. `None` if the context has ended.
    #[inline]
    fn begin(&mut self, task: &Task<'_>) -> Option<InTask> {
        if self.waiter.is_registered() {
            return self.begin_again(task);
        }
        (!self.ctx().is_cancelled()).then(InTask::unregistered)
    }

    fn begin_again(&mut self, task: &Task<'_>) -> Option<InTask> {
        if self.waiter.take_fresh() {
            return Some(InTask::unregistered());
        }
        (!self.ctx().is_cancelled()).then(|| InTask::enter(task.waker()))
    }

    /// Waits for the context beside the body, unless the enclosing call does. Returns false if it has ended.
    fn suspend(&mut self, task: &Task<'_>) -> bool {
        let ctx = self.ctx.borrow();
        current::covers(ctx, task.waker()) || self.waiter.wait(ctx, task.waker())
    }

    #[inline]
    fn leave(&mut self) {
        self.waiter.leave(self.ctx.borrow());
    }

    #[cold]
    fn why(&mut self) -> ContextError {
        self.leave();
        self.ctx().why()
    }
}

impl<C: Borrow<Context>> Drop for Watch<C> {
    #[inline]
    fn drop(&mut self) {
        self.leave();
    }
}

pin_project! {
    /// The race of a body against a context. Cancellation wins: on each wake-up the context is looked at first.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Race<C: Borrow<Context>, F, V> {
        watch: Watch<C>,
        #[pin]
        state: State<F, V>,
    }
}

impl<C: Borrow<Context>, F: Future, V: Verdict<F::Output>> Race<C, F, V> {
    #[inline]
    pub(crate) fn new(ctx: C, body: F, verdict: V) -> Self {
        Self { watch: Watch { ctx, waiter: Waiter::default() }, state: State::Running { body, verdict } }
    }

    /// For a context that was alive just now: looking again would be another look at the clock.
    #[inline]
    pub(crate) fn fresh(ctx: C, body: F, verdict: V) -> Self {
        let waiter = Waiter { key: Some(Waiter::FRESH) };
        Self { watch: Watch { ctx, waiter }, state: State::Running { body, verdict } }
    }
}

impl<C: Borrow<Context>, F: Future, V: Verdict<F::Output>> Future for Race<C, F, V> {
    type Output = V::Output;

    // Each annotated function has one of its own, so it is kept small; inlined is the way of a body that is ready at once.
    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(in_task) = this.watch.begin(task) {
            let StateProj::Running { body, verdict } = this.state.as_mut().project() else { polled_again() };
            let polled = {
                current::enter_context!(this.watch.ctx());
                body.poll(task)
            };
            drop(in_task);
            if let Poll::Ready(value) = polled {
                let verdict = *verdict;
                this.watch.leave();
                return Poll::Ready(verdict.ready(value));
            }
            if this.watch.suspend(task) {
                return Poll::Pending;
            }
        }
        let verdict = this.state.interrupt();
        Poll::Ready(verdict.interrupted(this.watch.why()))
    }
}
