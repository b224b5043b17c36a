//! Many items, many tasks.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt};
use taskward::{Context, ContextError, WorkerPool, worker_pool};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::harness::{Effort, contestant, medians, rows, timed};

const WORKERS: usize = 8;

async fn work(item: u32) -> u32 {
    black_box(item) ^ 1
}

#[worker_pool(workers = WORKERS)]
async fn call(_ctx: &Context, item: u32) -> Result<u32, ContextError> {
    Ok(work(item).await)
}

async fn join_set_and_semaphore(items: u32) -> Vec<u32> {
    let permits = Arc::new(Semaphore::new(WORKERS));
    let mut tasks = JoinSet::new();
    for item in 0..items {
        let permit = permits.clone().acquire_owned().await.expect("never closed");
        tasks.spawn(async move {
            let _permit = permit;
            (item, work(item).await)
        });
    }
    let mut outputs = tasks.join_all().await;
    outputs.sort_unstable();
    outputs.into_iter().map(|(_, output)| output).collect()
}

async fn buffered(items: u32) -> Vec<u32> {
    let calls = stream::iter(0..items).map(|item| async move { (item, work(item).await) });
    let mut outputs: Vec<_> = calls.buffer_unordered(WORKERS).collect().await;
    outputs.sort_unstable();
    outputs.into_iter().map(|(_, output)| output).collect()
}

/// Job and result channels, as in the Go guide.
async fn channel_workers(items: u32) -> Vec<u32> {
    let (jobs, queue) = async_channel::bounded(WORKERS);
    let (results, collected) = async_channel::unbounded();
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let (queue, results) = (queue.clone(), results.clone());
        workers.spawn(async move {
            while let Ok(item) = queue.recv().await {
                results.send((item, work(item).await)).await.expect("collected below");
            }
        });
    }
    drop(results);
    for item in 0..items {
        jobs.send(item).await.expect("the workers are there");
    }
    drop(jobs);
    let mut outputs: Vec<_> = collected.collect().await;
    outputs.sort_unstable();
    outputs.into_iter().map(|(_, output)| output).collect()
}

fn check(outputs: &[u32], items: u32) {
    assert_eq!((outputs.len(), outputs[7]), (items as usize, 6));
}

/// Runs in a task, as a service would; `block_on` alone is not on one of the runtime's threads.
fn on<F: Future<Output = Vec<u32>> + Send + 'static>(runtime: &Runtime, items: u32, run: F) {
    check(&runtime.block_on(runtime.spawn(run)).unwrap(), items);
}

pub(crate) fn pools(effort: Effort) {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let ctx = Context::background();
    let mut contestants = [
        contestant("`#[worker_pool]`", |items| {
            let ctx = ctx.clone();
            on(&runtime, items, async move { call_all(&ctx, 0..items).await.unwrap() });
        }),
        contestant("`WorkerPool::run`", |items| {
            let ctx = ctx.clone();
            on(&runtime, items, async move {
                let pool = WorkerPool::new(WORKERS);
                pool.run(&ctx, 0..items, |_, item| async move { Ok::<_, ContextError>(work(item).await) })
                    .await
                    .unwrap()
            });
        }),
        contestant("`async-channel` workers", |items| on(&runtime, items, channel_workers(items))),
        contestant("`buffer_unordered` (one thread)", |items| on(&runtime, items, buffered(items))),
        contestant("`JoinSet` and `Semaphore`", |items| on(&runtime, items, join_set_and_semaphore(items))),
    ];
    let figures = medians(effort.rounds.min(5), effort.items, &mut contestants);
    rows("(e) a trivial item of a million, 8 workers, outputs in order", &contestants, &figures);
}

/// Measures from the cancellation until the last task has ended.
fn until_all_have_ended<F>(tasks: u32, waiting: impl Fn() -> F, cancel: impl FnOnce()) -> Duration
where
    F: Future<Output = ()> + 'static,
{
    let runtime = Builder::new_current_thread().build().unwrap();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let mut set = JoinSet::new();
        for _ in 0..tasks {
            set.spawn_local(waiting());
        }
        tokio::task::yield_now().await;
        while set.try_join_next().is_some() {}
        // Every task has been polled once when this one runs again after all of them.
        for _ in 0..tasks / 16 {
            tokio::task::yield_now().await;
        }
        let start = Instant::now();
        cancel();
        while set.join_next().await.is_some() {}
        start.elapsed()
    })
}

pub(crate) fn waiting_tasks(effort: Effort) {
    let mut contestants = [
        timed("`CancellationToken::cancelled`", |tasks| {
            let token = CancellationToken::new();
            let wait = || {
                let token = token.clone();
                async move { token.cancelled().await }
            };
            until_all_have_ended(tasks, wait, || token.cancel())
        }),
        timed("`Context::cancelled`", |tasks| {
            let (ctx, canceller) = Context::background().with_cancel();
            let wait = || {
                let ctx = ctx.clone();
                async move { drop(ctx.cancelled().await) }
            };
            until_all_have_ended(tasks, wait, || canceller.cancel())
        }),
    ];
    let figures = medians(effort.rounds.min(21), effort.tasks, &mut contestants);
    rows("(f) a waiting task of 100,000, cancelled and joined", &contestants, &figures);
}
