//! The registration of a call with its context, and the shields and graces inside the call.

use std::borrow::Borrow;
use std::marker::PhantomData;
use std::task::{Context as Task, Waker};

use super::frame::Frame;
use super::scope;
use crate::context::handle::Context;
use crate::context::protect::held::{self, HeldShields};
use crate::context::tree::key::Key;
use crate::error::ContextError;

/// A registration with a context. Must [`leave`](Self::leave) before it is dropped.
#[derive(Default)]
pub(crate) struct Waiter {
    key: Option<Key>,
}

impl Waiter {
    /// Registers `waker`. Returns false if the context has ended.
    #[inline]
    pub(crate) fn wait(&mut self, ctx: &Context, waker: &Waker) -> bool {
        let Some(node) = ctx.node() else { return true };
        if let Some(key) = self.key {
            return node.wait_again(key, waker);
        }
        self.key = node.wait(waker);
        self.key.is_some()
    }

    #[inline]
    pub(crate) fn leave(&mut self, ctx: &Context) {
        if let Some(key) = self.key.take() {
            forget(ctx, key);
        }
    }
}

// Not inlined: it would take registers in every call.
#[inline(never)]
fn forget(ctx: &Context, key: Key) {
    if let Some(node) = ctx.node() {
        node.forget(key);
    }
}

/// The shields and graces in a body. Boxed, because few bodies have any.
#[derive(Default)]
pub(crate) struct Held(Option<Box<HeldShields>>);

impl Held {
    /// Leaves the frame of a pending body.
    #[inline]
    pub(crate) fn suspend(&mut self, frame: Frame) {
        held::suspend(frame, || Some(&mut **self.0.get_or_insert_default()));
    }

    /// Returns whether a shield or grace in the body holds it. If so, wakes `waker` at its end.
    #[inline]
    pub(crate) fn holds(&mut self, waker: &Waker) -> bool {
        self.0.as_mut().is_some_and(|held| held.hold(waker))
    }
}

/// Selects the code that wakes a call at the end of its context.
pub trait WokenBy {
    const CONTEXT: bool;
}

/// The context: the call registers with it while it waits.
pub struct ByContext;

/// The code that ends the context, or that is notified of its end.
pub struct ByOwner;

impl WokenBy for ByContext {
    const CONTEXT: bool = true;
}

impl WokenBy for ByOwner {
    const CONTEXT: bool = false;
}

/// A context and a registration with it: the state of a race that does not depend on its body, so
/// that its code is compiled once.
pub(crate) struct Watch<C: Borrow<Context>, W: WokenBy = ByContext> {
    ctx: C,
    waiter: Waiter,
    held: Held,
    woken_by: PhantomData<fn(W)>,
}

impl<C: Borrow<Context>, W: WokenBy> Watch<C, W> {
    #[inline]
    pub(crate) fn new(ctx: C) -> Self {
        Self { ctx, waiter: Waiter::default(), held: Held::default(), woken_by: PhantomData }
    }

    #[inline]
    pub(crate) fn ctx(&self) -> &Context {
        self.ctx.borrow()
    }

    /// Returns whether the body may be polled.
    #[inline]
    pub(crate) fn may_poll(&mut self, task: &Task<'_>) -> bool {
        !self.ctx().has_ended() || self.holds(task)
    }

    /// Handles a pending body: waits for the end of the context, unless the enclosing call does.
    /// Returns false if the context has ended and the body must be dropped.
    pub(crate) fn suspend(&mut self, frame: Frame, task: &Task<'_>) -> bool {
        self.held.suspend(frame);
        let ctx = self.ctx.borrow();
        let Some(node) = ctx.node().filter(|_| W::CONTEXT) else { return true };
        scope::covers(node, task.waker()) || self.waiter.wait(ctx, task.waker()) || self.holds(task)
    }

    #[inline]
    pub(crate) fn holds(&mut self, task: &Task<'_>) -> bool {
        self.held.holds(task.waker())
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

impl<C: Borrow<Context>, W: WokenBy> Drop for Watch<C, W> {
    #[inline]
    fn drop(&mut self) {
        self.leave();
    }
}
