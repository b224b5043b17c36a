//! The context for the first poll of a run. Most runs are ready then and have not shared their
//! context, so the thread keeps it for its next run.

#[cfg(not(taskward_loom))]
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{Ordering::Acquire, fence};

use crate::context::tree::node::Node;
use crate::context::{Context, OwnContext};

#[cfg(not(taskward_loom))]
thread_local! {
    static SPARE: Cell<Option<RunScratch>> = const { Cell::new(None) };
}

pub(super) struct RunScratch {
    ctx: OwnContext,
    /// The deadline of the context moves as callers join.
    is_timed: bool,
}

/// Identifies a live run by the address of its context's node.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct RunId(usize);

impl RunId {
    /// Returns whether `node` was derived from the run's context.
    pub(super) fn is_above(self, node: &Arc<Node>) -> bool {
        node.is_below(self.0)
    }
}

impl RunScratch {
    /// Returns scratch for a run whose first caller has the context `caller`.
    #[inline]
    pub(super) fn of(caller: &Context) -> Self {
        let is_timed = caller.fixed_deadline().is_some();
        let Some(Self { mut ctx, is_timed: was_timed }) = Self::spare() else {
            return Self { ctx: caller.of_flight(), is_timed };
        };
        ctx.reuse_for(caller, was_timed);
        Self { ctx, is_timed }
    }

    /// Returns the run's own context.
    #[inline]
    pub(super) fn ctx(&self) -> &OwnContext {
        &self.ctx
    }

    /// Returns the context for a run that has to wait.
    pub(super) fn into_ctx(self) -> OwnContext {
        self.ctx
    }

    #[inline]
    pub(super) fn id(&self) -> RunId {
        RunId(self.ctx.node().map_or(0, |node| Arc::as_ptr(node).addr()))
    }

    /// Returns the node, if its deadline moves as callers join.
    #[inline]
    pub(super) fn timed(&self) -> Option<Arc<Node>> {
        self.ctx.node().filter(|_| self.is_timed).cloned()
    }

    /// Ends the context of a finished run, unless nothing observes it. Keeps unused scratch for
    /// the thread.
    #[inline]
    pub(super) fn put_away(mut self) {
        if self.is_as_new() {
            self.ctx.return_values();
            self.keep();
        }
    }

    /// Returns whether the context is unshared and unobserved.
    #[inline]
    fn is_as_new(&self) -> bool {
        let Some(node) = self.ctx.node() else { return false };
        if Arc::strong_count(node) != 1 || Arc::weak_count(node) != 0 {
            return false;
        }
        // Orders the accesses of other threads before they dropped the context.
        fence(Acquire);
        node.is_untouched()
    }

    #[cfg(not(taskward_loom))]
    #[inline]
    fn spare() -> Option<Self> {
        SPARE.try_with(Cell::take).ok().flatten()
    }

    #[cfg(not(taskward_loom))]
    #[inline]
    fn keep(self) {
        // Fails on a thread that is exiting.
        let _ = SPARE.try_with(|spare| spare.set(Some(self)));
    }

    /// Loom's atomics do not outlive a model.
    #[cfg(taskward_loom)]
    fn spare() -> Option<Self> {
        None
    }

    #[cfg(taskward_loom)]
    fn keep(self) {
        drop(self);
    }
}
