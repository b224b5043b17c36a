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
    /// Together, because the function pointer in a verdict is where an `Option` around both finds room.
    struct Running<F, V> {
        #[pin]
        body: F,
        verdict: V,
    }
}

pin_project! {
    /// The race of `body` against `ctx`. Cancellation wins: on each wake-up the context is looked at first.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Race<C: Borrow<Context>, F, V> {
        ctx: C,
        waiter: Waiter,
        // `None` once interrupted: the loser is dropped at once, even if the race itself is kept.
        #[pin]
        running: Option<Running<F, V>>,
    }

    impl<C: Borrow<Context>, F, V> PinnedDrop for Race<C, F, V> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let ctx: &C = this.ctx;
            this.waiter.leave(ctx.borrow());
        }
    }
}

impl<C: Borrow<Context>, F: Future, V: Verdict<F::Output>> Race<C, F, V> {
    #[inline]
    pub(crate) fn new(ctx: C, body: F, verdict: V) -> Self {
        Self { ctx, waiter: Waiter::default(), running: Some(Running { body, verdict }) }
    }

    /// For a context that was alive just now: looking again would be another look at the clock.
    #[inline]
    pub(crate) fn fresh(ctx: C, body: F, verdict: V) -> Self {
        let mut race = Self::new(ctx, body, verdict);
        race.waiter.key = Some(Waiter::FRESH);
        race
    }
}

impl<C: Borrow<Context>, F: Future, V: Verdict<F::Output>> Future for Race<C, F, V> {
    type Output = V::Output;

    // The way of a body that is ready at once, inlined; all else is a call away.
    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        if self.waiter.is_registered() {
            return self.poll_registered(task);
        }
        if self.context().is_cancelled() {
            return self.interrupt();
        }
        let mut race = self;
        match race.as_mut().poll_body(task) {
            Poll::Ready(output) => Poll::Ready(output),
            Poll::Pending => race.suspend(task),
        }
    }
}

impl<C: Borrow<Context>, F: Future, V: Verdict<F::Output>> Race<C, F, V> {
    #[inline]
    fn context(&self) -> &Context {
        self.ctx.borrow()
    }

    #[inline]
    fn poll_body(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<V::Output> {
        let this = self.project();
        let ctx: &C = this.ctx;
        let Some(running) = this.running.as_pin_mut() else {
            panic!("a race was polled again after it had been interrupted");
        };
        let running = running.project();
        let verdict = *running.verdict;
        current::with_context(ctx.borrow(), || running.body.poll(task)).map(|value| verdict.ready(value))
    }

    #[inline(never)]
    fn poll_registered(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<V::Output> {
        let fresh = self.as_mut().project().waiter.take_fresh();
        if !fresh && self.context().is_cancelled() {
            return self.interrupt();
        }
        let in_task = (!fresh).then(|| InTask::enter(task.waker()));
        let polled = self.as_mut().poll_body(task);
        drop(in_task);
        match polled {
            Poll::Ready(output) => {
                let this = self.project();
                let ctx: &C = this.ctx;
                this.waiter.leave(ctx.borrow());
                Poll::Ready(output)
            }
            Poll::Pending => self.suspend(task),
        }
    }

    /// Waits for the context beside the body, unless the enclosing call does.
    #[inline(never)]
    fn suspend(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<V::Output> {
        let this = self.as_mut().project();
        let ctx: &C = this.ctx;
        let ctx = ctx.borrow();
        if current::covers(ctx, task.waker()) || this.waiter.wait(ctx, task.waker()) {
            Poll::Pending
        } else {
            self.interrupt()
        }
    }

    #[cold]
    fn interrupt(self: Pin<&mut Self>) -> Poll<V::Output> {
        let mut this = self.project();
        let ctx: &C = this.ctx;
        let ctx = ctx.borrow();
        this.waiter.leave(ctx);
        let Some(running) = this.running.as_mut().as_pin_mut() else {
            panic!("a race was polled again after it had been interrupted");
        };
        let interrupted = *running.project().verdict;
        this.running.set(None);
        Poll::Ready(interrupted.interrupted(ctx.why()))
    }
}
