//! The places at which live tasks wait.

use std::sync::Mutex;
use std::time::Duration;

use taskward::{Context, LiveTask, TaskGroup, WorkerPool, live_tasks};
use tokio::task::yield_now;
use tokio::time::sleep;

const LONG: Duration = Duration::from_secs(60);

/// The tests of this file look at all tasks of the process.
static ALONE: Mutex<()> = Mutex::new(());

fn run(test: impl Future<Output = ()>) {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

/// The lines at which a task waits.
fn lines(task: &LiveTask) -> Vec<u32> {
    let line =
        |at: &str| at.strip_prefix("runtime/tests/dump.rs:").unwrap().split(':').next().unwrap().parse().unwrap();
    task.waits_at().iter().map(|place| line(place.at().unwrap())).collect()
}

#[test]
fn each_task_says_where_it_waits() {
    run(async {
        let group = TaskGroup::<()>::new(&Context::background()).name("jobs").limit(2);
        let line = line!();
        _ = group.spawn(async |_| sleep(LONG).await);
        _ = group.spawn(async |ctx| {
            tokio::join!(sleep(LONG), async { _ = ctx.cancelled().await });
        });
        let waiting = group.spawn(async |_| {});
        yield_now().await;
        let tasks = live_tasks().locate().await;
        assert_eq!(tasks.iter().map(lines).collect::<Vec<_>>()[0], [line + 1]);
        let second = tasks.iter().nth(1).unwrap();
        assert_eq!(lines(second), [line + 3], "{second:?}");
        assert_eq!(tasks.len(), 2, "a task that waits for room does not live yet: {tasks}");
        assert!(tasks.to_string().contains(&format!(", waiting at runtime/tests/dump.rs:{}:", line + 1)), "{tasks}");
        drop(waiting);
    });
}

#[test]
fn a_task_that_took_over_a_place_says_where_it_waits_itself() {
    run(async {
        let group = TaskGroup::<()>::new(&Context::background()).limit(1);
        _ = group.spawn(async |_| yield_now().await);
        let line = line!();
        drop(group.spawn(async |_| sleep(LONG).await));
        sleep(Duration::from_millis(1)).await;
        let tasks = live_tasks().locate().await;
        assert_eq!(tasks.iter().map(lines).collect::<Vec<_>>(), [[line + 1]]);
    });
}

#[test]
fn the_workers_of_a_pool_say_where_they_wait() {
    run(async {
        let (ctx, pool) = (Context::background(), WorkerPool::new(2).name("fetch"));
        let line = line!();
        let mut run = Box::pin(pool.run(&ctx, 0..9, async |_, _: u8| sleep(LONG).await));
        assert!(futures::poll!(run.as_mut()).is_pending());
        yield_now().await;
        let tasks = live_tasks().locate().await;
        assert_eq!(tasks.iter().map(lines).collect::<Vec<_>>(), [[line + 1], [line + 1]]);
        assert!(tasks.to_string().starts_with("`fetch`, spawned at "), "{tasks}");
    });
}

#[test]
fn a_task_that_blocks_its_thread_is_running() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let (done, wait) = std::sync::mpsc::channel::<()>();
        let group = TaskGroup::<()>::new(&Context::background());
        let (blocks, blocking) = tokio::sync::oneshot::channel();
        _ = group.spawn(async move |_| {
            blocks.send(()).unwrap();
            tokio::task::block_in_place(|| _ = wait.recv());
        });
        blocking.await.unwrap();
        let tasks = live_tasks().locate().await;
        assert!(tasks.to_string().contains(", running for "), "{tasks}");
        assert!(tasks.iter().all(|task| task.waits_at().is_empty()));
        drop(done);
        group.join().await;
    });
}
