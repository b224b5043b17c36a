//! Databases that are full, read-only, or of another version.

use std::time::Duration;

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgPoolOptions;
use taskward::{Context, ContextError, worker_pool};
use taskward_jobs::{BatchOptions, Jobs, JobsError};

use crate::support::pooler::Pooler;
use crate::support::postgres::Postgres;
use crate::support::{Database, eventually, on_each_database};

#[worker_pool(jobs = "plain")]
async fn plain(_ctx: &Context, item: u32) -> Result<u32, ContextError> {
    Ok(item)
}

/// Executes a statement, and returns the number of rows that it changes.
async fn execute(url: &str, sql: &'static str) -> u64 {
    if url.starts_with("sqlite") {
        let pool = sqlx::SqlitePool::connect(url).await.unwrap();
        sqlx::query(sql).execute(&pool).await.unwrap().rows_affected()
    } else {
        let pool = sqlx::PgPool::connect(url).await.unwrap();
        sqlx::query(sql).execute(&pool).await.unwrap().rows_affected()
    }
}

on_each_database! {
    async fn tables_of_a_newer_version_are_refused(database: Database) {
        drop(database.connect().await);
        execute(&database.url, "UPDATE taskward_schema SET version = 99").await;
        let error = Jobs::connect(&database.url).await.unwrap_err();
        assert!(matches!(error, JobsError::SchemaTooNew { found: 99, known: 1 }), "{error}");
    }

    async fn a_server_that_died_long_ago_is_forgotten(database: Database) {
        drop(database.connect().await);
        execute(&database.url, "INSERT INTO taskward_servers (worker, queue, function, seen_at) VALUES ('a', 'b', 'c', 0)")
            .await;
        let server = database.serve([plain_job()]).await;
        eventually("its row is gone", || async {
            // Changes nothing: the number of rows.
            execute(&database.url, "UPDATE taskward_servers SET seen_at = 0 WHERE worker = 'a'").await == 0
        })
        .await;
        server.stop().await;
    }

    async fn many_programs_may_make_the_tables_at_once(database: Database) {
        let connecting = (0..8).map(|_| Jobs::connect(&database.url));
        for jobs in futures_util::future::join_all(connecting).await {
            jobs.unwrap();
        }
    }

    async fn a_database_that_cannot_be_written_to_is_an_error_with_its_cause(database: Database) {
        drop(database.connect().await);
        let url = if database.url.starts_with("sqlite") {
            format!("{}?mode=ro", database.url)
        } else {
            format!("{}?options=-c%20default_transaction_read_only%3Don", database.url)
        };
        let ctx = Context::background().with_value(Jobs::connect(&url).await.unwrap());
        let error = plain_all(&ctx, [1]).await.unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("cancelled: cannot submit jobs: ") && text.contains("read"), "{text}");
    }
}

/// Makes a database on Postgres refuse to be written to, or not, and ends its connections.
async fn set_read_only(url: &str, is_read_only: bool) {
    let (server, name) = url.rsplit_once('/').unwrap();
    let pool = sqlx::PgPool::connect(&format!("{server}/postgres")).await.unwrap();
    let sql = format!("ALTER DATABASE {name} SET default_transaction_read_only = {is_read_only}");
    sqlx::query(AssertSqlSafe(sql)).execute(&pool).await.unwrap();
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
    sqlx::query(end).bind(name).execute(&pool).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn results_wait_while_postgres_is_read_only() {
    #[worker_pool(jobs = "patient", workers = 2)]
    async fn patient(ctx: &Context, item: u32) -> Result<(u32, u32), ContextError> {
        ctx.sleep(Duration::from_millis(10)).await?;
        Ok((item, ctx.attempt()))
    }
    let Some(database) = Database::postgres("read_only") else { return };
    let server = database.serve([patient_job()]).await;
    let jobs = database.connect().await;
    let ctx = Context::background().with_value(jobs.clone());
    let call = tokio::spawn(async move { patient_all(&ctx, 0..200).await });
    let left = || async {
        let states = jobs.status().await.unwrap_or_default();
        states.iter().map(|queue| queue.waiting + queue.running).sum::<u64>()
    };
    eventually("some jobs are done", || async { (1..190).contains(&left().await) }).await;
    set_read_only(&database.url, true).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!call.is_finished());
    set_read_only(&database.url, false).await;
    let results = call.await.unwrap().unwrap();
    assert!(results.into_iter().eq((0..200).map(|item| (item, 1))), "each once, in order");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_does_not_fit_on_the_disk_of_postgres_is_refused_whole() {
    #[worker_pool(jobs = "bulky")]
    async fn measure(_ctx: &Context, text: String) -> Result<usize, ContextError> {
        Ok(text.len())
    }
    let Some(postgres) = Postgres::start_on_small_disk(16 << 20) else { return };
    let database = Database::at(postgres.create("small"));
    let ctx = database.caller().await;
    // A text that does not become shorter when Postgres compresses it.
    let mut numbers = fastrand::Rng::with_seed(7);
    let mut text = || (0..1 << 20).map(|_| numbers.alphanumeric()).collect::<String>();
    let error = measure_all(&ctx, (0..32).map(|_| text())).await.unwrap_err();
    let message = error.to_string();
    assert!(message.starts_with("cancelled: cannot submit jobs: "), "{message}");
    assert!(message.contains("could not") && message.contains("file"), "{message}");
    let jobs = database.connect().await;
    assert!(jobs.status().await.unwrap().is_empty(), "nothing of it is stored");
    let server = database.serve([measure_job()]).await;
    assert_eq!(measure_all(&ctx, ["small".to_owned()]).await.unwrap(), [5], "what fits still works");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_in_transaction_mode_serves_many_clients_with_few_connections() {
    #[worker_pool(jobs = "pooled", workers = 1)]
    async fn pooled(ctx: &Context, item: u32) -> Result<u32, ContextError> {
        ctx.sleep(Duration::from_millis(5)).await?;
        Ok(item)
    }
    let Some(direct) = Database::postgres("pooled") else { return };
    let Some(pooler) = Pooler::start(&direct.url, 4) else { return };
    let database = Database::at(pooler.url(&direct.url));
    let mut servers = Vec::new();
    for _ in 0..20 {
        servers.push(database.serve([pooled_job()]).await);
    }
    let results = pooled_all(&database.caller().await, 0..500).await.unwrap();
    assert!(results.into_iter().eq(0..500));
    let (ctx, canceller) = database.caller().await.with_cancel();
    let later = ctx.with_value(BatchOptions::new().delay(Duration::from_hours(1)));
    let call = tokio::spawn(async move { pooled_all(&later, [1]).await });
    let jobs = database.connect().await;
    let left = || async { jobs.status().await.unwrap().iter().map(|queue| queue.delayed).sum::<u64>() };
    eventually("the job waits", || async { left().await == 1 }).await;
    canceller.cancel();
    assert_eq!(call.await.unwrap().unwrap_err().to_string(), "cancelled");
    assert_eq!(left().await, 0);
    for server in servers {
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_connection_is_enough_for_a_server_and_a_caller() {
    let Some(database) = Database::postgres("lean") else { return };
    let jobs = Jobs::connect(format!("{}?connections=1", database.url)).await.unwrap();
    let server = crate::support::Server::start(jobs.clone(), [plain_job()]);
    let ctx = Context::background().with_value(jobs);
    let pool = PgPoolOptions::new().max_connections(1).connect(&database.url).await.unwrap();
    let count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let calls = (0..8).map(|_| plain_all(&ctx, 0..100));
    for results in futures_util::future::join_all(calls).await {
        assert!(results.unwrap().into_iter().eq(0..100));
    }
    let connections: i64 = sqlx::query_scalar(count).fetch_one(&pool).await.unwrap();
    assert_eq!(connections, 2, "one for statements, and one that listens");
    server.stop().await;
    let error = Jobs::connect(format!("{}?pooler=statement", database.url)).await.unwrap_err().to_string();
    assert!(error.starts_with("cannot read the URL of the job queue: `pooler=statement` is unknown"), "{error}");
}
