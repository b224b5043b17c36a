//! Ends a node: marks the whole subtree, and then tells its observers.
//!
//! # Invariants
//!
//! 1. All nodes below are marked before anybody is told, so no user code finds a part of the tree
//!    alive.
//! 2. Whoever marks a node tells its observers; nobody else does. One lock of the table at a time
//!    is held, and none while user code runs.
//! 3. Everybody is told, in the order in which they came, whatever the others do: the first panic
//!    of a waker or a hook goes on to the caller at the end.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Waker;

use tokio::runtime::Handle;
use tokio::time::Instant;

use super::node::{ENDED, End, Node, Source, TIME_MATTERS, shards};
use super::observer::{Hook, Observer};
use super::table;
use super::watched::{Alarm, Links};
use crate::context::each::{each, resume};
use crate::error::ContextError;
use crate::sync::lock;

/// Who ends the node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// A canceller: hooks run in its call.
    Canceller,
    /// A deadline: hooks run in tasks of their own.
    Deadline,
}

/// Everybody who is to be told.
#[derive(Default)]
struct Told {
    wakers: Vec<Waker>,
    hooks: Vec<(Box<Hook>, ContextError)>,
    /// Those whose clock starts now.
    lingering: Vec<Arc<Node>>,
}

impl Node {
    /// Cancels this node and everything below it, unless it has ended already.
    pub(crate) fn cancel(self: &Arc<Self>, why: impl FnOnce() -> ContextError) {
        if self.state() & ENDED != 0 {
            return;
        }
        // The first end wins: of an ancestor, or a deadline that nobody has noticed.
        let end = self.look().unwrap_or_else(|| {
            let at = (self.state() & TIME_MATTERS != 0).then(Instant::now);
            End { why: why(), at }
        });
        self.finish(&end, By::Canceller);
    }

    /// Cancels, unless nobody could see it.
    pub(crate) fn abandon(self: &Arc<Self>) {
        if Arc::strong_count(self) > 1 || self.watched_if_any().is_some() {
            self.cancel(ContextError::cancelled);
        }
    }

    /// The deadline of this node has passed, or its token was cancelled.
    pub(super) fn expire(self: &Arc<Self>) {
        match self.look() {
            Some(end) => self.finish(&end, By::Deadline),
            None => self.arm_again(),
        }
    }

    fn finish(self: &Arc<Self>, end: &End, by: By) {
        let Some(state) = self.mark(end) else { return };
        let mut told = Told::default();
        let mut marked = VecDeque::new();
        told.drain(self, state, end, &mut marked);
        while let Some((child, end)) = marked.pop_front() {
            let end = child.end_below(end);
            if let Some(state) = child.mark(&end) {
                told.drain(&child, state, &end, &mut marked);
            }
        }
        told.tell(by);
    }
}

impl Told {
    /// Takes the observers out of a node that was just marked.
    fn drain(&mut self, node: &Arc<Node>, state: u32, end: &End, marked: &mut VecDeque<(Arc<Node>, End)>) {
        for shard in shards(state) {
            table::shard(shard).drain(node, |observer| match observer {
                Observer::Waiter(waker) => self.wakers.push(waker),
                Observer::Child(child) => marked.extend(child.upgrade().map(|child| (child, end.clone()))),
                Observer::Linger(node) => self.lingering.extend(node.upgrade()),
                Observer::Hook(hook) => self.hooks.push((hook, end.why.clone())),
                Observer::Deadline(_) => unreachable!("it is no observer of a node"),
            });
        }
        node.disarm();
    }

    fn tell(self, by: By) {
        for node in self.lingering {
            node.begin_lingering();
        }
        let of_wakers = each(self.wakers, Waker::wake);
        let own = if by == By::Deadline { Handle::try_current().ok() } else { None };
        let of_hooks = each(self.hooks, |(hook, why)| {
            let Hook { run, runtime } = *hook;
            match runtime.or_else(|| own.clone()).filter(|_| by == By::Deadline) {
                Some(runtime) => drop(runtime.spawn(async move { run(why) })),
                None => run(why),
            }
        });
        resume(of_wakers.or(of_hooks));
    }
}

impl Node {
    /// Takes back what waits for the deadline of this node.
    pub(super) fn disarm(&self) {
        let Some(watched) = self.watched_if_any() else { return };
        let alarms = std::mem::take(&mut lock(&watched.links).alarms);
        cancel_alarms(alarms);
    }

    /// The context before this one has ended: in each runtime in which something waits, a task
    /// waits for the deadline.
    pub(super) fn begin_lingering(self: Arc<Self>) {
        let Source::Linger(linger) = &self.source else { return };
        self.start_lingering();
        let Some(at) = linger.until.deadline() else { return };
        let mut links = lock(&self.watched().links);
        for (_, alarm) in &mut links.alarms {
            if let Alarm::Later(runtime) = alarm {
                let node = Arc::downgrade(&self);
                let task = runtime.spawn(async move {
                    tokio::time::sleep_until(at).await;
                    if let Some(node) = node.upgrade() {
                        node.expire();
                    }
                });
                *alarm = Alarm::Task(task.abort_handle());
            }
        }
    }
}

fn cancel_alarms(alarms: Vec<(u64, Alarm)>) {
    for (_, alarm) in alarms {
        match alarm {
            Alarm::Timer(key) => drop(table::shard(key.shard()).remove(None, key)),
            Alarm::Later(_) => {}
            Alarm::Task(task) => task.abort(),
        }
    }
}

impl Drop for Node {
    /// Leaves the parent and the table. A loop, because a long chain that dropped itself
    /// recursively would overflow the stack.
    fn drop(&mut self) {
        // Most often somebody else has the parent, and that is all.
        let (parent, other) = self.leave();
        let mut others = Vec::new();
        others.extend(other.and_then(Arc::into_inner));
        let mut next = parent.and_then(Arc::into_inner).or_else(|| others.pop());
        while let Some(mut orphan) = next {
            let (parent, other) = orphan.leave();
            others.extend(other.and_then(Arc::into_inner));
            next = parent.and_then(Arc::into_inner).or_else(|| others.pop());
        }
    }
}

impl Node {
    /// Unregisters the node. Returns what it depends on: its parent, and another node.
    #[inline]
    fn leave(&mut self) -> (Option<Arc<Node>>, Option<Arc<Node>>) {
        self.unregister();
        let other = match &self.source {
            Source::Merge(_) | Source::Linger(_) => match std::mem::replace(&mut self.source, Source::Cancel) {
                Source::Merge(other) => Some(other),
                Source::Linger(linger) => Some(linger.after),
                _ => None,
            },
            _ => None,
        };
        (self.parent.take(), other)
    }

    fn unregister(&self) {
        if let Some(watched) = self.watched_if_any() {
            let Links { parent, other, alarms, .. } = std::mem::take(&mut *lock(&watched.links));
            if let Some(key) = parent {
                table::shard(key.shard()).remove(self.parent.as_deref(), key);
            }
            let depends_on = match &self.source {
                Source::Merge(other) => Some(other),
                Source::Linger(linger) => Some(&linger.after),
                _ => None,
            };
            if let (Some(key), Some(node)) = (other, depends_on) {
                table::shard(key.shard()).remove(Some(node), key);
            }
            cancel_alarms(alarms);
            // Hooks that were left here for good.
            let mut left = Vec::new();
            for shard in shards(self.state()) {
                table::shard(shard).drain(self, |observer| left.push(observer));
            }
        }
    }
}
