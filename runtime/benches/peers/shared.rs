//! Groups and single flights under one shared context, on one thread and on two.

use std::hint::black_box;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use dashmap::DashMap;
use taskward::{Context, ContextError, TaskGroup};
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use crate::contexts::one_and_two;
use crate::flight::{call, call_with_context};
use crate::harness::{Contestant, Effort, drive, medians, rows, waker};

const TASKS: u32 = 16;

async fn group(ctx: &Context) -> usize {
    let group = TaskGroup::<Result<u32, ContextError>>::new(ctx);
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
            assert_eq!(run().await, TASKS as usize);
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
    let figures = medians(effort.rounds.min(15), effort.calls / TASKS, &mut contestants);
    rows("16 tasks under one shared context, from the first spawn to the join", &contestants, &figures);
}

pub(crate) fn flights(effort: Effort) {
    let waker = waker();
    let (ctx, _canceller) = Context::background().with_cancel();
    let map = DashMap::new();
    let next = AtomicU64::new(0);
    // Each thread has its own keys.
    let keys = |times: u32| {
        let first = next.fetch_add(1 << 32, Relaxed);
        first..first + u64::from(times)
    };
    let maps = |times| {
        for id in keys(times) {
            map.insert(black_box(id), id);
            black_box(map.remove(&id));
        }
    };
    let plain = |times| keys(times).for_each(|id| _ = black_box(drive(&waker, call(id))));
    let flights = |times| keys(times).for_each(|id| _ = black_box(drive(&waker, call_with_context(&ctx, id))));
    let mut contestants: Vec<Contestant<'_>> = Vec::new();
    contestants.extend(one_and_two(["`DashMap`, an insert and a remove, one thread", "two threads"], maps));
    contestants.extend(one_and_two(["`#[single_flight]`, one thread", "two threads"], plain));
    contestants.extend(one_and_two(["`#[single_flight]` with the context, one thread", "two threads"], flights));
    let figures = medians(effort.rounds.min(15), effort.calls, &mut contestants);
    rows("an unshared single flight under one shared context", &contestants, &figures);
}
