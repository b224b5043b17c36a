//! A worker of a run. Takes items, and keeps its outputs until the end of the run or delivers them
//! one by one.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, ready};
use std::thread;

use pin_project_lite::pin_project;

use super::chunk_size::ChunkSize;
use super::output::Policy;
use super::outputs::Outputs;
use super::progress::Progress;
use super::queue::{Holds, Signal};
use super::reorder::Batch;
use super::run_state::RunState;
use crate::context::Context;
use crate::outcome::Outcome;

/// A worker's part of a run. Dropping it delivers its outputs, however the worker ended.
pub struct Worker<T, R, P: Policy<R>> {
    run: Arc<RunState<T, R, P>>,
    ctx: Context,
    number: usize,
    /// Claimed and unstarted items.
    chunk: VecDeque<T>,
    holds: Holds,
    size: ChunkSize,
    batch: Batch<P::Kept>,
    one_by_one: bool,
    /// The index of the first item of the chunk.
    next: usize,
    /// A call of the last chunk had to wait.
    waited: bool,
    /// No more items will come.
    is_done: bool,
}

impl<T, R, P: Policy<R>> Worker<T, R, P> {
    /// Creates a worker whose calls have the context `ctx`. Each worker has its own, so that the
    /// workers do not contend for one reference count.
    pub(crate) fn new(run: Arc<RunState<T, R, P>>, ctx: Context) -> Self {
        run.workers.add(1);
        Self {
            one_by_one: !matches!(run.outputs, Outputs::Batches(_)),
            number: run.next_number(),
            run,
            ctx,
            chunk: VecDeque::new(),
            holds: Holds::default(),
            size: ChunkSize::new(),
            batch: Batch::new(),
            next: 0,
            waited: false,
            is_done: false,
        }
    }

    /// Returns the context of the calls.
    #[inline]
    #[must_use]
    pub fn ctx(&self) -> &Context {
        &self.ctx
    }

    /// Returns the next item, or `None` when there are no more or the run is over.
    #[inline]
    pub async fn next(&mut self) -> Option<T> {
        if self.chunk.is_empty() {
            // Cheap items never wait; the worker must still yield now and then.
            tokio::task::coop::consume_budget().await;
            if !self.ctx.has_ended() {
                poll_fn(|task| self.poll_claim(task)).await;
            }
        }
        self.take()
    }

    /// Like `next`, on a blocking thread.
    pub fn next_blocking(&mut self) -> Option<T> {
        if self.ctx.has_ended() {
            return None;
        }
        if self.chunk.is_empty() {
            let size = self.size.next(false);
            let claim = (&mut self.chunk, &mut self.holds);
            let first = self.run.queue.claim_blocking(size, claim);
            self.begin_chunk(first);
        }
        self.take()
    }

    #[inline(never)]
    fn poll_claim(&mut self, task: &Task<'_>) -> Poll<()> {
        let size = self.size.next(mem::take(&mut self.waited));
        let claim = (&mut self.chunk, &mut self.holds);
        let claimed = self.run.queue.poll_claim(self.number, size, claim, task.waker());
        self.waited = claimed.is_pending();
        let first = ready!(claimed);
        self.begin_chunk(first);
        Poll::Ready(())
    }

    fn begin_chunk(&mut self, first: Option<usize>) {
        self.is_done = first.is_none();
        if let Some(first) = first {
            self.next = first;
            if !self.one_by_one {
                self.batch.begin(first);
            }
        }
    }

    #[inline]
    fn take(&mut self) -> Option<T> {
        match self.run.queue.signal() {
            Signal::GoOn => {}
            Signal::Share => {
                let item = self.chunk.pop_front();
                self.next += usize::from(item.is_some());
                self.give_back();
                return item;
            }
            Signal::Stop => return None,
        }
        self.next += 1;
        self.chunk.pop_front()
    }

    /// Returns the claimed and unstarted items to the queue.
    #[inline]
    fn give_back(&mut self) {
        if !self.chunk.is_empty() {
            self.run.queue.give_back(self.next, mem::take(&mut self.chunk), &mut self.holds);
        }
    }

    /// Runs the call for the item taken last. If the call has to wait, the worker's other claimed
    /// items are returned to the queue.
    pub fn call<F: Future>(&mut self, call: F) -> Call<'_, T, R, P, F> {
        Call { worker: self, call }
    }

    /// Stores the result of the item taken last.
    #[inline]
    pub fn put(&mut self, result: R) {
        match P::keep(result, self.run.fails) {
            Ok(output) => {
                if let Err(output) = self.batch.push(output) {
                    self.hand_in(output);
                }
            }
            Err(failure) => self.run.fail(failure),
        }
    }

    #[inline(never)]
    fn hand_in(&self, output: P::Kept) {
        self.run.outputs.hand_in(self.next - 1, output);
    }

    /// Counts the result that is stored next, and calls `progress`.
    pub fn report(&self, result: &R, progress: impl FnOnce(Progress))
    where
        R: Outcome,
    {
        self.run.tally.add(result.is_failure(), progress);
    }
}

impl<T, R, P: Policy<R>> Drop for Worker<T, R, P> {
    fn drop(&mut self) {
        let is_panicking = thread::panicking();
        // The caller drops the items after a panic: another panic here would abort the process.
        let unstarted = if is_panicking { mem::take(&mut self.chunk) } else { VecDeque::new() };
        // Lets workers go on that wait for the items held by this one.
        self.run.queue.give_back(self.next, unstarted, &mut self.holds);
        if is_panicking {
            self.run.queue.stop_claims();
        } else if !self.is_done && !self.run.is_stopped() && !self.ctx.has_ended() {
            self.run.lose();
        }
        self.run.outputs.hand_in_batch(mem::replace(&mut self.batch, Batch::new()));
        self.run.workers.subtract(1);
    }
}

pin_project! {
    /// The future returned by [`Worker::call`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Call<'w, T, R, P: Policy<R>, F> {
        worker: &'w mut Worker<T, R, P>,
        #[pin]
        call: F,
    }
}

impl<T, R, P: Policy<R>, F: Future> Future for Call<'_, T, R, P, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<F::Output> {
        let this = self.project();
        let polled = this.call.poll(task);
        if polled.is_pending() {
            this.worker.waited = true;
            this.worker.give_back();
        }
        polled
    }
}
