//! Databases that are not as they should be.

use taskward::{Context, ContextError, worker_pool};
use taskward_jobs::{Jobs, JobsError};

use crate::support::{eventually, on_each_database};

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
