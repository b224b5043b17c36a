//! Groups of tasks.

use std::sync::Arc;

use taskward::{Context, ContextError, TaskGroup};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::harness::{Effort, contestant, medians, rows};

const LIMIT: usize = 8;

async fn work(item: u32) -> u32 {
    std::hint::black_box(item) ^ 1
}

fn on<F: Future<Output = usize> + Send + 'static>(runtime: &Runtime, tasks: u32, run: impl Fn(u32) -> F, times: u32) {
    for _ in 0..times / tasks {
        assert_eq!(runtime.block_on(runtime.spawn(run(tasks))).unwrap(), tasks as usize);
    }
}

async fn join_set(count: u32) -> usize {
    let mut tasks = JoinSet::new();
    for item in 0..count {
        tasks.spawn(async move { Ok::<_, ContextError>(work(item).await) });
    }
    let mut outputs = Vec::new();
    while let Some(output) = tasks.join_next().await {
        outputs.push(output.unwrap().unwrap());
    }
    outputs.len()
}

async fn join_set_and_semaphore(count: u32) -> usize {
    let permits = Arc::new(Semaphore::new(LIMIT));
    let mut tasks = JoinSet::new();
    for item in 0..count {
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

async fn group(count: u32) -> usize {
    let group = TaskGroup::new(&Context::background());
    for item in 0..count {
        _ = group.spawn(move |_| async move { Ok::<_, ContextError>(work(item).await) });
    }
    group.join().await.unwrap().len()
}

async fn limited_group(count: u32) -> usize {
    let group = TaskGroup::new(&Context::background()).limit(LIMIT);
    for item in 0..count {
        group.spawn(move |_| async move { Ok::<_, ContextError>(work(item).await) }).await.unwrap();
    }
    group.join().await.unwrap().len()
}

async fn queued_group(count: u32) -> usize {
    let group = TaskGroup::new(&Context::background()).limit(LIMIT);
    for item in 0..count {
        _ = group.spawn(move |_| async move { Ok::<_, ContextError>(work(item).await) });
    }
    group.join().await.unwrap().len()
}

pub(crate) fn groups(effort: Effort) {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for tasks in [1_000, 10_000, 100_000].into_iter().filter(|tasks| *tasks <= effort.tasks) {
        let rounds = effort.rounds.min(if tasks == 1_000 { 21 } else { 11 });
        let mut contestants = [
            contestant("`JoinSet`", |times| on(&runtime, tasks, join_set, times)),
            contestant("`TaskGroup`", |times| on(&runtime, tasks, group, times)),
        ];
        let figures = medians(rounds, effort.calls.max(tasks), &mut contestants);
        rows(&format!("(h) a trivial task of a group of {tasks}"), &contestants, &figures);
    }
    let tasks = 1_000;
    let mut contestants = [
        contestant("`JoinSet` and `Semaphore`", |times| on(&runtime, tasks, join_set_and_semaphore, times)),
        contestant("`TaskGroup::limit`, each `spawn` awaited", |times| on(&runtime, tasks, limited_group, times)),
        contestant("`TaskGroup::limit`, queued", |times| on(&runtime, tasks, queued_group, times)),
    ];
    let figures = medians(effort.rounds.min(21), effort.calls.max(tasks), &mut contestants);
    rows("(h) a trivial task of a group of 1000, 8 at a time", &contestants, &figures);
}
