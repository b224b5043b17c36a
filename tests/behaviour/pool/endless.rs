//! Iterators of unknown length.

use std::future::pending;
use std::iter;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use taskward::{Context, ContextError, WorkerPool, worker_pool};

use crate::support::Census;

/// More items than a run takes at its beginning.
const MANY: u32 = 200_000;

fn ended() -> ContextError {
    Context::background().with_timeout(Duration::ZERO).check().unwrap_err()
}

/// An iterator without a size.
fn up_to(end: u32) -> impl Iterator<Item = u32> {
    let mut n = 0;
    iter::from_fn(move || {
        n += 1;
        (n <= end).then_some(n - 1)
    })
}

#[crate::watched::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_output_is_lost_and_they_are_in_order() {
    let ctx = Context::background();
    for end in [0, 3, 1 << 16, (1 << 16) + 1, MANY] {
        let pool = WorkerPool::new(4);
        let outputs = pool.run(&ctx, up_to(end), |_, n| async move { Some(n) }).await.unwrap();
        assert!(outputs.into_iter().eq(0..end));
        let outputs = pool.run_local(&ctx, up_to(end), |_, n| async move { Some(n) }).await.unwrap();
        assert!(outputs.into_iter().eq(0..end));
        let outputs = pool.run_blocking(&ctx, up_to(end), |_, n| Some(n)).await.unwrap();
        assert!(outputs.into_iter().eq(0..end));
        let mut outputs = pool.unordered().collect().run(&ctx, up_to(end), |_, n| async move { Some(n) }).await;
        outputs.sort_unstable();
        assert!(outputs.into_iter().flatten().eq(0..end));
    }
}

#[crate::watched::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_iterator_is_worked_on_until_a_call_fails() {
    let (ctx, census) = (Context::background(), Census::default());
    let items = || {
        let census = census.clone();
        (0..).map(move |n: u32| (n, census.enter()))
    };
    for last in [10, MANY] {
        let call = move |n| if n == last { Err(ended()) } else { Ok(n) };
        let pool = WorkerPool::new(4);
        assert!(pool.run(&ctx, items(), move |_, (n, _alive)| async move { call(n) }).await.is_err());
        assert_eq!(census.alive(), 0);
        assert!(pool.run_local(&ctx, items(), |_, (n, _alive)| async move { call(n) }).await.is_err());
        assert_eq!(census.alive(), 0);
        assert!(pool.run_blocking(&ctx, items(), move |_, (n, _alive)| call(n)).await.is_err());
        assert_eq!(census.alive(), 0);
    }
}

#[crate::watched::test(start_paused = true)]
async fn an_endless_iterator_is_worked_on_until_the_context_ends() {
    let limited = || Context::background().with_timeout(Duration::from_millis(5));
    let stuck = |_: Context, n: u64| async move {
        if n == 100_000 {
            pending::<()>().await;
        }
        Ok::<_, ContextError>(n)
    };
    let error = WorkerPool::new(2).run(&limited(), 0.., stuck).await.unwrap_err();
    assert!(error.is_deadline_exceeded());
    // Every item that was taken has a result.
    let results = WorkerPool::new(2).collect().run(&limited(), 0.., stuck).await;
    let (done, interrupted): (Vec<_>, Vec<_>) = results.into_iter().enumerate().partition(|(_, result)| result.is_ok());
    assert!(done.len() >= 100_000 && !interrupted.is_empty());
    assert!(done.into_iter().all(|(at, result)| result.unwrap() == at as u64));
    assert!(interrupted.iter().any(|(at, _)| *at == 100_000));
}

#[crate::watched::test]
async fn an_iterator_that_panics_late_does_so_in_the_caller_when_all_has_stopped() {
    let (ctx, census) = (Context::background(), Census::default());
    let items = up_to(MANY).inspect(|n| assert!(*n < 150_000, "no more"));
    let inner = census.clone();
    let run = WorkerPool::new(2).run(&ctx, items, move |_, n| {
        let alive = inner.enter();
        async move {
            drop(alive);
            Some(n)
        }
    });
    let payload = AssertUnwindSafe(run).catch_unwind().await.unwrap_err();
    assert_eq!((*payload.downcast::<&str>().unwrap(), census.alive()), ("no more", 0));
}

#[worker_pool(workers = 4)]
async fn until(_ctx: &Context, n: u64, end: u64) -> Result<u64, ContextError> {
    if n == end { Err(ended()) } else { Ok(n) }
}

#[worker_pool(workers = 4, local)]
async fn until_local(_ctx: &Context, n: &u64, end: &u64) -> Result<u64, ContextError> {
    if n == end { Err(ended()) } else { Ok(*n) }
}

#[crate::watched::test]
async fn the_attributes_functions_take_endless_iterators() {
    let ctx = Context::background();
    assert!(until_all(&ctx, 0.., 100_000).await.is_err());
    assert!(until_all(&ctx, 0..u64::MAX, 100_000).await.is_err());
    assert!(until_local_all(&ctx, iter::repeat(&7), &7).await.is_err());
}
