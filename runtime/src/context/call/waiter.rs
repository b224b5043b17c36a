//! A call's registration with its context, and what must not be dropped inside the call.

use std::borrow::Borrow;
use std::task::{Context as Task, Waker};

use super::frame::Frame;
use super::scope;
use crate::context::handle::Context;
use crate::context::protect::held::{self, HeldShields};
use crate::context::tree::key::Key;
use crate::error::ContextError;

/// A registration with a context. It must [`leave`](Self::leave) before it is dropped.
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

// Not a part of every call: it would take their registers.
#[inline(never)]
fn forget(ctx: &Context, key: Key) {
    if let Some(node) = ctx.node() {
        node.forget(key);
    }
}

/// The shields and graces in a body. Few bodies have any.
#[derive(Default)]
pub(crate) struct Held(Option<Box<HeldShields>>);

impl Held {
    /// Leaves the frame of a body that is pending.
    #[inline]
    pub(crate) fn suspend(&mut self, frame: Frame) {
        held::suspend(frame, || Some(&mut **self.0.get_or_insert_default()));
    }

    /// Whether something in the body must not be dropped now. Then `waker` is woken when it is
    /// over.
    #[inline]
    pub(crate) fn holds(&mut self, waker: &Waker) -> bool {
        self.0.as_mut().is_some_and(|held| held.hold(waker))
    }
}

/// A context and a registration with it: all of a race that does not depend on its body, so that
/// the compiler translates it once.
pub(crate) struct Watch<C: Borrow<Context>> {
    ctx: C,
    waiter: Waiter,
    held: Held,
}

impl<C: Borrow<Context>> Watch<C> {
    #[inline]
    pub(crate) fn new(ctx: C) -> Self {
        Self { ctx, waiter: Waiter::default(), held: Held::default() }
    }

    #[inline]
    pub(crate) fn ctx(&self) -> &Context {
        self.ctx.borrow()
    }

    /// Whether the body may be polled: not if the context has ended.
    #[inline]
    pub(crate) fn may_poll(&mut self, task: &Task<'_>) -> bool {
        !self.ctx().has_ended() || self.holds(task)
    }

    /// The body is pending. Waits for the context beside it, unless the enclosing call does.
    /// Returns false if the context has ended, and the body must be dropped.
    pub(crate) fn suspend(&mut self, frame: Frame, task: &Task<'_>) -> bool {
        self.held.suspend(frame);
        let ctx = self.ctx.borrow();
        let Some(node) = ctx.node() else { return true };
        scope::covers(node, task.waker()) || self.waiter.wait(ctx, task.waker()) || self.holds(task)
    }

    /// Whether something in the body must not be dropped now.
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

impl<C: Borrow<Context>> Drop for Watch<C> {
    #[inline]
    fn drop(&mut self) {
        self.leave();
    }
}
