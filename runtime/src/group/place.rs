//! A Tokio task's place in its group, and what it reports from there.

use std::any::Any;
use std::future::Future;
use std::sync::Arc;
use std::task::Waker;
use std::thread;

use super::ending::{EndedBy, How};
use super::job::{BoxFuture, Job};
use super::shared::{Running, Shared, State};
use crate::pool::PoolOutput;
use crate::registry::TaskInfo;
use crate::sync::{MutexGuard, lock};

/// Dropping it leaves the group, however the task ended.
pub(super) struct Place<R: PoolOutput> {
    pub(super) shared: Arc<Shared<R>>,
    /// Of the seat, until it is given up.
    pub(super) seat: Option<usize>,
    /// Of the current job, if there is one.
    pub(super) index: usize,
    /// Nobody has heard of the end of that job yet.
    pub(super) is_running: bool,
}

impl<R: PoolOutput<Output: Send, Residual: Send> + Send + 'static> Place<R> {
    /// Runs `job` in a seat that was taken before there was one.
    pub(super) fn start_late<F>(mut self, info: TaskInfo, job: Job<F>)
    where
        F: Future<Output = R> + Send + 'static,
    {
        if let Some(key) = self.seat {
            let mut state = lock(&self.shared.state);
            (self.index, self.is_running) = (state.next_index(), true);
            let seat = &mut state.seats[key];
            (seat.id, seat.job) = (self.index, Some(Running::new(info, &job)));
        }
        let shared = self.shared.clone();
        shared.start(self, job);
    }

    /// There will be no job: what has been queued in the meantime may have the seat.
    pub(super) fn give_back(mut self) {
        if let Some(key) = self.seat.take() {
            lock(&self.shared.state).seats.remove(key);
        }
        self.shared.start_queued();
    }
}

impl<R: PoolOutput> Place<R> {
    /// Reports the result of the job, `None` if it was interrupted, and takes over the next one.
    pub(super) fn finish(&mut self, result: Option<R>) -> Option<Job<BoxFuture<R>>> {
        match result.map(R::branch) {
            Some(Ok(output)) => self.advance(Some(output)),
            Some(Err(residual)) => {
                self.fail(residual);
                self.advance(None)
            }
            None => self.advance(None),
        }
    }

    #[cold]
    fn fail(&mut self, residual: R::Residual) {
        let mut state = lock(&self.shared.state);
        state.outcomes.failed(self.index, residual);
        self.is_running = false;
        let ends = !state.keep_going && !std::mem::replace(&mut state.ended, true);
        let job = self.seat.and_then(|key| state.seats[key].job.take());
        drop(state);
        if let (true, Some(job)) = (ends, job) {
            self.shared.end(EndedBy { task: job.info, how: How::Failed });
        }
    }

    #[cold]
    pub(super) fn panicked(&mut self, payload: Box<dyn Any + Send>) {
        let how = How::panicked(&*payload);
        let mut state = lock(&self.shared.state);
        let rest = state.outcomes.panicked(payload);
        self.is_running = false;
        state.ended = true;
        let job = self.seat.and_then(|key| state.seats[key].job.take());
        drop(state);
        drop(rest);
        if let Some(job) = job {
            self.shared.end(EndedBy { task: job.info, how });
        }
    }

    /// Notes an output; then takes over the next job in the queue, or leaves.
    fn advance(&mut self, output: Option<R::Output>) -> Option<Job<BoxFuture<R>>> {
        let key = self.seat?;
        let mut state = lock(&self.shared.state);
        if let Some(output) = output {
            state.outcomes.succeeded(self.index, output);
            self.is_running = false;
            if state.racing && !std::mem::replace(&mut state.ended, true) {
                drop(state);
                self.shared.end("another task was first");
                state = lock(&self.shared.state);
            }
        }
        let next = if state.seats.len() <= state.limit { state.queue.pop_front() } else { None };
        let Some(next) = next else {
            leave(&mut self.seat, self.is_running.then_some(self.index), &self.shared, state);
            return None;
        };
        if self.is_running {
            state.outcomes.interrupted(self.index);
        }
        let done = state.seats[key].job.replace(next.running);
        (self.index, self.is_running) = (next.index, true);
        drop(state);
        drop(done);
        next.waker.into_iter().for_each(Waker::wake);
        Some(next.job)
    }
}

impl<R: PoolOutput> Drop for Place<R> {
    fn drop(&mut self) {
        if self.seat.is_some() {
            let mut state = lock(&self.shared.state);
            if self.is_running && thread::panicking() {
                // Its payload goes to Tokio, which tells nobody.
                drop(state.outcomes.panicked(Box::new("a task panicked while it was dropped")));
            }
            leave(&mut self.seat, self.is_running.then_some(self.index), &self.shared, state);
        }
    }
}

/// Gives up the seat, and notes a job that was dropped in the middle.
fn leave<'s, R: PoolOutput>(
    seat: &mut Option<usize>,
    interrupted: Option<usize>,
    shared: &'s Arc<Shared<R>>,
    mut state: MutexGuard<'s, State<R>>,
) {
    // Nobody would be left to run it: the group has ended, or its runtime.
    while state.seats.len() == 1 && !state.queue.is_empty() {
        drop(state);
        shared.close();
        state = lock(&shared.state);
    }
    let Some(key) = seat.take() else { return };
    let seat = state.seats.remove(key);
    if let Some(index) = interrupted {
        state.outcomes.interrupted(index);
    }
    let joiner = if state.seats.is_empty() { state.joiner.take() } else { None };
    drop(state);
    drop(seat);
    joiner.into_iter().for_each(Waker::wake);
}
