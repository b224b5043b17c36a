//! A place among those who wait for a context, and what is kept beside it.

use std::borrow::Borrow;
use std::mem;
use std::task::{Context as Task, Waker};

use super::Context;
use super::announce::{Announcements, Frame};
use super::current::{self, InTask};
use super::scope::Observer;
use crate::error::ContextError;

/// A place among the waiters of one context; must [`leave`](Self::leave) it before it is dropped.
#[derive(Default)]
pub(crate) enum Waiter {
    #[default]
    Nowhere,
    /// No place: the context was looked at a moment ago, and need not be looked at again before the first wait.
    Fresh,
    At(usize),
    Holding(Box<Holding>),
}

/// Something in the body must perhaps not be dropped. Behind a pointer, because most bodies have nothing of the kind.
#[derive(Default)]
pub(crate) struct Holding {
    key: Option<usize>,
    announced: Announcements,
}

impl Waiter {
    #[inline]
    fn is_nowhere(&self) -> bool {
        matches!(self, Self::Nowhere)
    }

    fn key(&self) -> Option<usize> {
        match self {
            Self::Nowhere | Self::Fresh => None,
            Self::At(key) => Some(*key),
            Self::Holding(holding) => holding.key,
        }
    }

    /// Registers `waker`. Returns false if the context has ended.
    pub(crate) fn wait(&mut self, ctx: &Context, waker: &Waker) -> bool {
        let Some(scope) = ctx.scope() else { return true };
        if let Some(key) = self.key() {
            return scope.update(key, waker);
        }
        let Ok(key) = scope.observe(Observer::Waiter(waker.clone())) else { return false };
        match self {
            Self::Holding(holding) => holding.key = Some(key),
            _ => *self = Self::At(key),
        }
        true
    }

    /// Where the body's announcements are kept.
    fn announcements(&mut self) -> &mut Announcements {
        if !matches!(self, Self::Holding(_)) {
            *self = Self::Holding(Box::new(Holding { key: self.key(), ..Holding::default() }));
        }
        let Self::Holding(holding) = self else { unreachable!("it was made just now") };
        &mut holding.announced
    }

    #[inline]
    pub(crate) fn leave(&mut self, ctx: &Context) {
        if !self.is_nowhere() {
            self.unregister(ctx);
        }
    }

    fn unregister(&mut self, ctx: &Context) {
        if let (Some(key), Some(scope)) = (mem::take(self).key(), ctx.scope()) {
            scope.leave(key);
        }
    }
}

/// A context, and the place among its waiters: all of a race that does not depend on its body, so that the compiler translates it once.
pub(crate) struct Watch<C: Borrow<Context>> {
    ctx: C,
    waiter: Waiter,
}

impl<C: Borrow<Context>> Watch<C> {
    #[inline]
    pub(crate) fn new(ctx: C, waiter: Waiter) -> Self {
        Self { ctx, waiter }
    }

    #[inline]
    pub(crate) fn ctx(&self) -> &Context {
        self.ctx.borrow()
    }

    /// Before the body is polled. `None` if it must not be: the context has ended.
    #[inline]
    pub(crate) fn begin(&mut self, task: &Task<'_>) -> Option<InTask> {
        if self.waiter.is_nowhere() {
            return (!self.ctx().is_cancelled()).then(InTask::unregistered);
        }
        self.begin_again(task)
    }

    fn begin_again(&mut self, task: &Task<'_>) -> Option<InTask> {
        if matches!(self.waiter, Waiter::Fresh) {
            self.waiter = Waiter::Nowhere;
            return Some(InTask::unregistered());
        }
        if self.ctx().is_cancelled() && !self.holds(task) {
            return None;
        }
        Some(if self.waiter.key().is_some() { InTask::enter(task.waker()) } else { InTask::unregistered() })
    }

    /// The body is pending. Waits for the context beside it, unless the enclosing call does. Returns false if the
    /// context has ended, and the body must be dropped.
    pub(crate) fn suspend(&mut self, frame: Frame, task: &Task<'_>) -> bool {
        let ctx = self.ctx.borrow();
        // Where nothing can end, nothing need be kept.
        frame.suspend(|| ctx.scope().map(|_| self.waiter.announcements()));
        current::covers(ctx, task.waker()) || self.waiter.wait(ctx, task.waker()) || self.holds(task)
    }

    /// Whether something in the body must not be dropped now.
    fn holds(&mut self, task: &Task<'_>) -> bool {
        match &mut self.waiter {
            Waiter::Holding(holding) => holding.announced.hold(task.waker()),
            _ => false,
        }
    }

    #[inline]
    pub(crate) fn leave(&mut self) {
        self.waiter.leave(self.ctx.borrow());
    }

    #[cold]
    pub(crate) fn why(&mut self) -> ContextError {
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
