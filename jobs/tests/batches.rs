//! Batches that go well.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use taskward::{Context, ContextError, Progress, worker_pool};
use taskward_jobs::Jobs;

use crate::support::on_each_database;

#[worker_pool(jobs = "doubles", workers = 4)]
async fn double(ctx: &Context, number: u32) -> Result<u32, ContextError> {
    // Later ones are faster.
    ctx.sleep(Duration::from_millis(u64::from(20_u32.saturating_sub(number)))).await?;
    Ok(number * 2)
}

#[worker_pool(jobs = "sums", order = completion, on_error = collect, progress = progress)]
async fn add(ctx: &Context, number: u32, to: u32, progress: fn(Progress)) -> Option<u32> {
    let _ = progress;
    ctx.checkpoint().await.ok()?;
    number.checked_add(to)
}

#[worker_pool(jobs = "blocking")]
fn upper(_ctx: &Context, mut word: String) -> Result<String, ContextError> {
    word.make_ascii_uppercase();
    Ok(word)
}

struct Library {
    prefix: String,
}

impl Library {
    #[worker_pool(jobs = "titles", workers = 2)]
    async fn title(self: Arc<Self>, ctx: &Context, name: String) -> Result<String, ContextError> {
        ctx.checkpoint().await?;
        Ok(format!("{} {name}", self.prefix))
    }
}

on_each_database! {
    async fn results_come_in_the_order_of_the_items(database: Database) {
        let server = database.serve([double_job()]).await;
        let doubled = double_all(&database.caller().await, 0..50).await.unwrap();
        assert_eq!(doubled, (0..50).map(|number| number * 2).collect::<Vec<_>>());
        server.stop().await;
    }

    async fn two_servers_share_the_items(database: Database) {
        #[worker_pool(jobs = "shared", workers = 1)]
        async fn count(ctx: &Context, _item: u32, by: Arc<AtomicUsize>) -> Result<(), ContextError> {
            by.fetch_add(1, Ordering::Relaxed);
            ctx.sleep(Duration::from_millis(20)).await
        }
        let counts = [Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0))];
        let first = database.serve([count_job(counts[0].clone())]).await;
        let second = database.serve([count_job(counts[1].clone())]).await;
        count_all(&database.caller().await, 0..30, counts[0].clone()).await.unwrap();
        let [first_count, second_count] = counts.map(|count| count.load(Ordering::Relaxed));
        assert_eq!(first_count + second_count, 30);
        assert!(first_count > 5 && second_count > 5, "{first_count} and {second_count}");
        first.stop().await;
        second.stop().await;
    }

    async fn options_of_a_pool_hold_for_jobs(database: Database) {
        static TOLD: AtomicUsize = AtomicUsize::new(0);

        fn told(progress: Progress) {
            assert_eq!(progress.total, Some(3));
            TOLD.fetch_add(1, Ordering::Relaxed);
        }
        let server = database.serve([add_job(10, told)]).await;
        TOLD.store(0, Ordering::Relaxed);
        let mut sums = add_all(&database.caller().await, [1, u32::MAX, 2], 10, told).await;
        assert!(TOLD.load(Ordering::Relaxed) >= 3);
        sums.sort_unstable();
        assert_eq!(sums, [None, Some(11), Some(12)]);
        server.stop().await;
    }

    async fn blocking_functions_and_methods_have_jobs(database: Database) {
        let library = Arc::new(Library { prefix: "The".into() });
        let server = database.serve([upper_job(), library.clone().title_job()]).await;
        let ctx = database.caller().await;
        let words = ["one".to_owned(), "three".to_owned()];
        assert_eq!(upper_all(&ctx, words.clone()).await.unwrap(), ["ONE", "THREE"]);
        assert_eq!(library.title_all(&ctx, words).await.unwrap(), ["The one", "The three"]);
        server.stop().await;
    }

    async fn a_batch_of_ten_thousand_items_has_ten_thousand_results(database: Database) {
        #[worker_pool(jobs = "many", workers = 4)]
        async fn next(_ctx: &Context, number: u32) -> Result<u32, ContextError> {
            Ok(number + 1)
        }
        let server = database.serve([next_job()]).await;
        let results = next_all(&database.caller().await, 0..10_000).await.unwrap();
        assert!(results.iter().copied().eq(1..=10_000));
        server.stop().await;
    }

    async fn an_empty_batch_needs_no_server(database: Database) {
        assert!(double_all(&database.caller().await, []).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn without_a_job_queue_the_pool_is_in_the_process() {
    assert_eq!(double_all(&Context::background(), [1, 2]).await.unwrap(), [2, 4]);
    assert_eq!(upper_all(&Context::background(), ["one".to_owned()]).await.unwrap(), ["ONE"]);
}

#[tokio::test]
async fn queues_are_spread_over_several_databases() {
    let jobs = Jobs::connect(["sqlite::memory:", "sqlite::memory:"]).await.unwrap();
    let server = crate::support::Server::start(jobs.clone(), [double_job(), upper_job()]);
    let ctx = Context::background().with_value(jobs);
    assert_eq!(double_all(&ctx, [1, 2]).await.unwrap(), [2, 4]);
    assert_eq!(upper_all(&ctx, ["one".to_owned()]).await.unwrap(), ["ONE"]);
    server.stop().await;
}

/// The tests of streams.
mod streams {
    use futures_util::{StreamExt as _, stream};

    use super::*;

    #[derive(Debug, serde::Serialize, serde::Deserialize, thiserror::Error)]
    enum Error {
        #[error("{0} is odd")]
        Odd(u32),
        #[error(transparent)]
        Interrupted(#[from] ContextError),
    }

    #[worker_pool(jobs = "stream", stream, queue = 8, workers = 4, progress = |progress| count(&told, progress))]
    async fn half(ctx: &Context, number: u32, told: Arc<AtomicUsize>) -> Result<u32, Error> {
        let _ = told;
        ctx.sleep(Duration::from_millis(u64::from(number % 3))).await?;
        if number.is_multiple_of(2) { Ok(number / 2) } else { Err(Error::Odd(number)) }
    }

    fn count(told: &AtomicUsize, _progress: Progress) {
        told.fetch_add(1, Ordering::Relaxed);
    }

    on_each_database! {
        async fn results_of_a_stream_come_in_order(database: Database) {
            let told = Arc::new(AtomicUsize::new(0));
            let server = database.serve([half_job(told.clone())]).await;
            let taken = Arc::new(AtomicUsize::new(0));
            let items = stream::iter((0..50).map(|number| number * 2)).inspect({
                let taken = taken.clone();
                move |_| {
                    taken.fetch_add(1, Ordering::Relaxed);
                }
            });
            let mut results = std::pin::pin!(half_all(&database.caller().await, items, told.clone()));
            assert_eq!(results.next().await.unwrap().unwrap(), 0);
            assert!(taken.load(Ordering::Relaxed) <= 9, "no more than the queue has room for");
            let rest: Vec<_> = results.map(Result::unwrap).collect().await;
            assert!(rest.iter().copied().eq(1..50));
            assert_eq!(told.load(Ordering::Relaxed), 50);
            server.stop().await;
        }

        async fn the_first_failure_ends_a_stream(database: Database) {
            let told = Arc::new(AtomicUsize::new(0));
            let server = database.serve([half_job(told.clone())]).await;
            let results = half_all(&database.caller().await, stream::iter([4, 2, 7, 8, 6]), told);
            let results: Vec<_> = results.map(|result| result.map_err(|error| error.to_string())).collect().await;
            assert_eq!(results, [Ok(2), Ok(1), Err("7 is odd".to_owned())]);
            let jobs = database.connect().await;
            assert!(jobs.status().await.unwrap().iter().all(|queue| queue.waiting + queue.running == 0));
            server.stop().await;
        }

        async fn the_end_of_the_context_is_the_last_result_of_a_stream(database: Database) {
            let (ctx, canceller) = database.caller().await.with_cancel();
            let mut results = std::pin::pin!(half_all(&ctx, stream::repeat(2), Arc::default()));
            assert!(tokio::time::timeout(Duration::from_millis(200), results.next()).await.is_err());
            canceller.cancel();
            assert_eq!(results.next().await.unwrap().unwrap_err().to_string(), "cancelled");
            assert!(results.next().await.is_none());
        }
    }

    #[tokio::test]
    async fn without_a_job_queue_a_stream_is_in_the_process() {
        let results = half_all(&Context::background(), stream::iter([4, 2]), Arc::default());
        assert_eq!(results.map(Result::unwrap).collect::<Vec<_>>().await, [2, 1]);
    }
}
