//! A place among those who wait for a context, and what is kept beside it.

use std::borrow::Borrow;
use std::mem;
use std::task::{Context as Task, Waker};

use super::Context;
use super::announce::Announcements;
use super::current::{self, InTask};
use super::frame::Frame;
use super::scope::{Observer, Scope};
use crate::error::ContextError;

/// A place among the waiters of one context, and what is kept beside it; must [`leave`](Self::leave) it before it is dropped.
///
/// One number, because it is in the future of every annotated call: the place in the lower half and the drawer in the upper
/// half, each plus two.
#[derive(Default)]
pub(crate) struct Waiter(u64);

impl Waiter {
    /// No place: the context was looked at a moment ago, and need not be looked at again before the first wait.
    pub(crate) const FRESH: Self = Self(1);

    #[inline]
    fn is_nowhere(&self) -> bool {
        self.0 == 0
    }

    /// Whether the context was looked at just now. Only once.
    #[inline]
    fn take_fresh(&mut self) -> bool {
        let is_fresh = self.0 == Self::FRESH.0;
        if is_fresh {
            self.0 = 0;
        }
        is_fresh
    }

    fn place(&self) -> Option<usize> {
        at(self.0 & u64::from(u32::MAX))
    }

    fn drawer(&self) -> Option<usize> {
        at(self.0 >> u32::BITS)
    }

    /// Registers `waker`. Returns false if the context has ended.
    pub(crate) fn wait(&mut self, ctx: &Context, waker: &Waker) -> bool {
        let Some(scope) = ctx.scope() else { return true };
        match self.place() {
            Some(place) => scope.update(place, waker),
            None => match scope.observe(Observer::Waiter(waker.clone())) {
                Ok(place) => {
                    self.0 |= half(place);
                    true
                }
                Err(_) => false,
            },
        }
    }

    /// The body has announced something: keeps it, where `keep` says.
    fn keep(&mut self, scope: &Scope, keep: impl FnOnce(&mut Announcements)) {
        let drawer = self.drawer().unwrap_or_else(|| {
            let drawer = scope.new_drawer();
            self.0 |= half(drawer) << u32::BITS;
            drawer
        });
        scope.with_drawer(drawer, keep);
    }

    /// Whether something that was kept must not be dropped now. Then `waker` is woken when it is over.
    fn holds(&self, ctx: &Context, waker: &Waker) -> bool {
        match (self.drawer(), ctx.scope()) {
            (Some(drawer), Some(scope)) => scope.with_drawer(drawer, |announced| announced.hold(waker)),
            _ => false,
        }
    }

    #[inline]
    pub(crate) fn leave(&mut self, ctx: &Context) {
        if !self.is_nowhere() {
            self.unregister(ctx);
        }
    }

    fn unregister(&mut self, ctx: &Context) {
        if self.take_fresh() {
            return;
        }
        let waiter = mem::take(self);
        let Some(scope) = ctx.scope() else { return };
        if let Some(place) = waiter.place() {
            scope.leave(place);
        }
        if let Some(drawer) = waiter.drawer() {
            scope.drop_drawer(drawer);
        }
    }
}

fn at(half: u64) -> Option<usize> {
    usize::try_from(half.checked_sub(2)?).ok()
}

/// # Panics
///
/// With four billion waiters on one context.
fn half(at: usize) -> u64 {
    match u32::try_from(at) {
        Ok(at) if at <= u32::MAX - 2 => u64::from(at) + 2,
        _ => panic!("too many calls wait for one context"),
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
            return (!self.ctx().has_ended()).then(InTask::unregistered);
        }
        if self.waiter.take_fresh() { Some(InTask::unregistered()) } else { self.begin_again(task) }
    }

    // Not a part of every call: it would take their registers.
    #[cold]
    #[inline(never)]
    fn begin_again(&mut self, task: &Task<'_>) -> Option<InTask> {
        if self.ctx().has_ended() && !self.holds(task) {
            return None;
        }
        Some(if self.waiter.place().is_some() { InTask::enter(task.waker()) } else { InTask::unregistered() })
    }

    /// The body is pending. Waits for the context beside it, unless the enclosing call does. Returns false if the
    /// context has ended, and the body must be dropped.
    pub(crate) fn suspend(&mut self, frame: Frame, task: &Task<'_>) -> bool {
        let ctx = self.ctx.borrow();
        frame.suspend(|announced| {
            // Where nothing can end, nothing need be kept.
            if let Some(scope) = ctx.scope() {
                self.waiter.keep(scope, |kept| kept.add(announced));
            }
        });
        current::covers(ctx, task.waker())
            || self.waiter.wait(ctx, task.waker())
            || self.waiter.holds(ctx, task.waker())
    }

    /// Whether something in the body must not be dropped now.
    pub(crate) fn holds(&self, task: &Task<'_>) -> bool {
        self.waiter.holds(self.ctx(), task.waker())
    }

    #[inline]
    pub(crate) fn leave(&mut self) {
        if !self.waiter.is_nowhere() {
            self.unregister();
        }
    }

    #[inline(never)]
    fn unregister(&mut self) {
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
