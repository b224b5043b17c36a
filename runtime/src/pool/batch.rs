//! Runs a pool with an iterator of items.

use std::future::poll_fn;
use std::iter::{self, Chain};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
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
use super::worker_set::WorkerSet;
use crate::context::Context;
use crate::error::ContextError;
use crate::payload::Payload;
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
    Preloaded(Preloaded<I::Item, R, P, C>),
    /// The number of items is unknown: they are taken during the run.
    Flowing(BoxedFlow<I, R, P, C>),
}

type BoxedFlow<I, R, P, C> = Pin<Box<Flow<Items<I>, R, P, C>>>;

/// The fields are dropped in order: the run stops before its workers are dropped.
struct Preloaded<T, R, P: Policy<R>, C> {
    run: StopOnDrop<T, R, P>,
    set: C,
    count: usize,
}

impl<I: Iterator, R, P: Gather<R>, C: WorkerSet> BatchRun<I, R, P, C> {
    /// Takes the items, and starts at most as many workers as the pool has.
    pub(crate) fn begin(
        setup: Setup,
        ctx: &Context,
        items: impl IntoIterator<IntoIter = I, Item = I::Item>,
        mut start: impl FnMut(&mut C, Arc<RunState<I::Item, R, P>>),
    ) -> Self {
        let mut rest = items.into_iter();
        let hint = rest.size_hint();
        let is_modest = hint.1.is_some_and(|most| most <= MAX_PRELOAD);
        let items: Vec<_> = if is_modest { rest.by_ref().collect() } else { rest.by_ref().take(PREFETCH).collect() };
        let count = items.len();
        if !is_modest && count == PREFETCH {
            let source = Items(items.into_iter().chain(rest));
            let mut flow = Flow::new(setup.at_most(count).with_queue(ITEMS_PER_WORKER), ctx, source, hint, None, false);
            flow.start_all(start);
            return Self(State::Flowing(Box::pin(flow)));
        }
        if let Err(why) = ctx.check() {
            return Self(State::Ended(count, why));
        }
        let workers = setup.workers.get().min(count);
        let (ctx, canceller) = ctx.with_cancel();
        let (queue, outputs) = (ItemQueue::preloaded(items, workers), Outputs::of(count, workers, setup.in_order));
        let run = StopOnDrop::new(&setup, queue, outputs, Some(count), None, canceller);
        let mut set = C::new(setup, &ctx);
        for _ in 0..workers {
            start(&mut set, run.0.clone());
        }
        Self(State::Preloaded(Preloaded { run, set, count }))
    }

    /// Waits until all workers have stopped.
    pub async fn finish(self) -> P::All {
        P::all(match self.0 {
            State::Ended(count, why) => Run::Interrupted((0..count).map(|_| None).collect(), why),
            State::Preloaded(mut preloaded) => {
                poll_fn(|task| preloaded.set.poll_stopped(task)).await;
                preloaded.result()
            }
            State::Flowing(mut flow) => {
                let mut outputs = Vec::new();
                while let Some(output) = poll_fn(|task| flow.as_mut().poll_next(task, |_, _| ())).await {
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

impl<T, R, P: Policy<R>, C: WorkerSet> Preloaded<T, R, P, C> {
    fn result(mut self) -> Run<P::Kept, P::Failure> {
        let (run, count) = (&self.run.0, self.count);
        if let Some(payload) = self.set.take_panic() {
            // While the caller unwinds, a panic of an item's destructor would abort.
            drop(catch_unwind(AssertUnwindSafe(|| run.stop())).map_err(Payload::new));
            resume_unwind(payload);
        }
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
                let ctx = self.set.ctx();
                Run::Interrupted(outputs, ctx.check().err().unwrap_or_else(|| ctx.why()))
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
