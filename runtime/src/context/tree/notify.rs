//! Ends a node: marks the whole subtree, then notifies its observers.
//!
//! # Invariants
//!
//! 1. All descendants are marked before anything is notified, so user code never sees part of the
//!    tree alive.
//! 2. The thread that marks a node notifies its observers, and no other does. At most one lock of
//!    the table is held at a time, and none while user code runs.
//! 3. Every observer is notified, in order of registration, even if others panic. The first panic
//!    of a waker or a hook resumes in the caller at the end.

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

/// The trigger that ends a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trigger {
    /// A canceller: hooks run inside its call.
    Canceller,
    /// A deadline: hooks run in tasks of their own.
    Deadline,
}

/// The observers to notify.
#[derive(Default)]
struct Notifications {
    wakers: Vec<Waker>,
    hooks: Vec<(Box<Hook>, ContextError)>,
    /// The nodes whose clock starts now.
    lingering: Vec<Arc<Node>>,
}

impl Node {
    /// Cancels this node and its descendants, unless it has already ended.
    pub(crate) fn cancel(self: &Arc<Self>, why: impl FnOnce() -> ContextError) {
        if self.state() & ENDED != 0 {
            return;
        }
        // The first end wins: that of an ancestor, or a deadline that nothing has noticed yet.
        let end = self.look().unwrap_or_else(|| {
            let at = (self.state() & TIME_MATTERS != 0).then(Instant::now);
            End { why: why(), at }
        });
        self.finish(&end, Trigger::Canceller);
    }

    /// Cancels the node, unless nothing can observe it.
    pub(crate) fn abandon(self: &Arc<Self>) {
        if Arc::strong_count(self) > 1 || self.watched_if_any().is_some() {
            self.cancel(ContextError::cancelled);
        }
    }

    /// Handles a passed deadline or a cancelled token.
    pub(super) fn expire(self: &Arc<Self>) {
        match self.look() {
            Some(end) => self.finish(&end, Trigger::Deadline),
            None => self.arm_again(),
        }
    }

    fn finish(self: &Arc<Self>, end: &End, trigger: Trigger) {
        let Some(state) = self.mark(end) else { return };
        let mut notifications = Notifications::default();
        let mut marked = VecDeque::new();
        notifications.drain(self, state, end, &mut marked);
        while let Some((child, end)) = marked.pop_front() {
            let end = child.end_below(end);
            if let Some(state) = child.mark(&end) {
                notifications.drain(&child, state, &end, &mut marked);
            }
        }
        notifications.send(trigger);
    }
}

impl Notifications {
    /// Takes the observers out of a node that was just marked.
    fn drain(&mut self, node: &Arc<Node>, state: u32, end: &End, marked: &mut VecDeque<(Arc<Node>, End)>) {
        for shard in shards(state) {
            table::shard(shard).drain(node, |observer| match observer {
                Observer::Waiter(waker) => self.wakers.push(waker),
                Observer::Child(child) => marked.extend(child.upgrade().map(|child| (child, end.clone()))),
                Observer::Linger(node) => self.lingering.extend(node.upgrade()),
                Observer::Hook(hook) => self.hooks.push((hook, end.why.clone())),
                Observer::Deadline(_) => unreachable!("a deadline is not an observer of a node"),
            });
        }
        node.disarm();
    }

    fn send(self, trigger: Trigger) {
        for node in self.lingering {
            node.begin_lingering();
        }
        let of_wakers = each(self.wakers, Waker::wake);
        let own = if trigger == Trigger::Deadline { Handle::try_current().ok() } else { None };
        let of_hooks = each(self.hooks, |(hook, why)| {
            let Hook { run, runtime } = *hook;
            match runtime.or_else(|| own.clone()).filter(|_| trigger == Trigger::Deadline) {
                Some(runtime) => drop(runtime.spawn(async move { run(why) })),
                None => run(why),
            }
        });
        resume(of_wakers.or(of_hooks));
    }
}

impl Node {
    /// Cancels the alarms for the deadline of this node.
    pub(super) fn disarm(&self) {
        let Some(watched) = self.watched_if_any() else { return };
        let alarms = std::mem::take(&mut lock(&watched.links).alarms);
        cancel_alarms(alarms);
    }

    /// Starts the clock after the context before this node has ended. Spawns a task that waits for
    /// the deadline in each runtime that has a waiter.
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
    /// Unregisters the node. Iterative, because dropping a long chain recursively would overflow
    /// the stack.
    fn drop(&mut self) {
        // Usually the parent has other owners, and nothing else is to be done.
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
    /// Unregisters the node. Returns the nodes it depends on: its parent, and another node.
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
            // Hooks that were forgotten here.
            let mut left = Vec::new();
            for shard in shards(self.state()) {
                table::shard(shard).drain(self, |observer| left.push(observer));
            }
        }
    }
}
