//! Announcements, each of which wakes every process that listens.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPool};
use taskward::{Context, worker_pool};

use crate::support::Database;

#[worker_pool(jobs = "announced", workers = 2, on_error = collect)]
async fn check(ctx: &Context, is_good: bool) -> Option<()> {
    ctx.sleep(Duration::from_millis(2)).await.ok()?;
    is_good.then_some(())
}

/// Counts the jobs that are left at each announcement of results, until the call has ended.
async fn left_at_announcements(database: &Database, items: Vec<bool>) -> Vec<i64> {
    let server = database.serve([check_job()]).await;
    let ctx = database.caller().await;
    let pool = PgPool::connect(&database.url).await.unwrap();
    let mut listener = PgListener::connect(&database.url).await.unwrap();
    listener.listen("taskward_jobs").await.unwrap();
    let mut left = Vec::new();
    let count = items.len();
    let mut call = std::pin::pin!(check_all(&ctx, items));
    loop {
        tokio::select! {
            results = &mut call => {
                assert_eq!(results.len(), count);
                break;
            }
            heard = listener.recv() => {
                if heard.unwrap().payload().starts_with('r') {
                    let jobs = sqlx::query_scalar("SELECT count(*) FROM taskward_jobs").fetch_one(&pool).await;
                    left.push(jobs.unwrap());
                }
            }
        }
    }
    server.stop().await;
    left
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outputs_are_announced_near_the_end_of_their_batch() {
    let Some(database) = Database::postgres("announced") else { return };
    let left = left_at_announcements(&database, vec![true; 600]).await;
    // 64, and the jobs whose results are recorded together.
    assert!(left.iter().all(|left| *left < 300), "{left:?}");
    assert!(!left.is_empty(), "the last results are announced");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_are_announced_at_once() {
    let Some(database) = Database::postgres("errors") else { return };
    let mut items = vec![true; 600];
    items[0] = false;
    let left = left_at_announcements(&database, items).await;
    assert!(left.first().is_some_and(|left| *left > 300), "{left:?}");
}
