//! Statements of callers.

use sqlx::{PgConnection, PgPool};

use super::sql::now;
use crate::engine::types::{BatchId, NewBatch, ResultRow, Submitted};
use crate::engine::{ROWS, chunks};
use crate::error::{Doing, JobsError};

const BATCH: &str = concat!(
    "INSERT INTO taskward_batches (queue, function, envelope, items, created_at, deadline, alive_until, key)
    VALUES ($1, $2, $3, $4, ",
    now!(),
    ", $5 + ",
    now!(),
    ", $6 + ",
    now!(),
    ", $7) ON CONFLICT (queue, function, key) WHERE key IS NOT NULL DO NOTHING RETURNING id, items"
);

/// A batch that has no more results: it was cancelled, or its deadline ended jobs that had not
/// begun.
const OVER: &str = concat!(
    "DELETE FROM taskward_batches AS b
    WHERE queue = $1 AND function = $2 AND key = $3 AND (cancelled IS NOT NULL OR (
        deadline <= ",
    now!(),
    " AND items > (SELECT count(*) FROM taskward_results r WHERE r.batch = b.id)
    )) RETURNING id"
);

/// The batch of another caller: the later deadline holds.
const JOIN: &str = concat!(
    "UPDATE taskward_batches SET deadline =
        CASE WHEN deadline IS NOT NULL AND $4::bigint IS NOT NULL THEN greatest(deadline, $4 + ",
    now!(),
    ") END WHERE queue = $1 AND function = $2 AND key = $3 RETURNING id, items"
);

const JOBS: &str = concat!(
    "INSERT INTO taskward_jobs (batch, position, queue, function, priority, run_at, attempts, deliveries, payload)
    SELECT $1, $2 + number::integer - 1, $3, $4, $5, $6 + ",
    now!(),
    ", $7, $8, payload FROM unnest($9::text[]) WITH ORDINALITY AS item(payload, number)"
);

pub(super) async fn submit(pool: &PgPool, batch: &NewBatch, items: &[String]) -> Result<Submitted, JobsError> {
    let doing = "submit jobs";
    let mut transaction = pool.begin().await.doing(doing)?;
    let (submitted, is_new) = insert(&mut transaction, batch, items.len()).await.doing(doing)?;
    if is_new {
        add(&mut transaction, submitted.id, batch, 0, items).await.doing(doing)?;
    }
    transaction.commit().await.doing(doing)?;
    Ok(submitted)
}

pub(super) async fn append(
    pool: &PgPool,
    id: BatchId,
    batch: &NewBatch,
    start: usize,
    items: &[String],
) -> Result<(), JobsError> {
    let doing = "submit jobs";
    let mut transaction = pool.begin().await.doing(doing)?;
    add(&mut transaction, id, batch, start, items).await.doing(doing)?;
    transaction.commit().await.doing(doing)
}

async fn add(
    connection: &mut PgConnection,
    id: BatchId,
    batch: &NewBatch,
    first: usize,
    items: &[String],
) -> Result<(), sqlx::Error> {
    for (start, items) in chunks(items) {
        let query = sqlx::query(JOBS).bind(id).bind(i32::try_from(first + start).unwrap_or(i32::MAX));
        let query = query.bind(&batch.queue).bind(&batch.function).bind(batch.priority).bind(batch.delay_ms);
        let query = query.bind(batch.attempts).bind(batch.deliveries).bind(items);
        query.execute(&mut *connection).await?;
    }
    let query = sqlx::query("SELECT pg_notify('taskward_jobs', 'q' || $1)").bind(&batch.queue);
    query.execute(connection).await.map(drop)
}

/// Returns the row of the batch, and `true` if it is a new one.
async fn insert(
    connection: &mut PgConnection,
    batch: &NewBatch,
    items: usize,
) -> Result<(Submitted, bool), sqlx::Error> {
    if let Some(key) = &batch.key {
        let query = sqlx::query_scalar(OVER).bind(&batch.queue).bind(&batch.function).bind(key);
        let over: Option<BatchId> = query.fetch_optional(&mut *connection).await?;
        if let Some(over) = over {
            clear(connection, over).await?;
        }
    }
    let query = sqlx::query_as(BATCH).bind(&batch.queue).bind(&batch.function).bind(&batch.envelope);
    let query = query.bind(i64::try_from(items).unwrap_or(i64::MAX)).bind(batch.deadline_ms).bind(batch.alive_ms);
    let new = query.bind(&batch.key).fetch_optional(&mut *connection).await?;
    if let Some(new) = new {
        return Ok((new, true));
    }
    let query = sqlx::query_as(JOIN).bind(&batch.queue).bind(&batch.function).bind(&batch.key);
    Ok((query.bind(batch.deadline_ms).fetch_one(connection).await?, false))
}

/// Locks the batch before its jobs, so that no result is stored afterwards.
pub(super) async fn cancel(pool: &PgPool, batch: BatchId, reason: &str) -> Result<(), JobsError> {
    let doing = "cancel a batch";
    let mut transaction = pool.begin().await.doing(doing)?;
    for statement in [
        "UPDATE taskward_batches SET cancelled = coalesce(cancelled, $2) WHERE id = $1",
        "WITH gone AS (DELETE FROM taskward_jobs WHERE batch = $1 AND worker IS NULL)
        SELECT pg_notify('taskward_jobs', 'c' || $1::bigint) WHERE $2::text IS NOT NULL",
    ] {
        sqlx::query(statement).bind(batch).bind(reason).execute(&mut *transaction).await.doing(doing)?;
    }
    transaction.commit().await.doing(doing)
}

pub(super) async fn cancelled(pool: &PgPool, ids: &[BatchId]) -> Result<Vec<(BatchId, String)>, JobsError> {
    let query = sqlx::query_as(
        "SELECT i.id, coalesce(b.cancelled, 'the batch is gone') FROM unnest($1::bigint[]) AS i(id)
        LEFT JOIN taskward_batches b ON b.id = i.id WHERE b.id IS NULL OR b.cancelled IS NOT NULL",
    );
    query.bind(ids).fetch_all(pool).await.doing("look for cancelled batches")
}

const KEEP: &str =
    concat!("UPDATE taskward_batches SET alive_until = $2 + ", now!(), " WHERE id = $1 AND cancelled IS NULL");

pub(super) async fn keep(pool: &PgPool, batch: BatchId, alive_ms: i64) -> Result<bool, JobsError> {
    let kept = sqlx::query(KEEP).bind(batch).bind(alive_ms).execute(pool).await;
    kept.map(|kept| kept.rows_affected() > 0).doing("keep a batch alive")
}

pub(super) async fn results(pool: &PgPool, batch: BatchId, after: i64) -> Result<Vec<ResultRow>, JobsError> {
    let query = sqlx::query_as(
        "SELECT number, position, outcome, value FROM taskward_results
        WHERE batch = $1 AND number > $2 ORDER BY number LIMIT $3",
    );
    let query = query.bind(batch).bind(after).bind(i64::try_from(ROWS).unwrap_or(i64::MAX));
    query.fetch_all(pool).await.doing("fetch results")
}

pub(super) async fn positions(pool: &PgPool, batch: BatchId) -> Result<Vec<i32>, JobsError> {
    let query = sqlx::query_scalar("SELECT position FROM taskward_results WHERE batch = $1").bind(batch);
    query.fetch_all(pool).await.doing("look for missing results")
}

pub(super) async fn results_at(pool: &PgPool, batch: BatchId, positions: &[i32]) -> Result<Vec<ResultRow>, JobsError> {
    let query = sqlx::query_as(
        "SELECT number, position, outcome, value FROM taskward_results
        WHERE batch = $1 AND position = ANY($2) ORDER BY number",
    );
    query.bind(batch).bind(positions).fetch_all(pool).await.doing("fetch missing results")
}

const RUNNING: &str =
    concat!("SELECT count(*) FROM taskward_jobs WHERE batch = $1 AND worker IS NOT NULL AND lease_until > ", now!());

pub(super) async fn running(pool: &PgPool, batch: BatchId) -> Result<i64, JobsError> {
    sqlx::query_scalar(RUNNING).bind(batch).fetch_one(pool).await.doing("count running jobs")
}

const EXPIRE: &str = concat!("UPDATE taskward_batches SET alive_until = $2 + ", now!(), " WHERE id = $1");

pub(super) async fn finish(pool: &PgPool, batch: BatchId, keep_ms: Option<i64>) -> Result<(), JobsError> {
    let doing = "remove a batch";
    if let Some(keep_ms) = keep_ms {
        return sqlx::query(EXPIRE).bind(batch).bind(keep_ms).execute(pool).await.doing(doing).map(drop);
    }
    let mut transaction = pool.begin().await.doing(doing)?;
    let query = sqlx::query("DELETE FROM taskward_batches WHERE id = $1").bind(batch);
    query.execute(&mut *transaction).await.doing(doing)?;
    clear(&mut transaction, batch).await.doing(doing)?;
    transaction.commit().await.doing(doing)
}

/// Removes the jobs and the results of a batch that is gone.
async fn clear(connection: &mut PgConnection, batch: BatchId) -> Result<(), sqlx::Error> {
    for statement in ["DELETE FROM taskward_jobs WHERE batch = $1", "DELETE FROM taskward_results WHERE batch = $1"] {
        sqlx::query(statement).bind(batch).execute(&mut *connection).await?;
    }
    Ok(())
}
