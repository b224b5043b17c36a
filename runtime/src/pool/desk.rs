//! Where one worker works: it takes items, and keeps its outputs until the run is over, or hands them in one by one.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context as Task, Poll};
use std::thread;

use super::claims::ChunkSize;
use super::floor::{Floor, Work};
use super::gather::Batch;
use super::output::Policy;
use super::progress::Progress;
use super::staff::Badge;
use crate::context::{Canceller, Context};
use crate::outcome::Outcome;

/// A worker's place in a run. Dropping it hands its outputs in, however the worker ended.
pub struct Desk<T, R, P: Policy<R>> {
    floor: Arc<Floor<T, P::Kept, P::Failure>>,
    ctx: Context,
    worker: usize,
    chunk: VecDeque<T>,
    size: ChunkSize,
    batch: Batch<P::Kept>,
    one_by_one: bool,
    /// Of the item that was taken last, if outputs are handed in one by one.
    index: usize,
    /// Set whenever the worker's future is pending.
    waited: Arc<AtomicBool>,
    badge: Option<Badge>,
    results: PhantomData<fn(R)>,
}

impl<T, R, P: Policy<R>> Desk<T, R, P> {
    /// The desk of the worker with this number. Its calls' context is a child of `ctx`, so that what they do with it does
    /// not contend for one reference count; the canceller is to be kept as long as the run.
    pub(crate) fn new(floor: Arc<Floor<T, P::Kept, P::Failure>>, ctx: &Context, worker: usize) -> (Self, Canceller) {
        let (ctx, canceller) = ctx.with_cancel();
        let desk = Self {
            one_by_one: floor.one_by_one(),
            floor,
            ctx,
            worker,
            chunk: VecDeque::new(),
            size: ChunkSize::new(),
            batch: Batch::new(),
            index: 0,
            waited: Arc::new(AtomicBool::new(false)),
            badge: None,
            results: PhantomData,
        };
        (desk, canceller)
    }

    /// The worker is a task: to be listed as alive.
    pub(crate) fn wear(&mut self, badge: Badge) {
        self.badge = Some(badge);
    }

    /// To be set when the worker has to wait.
    pub(crate) fn waited(&self) -> Arc<AtomicBool> {
        self.waited.clone()
    }

    /// The context of the calls.
    #[inline]
    #[must_use]
    pub fn ctx(&self) -> &Context {
        &self.ctx
    }

    /// The next item; `None` when there are no more, or the run is over.
    #[inline]
    pub async fn next(&mut self) -> Option<T> {
        if self.chunk.is_empty() {
            // Cheap items never wait: let others run now and then.
            tokio::task::coop::consume_budget().await;
            if !self.refill() {
                poll_fn(|task| self.poll_refill(task)).await;
            }
        }
        self.take()
    }

    /// The same on a blocking thread.
    pub fn next_blocking(&mut self) -> Option<T> {
        if self.ctx.has_ended() {
            return None;
        }
        if self.chunk.is_empty() && !self.refill() {
            self.refill_blocking();
        }
        self.take()
    }

    #[inline]
    fn take(&mut self) -> Option<T> {
        if self.floor.is_stopped() { None } else { self.chunk.pop_front() }
    }

    /// Returns false if there may be more later.
    #[inline(never)]
    fn refill(&mut self) -> bool {
        if self.ctx.has_ended() {
            return true;
        }
        let Work::Stock(stock) = &self.floor.work else { return false };
        let size = self.size.next(self.waited.swap(false, Relaxed));
        let first = stock.claims.claim(size, &mut self.chunk);
        if !self.one_by_one {
            self.batch.begin(first);
        }
        true
    }

    #[inline(never)]
    fn poll_refill(&mut self, task: &Task<'_>) -> Poll<()> {
        let Work::Belt(belt) = &self.floor.work else { return Poll::Ready(()) };
        let size = self.size.next(self.waited.swap(false, Relaxed));
        let claimed = belt.poll_claim(self.worker, size, &mut self.chunk, task.waker());
        claimed.map(|first| self.index = first.unwrap_or_default())
    }

    fn refill_blocking(&mut self) {
        let Work::Belt(belt) = &self.floor.work else { return };
        let size = self.size.next(false);
        self.index = belt.claim_blocking(size, &mut self.chunk).unwrap_or_default();
    }

    /// Hands in the result of the item that was taken last.
    #[inline]
    pub fn put(&mut self, result: R) {
        match P::keep(result, self.floor.fails) {
            Ok(output) => {
                if let Err(output) = self.batch.push(output) {
                    self.hand_in(output);
                }
            }
            Err(failure) => self.floor.fail(failure),
        }
    }

    /// One output alone.
    #[inline(never)]
    fn hand_in(&mut self, output: P::Kept) {
        self.floor.hand_in(self.index, output);
        self.index += 1;
    }

    /// Counts the result that is put next, and tells `progress`.
    pub fn report(&self, result: &R, progress: impl FnOnce(Progress))
    where
        R: Outcome,
    {
        self.floor.tally.add(result.is_failure(), progress);
    }
}

impl<T, R, P: Policy<R>> Drop for Desk<T, R, P> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.floor.stop();
        }
        self.floor.hand_in_batch(std::mem::replace(&mut self.batch, Batch::new()));
    }
}
