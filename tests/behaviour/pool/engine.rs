//! Runs without failures.

use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use taskward::{Context, ContextError, WorkerPool};
use tokio::time::{Instant, sleep};

type Result<T> = std::result::Result<T, ContextError>;

#[crate::watched::test(start_paused = true)]
async fn outputs_come_in_the_order_of_the_items() {
    let outputs = WorkerPool::new(3)
        .run(&Context::background(), (0..20).rev(), |_, n: u64| async move {
            sleep(Duration::from_millis(n)).await;
            Result::Ok(n)
        })
        .await
        .unwrap();
    assert_eq!(outputs, (0..20).rev().collect::<Vec<_>>());
}

#[crate::watched::test(start_paused = true)]
async fn no_more_calls_run_at_a_time_than_there_are_workers() {
    for workers in [1, 3] {
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let seen = most.clone();
        WorkerPool::new(workers)
            .run(&Context::background(), 0..30, move |_, _: u8| {
                let (running, most) = (running.clone(), most.clone());
                async move {
                    most.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst);
                    sleep(Duration::from_millis(1)).await;
                    running.fetch_sub(1, SeqCst);
                }
            })
            .await;
        assert_eq!(seen.load(SeqCst), workers);
    }
}

#[crate::watched::test]
async fn no_items_are_an_empty_result() {
    let outputs =
        WorkerPool::new(4).run(&Context::background(), Vec::<u8>::new(), |_, n| async move { Result::Ok(n) }).await;
    assert!(outputs.unwrap().is_empty());
}

#[crate::watched::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_million_trivial_items_lose_none() {
    let outputs = WorkerPool::new(8)
        .run(&Context::background(), 0..1_000_000_u32, |_, n| async move { Result::Ok(n) })
        .await
        .unwrap();
    assert!(outputs.into_iter().eq(0..1_000_000));
}

/// Waiting items are handed out one at a time, even after many cheap items.
#[crate::watched::test(start_paused = true)]
async fn items_of_a_millisecond_finish_within_5_percent_of_the_ideal_makespan() {
    for cheap in [0, 10_000] {
        let start = Instant::now();
        let items = std::iter::repeat_n(false, cheap).chain(std::iter::repeat_n(true, 800));
        WorkerPool::new(8)
            .run(&Context::background(), items, |_, waits| async move {
                if waits {
                    sleep(Duration::from_millis(1)).await;
                }
            })
            .await;
        let ideal = Duration::from_millis(100);
        assert!(start.elapsed() >= ideal);
        assert!(start.elapsed() <= ideal.mul_f64(1.05), "{cheap} cheap items first: {:?}", start.elapsed());
    }
}

/// A slow item must not delay other items claimed with it.
#[crate::watched::test(start_paused = true)]
async fn uneven_items_are_balanced() {
    let start = Instant::now();
    let items = (0..64).map(|n| if n == 0 { 40 } else { 5 });
    WorkerPool::new(8)
        .run(&Context::background(), items, |_, millis| async move {
            sleep(Duration::from_millis(millis)).await;
        })
        .await;
    // 40 + 63 x 5 = 355 ms of work for 8 workers; the best is 45 ms.
    assert!(start.elapsed() <= Duration::from_millis(50), "{:?}", start.elapsed());
}

#[crate::watched::test]
async fn options_and_nothing_at_all_are_results_too() {
    let pool = WorkerPool::new(2);
    let ctx = Context::background();
    assert_eq!(pool.run(&ctx, [1, 2], |_, n: u8| async move { Some(n) }).await, Some(vec![1, 2]));
    assert_eq!(pool.run(&ctx, [1, 0], |_, n: u8| async move { (n > 0).then_some(n) }).await, None);
    pool.run(&ctx, [1, 2], |_, _: u8| async {}).await;
}

#[crate::watched::test]
async fn calls_see_their_context_as_the_current_one() {
    let ctx = Context::background().with_value(7_u8);
    let outputs = WorkerPool::new(2)
        .run(&ctx, 0..4, |_, _: u8| async { Result::Ok(Context::current().value::<u8>().copied()) })
        .await
        .unwrap();
    assert_eq!(outputs, [Some(7); 4]);
}

#[test]
fn zero_workers_panic_with_a_clear_message() {
    let payload = catch_unwind(|| WorkerPool::new(0)).unwrap_err();
    assert_eq!(*payload.downcast::<&str>().unwrap(), "a worker pool needs at least one worker, and was given 0");
}

#[test]
fn the_default_is_as_many_workers_as_the_machine_can_run() {
    let cores = std::thread::available_parallelism().unwrap().get();
    assert_eq!(WorkerPool::default().workers(), cores);
    assert_eq!(format!("{:?}", WorkerPool::new(3)), "WorkerPool { workers: 3 }");
}

#[crate::watched::test(flavor = "current_thread")]
async fn cheap_items_let_other_tasks_run() {
    let other = Arc::new(AtomicUsize::new(0));
    let turns = other.clone();
    let ticking = tokio::spawn(async move {
        loop {
            turns.fetch_add(1, SeqCst);
            tokio::task::yield_now().await;
        }
    });
    WorkerPool::new(2).run(&Context::background(), 0..1_000_000_u32, |_, _| async {}).await;
    ticking.abort();
    assert!(other.load(SeqCst) > 2, "{other:?} turns");
}

#[test]
fn running_without_a_runtime_says_so_and_where() {
    let ctx = Context::background();
    let run = WorkerPool::new(1).run(&ctx, 0..1, async |_, _: u8| ());
    let panic = catch_unwind(std::panic::AssertUnwindSafe(|| futures::executor::block_on(run)));
    let message = *panic.unwrap_err().downcast::<String>().unwrap();
    assert!(message.starts_with("the worker pool of tests/behaviour/pool/engine.rs:"), "{message}");
    assert!(message.ends_with("runs outside of a Tokio runtime"), "{message}");
}
