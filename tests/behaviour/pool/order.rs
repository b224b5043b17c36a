//! Outputs in the order in which the calls finish.

use std::future::pending;
use std::time::Duration;

use taskward::{Context, ContextError, WorkerPool, worker_pool};
use tokio::time::sleep;

const MILLI: Duration = Duration::from_millis(1);

async fn slept(millis: u32) -> Result<u32, ContextError> {
    sleep(millis * MILLI).await;
    if millis == 5 { Err(Context::background().with_timeout(Duration::ZERO).check().unwrap_err()) } else { Ok(millis) }
}

#[crate::watched::test(start_paused = true)]
async fn the_first_to_finish_comes_first() {
    let pool = WorkerPool::new(4).unordered();
    let ctx = Context::background();
    assert_eq!(pool.run(&ctx, [9, 1, 7, 3], |_, millis| slept(millis)).await.unwrap(), [1, 3, 7, 9]);
    assert_eq!(pool.run_local(&ctx, [9, 1, 7, 3], |_, millis| slept(millis)).await.unwrap(), [1, 3, 7, 9]);
    // Two workers: 4 and 1, then 2 in place of 1.
    assert_eq!(
        WorkerPool::new(2).unordered().run(&ctx, [4, 1, 2], |_, millis| slept(millis)).await.unwrap(),
        [1, 2, 4]
    );
}

#[crate::watched::test(start_paused = true)]
async fn the_first_error_is_still_the_result() {
    let ctx = Context::background();
    let error = WorkerPool::new(4).unordered().run(&ctx, [9, 1, 5, 3], |_, millis| slept(millis)).await;
    assert!(error.unwrap_err().is_deadline_exceeded());
}

#[crate::watched::test(start_paused = true)]
async fn every_result_comes_when_it_is_there_and_the_interrupted_ones_last() {
    let pool = WorkerPool::new(4).unordered();
    let results = pool.collect().run(&Context::background(), [9, 5, 7, 3], |_, millis| slept(millis)).await;
    assert_eq!(results.into_iter().map(Result::ok).collect::<Vec<_>>(), [Some(3), None, Some(7), Some(9)]);
    let ctx = Context::background().with_timeout(4 * MILLI);
    let results = pool.collect().run(&ctx, [9, 1, 7, 3], |_, millis| slept(millis)).await;
    assert_eq!(results.into_iter().map(Result::ok).collect::<Vec<_>>(), [Some(1), Some(3), None, None]);
}

#[crate::watched::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_output_is_lost() {
    let ctx = Context::background();
    let mut outputs = WorkerPool::new(8).unordered().run(&ctx, 0..100_000, |_, n: u32| async move { Some(n) }).await;
    outputs.as_mut().unwrap().sort_unstable();
    assert!(outputs.unwrap().into_iter().eq(0..100_000));
}

#[worker_pool(workers = 3, order = completion, on_error = collect)]
async fn nap(_ctx: &Context, millis: u32) -> Result<u32, ContextError> {
    slept(millis).await
}

#[worker_pool(workers = 3, order = input)]
async fn nap_in_order(_ctx: &Context, millis: u32) -> Result<u32, ContextError> {
    slept(millis).await
}

#[worker_pool(workers = 2, order = completion)]
fn turn(_ctx: &Context, n: u32) -> Option<u32> {
    Some(n)
}

#[crate::watched::test(start_paused = true)]
async fn the_attribute_takes_either_order() {
    let ctx = Context::background();
    let naps = nap_all(&ctx, [8, 5, 2]).await;
    assert_eq!(naps.into_iter().map(Result::ok).collect::<Vec<_>>(), [Some(2), None, Some(8)]);
    assert_eq!(nap_in_order_all(&ctx, [8, 4, 2]).await.unwrap(), [8, 4, 2]);
    let mut turns = turn_all(&ctx, 0..9).await.unwrap();
    turns.sort_unstable();
    assert_eq!(turns, (0..9).collect::<Vec<_>>());
}

#[crate::watched::test(start_paused = true)]
async fn an_interrupted_run_says_so_in_either_order() {
    let ctx = Context::background().with_timeout(MILLI);
    let pool = WorkerPool::new(2).unordered();
    let error = pool.run(&ctx, 0..9, |_, _: u8| pending::<Result<(), ContextError>>()).await.unwrap_err();
    assert!(error.is_deadline_exceeded());
}
