//! The options of batches.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use taskward::{Context, ContextError, worker_pool};
use taskward_jobs::BatchOptions;

use crate::support::{Database, eventually, on_each_database};

#[worker_pool(jobs = "successors")]
async fn successor(_ctx: &Context, number: u32) -> Result<u32, ContextError> {
    Ok(number + 1)
}

/// Leaves a batch with a deadline in the queue, as a process does that dies. Returns the context
/// of its call.
async fn abandon(database: &Database, key: &str) -> Context {
    // A connection of its own, which the forgotten call may hold for ever.
    let ctx = database.caller().await.with_value(BatchOptions::new().key(key)).with_timeout(Duration::from_secs(1));
    let mut call = Box::pin(successor_all(&ctx, 0..3));
    let jobs = database.connect().await;
    let submitted = eventually("the jobs wait", || async {
        jobs.status().await.unwrap().iter().map(|queue| queue.waiting).sum::<u64>() == 3
    });
    tokio::select! {
        results = &mut call => panic!("{results:?}"),
        () = submitted => {}
    }
    // Not dropped: that would cancel the batch.
    std::mem::forget(call);
    ctx
}

on_each_database! {
    async fn two_batches_with_one_key_are_one(database: Database) {
        #[worker_pool(jobs = "keyed")]
        async fn count(_ctx: &Context, _item: u32, runs: Arc<AtomicUsize>) -> Result<usize, ContextError> {
            Ok(runs.fetch_add(1, Ordering::Relaxed))
        }
        let runs = Arc::new(AtomicUsize::new(0));
        let server = database.serve([count_job(runs.clone())]).await;
        let ctx = database.caller().await.with_value(BatchOptions::new().key("import 7"));
        let first = count_all(&ctx, 0..3, runs.clone()).await.unwrap();
        let second = count_all(&ctx, 0..3, runs.clone()).await.unwrap();
        assert_eq!(first, second);
        assert_eq!(runs.load(Ordering::Relaxed), 3);
        let error = count_all(&ctx, 0..4, runs.clone()).await.unwrap_err();
        assert!(error.to_string().contains("`import 7`"), "{error}");
        server.stop().await;
    }

    async fn a_higher_priority_goes_first_and_a_delay_is_kept(database: Database) {
        #[worker_pool(jobs = "ordered", workers = 1)]
        async fn note(_ctx: &Context, item: u32, log: Arc<std::sync::Mutex<Vec<u32>>>) -> Result<(), ContextError> {
            log.lock().unwrap().push(item);
            Ok(())
        }
        let ctx = database.caller().await;
        let urgent = ctx.with_value(BatchOptions::new().priority(1));
        let later = ctx.with_value(BatchOptions::new().delay(Duration::from_millis(400)));
        let start = std::time::Instant::now();
        let log = Arc::new(std::sync::Mutex::new(Vec::new()));
        let calls = async {
            tokio::join!(
                note_all(&ctx, [1], log.clone()),
                note_all(&urgent, [2], log.clone()),
                note_all(&later, [3], log.clone()),
            )
        };
        let serving = async {
            // After all of them are in the queue.
            let jobs = database.connect().await;
            eventually("three jobs wait", || async {
                jobs.status().await.unwrap().iter().map(|queue| queue.waiting + queue.delayed).sum::<u64>() == 3
            })
            .await;
            database.serve([note_job(log.clone())]).await
        };
        let (results, server) = tokio::join!(calls, serving);
        results.0.and(results.1).and(results.2).unwrap();
        assert_eq!(*log.lock().unwrap(), [2, 1, 3]);
        assert!(start.elapsed() >= Duration::from_millis(400));
        server.stop().await;
    }

    async fn jobs_are_not_taken_before_their_time(database: Database) {
        let server = database.serve([successor_job()]).await;
        let ctx = database.caller().await;
        let tomorrow = SystemTime::now() + Duration::from_hours(24);
        let later = ctx.with_value(BatchOptions::new().run_at(tomorrow));
        let call = tokio::spawn(async move { successor_all(&later, [1]).await });
        let jobs = database.connect().await;
        eventually("the job is delayed", || async {
            jobs.status().await.unwrap().iter().any(|queue| queue.delayed == 1)
        })
        .await;
        let past = ctx.with_value(BatchOptions::new().run_at(SystemTime::UNIX_EPOCH));
        assert_eq!(successor_all(&past, [2]).await.unwrap(), [3]);
        let states = jobs.status().await.unwrap();
        assert_eq!((states[0].waiting, states[0].delayed, states[0].running), (0, 1, 0));
        call.abort();
        server.stop().await;
    }

    async fn a_batch_whose_deadline_passed_without_all_results_begins_anew(database: Database) {
        let ctx = database.caller().await.with_value(BatchOptions::new().key("import 8"));
        abandon(&database, "import 8").await.cancelled().await;
        let server = database.serve([successor_job()]).await;
        let call = tokio::time::timeout(Duration::from_secs(20), successor_all(&ctx, 0..3));
        assert_eq!(call.await.expect("the batch has results").unwrap(), [1, 2, 3]);
        server.stop().await;
    }

    async fn a_batch_has_the_deadline_of_its_most_patient_caller(database: Database) {
        let ctx = database.caller().await.with_value(BatchOptions::new().key("import 9"));
        let hurried = abandon(&database, "import 9").await;
        let mut call = std::pin::pin!(tokio::time::timeout(Duration::from_secs(20), successor_all(&ctx, 0..3)));
        tokio::select! {
            results = &mut call => panic!("{results:?}"),
            _ = hurried.cancelled() => {}
        }
        let server = database.serve([successor_job()]).await;
        assert_eq!(call.await.expect("the batch has results").unwrap(), [1, 2, 3]);
        server.stop().await;
    }
}
