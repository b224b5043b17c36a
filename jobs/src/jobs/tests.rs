use std::sync::Arc;
use std::time::Duration;

use sqlx::AssertSqlSafe;
use taskward::{Context, ContextError};
use tokio::sync::Notify;
use tokio::time::sleep;

use super::{GRACE, Jobs};
use crate::__private::{FailFast, run};
use crate::database::Database;
use crate::engine::Engine as _;
use crate::engine::sqlite::Sqlite;
use crate::hub::Hub;
use crate::job::Job;
use crate::spec::Spec;

static SPEC: Spec = Spec::new("queue", "function");

/// A job queue on a disk of limited size.
async fn open() -> (Arc<Sqlite>, Jobs) {
    let hub = Arc::new(Hub::new());
    let sqlite = Arc::new(Sqlite::connect("sqlite::memory:", hub.clone()).await.unwrap());
    let databases = [Database::start(sqlite.clone(), hub)];
    (sqlite, Jobs { databases: Arc::new(databases), carriers: Arc::new([]), grace: GRACE })
}

/// Limits the disk to this number of free pages.
async fn leave_room(sqlite: &Sqlite, pages: i64) {
    let used: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(sqlite.pool()).await.unwrap();
    let sql = format!("PRAGMA max_page_count = {}", used + pages);
    sqlx::query(AssertSqlSafe(sql)).execute(sqlite.pool()).await.unwrap();
}

fn call(jobs: &Jobs, items: Vec<String>) -> impl Future<Output = Result<Vec<usize>, ContextError>> + use<> {
    let ctx = Context::background();
    run::<FailFast, Result<usize, ContextError>, _, _, _>(&SPEC, jobs.clone(), ctx, true, items, |_| {})
}

#[tokio::test]
async fn a_batch_that_does_not_fit_on_the_disk_is_refused_whole() {
    let (sqlite, jobs) = open().await;
    leave_room(&sqlite, 50).await;
    // 100 pages of 4 KiB.
    let error = call(&jobs, vec!["x".repeat(4096); 100]).await.unwrap_err();
    assert!(error.to_string().starts_with("cancelled: cannot submit jobs: "), "{error}");
    assert!(error.to_string().contains("database or disk is full"), "{error}");
    assert!(sqlite.status().await.unwrap().is_empty(), "nothing of it is stored");
}

#[tokio::test]
async fn results_wait_for_room_on_a_full_disk() {
    let (sqlite, jobs) = open().await;
    let (server, stop) = Context::background().with_cancel();
    let done = Arc::new(Notify::new());
    let job = Job::new(&SPEC, Some(1), {
        let (sqlite, done) = (sqlite.clone(), done.clone());
        move |_, item: String| {
            let (sqlite, done) = (sqlite.clone(), done.clone());
            async move {
                leave_room(&sqlite, 0).await;
                done.notify_one();
                // Its result needs some pages.
                Ok::<_, ContextError>("x".repeat(item.len() * 100_000))
            }
        }
    });
    let serving = tokio::spawn({
        let jobs = jobs.clone();
        async move { jobs.serve(&server, [job]).await }
    });
    let ctx = Context::background();
    let items = vec!["x".to_owned()];
    let call =
        tokio::spawn(run::<FailFast, Result<String, ContextError>, _, _, _>(&SPEC, jobs, ctx, true, items, |_| {}));
    done.notified().await;
    // Some attempts to write the result fail.
    sleep(Duration::from_millis(300)).await;
    assert!(!call.is_finished());
    let states = sqlite.status().await.unwrap();
    assert_eq!((states[0].running, states[0].dead), (1, 0), "the job is not lost");
    leave_room(&sqlite, 1000).await;
    assert_eq!(call.await.unwrap().unwrap()[0].len(), 100_000);
    stop.cancel();
    serving.await.unwrap().unwrap();
}
