//! The workers of pools in the registry.

use std::future::pending;
use std::time::Duration;

use futures::stream::{self, StreamExt};
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::context::Context;
use crate::pool::WorkerPool;
use crate::registry::{LiveTask, TaskInfo, live_tasks_on};
use crate::worker_pool;

const MILLI: Duration = Duration::from_millis(1);

fn alive() -> Vec<TaskInfo> {
    live_tasks_on(Handle::current().id()).iter().map(LiveTask::info).cloned().collect()
}

#[tokio::test(start_paused = true)]
async fn workers_are_listed_with_their_name_and_the_place_of_the_call_while_they_are_alive() {
    let ctx = Context::background();
    let pool = WorkerPool::new(3).name("fetch");
    let mut run = Box::pin(pool.run(&ctx, 0..9, |_, _: u8| pending::<()>()));
    let line = line!() - 1;
    assert!(alive().is_empty(), "nothing has started");
    assert!(timeout(MILLI, run.as_mut()).await.is_err());
    let tasks = alive();
    assert_eq!(tasks.len(), 3);
    for task in tasks {
        assert_eq!((task.name(), task.spawned_at().line()), (Some("fetch"), line));
        assert!(task.spawned_at().file().ends_with("tests.rs"));
    }
    drop(run);
    tokio::time::sleep(MILLI).await;
    assert!(alive().is_empty());
}

#[tokio::test(start_paused = true)]
async fn workers_of_a_stream_are_listed_too() {
    let ctx = Context::background();
    let mut results = Box::pin(WorkerPool::new(3).stream(&ctx, stream::iter(0..2), |_, _: u8| pending::<Option<()>>()));
    let line = line!() - 1;
    assert!(timeout(MILLI, results.next()).await.is_err());
    let tasks = alive();
    assert_eq!(tasks.len(), 2, "no more than there are items");
    assert_eq!((tasks[0].name(), tasks[0].spawned_at().line()), (None, line));
    drop(results);
    tokio::time::sleep(MILLI).await;
    assert!(alive().is_empty());
}

#[worker_pool(workers = 1, crate = crate)]
async fn stuck(_ctx: &Context, _item: u8) {
    pending::<()>().await;
}

#[worker_pool(workers = 1, stream, crate = crate)]
async fn stuck_stream(_ctx: &Context, _item: u8) {
    pending::<()>().await;
}

/// An `async fn` does not know its caller, so its workers have the place of the attribute.
#[tokio::test(start_paused = true)]
async fn workers_of_an_attribute_have_the_functions_name() {
    let ctx = Context::background();
    assert!(timeout(MILLI, stuck_all(&ctx, [1])).await.is_err());
    let mut run = Box::pin(stuck_all(&ctx, [1]));
    assert!(timeout(MILLI, run.as_mut()).await.is_err());
    assert_eq!(alive()[0].name(), Some("stuck"));
    assert!(alive()[0].spawned_at().file().ends_with("tests.rs"));
    drop(run);
    tokio::time::sleep(MILLI).await;
    let mut results = stuck_stream_all(&ctx, stream::iter([1]));
    let line = line!() - 1;
    assert!(timeout(MILLI, results.next()).await.is_err());
    assert_eq!((alive()[0].name(), alive()[0].spawned_at().line()), (Some("stuck_stream"), line));
}

/// A thread that does not stop is listed even after its caller is gone.
#[tokio::test]
async fn a_thread_is_listed_until_it_has_really_stopped() {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    let ctx = Context::background();
    let pool = WorkerPool::new(1).name("deaf");
    let run = pool.run_blocking(&ctx, [1], move |_, _: u8| {
        let _ = released.lock().unwrap().recv();
    });
    assert!(timeout(MILLI, run).await.is_err());
    assert_eq!(alive().first().and_then(TaskInfo::name), Some("deaf"));
    let listed = live_tasks_on(Handle::current().id());
    assert!(listed.iter().all(LiveTask::is_interrupted));
    drop(release);
    while !alive().is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn workers_that_hold_a_shield_are_listed_as_interrupted() {
    let ctx = Context::background();
    let call = |ctx: Context, _: u8| async move { ctx.shield(tokio::time::sleep(2 * MILLI)).await };
    assert!(timeout(MILLI, WorkerPool::new(2).run(&ctx, 0..2, call)).await.is_err());
    let listed = live_tasks_on(Handle::current().id());
    assert_eq!(listed.iter().map(LiveTask::is_interrupted).collect::<Vec<_>>(), [true; 2]);
    tokio::time::sleep(2 * MILLI).await;
    assert!(alive().is_empty());
}
