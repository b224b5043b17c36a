//! Tasks of a group, and calls that share a run, on one thread.

use std::hint::black_box;
use std::sync::Arc;

use dashmap::DashMap;
use taskward::{Context, ContextError, TaskGroup, single_flight};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, yield_now};

const TASKS: u64 = 1000;
const LIMIT: usize = 8;

#[allow(clippy::unused_async, reason = "to compare with")]
async fn work(item: u64) -> Result<u64, ContextError> {
    Ok(black_box(item))
}

/// Waits once.
async fn waiting(item: u64) -> Result<u64, ContextError> {
    yield_now().await;
    Ok(black_box(item))
}

async fn waiting_join_set() -> u64 {
    let mut tasks = JoinSet::new();
    for item in 0..TASKS {
        tasks.spawn(waiting(item));
    }
    joined(tasks).await
}

async fn waiting_group() -> u64 {
    let group = TaskGroup::new(&Context::background());
    for item in 0..TASKS {
        _ = group.spawn(move |_| waiting(item));
    }
    group.join().await.expect("no task fails").into_iter().sum()
}

async fn join_set() -> u64 {
    let mut tasks = JoinSet::new();
    for item in 0..TASKS {
        tasks.spawn(work(item));
    }
    joined(tasks).await
}

async fn join_set_and_semaphore() -> u64 {
    let permits = Arc::new(Semaphore::new(LIMIT));
    let mut tasks = JoinSet::new();
    for item in 0..TASKS {
        let permit = permits.clone().acquire_owned().await.expect("never closed");
        tasks.spawn(async move {
            let _permit = permit;
            work(item).await
        });
    }
    joined(tasks).await
}

async fn joined(mut tasks: JoinSet<Result<u64, ContextError>>) -> u64 {
    let mut sum = 0;
    while let Some(output) = tasks.join_next().await {
        sum += output.expect("no task panics").expect("no task fails");
    }
    sum
}

async fn group(limit: usize, is_awaited: bool) -> u64 {
    let group = TaskGroup::new(&Context::background()).limit(limit);
    for item in 0..TASKS {
        let admission = group.spawn(move |_| work(item));
        if is_awaited {
            admission.await.expect("the group lives");
        }
    }
    group.join().await.expect("no task fails").into_iter().sum()
}

#[single_flight(key = id)]
async fn call(id: u64) -> u64 {
    black_box(id)
}

#[single_flight(key = id)]
async fn call_with_context(ctx: &Context, id: u64) -> Option<u64> {
    black_box(ctx);
    Some(id)
}

fn dash_map(calls: u64) -> u64 {
    let map = DashMap::new();
    let insert_and_remove = |id| {
        map.insert(black_box(id), id);
        map.remove(&id).map_or(0, |(_, id)| id)
    };
    (0..calls).map(insert_and_remove).sum()
}

async fn flights(calls: u64) -> u64 {
    let mut sum = 0;
    for id in 0..calls {
        sum += call(black_box(id)).await;
    }
    sum
}

async fn flights_with_context(ctx: &Context, calls: u64) -> u64 {
    let mut sum = 0;
    for id in 0..calls {
        sum += call_with_context(ctx, black_box(id)).await.unwrap_or_default();
    }
    sum
}

/// Runs a case. Returns false if there is no such case.
pub(crate) fn run(runtime: &Runtime, ctx: &Context, case: &str, calls: u64) -> bool {
    match case {
        "dash_map" => _ = black_box(dash_map(calls)),
        "single_flight" => _ = black_box(runtime.block_on(flights(calls))),
        "single_flight_and_context" => _ = black_box(runtime.block_on(flights_with_context(ctx, calls))),
        "single_flight_and_deadline" => {
            let ctx = ctx.with_timeout(std::time::Duration::from_secs(3600));
            black_box(runtime.block_on(flights_with_context(&ctx, calls)));
        }
        _ => {
            let expected: u64 = (0..TASKS).sum();
            for _ in 0..calls / TASKS {
                let sum = match case {
                    "join_set" => runtime.block_on(join_set()),
                    "waiting_join_set" => runtime.block_on(waiting_join_set()),
                    "waiting_group" => runtime.block_on(waiting_group()),
                    "join_set_and_semaphore" => runtime.block_on(join_set_and_semaphore()),
                    "group" => runtime.block_on(group(usize::MAX, false)),
                    "group_awaited" => runtime.block_on(group(LIMIT, true)),
                    "group_queued" => runtime.block_on(group(LIMIT, false)),
                    _ => return false,
                };
                assert_eq!(sum, expected);
            }
        }
    }
    true
}
