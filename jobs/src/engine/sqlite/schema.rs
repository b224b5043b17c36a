//! The tables in SQLite: those of Postgres, in its words.

use sqlx::{Executor, SqliteConnection, SqlitePool};

use crate::engine::check_version;
use crate::error::{Doing, JobsError};

const TABLES: &str = "
CREATE TABLE taskward_schema (version INTEGER NOT NULL);

CREATE TABLE taskward_batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    function TEXT NOT NULL,
    envelope TEXT NOT NULL,
    items INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    deadline INTEGER,
    alive_until INTEGER NOT NULL,
    cancelled TEXT,
    key TEXT
);
CREATE UNIQUE INDEX taskward_batches_key ON taskward_batches (queue, function, key) WHERE key IS NOT NULL;
CREATE INDEX taskward_batches_alive ON taskward_batches (alive_until);

CREATE TABLE taskward_jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch INTEGER,
    position INTEGER NOT NULL,
    queue TEXT NOT NULL,
    function TEXT NOT NULL,
    priority INTEGER NOT NULL,
    run_at INTEGER NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL,
    deliveries INTEGER NOT NULL,
    -- 1: taken by a server that has no worker free for it yet. 2: its server died then, which did not count.
    ahead INTEGER NOT NULL DEFAULT 0,
    worker TEXT,
    lease_until INTEGER,
    payload TEXT NOT NULL,
    envelope TEXT,
    error TEXT
);
CREATE INDEX taskward_jobs_waiting ON taskward_jobs (queue, function, priority DESC, run_at, id) WHERE worker IS NULL;
CREATE INDEX taskward_jobs_leases ON taskward_jobs (lease_until) WHERE worker IS NOT NULL;
CREATE INDEX taskward_jobs_batch ON taskward_jobs (batch);

CREATE TABLE taskward_results (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    batch INTEGER NOT NULL,
    position INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (batch, position)
);
CREATE INDEX taskward_results_number ON taskward_results (batch, number);

CREATE TABLE taskward_dead (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    function TEXT NOT NULL,
    priority INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    deliveries INTEGER NOT NULL,
    payload TEXT NOT NULL,
    envelope TEXT,
    error TEXT NOT NULL,
    died_at INTEGER NOT NULL
);
CREATE INDEX taskward_dead_queue ON taskward_dead (queue, id);

CREATE TABLE taskward_servers (
    worker TEXT PRIMARY KEY,
    queue TEXT NOT NULL,
    function TEXT NOT NULL,
    seen_at INTEGER NOT NULL
);

INSERT INTO taskward_schema VALUES (1);
";

/// Makes the tables if there are none.
pub(super) async fn prepare(pool: &SqlitePool) -> Result<(), JobsError> {
    let doing = "prepare the tables of the job queue";
    if check(&mut *pool.acquire().await.doing(doing)?).await? {
        return Ok(());
    }
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await.doing(doing)?;
    if !check(&mut transaction).await? {
        transaction.execute(TABLES).await.doing(doing)?;
    }
    transaction.commit().await.doing(doing)
}

/// Returns `true` if there are tables of this version.
async fn check(connection: &mut SqliteConnection) -> Result<bool, JobsError> {
    let doing = "read the version of the job queue's tables";
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = 'taskward_schema'")
        .fetch_one(&mut *connection)
        .await
        .doing(doing)?;
    if tables == 0 {
        return Ok(false);
    }
    let found: i64 =
        sqlx::query_scalar("SELECT max(version) FROM taskward_schema").fetch_one(connection).await.doing(doing)?;
    check_version(found)?;
    Ok(true)
}
