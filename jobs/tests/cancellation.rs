//! Batches that end early.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use taskward::{Context, ContextError, worker_pool};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::support::{eventually, on_each_database};

/// The beginning or the end of a job.
#[derive(Debug, PartialEq, Eq)]
enum Event {
    Began(u32),
    Ended(u32, String),
}

#[worker_pool(jobs = "sleepers", workers = 4)]
async fn sleep(ctx: &Context, item: u32, log: UnboundedSender<Event>) -> Result<u32, ContextError> {
    log.send(Event::Began(item)).unwrap();
    let watched = ctx.clone();
    let hook = ctx.on_cancel(move |why| drop(log.send(Event::Ended(item, why.to_string()))));
    watched.sleep(Duration::from_mins(10)).await?;
    drop(hook);
    Ok(item)
}

async fn ended(events: &mut UnboundedReceiver<Event>) -> (u32, String) {
    loop {
        if let Event::Ended(item, why) = events.recv().await.unwrap() {
            return (item, why);
        }
    }
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
enum Error {
    #[error("item {0} is bad")]
    Bad(u32),
    #[error("interrupted")]
    Interrupted(String),
}

impl From<ContextError> for Error {
    fn from(why: ContextError) -> Self {
        Self::Interrupted(why.to_string())
    }
}

on_each_database! {
    async fn a_cancelled_caller_cancels_the_running_jobs_within_a_second(database: Database) {
        let (log, mut events) = unbounded_channel();
        let server = database.serve([sleep_job(log.clone())]).await;
        let (ctx, canceller) = database.caller().await.with_cancel();
        let call = tokio::spawn(async move { sleep_all(&ctx, 0..100, log).await });
        assert!(matches!(events.recv().await.unwrap(), Event::Began(_)));
        canceller.cancel_with("the user went away");
        let start = Instant::now();
        let (_, why) = ended(&mut events).await;
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
        assert!(why.contains("the user went away"), "{why}");
        let error = call.await.unwrap().unwrap_err();
        assert_eq!(error.to_string(), "cancelled: the user went away");
        let jobs = database.connect().await;
        let left: u64 = jobs.status().await.unwrap().iter().map(|queue| queue.waiting + queue.running).sum();
        assert_eq!(left, 0, "the call returns when every job has settled");
        server.stop().await;
    }

    async fn a_dropped_caller_cancels_the_batch(database: Database) {
        let (log, mut events) = unbounded_channel();
        let server = database.serve([sleep_job(log.clone())]).await;
        let ctx = database.caller().await;
        let call = tokio::spawn(async move { sleep_all(&ctx, 0..100, log).await });
        assert!(matches!(events.recv().await.unwrap(), Event::Began(_)));
        call.abort();
        let (_, why) = ended(&mut events).await;
        assert!(why.contains("its caller was dropped"), "{why}");
        let jobs = database.connect().await;
        eventually("the queue is empty", || async {
            jobs.status().await.unwrap().iter().all(|queue| queue.waiting + queue.running == 0)
        })
        .await;
        server.stop().await;
    }

    async fn the_deadline_reaches_each_job(database: Database) {
        let (log, mut events) = unbounded_channel();
        let server = database.serve([sleep_job(log.clone())]).await;
        let ctx = database.caller().await.with_timeout(Duration::from_millis(300));
        let start = Instant::now();
        let error = sleep_all(&ctx, 0..100, log).await.unwrap_err();
        assert!(error.is_deadline_exceeded(), "{error}");
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        let (_, why) = ended(&mut events).await;
        assert!(why.contains("deadline"), "{why}");
        server.stop().await;
    }

    async fn jobs_whose_deadline_has_passed_are_not_begun(database: Database) {
        let (log, mut events) = unbounded_channel();
        let ctx = database.caller().await.with_timeout(Duration::from_millis(50));
        sleep_all(&ctx, 0..3, log.clone()).await.unwrap_err();
        let server = database.serve([sleep_job(log)]).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(events.try_recv().is_err());
        server.stop().await;
    }

    async fn the_first_error_cancels_the_batch(database: Database) {
        #[worker_pool(jobs = "failing", workers = 4)]
        async fn check(ctx: &Context, item: u32, began: Arc<AtomicUsize>) -> Result<u32, Error> {
            began.fetch_add(1, Ordering::Relaxed);
            if item == 2 {
                return Err(Error::Bad(item));
            }
            ctx.sleep(Duration::from_mins(10)).await?;
            Ok(item)
        }
        let began = Arc::new(AtomicUsize::new(0));
        let server = database.serve([check_job(began.clone())]).await;
        let start = Instant::now();
        let error = check_all(&database.caller().await, 0..1000, began.clone()).await.unwrap_err();
        assert_eq!(error, Error::Bad(2));
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        assert!(began.load(Ordering::Relaxed) < 20);
        let jobs = database.connect().await;
        let left: u64 = jobs.status().await.unwrap().iter().map(|queue| queue.waiting + queue.running).sum();
        assert_eq!(left, 0);
        server.stop().await;
    }

    async fn a_server_that_stops_gives_its_jobs_back(database: Database) {
        #[worker_pool(jobs = "handed over", workers = 2, attempts = 1)]
        async fn work(ctx: &Context, item: u32, pause: Duration, seen: UnboundedSender<u32>) -> Result<u32, ContextError> {
            seen.send(ctx.attempt()).unwrap();
            ctx.sleep(pause).await?;
            Ok(item)
        }
        let (seen, mut attempts) = unbounded_channel();
        let jobs = database.connect().await.grace(Duration::from_millis(100));
        let first = crate::support::Server::start(jobs, [work_job(Duration::from_mins(10), seen.clone())]);
        let ctx = database.caller().await;
        let call = tokio::spawn({
            let seen = seen.clone();
            async move { work_all(&ctx, 0..4, Duration::ZERO, seen).await }
        });
        attempts.recv().await.unwrap();
        first.stop().await;
        let second = database.serve([work_job(Duration::ZERO, seen)]).await;
        assert_eq!(call.await.unwrap().unwrap(), [0, 1, 2, 3]);
        while let Ok(attempt) = attempts.try_recv() {
            assert_eq!(attempt, 1, "an attempt that a stop has ended does not count");
        }
        second.stop().await;
    }

    async fn a_server_that_is_dropped_gives_its_jobs_back(database: Database) {
        let (log, mut events) = unbounded_channel();
        let first = database.serve([sleep_job(log.clone())]).await;
        let ctx = database.caller().await;
        let call = tokio::spawn(async move { sleep_all(&ctx, 0..2, log).await });
        assert!(matches!(events.recv().await.unwrap(), Event::Began(_)));
        first.drop_it().await;
        let jobs = database.connect().await;
        eventually("the jobs wait for another server", || async {
            jobs.status().await.unwrap().iter().map(|queue| queue.waiting).sum::<u64>() == 2
        })
        .await;
        call.abort();
    }

    async fn running_jobs_have_the_grace_of_their_server(database: Database) {
        #[worker_pool(jobs = "graceful")]
        async fn work(ctx: &Context, item: u32, seen: UnboundedSender<u32>) -> Result<u32, ContextError> {
            seen.send(item).unwrap();
            ctx.sleep(Duration::from_millis(300)).await?;
            Ok(item)
        }
        let (seen, mut begun) = unbounded_channel();
        let server = database.serve([work_job(seen.clone())]).await;
        let ctx = database.caller().await;
        let call = tokio::spawn(async move { work_all(&ctx, [7], seen).await });
        begun.recv().await.unwrap();
        server.stop().await;
        assert_eq!(call.await.unwrap().unwrap(), [7]);
    }
}
