//! Calls that share a run.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

use dashmap::DashMap;
use futures::FutureExt;
use taskward::{Context, ContextError, SingleFlight, single_flight, with_timeout};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::harness::{Effort, contestant, drive, medians, rows, timed, waker};

#[single_flight(key = id)]
pub(crate) async fn call(id: u64) -> u64 {
    black_box(id)
}

#[single_flight(key = id)]
pub(crate) async fn call_with_context(ctx: &Context, id: u64) -> Option<u64> {
    black_box(ctx);
    Some(id)
}

#[with_timeout("5s")]
#[single_flight(key = id)]
async fn limited_call(id: u64) -> Result<u64, ContextError> {
    Ok(black_box(id))
}

pub(crate) fn alone(effort: Effort) {
    let waker = waker();
    let (ctx, _canceller) = Context::background().with_cancel();
    let until = ctx.with_timeout(Duration::from_secs(3600));
    let (map, flights) = (DashMap::new(), SingleFlight::new());
    let mut contestants = [
        contestant("`DashMap`, an insert and a remove", |times| {
            for id in 0..u64::from(times) {
                map.insert(black_box(id), id);
                black_box(map.remove(&id));
            }
        }),
        contestant("`#[single_flight]`", |times| {
            for id in 0..u64::from(times) {
                black_box(drive(&waker, call(id)));
            }
        }),
        contestant("`#[single_flight]` with a context", |times| {
            for id in 0..u64::from(times) {
                black_box(drive(&waker, call_with_context(&ctx, id)));
            }
        }),
        contestant("`#[single_flight]` with a context that has a deadline", |times| {
            for id in 0..u64::from(times) {
                black_box(drive(&waker, call_with_context(&until, id)));
            }
        }),
        contestant("`#[single_flight]` with `#[with_timeout]`", |times| {
            for id in 0..u64::from(times) {
                drop(black_box(drive(&waker, limited_call(id))));
            }
        }),
        contestant("`SingleFlight::run`", |times| {
            for id in 0..u64::from(times) {
                drop(black_box(drive(&waker, flights.run(&ctx, id, async move |_| black_box(id)))));
            }
        }),
    ];
    let figures = medians(effort.rounds, effort.calls / 4, &mut contestants);
    rows("(l) an unshared call, ready at once", &contestants, &figures);
}

/// Measures from the first caller until all have the result: they join, wait together, and one run
/// ends.
fn until_all_have_it<F>(runtime: &Runtime, callers: u32, call: impl Fn(Arc<Semaphore>) -> F) -> Duration
where
    F: Future<Output = u64> + Send + 'static,
{
    runtime.block_on(async {
        let open = Arc::new(Semaphore::new(0));
        let waiting = Arc::new(AtomicU32::new(0));
        let begin = Instant::now();
        let mut tasks = JoinSet::new();
        for _ in 0..callers {
            let (call, waiting) = (call(open.clone()), waiting.clone());
            tasks.spawn(async move {
                let mut call = std::pin::pin!(call);
                let joined = futures::poll!(call.as_mut());
                waiting.fetch_add(1, Relaxed);
                assert!(joined.is_pending());
                call.await
            });
        }
        while waiting.load(Relaxed) < callers {
            tokio::task::yield_now().await;
        }
        open.add_permits(1);
        while let Some(result) = tasks.join_next().await {
            assert_eq!(result.unwrap(), 7);
        }
        begin.elapsed()
    })
}

async fn work(open: Arc<Semaphore>, runs: Arc<AtomicU32>) -> u64 {
    drop(open.acquire().await);
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    runs.fetch_add(1, Relaxed);
    7
}

pub(crate) fn herd(effort: Effort) {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let callers = effort.tasks / 10;
    let mut contestants = [
        timed("`futures::future::Shared`, made before", |callers| {
            let (runs, shared) = (Arc::new(AtomicU32::new(0)), std::sync::OnceLock::new());
            let counted = runs.clone();
            let time = until_all_have_it(&runtime, callers, move |open| {
                shared.get_or_init(|| work(open, runs.clone()).boxed().shared()).clone()
            });
            assert_eq!(counted.load(Relaxed), 1);
            time
        }),
        timed("`SingleFlight::run`, by key", |callers| {
            let (runs, flights) = (Arc::new(AtomicU32::new(0)), Arc::new(SingleFlight::<u64, u64>::new()));
            let counted = runs.clone();
            let time = until_all_have_it(&runtime, callers, move |open| {
                let (flights, runs) = (flights.clone(), runs.clone());
                async move { flights.run(&Context::background(), 1, |_| work(open, runs)).await.unwrap() }
            });
            assert_eq!(counted.load(Relaxed), 1);
            time
        }),
    ];
    let figures = medians(effort.rounds.min(21), callers, &mut contestants);
    rows("(l) one of 10,000 callers that share a run, from the spawn to the join", &contestants, &figures);
}
