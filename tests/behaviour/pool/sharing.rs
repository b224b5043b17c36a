//! Slow items in a row, any number of workers, idle threads, and the caller's span.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::thread;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use taskward::{Context, ContextError, WorkerPool, worker_pool};
use tokio::time::{Instant, sleep};

type Result<T> = std::result::Result<T, ContextError>;

#[worker_pool(workers = 8)]
async fn slow_in_a_row(_ctx: &Context, n: usize) -> Result<usize> {
    if (2000..2032).contains(&n) {
        sleep(Duration::from_secs(1)).await;
    }
    Ok(n)
}

#[crate::watched::test(start_paused = true)]
async fn slow_items_in_a_row_are_spread_over_all_workers() {
    let start = Instant::now();
    let all = slow_in_a_row_all(&Context::background(), 0..4000).await.unwrap();
    assert_eq!(all, (0..4000).collect::<Vec<_>>());
    assert_eq!(start.elapsed(), Duration::from_secs(4));
}

#[crate::watched::test(start_paused = true)]
async fn slow_items_are_spread_without_the_macro_and_in_the_callers_task() {
    let slow = async |_: Context, n: usize| {
        if (500..516).contains(&n) {
            sleep(Duration::from_secs(1)).await;
        }
        Result::Ok(n)
    };
    let start = Instant::now();
    WorkerPool::new(4).run_local(&Context::background(), 0..1000, slow).await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(4));
    let start = Instant::now();
    let all = WorkerPool::new(4).unordered().run(&Context::background(), 0..1000, slow).await.unwrap();
    assert_eq!((start.elapsed(), all.len()), (Duration::from_secs(4), 1000));
}

#[crate::watched::test(start_paused = true)]
async fn slow_items_are_spread_in_a_stream() {
    let start = Instant::now();
    let slow = async |_: Context, n: usize| {
        if (500..516).contains(&n) {
            sleep(Duration::from_secs(1)).await;
        }
        Result::Ok(n)
    };
    let stream = WorkerPool::new(4).queue(1000).stream(&Context::background(), stream::iter(0..1000), slow);
    let all: Vec<_> = stream.map(std::result::Result::unwrap).collect().await;
    assert_eq!(all, (0..1000).collect::<Vec<_>>());
    assert_eq!(start.elapsed(), Duration::from_secs(4));
}

/// Counts calls that wait for each other.
#[derive(Default)]
struct Meeting {
    waiting: AtomicUsize,
    have_met: AtomicBool,
}

impl Meeting {
    /// Returns when `enough` calls wait at once, or after `at_most`.
    fn wait_for(&self, enough: usize, at_most: Duration) {
        let until = std::time::Instant::now() + at_most;
        if self.waiting.fetch_add(1, SeqCst) + 1 == enough {
            self.have_met.store(true, SeqCst);
        }
        while !self.have_met.load(SeqCst) && std::time::Instant::now() < until {
            thread::yield_now();
        }
        self.waiting.fetch_sub(1, SeqCst);
    }
}

/// A worker claims more items at once than there are slow ones. The first in its chunk waits in
/// vain; before the second, the worker returns the rest.
#[crate::watched::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thread_shares_what_it_has_claimed_when_others_have_nothing_to_do() {
    let meeting = Arc::new(Meeting::default());
    let slow = {
        let meeting = meeting.clone();
        move |_: &Context, n: usize| {
            if (500..508).contains(&n) {
                meeting.wait_for(4, Duration::from_millis(200));
            }
            Result::Ok(n)
        }
    };
    let all = WorkerPool::new(4).run_blocking(&Context::background(), 0..1000, slow).await.unwrap();
    assert_eq!(all, (0..1000).collect::<Vec<_>>());
    assert!(meeting.have_met.load(SeqCst), "four workers never had one of the slow items each");
}

#[crate::watched::test(start_paused = true)]
async fn any_number_is_a_valid_number_of_workers() {
    let ctx = Context::background();
    for workers in [1, 500_000, 1 << 63, usize::MAX] {
        let pool = WorkerPool::new(workers);
        let double = async |_: Context, n: u64| Result::Ok(2 * n);
        assert_eq!(pool.run(&ctx, 1..4, double).await.unwrap(), [2, 4, 6]);
        assert_eq!(pool.run_local(&ctx, 1..4, double).await.unwrap(), [2, 4, 6]);
        let few: Vec<_> = pool.stream(&ctx, stream::iter(1..4), double).collect().await;
        assert_eq!(few.len(), 3);
        if workers > 1 << 63 {
            let few: Vec<_> = pool.stream_local(&ctx, stream::iter(1..4), double).collect().await;
            assert_eq!(few.len(), 3);
        }
        let unhinted = (1..).take_while(|n| *n < 4);
        assert_eq!(pool.run(&ctx, unhinted, double).await.unwrap(), [2, 4, 6]);
        let until = async |_: Context, n: u64| if n < 1_000 { Result::Ok(n) } else { Err(failure()) };
        assert!(pool.run(&ctx, 0.., until).await.is_err());
    }
}

fn failure() -> ContextError {
    Context::background().with_timeout(Duration::ZERO).check().unwrap_err()
}

/// The source needs a thread of the pool that the workers occupy.
#[test]
fn idle_blocking_workers_of_a_stream_leave_their_threads() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(2)
        .enable_time()
        .build()
        .unwrap();
    let all = runtime.block_on(async {
        let source = stream::iter(0..50).then(|n| async move { tokio::task::spawn_blocking(move || n).await.unwrap() });
        let pool = WorkerPool::new(2);
        let results = pool.stream_blocking(&Context::background(), Box::pin(source), |_, n: u32| Result::Ok(n));
        let results = results.map(std::result::Result::unwrap).collect::<Vec<_>>();
        tokio::time::timeout(Duration::from_secs(60), results).await.expect("the source is not starved")
    });
    assert_eq!(all, (0..50).collect::<Vec<_>>());
}

#[cfg(feature = "tracing")]
#[crate::watched::test]
async fn workers_keep_the_callers_span() {
    use tracing::Instrument;
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;

    let _default = tracing_subscriber::registry().with(tracing_subscriber::layer::Identity::new()).set_default();
    let span = tracing::info_span!("request");
    let id = span.id();
    assert!(id.is_some());
    let calls = async {
        let ctx = Context::background();
        let call = move |_, _: u8| {
            let id = id.clone();
            async move {
                tokio::task::yield_now().await;
                Some(tracing::Span::current().id() == id)
            }
        };
        let pool = WorkerPool::new(2);
        let mut all = pool.run(&ctx, 0..3, call.clone()).await.unwrap();
        all.extend(pool.run_local(&ctx, 0..3, call.clone()).await.unwrap());
        all.extend(pool.stream(&ctx, stream::iter(0..3), call).map(Option::unwrap).collect::<Vec<_>>().await);
        all
    };
    assert_eq!(calls.instrument(span).await, [true; 9]);
}
