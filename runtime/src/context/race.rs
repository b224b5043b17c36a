//! Racing a future against a context.

use std::borrow::Borrow;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context as Task, Poll, Waker};

use pin_project_lite::pin_project;

use super::scope::Observer;
use super::{Context, current};
use crate::error::ContextError;
use crate::outcome::Outcome;

/// A place among the waiters of one context; must [`leave`](Self::leave) it before it is dropped.
#[derive(Default)]
pub(crate) struct Waiter {
    key: Option<usize>,
}

impl Waiter {
    /// Registers `waker`. Returns false if the context has ended.
    pub(crate) fn wait(&mut self, ctx: &Context, waker: &Waker) -> bool {
        let Some(scope) = ctx.scope() else { return true };
        match self.key {
            Some(key) => scope.update(key, waker),
            None => match scope.observe(Observer::Waiter(waker.clone())) {
                Ok(key) => {
                    self.key = Some(key);
                    true
                }
                Err(_) => false,
            },
        }
    }

    pub(crate) fn leave(&mut self, ctx: &Context) {
        if let Some(key) = self.key.take()
            && let Some(scope) = ctx.scope()
        {
            drop(scope.forget(key));
        }
    }
}

/// What a race makes of its two ends.
pub trait Verdict<T> {
    type Output;
    fn ready(value: T) -> Self::Output;
    fn interrupted(why: ContextError) -> Self::Output;
}

/// The body's own type says that it was interrupted: annotated functions.
pub struct Within;

impl<T: Outcome> Verdict<T> for Within {
    type Output = T;

    #[inline]
    fn ready(value: T) -> T {
        value
    }

    fn interrupted(why: ContextError) -> T {
        T::interrupted(why)
    }
}

/// A `Result` around the body's value says it: [`Context::run`].
pub struct Around;

impl<T> Verdict<T> for Around {
    type Output = Result<T, ContextError>;

    #[inline]
    fn ready(value: T) -> Self::Output {
        Ok(value)
    }

    fn interrupted(why: ContextError) -> Self::Output {
        Err(why)
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
        body: Option<F>,
        verdict: PhantomData<fn() -> V>,
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
    pub(crate) fn new(ctx: C, body: F) -> Self {
        Self { ctx, waiter: Waiter::default(), body: Some(body), verdict: PhantomData }
    }
}

impl<C: Borrow<Context>, F: Future, V: Verdict<F::Output>> Future for Race<C, F, V> {
    type Output = V::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let ctx: &C = this.ctx;
        let ctx: &Context = ctx.borrow();
        if !ctx.is_cancelled() {
            let Some(body) = this.body.as_mut().as_pin_mut() else {
                panic!("a race was polled again after it had been interrupted");
            };
            if let Poll::Ready(value) = current::with_context(ctx, Some(task.waker().data()), || body.poll(task)) {
                this.waiter.leave(ctx);
                return Poll::Ready(V::ready(value));
            }
            if current::covers(ctx, task.waker()) || this.waiter.wait(ctx, task.waker()) {
                return Poll::Pending;
            }
        }
        this.waiter.leave(ctx);
        this.body.set(None);
        Poll::Ready(V::interrupted(ctx.why()))
    }
}
