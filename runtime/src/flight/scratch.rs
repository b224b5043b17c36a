//! The context for the first poll of a run.
//!
//! Most runs are ready then and have shown it to nobody: a thread keeps it for its next run.

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

/// Identifies a run while it is alive: the address of its context's node.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct RunId(usize);

impl RunId {
    /// Returns whether `node` was derived from the run's context.
    pub(super) fn is_above(self, node: &Arc<Node>) -> bool {
        node.is_below(self.0)
    }
}

impl RunScratch {
    /// For a run whose first caller has the context `caller`.
    #[inline]
    pub(super) fn of(caller: &Context) -> Self {
        let is_timed = caller.fixed_deadline().is_some();
        let Some(Self { mut ctx, is_timed: was_timed }) = Self::spare() else {
            return Self { ctx: caller.of_flight(), is_timed };
        };
        ctx.reuse_for(caller, was_timed);
        Self { ctx, is_timed }
    }

    /// The run's own context.
    #[inline]
    pub(super) fn ctx(&self) -> &OwnContext {
        &self.ctx
    }

    /// The run has to wait, and keeps its context.
    pub(super) fn into_ctx(self) -> OwnContext {
        self.ctx
    }

    #[inline]
    pub(super) fn id(&self) -> RunId {
        RunId(self.ctx.node().map_or(0, |node| Arc::as_ptr(node).addr()))
    }

    /// The node, if its deadline moves as callers join.
    #[inline]
    pub(super) fn timed(&self) -> Option<Arc<Node>> {
        self.ctx.node().filter(|_| self.is_timed).cloned()
    }

    /// The run is over. Ends its context, unless nobody could see that.
    #[inline]
    pub(super) fn put_away(mut self) {
        if self.is_as_new() {
            self.ctx.return_values();
            self.keep();
        }
    }

    /// Returns whether nobody else has the context, or has left a trace in it.
    #[inline]
    fn is_as_new(&self) -> bool {
        let Some(node) = self.ctx.node() else { return false };
        if Arc::strong_count(node) != 1 || Arc::weak_count(node) != 0 {
            return false;
        }
        // Orders what others did before they let go of it.
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
        // Fails when the thread is about to end.
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
