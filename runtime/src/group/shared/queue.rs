//! Who may start, and who waits until there is room.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Waker;

use super::Shared;
use super::state::{Queued, Running};
use crate::group::job::{BoxFuture, Job};
use crate::group::place::Place;
use crate::pool::PoolOutput;
use crate::registry::TaskInfo;
use crate::sync::lock;

/// How a spawn went.
#[derive(Clone, Copy, Debug)]
pub(in crate::group) enum Entrance {
    Started,
    /// The task with this index waits.
    Queued(usize),
    Refused,
}

impl<R: PoolOutput> Shared<R> {
    /// Where the queued task with this index is now; it is to wake `waker` when that changes.
    pub(in crate::group) fn look_into_queue(&self, index: usize, waker: &Waker) -> Entrance {
        let mut state = lock(&self.state);
        if let Ok(at) = state.queue.binary_search_by_key(&index, |queued| queued.index) {
            let old = state.queue[at].waker.replace(waker.clone());
            drop(state);
            drop(old);
            return Entrance::Queued(index);
        }
        if state.refused_from.is_some_and(|first| index >= first) { Entrance::Refused } else { Entrance::Started }
    }

    /// Nothing that is queued starts any more. Not for good: who spawns into a group that has ended is refused by the runner.
    pub(in crate::group) fn close(self: &Arc<Self>) {
        let mut state = lock(&self.state);
        let queue = std::mem::take(&mut state.queue);
        let Some(first) = queue.front() else { return };
        state.refused_from.get_or_insert(first.index);
        for queued in &queue {
            state.outcomes.interrupted(queued.index);
        }
        // Whoever joins waits until all of it has been dropped.
        let mut place = self.take_seat(&mut state, None);
        drop(state);
        for Queued { job, waker, .. } in queue {
            waker.into_iter().for_each(Waker::wake);
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(job))) {
                place.panicked(payload);
            }
        }
    }
}

impl<R: PoolOutput<Output: Send, Residual: Send> + Send + 'static> Shared<R> {
    pub(in crate::group) fn set_limit(self: &Arc<Self>, limit: usize) {
        lock(&self.state).limit = limit;
        self.start_queued();
    }

    /// Starts what is queued, as far as there is room.
    pub(in crate::group) fn start_queued(self: &Arc<Self>) {
        loop {
            let mut state = lock(&self.state);
            if state.seats.len() >= state.limit {
                return;
            }
            let Some(Queued { index, running, job, waker }) = state.queue.pop_front() else { return };
            let place = self.take_seat(&mut state, Some((index, running)));
            drop(state);
            waker.into_iter().for_each(Waker::wake);
            self.start(place, job);
        }
    }

    pub(in crate::group) fn start_or_queue<F>(self: &Arc<Self>, info: TaskInfo, job: Job<F>) -> Entrance
    where
        F: Future<Output = R> + Send + 'static,
    {
        let running = Running::new(info, &job);
        // Where the last one had to queue, so will this one: boxed before anybody waits for the lock.
        if self.is_full.load(Relaxed) {
            self.admit(running, job.boxed(), |job| job)
        } else {
            self.admit(running, job, Job::boxed)
        }
    }

    fn admit<F>(self: &Arc<Self>, running: Running, job: Job<F>, boxed: fn(Job<F>) -> Job<BoxFuture<R>>) -> Entrance
    where
        F: Future<Output = R> + Send + 'static,
    {
        let has_ended = self.ctx.has_ended();
        let mut state = lock(&self.state);
        let index = state.next_index();
        if has_ended {
            state.outcomes.interrupted(index);
            return Entrance::Refused;
        }
        if state.has_room() {
            let place = self.take_seat(&mut state, Some((index, running)));
            drop(state);
            self.is_full.store(false, Relaxed);
            self.start(place, job);
            return Entrance::Started;
        }
        state.queue.push_back(Queued { index, running, job: boxed(job), waker: None });
        drop(state);
        self.is_full.store(true, Relaxed);
        if self.ctx.has_ended() {
            // In the meantime: the hook may have found the queue without it.
            self.close();
        }
        Entrance::Queued(index)
    }

    /// A seat for a task that is made next, if there is one.
    pub(in crate::group) fn reserve(self: &Arc<Self>) -> Option<Place<R>> {
        let mut state = lock(&self.state);
        state.has_room().then(|| self.take_seat(&mut state, None))
    }
}
