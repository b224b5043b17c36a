//! What the expansion of `#[worker_pool]` calls.

use std::future::Future;

use super::desk::Desk;
use super::output::Policy;
use super::{WorkerPool, run};
use crate::context::{Context, current};

pub use super::desk::Desk as PoolDesk;
pub use super::output::{Collect, FailFast, PoolOutput};

/// The pool that the options ask for.
#[track_caller]
pub fn pool(workers: Option<usize>) -> WorkerPool {
    workers.map_or_else(WorkerPool::default, WorkerPool::new)
}

/// Runs workers that are loops over the items of a desk. A loop, and not a function of an item, because only a future of
/// a known type can be seen to be `Send`.
pub async fn run_workers<P, T, R, W>(
    pool: WorkerPool,
    ctx: &Context,
    items: impl IntoIterator<Item = T>,
    mut worker: impl FnMut(Desk<T, R, P>) -> W,
) -> P::All
where
    P: Policy<R>,
    T: Send + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    let items = items.into_iter().collect();
    run::run(pool.workers(), ctx, items, |tasks, desk, waited| {
        let ctx = desk.ctx().clone();
        run::spawn_task(tasks, ctx, waited, worker(desk));
    })
    .await
}

/// The same for workers that block.
pub async fn run_threads<P, T, R, W>(
    pool: WorkerPool,
    ctx: &Context,
    items: impl IntoIterator<Item = T>,
    mut worker: impl FnMut(Desk<T, R, P>) -> W,
) -> P::All
where
    P: Policy<R>,
    T: Send + 'static,
    W: FnOnce() + Send + 'static,
{
    let items = items.into_iter().collect();
    run::run(pool.workers(), ctx, items, |tasks, desk, _| {
        let ctx = desk.ctx().clone();
        let worker = worker(desk);
        tasks.spawn_blocking(move || current::with_context(&ctx, worker));
    })
    .await
}
