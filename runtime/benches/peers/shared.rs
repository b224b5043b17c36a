//! Groups and single flights under one shared context, on one thread and on two.

use std::hint::black_box;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use dashmap::DashMap;
use taskward::{Context, ContextError, TaskGroup, single_flight};
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use crate::contexts::one_and_two;
use crate::harness::{Contestant, Effort, drive, medians, rows, waker};

const TASKS: usize = 16;

async fn group(ctx: &Context) -> usize {
    let group = TaskGroup::<Result<usize, ContextError>>::new(ctx);
    for item in 0..TASKS {
        _ = group.spawn(async move |_| Ok(black_box(item)));
    }
    group.join().await.expect("no task fails").len()
}

async fn join_set() -> usize {
    let mut tasks = JoinSet::new();
    for item in 0..TASKS {
        tasks.spawn(async move { Ok::<_, ContextError>(black_box(item)) });
    }
    tasks.join_all().await.len()
}

/// Repeats the work in a runtime of the calling thread.
fn in_runtime(times: u32, run: impl AsyncFn() -> usize) {
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        for _ in 0..times {
            assert_eq!(run().await, TASKS);
        }
    });
}

pub(crate) fn groups(effort: Effort) {
    let (ctx, _canceller) = Context::background().with_cancel();
    let groups = |times| in_runtime(times, async || group(&ctx).await);
    let sets = |times| in_runtime(times, async || join_set().await);
    let mut contestants: Vec<Contestant<'_>> = Vec::new();
    contestants.extend(one_and_two(["`JoinSet`, one thread", "two threads"], sets));
    contestants.extend(one_and_two(["`TaskGroup` under the context, one thread", "two threads"], groups));
    let figures = medians(effort.rounds.min(15), effort.calls / 16, &mut contestants);
    rows("16 tasks under one shared context, from the first spawn to the join", &contestants, &figures);
}

#[single_flight(key = id)]
async fn plain(id: u64) -> u64 {
    black_box(id)
}

#[single_flight(key = id)]
async fn call(ctx: &Context, id: u64) -> Option<u64> {
    black_box(ctx);
    Some(id)
}

pub(crate) fn flights(effort: Effort) {
    let waker = waker();
    let (ctx, _canceller) = Context::background().with_cancel();
    let map = DashMap::new();
    // Each thread has its own keys.
    let next = AtomicU64::new(0);
    let maps = |times: u32| {
        let first = next.fetch_add(1 << 32, Relaxed);
        for id in first..first + u64::from(times) {
            map.insert(black_box(id), id);
            black_box(map.remove(&id));
        }
    };
    let flights = |times: u32| {
        let first = next.fetch_add(1 << 32, Relaxed);
        for id in first..first + u64::from(times) {
            black_box(drive(&waker, call(&ctx, id)));
        }
    };
    let plain = |times: u32| {
        let first = next.fetch_add(1 << 32, Relaxed);
        for id in first..first + u64::from(times) {
            black_box(drive(&waker, plain(id)));
        }
    };
    let mut contestants: Vec<Contestant<'_>> = Vec::new();
    contestants.extend(one_and_two(["`DashMap`, an insert and a remove, one thread", "two threads"], maps));
    contestants.extend(one_and_two(["`#[single_flight]`, one thread", "two threads"], plain));
    contestants.extend(one_and_two(["`#[single_flight]` with the context, one thread", "two threads"], flights));
    let figures = medians(effort.rounds.min(15), effort.calls, &mut contestants);
    rows("an unshared single flight under one shared context", &contestants, &figures);
}
