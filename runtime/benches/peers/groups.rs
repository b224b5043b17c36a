//! Groups of tasks.

use std::sync::Arc;

use taskward::{Context, ContextError, TaskGroup};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::harness::{Effort, contestant, medians, rows};

const TASKS: u32 = 1000;
const LIMIT: usize = 8;

async fn work(item: u32) -> u32 {
    std::hint::black_box(item) ^ 1
}

fn on<F: Future<Output = usize> + Send + 'static>(runtime: &Runtime, run: F) {
    assert_eq!(runtime.block_on(runtime.spawn(run)).unwrap(), TASKS as usize);
}

async fn join_set() -> usize {
    let mut tasks = JoinSet::new();
    for item in 0..TASKS {
        tasks.spawn(async move { Ok::<_, ContextError>(work(item).await) });
    }
    let mut outputs = Vec::new();
    while let Some(output) = tasks.join_next().await {
        outputs.push(output.unwrap().unwrap());
    }
    outputs.len()
}

async fn join_set_and_semaphore() -> usize {
    let permits = Arc::new(Semaphore::new(LIMIT));
    let mut tasks = JoinSet::new();
    for item in 0..TASKS {
        let permit = permits.clone().acquire_owned().await.expect("never closed");
        tasks.spawn(async move {
            let _permit = permit;
            Ok::<_, ContextError>(work(item).await)
        });
    }
    let mut outputs = Vec::new();
    while let Some(output) = tasks.join_next().await {
        outputs.push(output.unwrap().unwrap());
    }
    outputs.len()
}

async fn group() -> usize {
    let group = TaskGroup::new(&Context::background());
    for item in 0..TASKS {
        _ = group.spawn(move |_| async move { Ok::<_, ContextError>(work(item).await) });
    }
    group.join().await.unwrap().len()
}

async fn limited_group() -> usize {
    let group = TaskGroup::new(&Context::background()).limit(LIMIT);
    for item in 0..TASKS {
        group.spawn(move |_| async move { Ok::<_, ContextError>(work(item).await) }).await.unwrap();
    }
    group.join().await.unwrap().len()
}

async fn queued_group() -> usize {
    let group = TaskGroup::new(&Context::background()).limit(LIMIT);
    for item in 0..TASKS {
        _ = group.spawn(move |_| async move { Ok::<_, ContextError>(work(item).await) });
    }
    group.join().await.unwrap().len()
}

pub(crate) fn groups(effort: Effort) {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let repeat = |times: u32, mut run: Box<dyn FnMut() + '_>| (0..times / TASKS).for_each(|_| run());
    let times = effort.calls.max(TASKS);
    let mut contestants = [
        contestant("`JoinSet`", |times| repeat(times, Box::new(|| on(&runtime, join_set())))),
        contestant("`TaskGroup`", |times| repeat(times, Box::new(|| on(&runtime, group())))),
    ];
    let figures = medians(effort.rounds.min(21), times, &mut contestants);
    rows("(h) a trivial task of a group of 1,000", &contestants, &figures);

    let mut contestants = [
        contestant("`JoinSet` and `Semaphore`", |times| {
            repeat(times, Box::new(|| on(&runtime, join_set_and_semaphore())));
        }),
        contestant("`TaskGroup::limit`, each `spawn` awaited", |times| {
            repeat(times, Box::new(|| on(&runtime, limited_group())));
        }),
        contestant("`TaskGroup::limit`, queued", |times| repeat(times, Box::new(|| on(&runtime, queued_group())))),
    ];
    let figures = medians(effort.rounds.min(21), times, &mut contestants);
    rows("(h) the same, 8 at a time", &contestants, &figures);
}
