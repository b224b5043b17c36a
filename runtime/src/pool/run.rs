//! One run of a pool, from its items to its result.

use std::future::poll_fn;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::task::Poll;

use futures_core::Stream;

use super::Setup;
use super::crew::{Crew, Panic};
use super::desk::Desk;
use super::floor::{Floor, Outputs, Stock, Work};
use super::flow::{End, Flow};
use super::gather;
use super::output::{Gather, Run};
use crate::context::{Canceller, Context};

/// Stops the run when it is dropped: blocking workers do not stop otherwise.
pub(crate) struct StopOnDrop<T, K, F>(pub(crate) Arc<Floor<T, K, F>>);

impl<T, K, F> Drop for StopOnDrop<T, K, F> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// An iterator that says that it ends within so many items is one whose items are taken up front.
const MODEST: usize = 1 << 24;
/// Of any other, this many are: most end sooner.
const TASTE: usize = 1 << 16;
/// And for the rest, this many at a time for each worker.
const HELPING: usize = 64;

/// Runs `items` on the workers of a crew, and waits until all of them have stopped.
pub(crate) async fn run<T, R, P: Gather<R>>(
    setup: Setup,
    ctx: &Context,
    items: impl IntoIterator<Item = T>,
    crew: impl Crew<Desk<T, R, P>>,
) -> P::All {
    let mut rest = items.into_iter();
    let hint = rest.size_hint();
    let is_modest = hint.1.is_some_and(|most| most <= MODEST);
    let items: Vec<T> = if is_modest { rest.by_ref().collect() } else { rest.by_ref().take(TASTE).collect() };
    if !is_modest && items.len() == TASTE {
        let total = hint.1.filter(|most| *most == hint.0);
        let source = Items(items.into_iter().chain(rest));
        return Box::pin(run_on(setup, ctx, source, total, crew)).await;
    }
    run_all::<T, R, P>(setup, ctx, items, crew).await
}

/// All items are at hand.
async fn run_all<T, R, P: Gather<R>>(
    setup: Setup,
    ctx: &Context,
    items: Vec<T>,
    mut crew: impl Crew<Desk<T, R, P>>,
) -> P::All {
    let count = items.len();
    if let Err(why) = ctx.check() {
        return P::all(Run::Interrupted((0..count).map(|_| None).collect(), why));
    }
    let workers = setup.workers.get().min(count);
    let (child, canceller) = ctx.with_cancel();
    let work = Work::Stock(Stock::new(items, workers, setup.in_order));
    let stop = StopOnDrop(Arc::new(Floor::new(work, Some(count), true, canceller)));
    let floor = &stop.0;

    let _cancellers: Vec<Canceller> = (0..workers)
        .map(|worker| {
            let (desk, canceller) = Desk::new(floor.clone(), &child, worker);
            crew.hire(desk);
            canceller
        })
        .collect();
    let mut panic: Option<Panic> = None;
    poll_fn(|task| {
        loop {
            let stopped = crew.poll_stopped(task);
            if floor.is_stopped() {
                crew.dismiss();
            }
            match stopped {
                Poll::Ready(Some(Err(payload))) => {
                    panic.get_or_insert(payload);
                }
                Poll::Ready(Some(Ok(()))) => {}
                Poll::Ready(None) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await;
    if let Some(payload) = panic {
        resume_unwind(payload);
    }
    if let Some(failure) = floor.take_failure() {
        return P::all(Run::Failed(failure));
    }
    let outputs = match floor.take_outputs() {
        Outputs::Completed(outputs) if outputs.len() == count => Ok(outputs),
        Outputs::Completed(outputs) => {
            Err(outputs.into_iter().map(Some).chain((0..).map(|_| None)).take(count).collect())
        }
        Outputs::Batches(batches) => {
            gather::complete(batches, count).map_err(|batches| gather::with_gaps(batches, count))
        }
    };
    P::all(match outputs {
        Ok(outputs) => Run::Complete(outputs),
        Err(outputs) => {
            // Workers leave items out only when the context has ended.
            let why = child.check().err().unwrap_or_else(|| child.why());
            Run::Interrupted(outputs, why)
        }
    })
}

/// Nobody knows how many items there are: they are taken as the work goes on.
async fn run_on<T, R, P: Gather<R>>(
    setup: Setup,
    ctx: &Context,
    items: impl Stream<Item = T>,
    total: Option<usize>,
    crew: impl Crew<Desk<T, R, P>>,
) -> P::All {
    let mut flow = Box::pin(Flow::<_, R, P, _>::new(setup.with_queue(HELPING), ctx, items, total, true, crew));
    let mut outputs = Vec::new();
    while let Some(output) = poll_fn(|task| flow.as_mut().poll_next(task)).await {
        outputs.push(output);
    }
    P::all(match flow.as_mut().end() {
        End::Complete => Run::Complete(outputs),
        End::Failed(failure) => Run::Failed(failure),
        End::Interrupted(why) => {
            let leftovers = flow.as_mut().leftovers();
            Run::Interrupted(outputs.into_iter().map(Some).chain(leftovers).collect(), why)
        }
    })
}

/// An iterator as a stream.
struct Items<I>(I);

impl<I> Unpin for Items<I> {}

impl<I: Iterator> Stream for Items<I> {
    type Item = I::Item;

    fn poll_next(mut self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.0.next())
    }
}
