//! Statements of workers.

use sqlx::PgPool;

use super::sql::now;
use crate::engine::types::{Claim, Claimed};
use crate::error::{Doing, JobsError};

const CLAIM: &str = concat!(
    "WITH next AS (
        SELECT id FROM taskward_jobs
        WHERE queue = $1 AND function = $2 AND worker IS NULL AND run_at <= ",
    now!(),
    " ORDER BY priority DESC, run_at, id LIMIT $3 FOR UPDATE SKIP LOCKED
    ), numbered AS (SELECT id, row_number() OVER () AS number FROM next
    ), claimed AS (
        UPDATE taskward_jobs j SET worker = $4, attempt = attempt + 1, lease_until = $5 + ",
    now!(),
    ",
        ahead = CASE WHEN ahead = 2 THEN 2 WHEN numbered.number > $6 THEN 1 ELSE 0 END
        FROM numbered WHERE j.id = numbered.id
        RETURNING j.id, j.batch, j.attempt, j.attempts, j.payload, j.envelope, j.priority, j.run_at
    )
    SELECT c.id, c.batch, c.attempt, c.attempts, c.payload, coalesce(c.envelope, b.envelope) AS envelope,
        b.deadline - ",
    now!(),
    " AS remaining,
        CASE WHEN c.batch IS NOT NULL AND b.id IS NULL THEN 'the batch is gone' ELSE b.cancelled END AS cancelled
    FROM claimed c LEFT JOIN taskward_batches b ON b.id = c.batch
    ORDER BY c.priority DESC, c.run_at, c.id"
);

pub(super) async fn claim(pool: &PgPool, claim: &Claim) -> Result<Vec<Claimed>, JobsError> {
    let query = sqlx::query_as(CLAIM).bind(&claim.queue).bind(&claim.function).bind(claim.limit);
    let query = query.bind(&claim.worker).bind(claim.lease_ms).bind(claim.begin);
    query.fetch_all(pool).await.doing("claim jobs")
}

const EXTEND: &str =
    concat!("UPDATE taskward_jobs SET lease_until = $2 + ", now!(), " WHERE id = ANY($3) AND worker = $1 RETURNING id");

pub(super) async fn extend(pool: &PgPool, worker: &str, lease_ms: i64, ids: &[i64]) -> Result<Vec<i64>, JobsError> {
    let query = sqlx::query_scalar(EXTEND).bind(worker).bind(lease_ms).bind(ids);
    query.fetch_all(pool).await.doing("prolong the leases of jobs")
}

const RELEASE: &str = "WITH given AS (
        UPDATE taskward_jobs SET worker = NULL, lease_until = NULL, attempt = attempt - 1 WHERE worker = $1
        RETURNING queue
    ), server AS (DELETE FROM taskward_servers WHERE worker = $1)
    SELECT pg_notify('taskward_jobs', 'q' || queue) FROM (SELECT DISTINCT queue FROM given) q";

pub(super) async fn release(pool: &PgPool, worker: &str) -> Result<(), JobsError> {
    sqlx::query(RELEASE).bind(worker).execute(pool).await.doing("give back jobs").map(drop)
}

const ANNOUNCE: &str = concat!(
    "INSERT INTO taskward_servers (worker, queue, function, seen_at) VALUES ($1, $2, $3, ",
    now!(),
    ") ON CONFLICT (worker) DO UPDATE SET seen_at = EXCLUDED.seen_at"
);

pub(super) async fn announce(pool: &PgPool, worker: &str, queue: &str, function: &str) -> Result<(), JobsError> {
    let query = sqlx::query(ANNOUNCE).bind(worker).bind(queue).bind(function);
    query.execute(pool).await.doing("register a server").map(drop)
}
