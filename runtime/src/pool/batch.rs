//! Runs a pool with an iterator of items.

use std::future::poll_fn;
use std::iter::{self, Chain};
use std::mem;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll};
use std::vec;

use futures_core::Stream;

use super::flow::{End, Flow};
use super::output::{Gather, Policy, Run};
use super::outputs::Outputs;
use super::queue::ItemQueue;
use super::reorder;
use super::run_state::{RunState, StopOnDrop};
use super::setup::Setup;
use super::worker::Worker;
use super::worker_set::{AddWorker, Panic, WorkerSet};
use crate::context::{Canceller, Context};
use crate::error::ContextError;
use crate::sync::lock;

/// The items of an iterator with at most this many, by its size hint, are all taken up front.
const MAX_PRELOAD: usize = 1 << 24;
/// The number of items taken up front from any other iterator; most end sooner.
const PREFETCH: usize = 1 << 16;
/// The number of further items taken at a time, per worker.
const ITEMS_PER_WORKER: usize = 64;

/// A run whose workers have been started, and which must be waited for.
///
/// Starting and waiting are separate steps, because the closure that makes workers must not be
/// part of the future: the compiler could not prove a future with a borrowing closure to be
/// `Send`. For the same reason the type of the items is that of the iterator.
pub struct BatchRun<I: Iterator, R, P: Policy<R>, C>(State<I, R, P, C>);

enum State<I: Iterator, R, P: Policy<R>, C> {
    /// The context had already ended; with the number of items.
    Ended(usize, ContextError),
    /// All items were taken up front.
    Preloaded(Preloaded<I::Item, P::Kept, P::Failure, C>),
    /// The number of items is unknown: they are taken during the run.
    Flowing(BoxedFlow<I, R, P, C>),
}

type BoxedFlow<I, R, P, C> = Pin<Box<Flow<Items<I>, R, P, C>>>;

struct Preloaded<T, K, F, C> {
    stop: StopOnDrop<T, K, F>,
    set: C,
    ctx: Context,
    _cancellers: Vec<Canceller>,
    count: usize,
    panic: Option<Panic>,
}

impl<I: Iterator, R, P: Gather<R>, C: AddWorker<Worker<I::Item, R, P>>> BatchRun<I, R, P, C> {
    /// Takes the items, and starts at most as many workers as the pool has.
    pub(crate) fn begin(
        setup: Setup,
        ctx: &Context,
        items: impl IntoIterator<IntoIter = I, Item = I::Item>,
        mut set: C,
        mut start: impl FnMut(&mut C, Worker<I::Item, R, P>),
    ) -> Self {
        let mut rest = items.into_iter();
        let hint = rest.size_hint();
        let is_modest = hint.1.is_some_and(|most| most <= MAX_PRELOAD);
        let items: Vec<_> = if is_modest { rest.by_ref().collect() } else { rest.by_ref().take(PREFETCH).collect() };
        let count = items.len();
        if !is_modest && count == PREFETCH {
            let total = hint.1.filter(|most| *most == hint.0);
            let source = Items(items.into_iter().chain(rest));
            let setup = setup.at_most(count).with_queue(ITEMS_PER_WORKER);
            let flow = Flow::new(setup, ctx, source, total, None, false, set);
            return Self(State::Flowing(Box::pin(flow.start_all(start))));
        }
        if let Err(why) = ctx.check() {
            return Self(State::Ended(count, why));
        }
        let workers = setup.workers.get().min(count);
        let (ctx, canceller) = ctx.with_cancel();
        let work = (ItemQueue::preloaded(items, workers), Outputs::of(count, workers, setup.in_order));
        let stop = StopOnDrop(Arc::new(RunState::new(work, Some(count), None, false, canceller, setup.gauges())));
        let cancellers = (0..workers).map(|number| {
            let (worker, canceller) = Worker::new(stop.0.clone(), &ctx, number);
            start(&mut set, worker);
            canceller
        });
        let cancellers = cancellers.collect();
        Self(State::Preloaded(Preloaded { stop, set, ctx, _cancellers: cancellers, count, panic: None }))
    }

    /// Waits until all workers have stopped.
    pub async fn finish(self) -> P::All {
        P::all(match self.0 {
            State::Ended(count, why) => Run::Interrupted((0..count).map(|_| None).collect(), why),
            State::Preloaded(mut preloaded) => {
                poll_fn(|task| preloaded.poll_stopped(task)).await;
                preloaded.result()
            }
            State::Flowing(mut flow) => {
                let mut outputs = Vec::new();
                while let Some(output) = poll_fn(|task| flow.as_mut().poll_next(task)).await {
                    outputs.push(output);
                }
                match flow.as_mut().end() {
                    End::Complete => Run::Complete(outputs),
                    End::Failed(failure) => Run::Failed(failure),
                    End::Interrupted(why) => {
                        let leftovers = flow.as_mut().leftovers();
                        Run::Interrupted(outputs.into_iter().map(Some).chain(leftovers).collect(), why)
                    }
                }
            }
        })
    }
}

impl<T, K, F, C: WorkerSet> Preloaded<T, K, F, C> {
    fn poll_stopped(&mut self, task: &mut Task<'_>) -> Poll<()> {
        loop {
            let stopped = self.set.poll_stopped(task);
            if self.stop.0.is_stopped() {
                self.set.dismiss();
            }
            match stopped {
                Poll::Ready(Some(Err(payload))) => {
                    self.panic.get_or_insert(payload);
                }
                Poll::Ready(Some(Ok(()))) => {}
                Poll::Ready(None) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn result(self) -> Run<K, F> {
        if let Some(payload) = self.panic {
            resume_unwind(payload);
        }
        let (run, count) = (&self.stop.0, self.count);
        if let Some(failure) = run.take_failure() {
            return Run::Failed(failure);
        }
        let outputs = match &run.outputs {
            Outputs::Completed(completed) => {
                let outputs = mem::take(&mut *lock(completed));
                if outputs.len() == count {
                    Ok(outputs)
                } else {
                    Err(outputs.into_iter().map(Some).chain(iter::repeat_with(|| None)).take(count).collect())
                }
            }
            Outputs::Batches(batches) => {
                let batches = mem::take(&mut *lock(batches));
                reorder::complete(batches, count).map_err(|batches| reorder::with_gaps(batches, count))
            }
            Outputs::Stream(_) => unreachable!("all items were preloaded"),
        };
        match outputs {
            Ok(outputs) => Run::Complete(outputs),
            Err(outputs) => {
                // Workers leave items out only if the context has ended.
                let why = self.ctx.check().err().unwrap_or_else(|| self.ctx.why());
                Run::Interrupted(outputs, why)
            }
        }
    }
}

/// The items as a stream: first those already taken, then the rest of the iterator.
struct Items<I: Iterator>(Chain<vec::IntoIter<I::Item>, I>);

impl<I: Iterator> Unpin for Items<I> {}

impl<I: Iterator> Stream for Items<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Task<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.0.next())
    }
}
