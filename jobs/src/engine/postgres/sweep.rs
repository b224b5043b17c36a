//! Takes over the jobs and batches of dead processes.

use sqlx::{PgPool, Row};

use super::sql::now;
use crate::engine::types::{Abandoned, Outcome};
use crate::engine::{LOST, ROWS};
use crate::error::{Doing, JobsError};

/// Gives jobs whose lease is over to other workers, or makes them dead letters. Removes jobs of
/// batches that have ended.
const JOBS: &str = concat!(
    "WITH over AS (
        SELECT j.id, b.cancelled IS NOT NULL OR (j.batch IS NOT NULL AND b.id IS NULL)
            OR coalesce(b.deadline <= ",
    now!(),
    ", false) AS unwanted
        FROM taskward_jobs j LEFT JOIN taskward_batches b ON b.id = j.batch
        WHERE j.worker IS NOT NULL AND j.lease_until < ",
    now!(),
    " ORDER BY j.lease_until LIMIT $1 FOR UPDATE OF j SKIP LOCKED
    ), removed AS (
        DELETE FROM taskward_jobs j USING over
        WHERE j.id = over.id AND (over.unwanted OR (j.attempt >= j.deliveries AND j.ahead <> 1))
        RETURNING j.*, over.unwanted
    ), given AS (
        UPDATE taskward_jobs j SET worker = NULL, lease_until = NULL,
            attempt = CASE WHEN ahead = 1 THEN attempt - 1 ELSE attempt END,
            ahead = CASE WHEN ahead = 1 THEN 2 ELSE ahead END
        FROM over
        WHERE j.id = over.id AND NOT over.unwanted AND (j.attempt < j.deliveries OR j.ahead = 1) RETURNING j.queue
    ), stored AS (
        INSERT INTO taskward_results (batch, position, outcome, value)
        SELECT batch, position, $2, $3 FROM removed WHERE batch IS NOT NULL AND NOT unwanted
        ON CONFLICT (batch, position) DO NOTHING
    ), letters AS (
        INSERT INTO taskward_dead
            (queue, function, priority, attempt, attempts, deliveries, payload, envelope, error, died_at)
        SELECT r.queue, r.function, r.priority, r.attempt, r.attempts, r.deliveries, r.payload,
            coalesce(r.envelope, b.envelope), $3, ",
    now!(),
    " FROM removed r LEFT JOIN taskward_batches b ON b.id = r.batch WHERE NOT r.unwanted
    ), told AS (
        SELECT pg_notify('taskward_jobs', text) FROM (
            SELECT DISTINCT 'q' || queue AS text FROM given
            UNION SELECT DISTINCT 'r' || batch FROM removed WHERE batch IS NOT NULL
        ) t
    )
    SELECT (SELECT count(*) FROM given) AS released,
        (SELECT count(*) FROM removed WHERE NOT unwanted) AS dead,
        (SELECT count(*) FROM told) AS told"
);

/// Cancels batches without a sign of their caller.
const BATCHES: &str = concat!(
    "WITH gone AS (
        UPDATE taskward_batches SET cancelled = 'the caller is gone'
        WHERE alive_until < ",
    now!(),
    " AND cancelled IS NULL RETURNING id
    ), jobs AS (
        DELETE FROM taskward_jobs j USING gone WHERE j.batch = gone.id AND j.worker IS NULL
    ), told AS (SELECT pg_notify('taskward_jobs', 'c' || id) FROM gone)
    SELECT count(*) FROM told"
);

/// The rows of a cancelled batch stay for a while, for workers that still run its jobs.
const OLD: &str = concat!(
    "WITH old AS (
        DELETE FROM taskward_batches WHERE cancelled IS NOT NULL AND alive_until < -600000 + ",
    now!(),
    " RETURNING id
    ), jobs AS (
        DELETE FROM taskward_jobs j USING old WHERE j.batch = old.id
    ), servers AS (
        DELETE FROM taskward_servers WHERE seen_at < -3600000 + ",
    now!(),
    ")
    DELETE FROM taskward_results r USING old WHERE r.batch = old.id"
);

pub(super) async fn sweep(pool: &PgPool) -> Result<Abandoned, JobsError> {
    let doing = "take over abandoned jobs";
    let limit = i64::try_from(ROWS).unwrap_or(i64::MAX);
    let query = sqlx::query(JOBS).bind(limit).bind(Outcome::Lost as i32).bind(LOST);
    let row = query.fetch_one(pool).await.doing(doing)?;
    let count = |name: &str| row.try_get::<i64, _>(name).map(i64::unsigned_abs).doing(doing);
    let (released, dead) = (count("released")?, count("dead")?);
    let batches: i64 = sqlx::query_scalar(BATCHES).fetch_one(pool).await.doing(doing)?;
    sqlx::query(OLD).execute(pool).await.doing(doing)?;
    Ok(Abandoned { released, dead, batches: batches.unsigned_abs() })
}
