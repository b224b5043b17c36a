//! What the first poll of a run needs: a context and a waker. Most runs are ready then, and have shown neither to anybody: so a thread keeps
//! them for its next run.

#[cfg(not(taskward_loom))]
use std::cell::Cell;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::sync::atomic::{AtomicBool, fence};
use std::task::{Wake, Waker};

use crate::context::tree::node::Node;
use crate::context::{Context, OwnContext};
use crate::sync::{Mutex, lock};

#[cfg(not(taskward_loom))]
thread_local! {
    static SPARE: Cell<Option<Kit>> = const { Cell::new(None) };
}

/// Behind a pointer, because it is handed about.
pub(super) struct Kit(Box<Inside>);

struct Inside {
    ctx: OwnContext,
    waker: Waker,
    relay: Arc<Relay>,
}

/// Tells runs apart while they are up: where the scope of a run's context is.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Token(usize);

impl Token {
    /// Whether the run is one that `scope` belongs to.
    pub(super) fn is_above(self, node: &Arc<Node>) -> bool {
        node.is_below(self.0)
    }
}

impl Kit {
    /// For a run whose first caller has the context `caller`.
    #[inline]
    pub(super) fn of(caller: &Context) -> Self {
        let Some(mut spare) = Self::spare() else { return Self::new(caller) };
        spare.0.ctx.lend(caller);
        spare
    }

    #[cold]
    fn new(caller: &Context) -> Self {
        let relay = Arc::new(Relay::default());
        Self(Box::new(Inside { ctx: caller.of_flight(), waker: relay.clone().into(), relay }))
    }

    /// The run's own.
    #[inline]
    pub(super) fn ctx(&self) -> &OwnContext {
        &self.0.ctx
    }

    #[inline]
    pub(super) fn waker(&self) -> &Waker {
        &self.0.waker
    }

    #[inline]
    pub(super) fn token(&self) -> Token {
        Token(self.0.ctx.node().map_or(0, |node| Arc::as_ptr(node).addr()))
    }

    /// The scope, if its deadline moves on with those who join.
    #[inline]
    pub(super) fn timed(&self) -> Option<Arc<Node>> {
        self.0.ctx.node().filter(|node| node.moving_deadline().is_some()).cloned()
    }

    /// The run is over, or as good as over.
    #[inline]
    pub(super) fn put_away(mut self) {
        if self.is_as_new() {
            self.0.ctx.return_values();
            self.keep();
        }
    }

    /// Nobody else has any of it, and whoever had left no trace.
    #[inline]
    fn is_as_new(&self) -> bool {
        let Some(scope) = self.0.ctx.node() else { return false };
        // The waker is one of the two.
        if Arc::strong_count(&self.0.relay) != 2 || Arc::strong_count(scope) != 1 || Arc::weak_count(scope) != 0 {
            return false;
        }
        // What they did before they let go.
        fence(Acquire);
        !self.0.relay.touched.load(Relaxed) && scope.is_untouched()
    }

    /// From now on the waker wakes `other`. Returns the context, and whether the waker was woken before.
    pub(super) fn hand_over(self, other: Waker) -> (OwnContext, bool) {
        let Inside { ctx, relay, .. } = *self.0;
        let before = mem::replace(&mut *lock(&relay.to), To::Other(other));
        (ctx, matches!(before, To::Woken))
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

    /// What loom looks at does not outlive a model.
    #[cfg(taskward_loom)]
    fn spare() -> Option<Self> {
        None
    }

    #[cfg(taskward_loom)]
    fn keep(self) {
        drop(self);
    }
}

/// Stands in for the waker of a flight, which is made only if the run has to wait.
#[derive(Default)]
struct Relay {
    /// Whether it was woken. Ordered by the reference counts, which loom does not see.
    touched: AtomicBool,
    to: Mutex<To>,
}

#[derive(Default)]
enum To {
    #[default]
    Nobody,
    /// Woken while there was nobody.
    Woken,
    Other(Waker),
}

impl Wake for Relay {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.touched.store(true, Relaxed);
        let mut to = lock(&self.to);
        let other = match &*to {
            To::Other(other) => Some(other.clone()),
            To::Nobody | To::Woken => {
                *to = To::Woken;
                None
            }
        };
        drop(to);
        if let Some(other) = other {
            other.wake();
        }
    }
}
