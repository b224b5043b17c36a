//! The function that `#[worker_pool]` adds.

use std::collections::HashSet;
use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use futures::FutureExt;
use taskward::{Context, ContextError, cancellable, with_timeout, worker_pool};
use tokio::time::{Instant, sleep};

#[derive(Debug)]
struct Scale(u32);

/// Scales.
#[worker_pool(workers = 8)]
async fn scale(ctx: &Context, item: u32, by: Arc<Scale>) -> Result<u32, ContextError> {
    ctx.checkpoint().await?;
    Ok(item * by.0)
}

#[crate::watched::test]
async fn the_function_stays_callable_for_one_item_and_has_a_pool_beside_it() {
    let ctx = Context::background();
    let by = Arc::new(Scale(3));
    assert_eq!(scale(&ctx, 2, by.clone()).await.unwrap(), 6);
    assert_eq!(scale_all(&ctx, [1, 2, 3], by.clone()).await.unwrap(), [3, 6, 9]);
    assert!(scale_all(&ctx, [], by.clone()).await.unwrap().is_empty());
    assert_eq!(Arc::strong_count(&by), 1, "nothing keeps what was shared");
}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[crate::watched::test]
async fn the_pools_future_is_send() {
    let by = Arc::new(Scale(1));
    assert!(is_send(scale_all(&Context::background(), vec![1], by)).await.is_ok());
}

#[worker_pool(workers = width)]
async fn as_wide_as(_ctx: &Context, _item: u8, width: usize) {
    sleep(Duration::from_millis(1)).await;
}

#[crate::watched::test(start_paused = true)]
async fn the_number_of_workers_may_be_computed_of_what_is_shared() {
    for (width, millis) in [(1, 12), (4, 3), (100, 1)] {
        let start = Instant::now();
        as_wide_as_all(&Context::background(), [0; 12], width).await;
        assert_eq!(start.elapsed(), Duration::from_millis(millis));
    }
    let none = AssertUnwindSafe(async { as_wide_as_all(&Context::background(), [0; 12], 0).await });
    let payload = none.catch_unwind().await.unwrap_err();
    assert_eq!(*payload.downcast::<&str>().unwrap(), "a worker pool needs at least one worker, and was given 0");
}

#[worker_pool(name = lengths_of, on_error = collect, workers = 2)]
async fn length(_ctx: &Context, path: PathBuf) -> std::io::Result<usize> {
    path.to_str().map(str::len).filter(|length| *length > 0).ok_or(std::io::ErrorKind::InvalidInput.into())
}

#[crate::watched::test]
async fn collect_returns_each_items_result_under_the_chosen_name() {
    let results = lengths_of(&Context::background(), ["a", "", "ccc"].map(PathBuf::from)).await;
    let results: Vec<_> = results.into_iter().map(Result::ok).collect();
    assert_eq!(results, [Some(1), None, Some(3)]);
}

#[worker_pool]
fn digits(ctx: &Context, n: u64) -> anyhow::Result<usize> {
    ctx.check()?;
    anyhow::ensure!(n != 13, "unlucky");
    Ok(n.to_string().len())
}

#[crate::watched::test]
async fn a_plain_fn_runs_on_blocking_threads() {
    let ctx = Context::background();
    assert_eq!(digits(&ctx, 123).unwrap(), 3);
    assert_eq!(digits_all(&ctx, [1, 22, 333]).await.unwrap(), [1, 2, 3]);
    assert_eq!(digits_all(&ctx, 12..99).await.unwrap_err().to_string(), "unlucky");
}

#[worker_pool(workers = 4)]
fn who_runs(_ctx: &Context, _item: ()) -> Option<thread::ThreadId> {
    Some(thread::current().id())
}

#[crate::watched::test]
async fn blocking_workers_are_not_the_callers_thread() {
    let threads: HashSet<_> = who_runs_all(&Context::background(), [(); 8]).await.unwrap().into_iter().collect();
    assert!(!threads.contains(&thread::current().id()));
}

#[cancellable]
#[worker_pool(workers = 2, name = stuck_all_one)]
async fn stuck_one(_ctx: &Context, _item: u8) -> Result<(), ContextError> {
    pending().await
}

#[worker_pool(workers = 2)]
#[with_timeout("5ms")]
#[cancellable]
async fn stuck(ctx: &Context, item: u8) -> Result<(), ContextError> {
    if item == 0 {
        return Ok(());
    }
    ctx.cancelled().await;
    pending().await
}

#[crate::watched::test(start_paused = true)]
async fn a_pool_stacks_with_the_other_macros() {
    let ctx = Context::background();
    let start = Instant::now();
    let error = stuck_all(&ctx, [0, 0, 0, 1, 0]).await.unwrap_err();
    assert_eq!(error.to_string(), "deadline exceeded: `stuck` took longer than 5ms");
    assert_eq!(start.elapsed(), Duration::from_millis(5));
    let short = ctx.with_timeout(Duration::from_millis(2));
    assert!(stuck_all_one(&short, [1, 2]).await.unwrap_err().is_deadline_exceeded());
    assert!(stuck_one(&short, 1).await.is_err());
}

trait Named {
    type Name;
}

impl Named for Counter {
    type Name = String;
}

struct Counter {
    sum: AtomicU32,
}

impl Counter {
    #[worker_pool(workers = 3)]
    async fn add(self: Arc<Self>, _ctx: &Context, n: u32, times: u32) -> Result<u32, ContextError> {
        Ok(self.sum.fetch_add(n * times, SeqCst))
    }

    #[worker_pool(workers = 3)]
    async fn describe<T>(ctx: Context, item: T) -> Option<<Self as Named>::Name>
    where
        T: std::fmt::Debug + Send + Sync + 'static,
    {
        ctx.check().ok()?;
        Some(format!("{item:?}"))
    }
}

#[crate::watched::test]
async fn methods_share_self_and_generics_are_kept() {
    let counter = Arc::new(Counter { sum: AtomicU32::new(0) });
    let ctx = Context::background();
    assert!(counter.clone().add_all(&ctx, 1..=4, 2).await.is_ok());
    assert_eq!(counter.sum.load(SeqCst), 20);
    assert!(counter.clone().add(&ctx, 1, 1).await.is_ok());
    let described = Counter::describe_all(ctx, [Some(1), None]).await;
    assert_eq!(described.unwrap(), ["Some(1)", "None"]);
}

type Alias<T> = Result<T, ContextError>;

#[worker_pool]
async fn aliased(_ctx: &Context, (left, right): (u8, u8), items: [u8; 2]) -> Alias<u8> {
    Ok(left + right + items[0] + items[1])
}

#[crate::watched::test]
async fn aliases_patterns_and_a_shared_parameter_called_items_are_fine() {
    let sums = aliased_all(&Context::background(), [(1, 2), (3, 4)], [10, 20]).await;
    assert_eq!(sums.unwrap(), [33, 37]);
}

#[cfg(feature = "tokio-util")]
#[worker_pool(workers = 2, allow(fresh_context))]
async fn by_token(token: tokio_util::sync::CancellationToken, item: u8) -> Result<u8, ContextError> {
    if item == 0 {
        return Err(Context::background().with_timeout(Duration::ZERO).check().unwrap_err());
    }
    token.cancelled().await;
    Ok(item)
}

#[cfg(feature = "tokio-util")]
#[crate::watched::test(start_paused = true)]
async fn a_token_in_the_place_of_the_context_ends_with_the_run() {
    let token = tokio_util::sync::CancellationToken::new();
    assert!(by_token_all(token.clone(), [1, 0]).await.unwrap_err().is_deadline_exceeded());
    assert!(!token.is_cancelled());
}
