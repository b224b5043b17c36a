//! Where one worker works: it takes items from the claims and keeps its outputs until the run is over.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;

use super::claims::ChunkSize;
use super::floor::Floor;
use super::gather::Batch;
use super::output::Policy;
use crate::context::Context;

/// A worker's place in a run. Dropping it hands its outputs in, however the worker ended.
pub struct Desk<T, R, P: Policy<R>> {
    floor: Arc<Floor<T, P::Kept, P::Failure>>,
    ctx: Context,
    chunk: VecDeque<T>,
    size: ChunkSize,
    batch: Batch<P::Kept>,
    /// Set whenever the worker's future is pending.
    waited: Arc<AtomicBool>,
    results: PhantomData<fn(R)>,
}

impl<T, R, P: Policy<R>> Desk<T, R, P> {
    pub(crate) fn new(floor: Arc<Floor<T, P::Kept, P::Failure>>, ctx: Context, waited: Arc<AtomicBool>) -> Self {
        Self {
            floor,
            ctx,
            chunk: VecDeque::new(),
            size: ChunkSize::new(),
            batch: Batch::new(),
            waited,
            results: PhantomData,
        }
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
            self.refill();
        }
        self.take()
    }

    /// The same on a blocking thread.
    pub fn next_blocking(&mut self) -> Option<T> {
        if self.ctx.is_cancelled() {
            return None;
        }
        if self.chunk.is_empty() {
            self.refill();
        }
        self.take()
    }

    #[inline]
    fn take(&mut self) -> Option<T> {
        if self.floor.is_stopped() { None } else { self.chunk.pop_front() }
    }

    #[inline(never)]
    fn refill(&mut self) {
        if self.ctx.is_cancelled() {
            return;
        }
        let size = self.size.next(self.waited.swap(false, Relaxed));
        let first = self.floor.claims.claim(size, &mut self.chunk);
        self.batch.begin(first);
    }

    /// Hands in the result of the item that was taken last.
    #[inline]
    pub fn put(&mut self, result: R) {
        match P::keep(result) {
            Ok(output) => self.batch.push(output),
            Err(failure) => self.floor.fail(failure),
        }
    }
}

impl<T, R, P: Policy<R>> Drop for Desk<T, R, P> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.floor.stop();
        }
        self.floor.hand_in(std::mem::replace(&mut self.batch, Batch::new()));
    }
}
