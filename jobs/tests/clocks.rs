//! Hosts whose clocks differ from that of the database, and so from each other, by five minutes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime};

use sqlx::Executor as _;
use taskward::{Context, ContextError, worker_pool};
use taskward_jobs::BatchOptions;

use crate::support::Database;

#[worker_pool(jobs = "clocks", workers = 2, lease = "300ms")]
async fn wait(ctx: &Context, pause: Duration, runs: Arc<AtomicU32>) -> Result<u32, ContextError> {
    runs.fetch_add(1, Ordering::Relaxed);
    ctx.sleep(pause).await?;
    Ok(ctx.attempt())
}

/// A Postgres whose clock is ahead by `minutes`: its own `now()` comes before that of the system.
async fn shifted(name: &str, minutes: i64) -> Option<Database> {
    let database = Database::postgres(name)?;
    let pool = sqlx::PgPool::connect(&database.url).await.unwrap();
    let name = database.url.rsplit_once('/').unwrap().1;
    let sql = format!(
        "CREATE SCHEMA shifted;
        CREATE FUNCTION shifted.now() RETURNS timestamptz LANGUAGE sql STABLE
            AS 'SELECT pg_catalog.now() + make_interval(mins => {minutes})';
        ALTER DATABASE {name} SET search_path = shifted, pg_catalog, public"
    );
    pool.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
    pool.close().await;
    let pool = sqlx::PgPool::connect(&database.url).await.unwrap();
    let theirs: i64 = sqlx::query_scalar("SELECT extract(epoch FROM now())::bigint").fetch_one(&pool).await.unwrap();
    let ours = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let ahead = theirs - i64::try_from(ours).unwrap();
    assert!((ahead - minutes * 60).abs() < 30, "the clock is shifted by {ahead} s");
    Some(database)
}

/// Leases, delays and deadlines are those that callers and workers mean.
async fn agree(database: &Database) {
    let runs = Arc::new(AtomicU32::new(0));
    let servers = [database.serve([wait_job(runs.clone())]).await, database.serve([wait_job(runs.clone())]).await];
    let ctx = database.caller().await;

    // Longer than its lease, with a deadline that is nearer than the clocks are to each other.
    let hurried = ctx.with_timeout(Duration::from_mins(1));
    let pause = Duration::from_millis(1200);
    assert_eq!(wait_all(&hurried, [pause], runs.clone()).await.unwrap(), [1]);
    assert_eq!(runs.load(Ordering::Relaxed), 1, "no lease ended early");

    let start = Instant::now();
    let hurried = ctx.with_timeout(Duration::from_millis(500));
    let error = wait_all(&hurried, [Duration::from_mins(10)], runs.clone()).await.unwrap_err();
    assert!(error.is_deadline_exceeded(), "{error}");
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());

    let in_half_a_second = [
        BatchOptions::new().delay(Duration::from_millis(500)),
        BatchOptions::new().run_at(SystemTime::now() + Duration::from_millis(500)),
    ];
    for options in in_half_a_second {
        let start = Instant::now();
        let later = ctx.with_value(options);
        assert_eq!(wait_all(&later, [Duration::ZERO], runs.clone()).await.unwrap(), [1]);
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    }
    for server in servers {
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_five_minutes_ahead_of_its_clients_serves_them() {
    if let Some(database) = shifted("ahead", 5).await {
        agree(&database).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_five_minutes_behind_its_clients_serves_them() {
    if let Some(database) = shifted("behind", -5).await {
        agree(&database).await;
    }
}
