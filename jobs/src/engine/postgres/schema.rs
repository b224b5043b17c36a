//! The tables in Postgres.
//!
//! Jobs that wait or run are the only rows of `taskward_jobs`: what is finished moves to
//! `taskward_results`, so that claims stay fast whatever a queue has done before.

use sqlx::{Executor, PgConnection, PgPool};

use crate::engine::check_version;
use crate::error::{Doing, JobsError};

const TABLES: &str = "
CREATE TABLE taskward_schema (version bigint NOT NULL);

CREATE TABLE taskward_batches (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue text NOT NULL,
    function text NOT NULL,
    envelope text NOT NULL,
    items bigint NOT NULL,
    created_at bigint NOT NULL,
    deadline bigint,
    alive_until bigint NOT NULL,
    cancelled text,
    key text
);
CREATE UNIQUE INDEX taskward_batches_key ON taskward_batches (queue, function, key) WHERE key IS NOT NULL;
CREATE INDEX taskward_batches_alive ON taskward_batches (alive_until);

CREATE TABLE taskward_jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch bigint,
    position integer NOT NULL,
    queue text NOT NULL,
    function text NOT NULL,
    priority integer NOT NULL,
    run_at bigint NOT NULL,
    attempt integer NOT NULL DEFAULT 0,
    attempts integer NOT NULL,
    deliveries integer NOT NULL,
    -- 1: taken by a server that has no worker free for it yet. 2: its server died then, which did not count.
    ahead integer NOT NULL DEFAULT 0,
    worker text,
    lease_until bigint,
    payload text NOT NULL,
    envelope text,
    error text
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX taskward_jobs_waiting ON taskward_jobs (queue, function, priority DESC, run_at, id) WHERE worker IS NULL;
CREATE INDEX taskward_jobs_leases ON taskward_jobs (lease_until) WHERE worker IS NOT NULL;
CREATE INDEX taskward_jobs_batch ON taskward_jobs (batch);

CREATE TABLE taskward_results (
    number bigint GENERATED ALWAYS AS IDENTITY,
    batch bigint NOT NULL,
    position integer NOT NULL,
    outcome integer NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (batch, position)
);
CREATE INDEX taskward_results_number ON taskward_results (batch, number);

CREATE TABLE taskward_dead (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue text NOT NULL,
    function text NOT NULL,
    priority integer NOT NULL,
    attempt integer NOT NULL,
    attempts integer NOT NULL,
    deliveries integer NOT NULL,
    payload text NOT NULL,
    envelope text,
    error text NOT NULL,
    died_at bigint NOT NULL
);
CREATE INDEX taskward_dead_queue ON taskward_dead (queue, id);

CREATE TABLE taskward_servers (
    worker text PRIMARY KEY,
    queue text NOT NULL,
    function text NOT NULL,
    seen_at bigint NOT NULL
);

INSERT INTO taskward_schema VALUES (1);
";

/// The key of the lock under which a program makes the tables, so that no other makes them too.
const LOCK: i64 = 0x7461_736b_7761_7264;

/// Makes the tables if there are none.
pub(super) async fn prepare(pool: &PgPool) -> Result<(), JobsError> {
    let doing = "prepare the tables of the job queue";
    let mut connection = pool.acquire().await.doing("connect to the job queue")?;
    // A role that may use the tables need not be allowed to make any.
    if check(&mut connection).await? {
        return Ok(());
    }
    drop(connection);
    let mut transaction = pool.begin().await.doing(doing)?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *transaction).await.doing(doing)?;
    if !check(&mut transaction).await? {
        transaction.execute(TABLES).await.doing(doing)?;
    }
    transaction.commit().await.doing(doing)
}

/// Returns `true` if there are tables of this version.
async fn check(connection: &mut PgConnection) -> Result<bool, JobsError> {
    let doing = "read the version of the job queue's tables";
    // Not `to_regclass`, whose cache does not know what another program did while this one waited
    // for the lock.
    let query = sqlx::query_scalar(
        "SELECT EXISTS (
            SELECT FROM pg_catalog.pg_class WHERE relname = 'taskward_schema' AND pg_catalog.pg_table_is_visible(oid)
        )",
    );
    let exists: bool = query.fetch_one(&mut *connection).await.doing(doing)?;
    if !exists {
        return Ok(false);
    }
    let found: i64 =
        sqlx::query_scalar("SELECT max(version) FROM taskward_schema").fetch_one(connection).await.doing(doing)?;
    check_version(found)?;
    Ok(true)
}
