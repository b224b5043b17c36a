//! Items from a stream, and results in a stream.

use std::cell::Cell;
use std::panic::catch_unwind;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use futures::stream::{self, FusedStream, Stream, StreamExt};
use taskward::{Context, ContextError, WorkerPool, WorkerStream, worker_pool};
use tokio::time::{Instant, sleep};

use crate::support::{Alive, Census, Wakes, poll};

const MILLI: Duration = Duration::from_millis(1);

async fn nap(_: Context, millis: u32) -> Result<u32, ContextError> {
    sleep(millis * MILLI).await;
    Ok(millis)
}

#[crate::watched::test(start_paused = true)]
async fn results_come_in_the_order_of_the_items_or_of_completion() {
    let (ctx, naps) = (Context::background(), stream::iter([9, 1, 5]));
    let pool = WorkerPool::new(3);
    let results: Vec<_> = pool.stream(&ctx, naps.clone(), nap).map(Result::unwrap).collect().await;
    assert_eq!(results, [9, 1, 5]);
    let results: Vec<_> = pool.unordered().stream(&ctx, naps.clone(), nap).map(Result::unwrap).collect().await;
    assert_eq!(results, [1, 5, 9]);
    let results: Vec<_> = pool.unordered().stream_local(&ctx, naps, nap).map(Result::unwrap).collect().await;
    assert_eq!(results, [1, 5, 9]);
}

/// Counts the items that it makes, and the largest number alive at once.
fn counting(census: &Census, most: &Arc<AtomicUsize>) -> impl Stream<Item = Alive> + use<> {
    let (census, most) = (census.clone(), most.clone());
    stream::iter(std::iter::repeat_with(move || {
        let item = census.enter();
        most.fetch_max(census.alive(), SeqCst);
        item
    }))
}

#[crate::watched::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_than_queue_and_workers_are_alive_of_an_endless_source() {
    for in_order in [true, false] {
        for (workers, queue) in [(1, 1), (3, 1), (2, 7), (8, 8)] {
            let (census, most) = (Census::default(), Arc::new(AtomicUsize::new(0)));
            let pool = WorkerPool::new(workers).queue(queue);
            let pool = if in_order { pool } else { pool.unordered() };
            // The item is the output, so it is alive until it is yielded.
            let results = pool.stream(&Context::background(), counting(&census, &most), |_, item| async move {
                tokio::task::yield_now().await;
                Some(item)
            });
            assert_eq!(results.take(500).count().await, 500);
            tokio::time::timeout(Duration::from_secs(5), async {
                while census.alive() > 0 {
                    tokio::task::yield_now().await;
                }
            })
            .await
            .expect("the dropped stream leaves nothing");
            assert!(most.load(SeqCst) <= queue + workers, "{most:?} of {workers} and {queue}");
        }
    }
}

#[crate::watched::test(start_paused = true)]
async fn a_stream_that_is_not_polled_takes_no_items() {
    let (census, most) = (Census::default(), Arc::new(AtomicUsize::new(0)));
    let results =
        WorkerPool::new(2)
            .queue(3)
            .stream(&Context::background(), counting(&census, &most), |_, item| async move { Some(item) });
    let mut results = pin!(results);
    sleep(MILLI).await;
    assert_eq!(most.load(SeqCst), 0, "nothing happens before the first poll");
    let first = results.next().await.unwrap();
    sleep(100 * MILLI).await;
    assert_eq!(census.alive(), 5, "one is here, and four wait to be taken");
    drop(first);
    assert_eq!(census.alive(), 4);
}

#[crate::watched::test(start_paused = true)]
async fn the_default_queue_is_as_long_as_there_are_workers() {
    let (census, most) = (Census::default(), Arc::new(AtomicUsize::new(0)));
    let ctx = Context::background();
    let results = WorkerPool::new(3).stream(&ctx, counting(&census, &most), |_, item| async move {
        sleep(MILLI).await;
        Some(item)
    });
    assert_eq!(results.take(50).count().await, 50);
    assert_eq!(most.load(SeqCst), 6);
}

#[crate::watched::test(start_paused = true)]
async fn no_more_calls_run_at_a_time_than_there_are_workers() {
    let start = Instant::now();
    let results = WorkerPool::new(4).queue(100).stream(&Context::background(), stream::iter([1; 40]), nap);
    assert_eq!(results.count().await, 40);
    assert_eq!(start.elapsed(), 10 * MILLI);
}

#[crate::watched::test]
async fn an_empty_source_is_an_empty_stream_and_the_end_is_for_good() {
    let mut results = pin!(WorkerPool::new(4).stream(&Context::background(), stream::iter([]), nap));
    assert!(!results.is_terminated());
    assert!(results.next().await.is_none());
    assert!(results.next().await.is_none());
    assert!(results.is_terminated());
    assert_eq!(format!("{results:?}"), "WorkerStream { is_terminated: true, .. }");
}

/// A source that is always ready, with an unlimited queue, leaves room for the calls and the
/// consumer.
#[crate::watched::test]
async fn an_endless_queue_does_not_keep_results_back() {
    let pool = WorkerPool::new(2).queue(usize::MAX);
    let call = |_: Context, n: u32| async move { Some(n) };
    let ctx = Context::background();
    assert_eq!(pool.stream(&ctx, stream::iter(0..), call).take(99).count().await, 99);
    assert_eq!(pool.stream_local(&ctx, stream::iter(0..), call).take(99).count().await, 99);
}

/// A slow source does not delay finished results.
#[crate::watched::test(start_paused = true)]
async fn results_do_not_wait_for_the_source() {
    let source = stream::unfold(0, |n| async move {
        sleep(10 * MILLI).await;
        Some((n, n + 1))
    });
    let start = Instant::now();
    let mut results = pin!(WorkerPool::new(4).stream(&Context::background(), source.take(3), nap));
    for n in 0..3_u32 {
        assert_eq!(results.next().await.unwrap().unwrap(), n);
        assert_eq!(start.elapsed(), 10 * MILLI * (n + 1) + n * MILLI);
    }
    assert!(results.next().await.is_none());
}

#[crate::watched::test]
async fn a_stream_is_woken_for_each_result_and_not_otherwise() {
    let (wakes, waker) = Wakes::new();
    let mut results =
        pin!(WorkerPool::new(2).stream(&Context::background(), stream::iter([1, 2]), |_, n: u8| async move {
            tokio::task::yield_now().await;
            Some(n)
        }));
    assert!(poll(pin!(results.next()), &waker).is_pending());
    for _ in 0..9 {
        tokio::task::yield_now().await;
    }
    assert!((1..=2).contains(&wakes.count()), "{} wake-ups", wakes.count());
    assert_eq!(results.by_ref().collect::<Vec<_>>().await, [Some(1), Some(2)]);
}

#[crate::watched::test]
async fn calls_on_blocking_threads_stream_too() {
    let here = std::thread::current().id();
    let call = move |_: &Context, n: u32| {
        assert_ne!(std::thread::current().id(), here);
        if n == 3 { None } else { Some(n) }
    };
    let (pool, ctx) = (WorkerPool::new(2), Context::background());
    let results: Vec<_> = pool.collect().stream_blocking(&ctx, stream::iter(0..5), call).collect().await;
    assert_eq!(results, [Some(0), Some(1), Some(2), None, Some(4)]);
    let results: Vec<_> = pool.stream_blocking(&ctx, stream::iter(0..), call).collect().await;
    assert_eq!(results.last(), Some(&None));
}

#[worker_pool(stream, workers = 4, queue = depth)]
async fn double(ctx: &Context, n: u32, depth: usize) -> Result<u32, ContextError> {
    ctx.checkpoint().await?;
    Ok(2 * n)
}

#[worker_pool(stream, workers = 2, queue = 4, on_error = collect, order = completion, name = halves)]
fn half(_ctx: &Context, n: u32) -> Option<u32> {
    n.is_multiple_of(2).then_some(n / 2)
}

/// The body of an axum response: it borrows nothing.
fn doubled(n: u32) -> WorkerStream<impl Stream<Item = u32> + Send + 'static, Result<u32, ContextError>> {
    let ctx = Context::background();
    double_all(&ctx, stream::iter(0..n), 3)
}

#[crate::watched::test]
async fn the_attribute_makes_a_function_from_stream_to_stream() {
    let results = tokio::spawn(doubled(4).map(Result::unwrap).collect::<Vec<_>>());
    assert_eq!(results.await.unwrap(), [0, 2, 4, 6]);
    let mut results: Vec<_> = halves(&Context::background(), stream::iter(0..4)).collect().await;
    results.sort_unstable();
    assert_eq!(results, [None, None, Some(0), Some(1)]);
}

#[test]
fn a_queue_of_zero_panics_with_a_clear_message() {
    let payload = catch_unwind(doubled_with_no_queue).unwrap_err();
    let message = "the queue of a worker pool needs room for at least one item, and was given 0";
    assert_eq!(*payload.downcast::<&str>().unwrap(), message);
}

fn doubled_with_no_queue() {
    drop(double_all(&Context::background(), stream::iter(0..1), 0));
}

struct Tripler {
    by: u32,
}

impl Tripler {
    #[worker_pool(stream, workers = 2, queue = self.by as usize)]
    async fn times(self: Arc<Self>, ctx: &Context, n: u32) -> Result<u32, ContextError> {
        ctx.checkpoint().await?;
        Ok(n * self.by)
    }

    #[worker_pool(stream, associated, order = completion)]
    async fn thrice<T: Send + 'static>(_ctx: Context, item: T) -> Option<[Option<T>; 3]> {
        Some([Some(item), None, None])
    }
}

#[crate::watched::test]
async fn methods_and_associated_functions_stream() {
    let ctx = Context::background();
    let times = Arc::new(Tripler { by: 3 }).times_all(&ctx, stream::iter([1, 2]));
    assert_eq!(times.map(Result::unwrap).collect::<Vec<_>>().await, [3, 6]);
    assert_eq!(Tripler::thrice_all(ctx, stream::iter(["x"])).next().await, Some(Some([Some("x"), None, None])));
}

struct Words<'a> {
    longest: Cell<&'a str>,
}

impl<'a> Words<'a> {
    #[worker_pool(stream, local, workers = 2)]
    async fn measure(&self, ctx: &Context, word: &'a str) -> Option<usize> {
        ctx.checkpoint().await.ok()?;
        if word.len() > self.longest.get().len() {
            self.longest.set(word);
        }
        Some(word.len())
    }
}

#[worker_pool(stream, local, workers = 2)]
async fn length(ctx: &Context, word: &str) -> Option<usize> {
    ctx.checkpoint().await.ok()?;
    Some(word.len())
}

#[crate::watched::test]
async fn a_local_stream_borrows() {
    let text = String::from("a few words");
    let (words, ctx) = (Words { longest: Cell::new("") }, Context::background());
    let lengths = words.measure_all(&ctx, stream::iter(text.split(' '))).collect::<Vec<_>>();
    assert_eq!(lengths.await, [Some(1), Some(3), Some(5)]);
    assert_eq!(words.longest.get(), "words");
    let lengths = length_all(&ctx, stream::iter(text.split(' '))).collect::<Vec<_>>();
    assert_eq!(lengths.await, [Some(1), Some(3), Some(5)]);
}
