//! Retries, dead letters and jobs that kill.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use taskward::{Context, ContextError, worker_pool};
use taskward_jobs::JobsError;

use crate::support::{eventually, on_each_database};

#[derive(Debug, Serialize, Deserialize, thiserror::Error)]
enum Error {
    #[error("attempt {0} failed")]
    Failed(u32),
    #[error(transparent)]
    Interrupted(#[from] ContextError),
}

#[worker_pool(jobs = "flaky", attempts = 3, backoff = "50ms..100ms")]
async fn flaky(ctx: &Context, succeeds_in: u32) -> Result<u32, Error> {
    if ctx.attempt() < succeeds_in { Err(Error::Failed(ctx.attempt())) } else { Ok(ctx.attempt()) }
}

on_each_database! {
    async fn a_failed_item_is_tried_again_after_a_pause(database: Database) {
        let server = database.serve([flaky_job()]).await;
        let start = Instant::now();
        assert_eq!(flaky_all(&database.caller().await, [1, 3, 2]).await.unwrap(), [1, 3, 2]);
        assert!(start.elapsed() >= Duration::from_millis(100), "two pauses of at least 50 ms");
        server.stop().await;
    }

    async fn the_last_failure_is_a_dead_letter_that_can_be_requeued(database: Database) {
        let server = database.serve([flaky_job()]).await;
        let error = flaky_all(&database.caller().await, [4]).await.unwrap_err();
        assert!(matches!(error, Error::Failed(3)), "{error}");
        let jobs = database.connect().await;
        let dead = jobs.dead("flaky").await.unwrap();
        assert_eq!(dead.len(), 1);
        assert_eq!((dead[0].item.as_str(), dead[0].attempts), ("4", 3));
        assert_eq!(dead[0].error, r#"{"Failed":3}"#);
        assert!(jobs.dead("another queue").await.unwrap().is_empty());
        server.stop().await;
        assert_eq!(jobs.requeue([dead[0].id]).await.unwrap(), 1);
        assert_eq!(jobs.requeue([&dead[0].id]).await.unwrap(), 0, "it is a job again");
        assert!(jobs.dead("flaky").await.unwrap().is_empty());
        assert_eq!(jobs.status().await.unwrap()[0].waiting, 1);
        // It fails again, all by itself.
        let server = database.serve([flaky_job()]).await;
        eventually("it is dead again", || async { jobs.dead("flaky").await.unwrap().len() == 1 }).await;
        server.stop().await;
    }

    async fn no_pause_reaches_beyond_the_deadline(database: Database) {
        #[worker_pool(jobs = "slowly flaky", attempts = 5, backoff = "1h..2h")]
        async fn slowly(ctx: &Context, _item: u32) -> Result<u32, Error> {
            Err(Error::Failed(ctx.attempt()))
        }
        let server = database.serve([slowly_job()]).await;
        let ctx = database.caller().await.with_timeout(Duration::from_mins(1));
        let error = slowly_all(&ctx, [1]).await.unwrap_err();
        assert!(matches!(error, Error::Failed(1)), "{error}");
        server.stop().await;
    }

    async fn a_panic_is_a_failed_attempt(database: Database) {
        #[worker_pool(jobs = "panics", attempts = 2, backoff = "1ms..2ms")]
        async fn explode(ctx: &Context, item: u32) -> Result<u32, Error> {
            assert!(item == 0 || ctx.attempt() > item, "boom at {item}");
            Ok(item)
        }
        let server = database.serve([explode_job()]).await;
        let ctx = database.caller().await;
        assert_eq!(explode_all(&ctx, [0, 1]).await.unwrap(), [0, 1]);
        let Error::Interrupted(why) = explode_all(&ctx, [2]).await.unwrap_err() else { panic!("not the panic") };
        let cause = why.cause().unwrap().downcast_ref::<JobsError>().unwrap();
        assert!(matches!(cause, JobsError::Panicked { message } if message == "boom at 2"), "{cause}");
        assert_eq!(database.connect().await.dead("panics").await.unwrap().len(), 1);
        server.stop().await;
    }

    async fn an_item_that_does_not_decode_is_a_dead_letter(database: Database) {
        // Two versions of a program: the item of one is not that of the other.
        mod old {
            use super::*;
            #[worker_pool(jobs = "versions", attempts = 5)]
            pub(super) async fn version(_ctx: &Context, item: String) -> Result<u32, ContextError> {
                Ok(u32::try_from(item.len()).unwrap())
            }
        }
        mod new {
            use super::*;
            #[worker_pool(jobs = "versions", attempts = 5)]
            pub(super) async fn version(_ctx: &Context, item: u32) -> Result<String, ContextError> {
                Ok(item.to_string())
            }
        }
        #[worker_pool(jobs = "versions")]
        async fn version(_ctx: &Context, _item: String) -> Result<Vec<u8>, ContextError> {
            Ok(Vec::new())
        }
        let server = database.serve([new::version_job()]).await;
        let ctx = database.caller().await;
        let error = old::version_all(&ctx, ["one".to_owned()]).await.unwrap_err();
        assert!(error.to_string().contains("cannot be decoded"), "{error}");
        let dead = database.connect().await.dead("versions").await.unwrap();
        assert_eq!((dead.len(), dead[0].attempts), (1, 1), "no crash loop");
        // And a result type that changed.
        assert_eq!(new::version_all(&ctx, [7]).await.unwrap(), ["7"]);
        server.stop().await;
        let server = database.serve([old::version_job()]).await;
        let error = version_all(&ctx, ["one".to_owned()]).await.unwrap_err();
        assert!(error.to_string().contains("the result of an item cannot be decoded"), "{error}");
        assert!(matches!(error.cause().unwrap().downcast_ref(), Some(JobsError::Decode { .. })), "{error}");
        server.stop().await;
    }

    async fn servers_of_two_versions_give_values_or_typed_errors(database: Database) {
        mod next {
            use super::*;
            #[worker_pool(jobs = "mixed", workers = 1, attempts = 5)]
            pub(super) async fn mixed(ctx: &Context, item: u32) -> Result<String, ContextError> {
                ctx.sleep(Duration::from_millis(5)).await?;
                Ok(format!("{item}"))
            }
        }
        #[worker_pool(jobs = "mixed", workers = 1, attempts = 5, on_error = collect)]
        async fn mixed(ctx: &Context, item: u32) -> Result<u32, ContextError> {
            ctx.sleep(Duration::from_millis(25)).await?;
            Ok(item)
        }
        let servers = [database.serve([mixed_job()]).await, database.serve([next::mixed_job()]).await];
        let results = mixed_all(&database.caller().await, 0..40).await;
        for (item, result) in (0..).zip(&results) {
            match result {
                Ok(value) => assert_eq!(*value, item),
                Err(why) => {
                    let cause = why.cause().unwrap().downcast_ref();
                    assert!(matches!(cause, Some(JobsError::Decode { .. })), "{why}");
                }
            }
        }
        assert!(results.iter().any(Result::is_ok) && results.iter().any(Result::is_err), "both took part");
        assert!(database.connect().await.dead("mixed").await.unwrap().is_empty());
        for server in servers {
            server.stop().await;
        }
    }

    async fn a_job_of_an_unknown_function_waits_for_a_server_that_knows_it(database: Database) {
        mod other {
            use super::*;
            #[worker_pool(jobs = "flaky")]
            pub(super) async fn other(_ctx: &Context, item: u32) -> Result<u32, ContextError> {
                Ok(item)
            }
        }
        let server = database.serve([flaky_job()]).await;
        let ctx = database.caller().await;
        let call = tokio::spawn(async move { other::other_all(&ctx, [5]).await });
        let jobs = database.connect().await;
        eventually("the job is reported as one without a server", || async {
            let state = jobs.status().await.unwrap();
            state.iter().any(|queue| queue.function == "other" && queue.waiting == 1 && queue.servers == 0)
        })
        .await;
        let knowing = database.serve([other::other_job()]).await;
        assert_eq!(call.await.unwrap().unwrap(), [5]);
        server.stop().await;
        knowing.stop().await;
    }

    async fn a_payload_of_ten_megabytes_arrives(database: Database) {
        #[worker_pool(jobs = "large")]
        async fn echo(_ctx: &Context, text: String) -> Result<String, ContextError> {
            Ok(text)
        }
        let server = database.serve([echo_job()]).await;
        let text = "ä\0".repeat(3_500_000);
        let echoed = echo_all(&database.caller().await, [text.clone()]).await.unwrap();
        assert!(echoed == [text]);
        server.stop().await;
    }

    async fn a_long_job_runs_once_because_its_lease_is_extended(database: Database) {
        #[worker_pool(jobs = "long", lease = "300ms", workers = 1)]
        async fn long(ctx: &Context, _item: u32, runs: Arc<AtomicU32>) -> Result<u32, ContextError> {
            runs.fetch_add(1, Ordering::Relaxed);
            ctx.sleep(Duration::from_millis(1500)).await?;
            Ok(ctx.attempt())
        }
        let runs = Arc::new(AtomicU32::new(0));
        let servers = [database.serve([long_job(runs.clone())]).await, database.serve([long_job(runs.clone())]).await];
        assert_eq!(long_all(&database.caller().await, [1], runs.clone()).await.unwrap(), [1]);
        assert_eq!(runs.load(Ordering::Relaxed), 1);
        for server in servers {
            server.stop().await;
        }
    }
}

#[tokio::test]
async fn a_queue_that_cannot_be_reached_is_a_clear_error() {
    let error = taskward_jobs::Jobs::connect("postgres://me:secret@127.0.0.1:1/nothing").await.unwrap_err();
    assert!(error.to_string().starts_with("cannot connect to the job queue: "), "{error}");
    let error = taskward_jobs::Jobs::connect("sqlite:///nowhere/at/all/jobs.db").await.unwrap_err();
    assert!(error.to_string().starts_with("cannot open the job queue: "), "{error}");
}
