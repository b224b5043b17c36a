//! Statements of workers.

use std::collections::BTreeSet;

use sqlx::{Row, SqliteConnection};

use super::connection::Sqlite;
use super::sql::{list, now};
use crate::engine::types::{BatchId, Claim, Claimed, End, Finished, Outcome};
use crate::error::{Doing, JobsError};
use crate::hub::Event;

const WAITING: &str = concat!(
    "SELECT id FROM taskward_jobs WHERE queue = $1 AND function = $2 AND worker IS NULL AND run_at <= ",
    now!(),
    " ORDER BY priority DESC, run_at, id LIMIT $3"
);

const CLAIM: &str = concat!(
    "UPDATE taskward_jobs SET worker = $1, attempt = attempt + 1,
        ahead = CASE WHEN ahead = 2 THEN 2 ELSE id NOT IN (SELECT value FROM json_each($4)) END, lease_until = $2 + ",
    now!(),
    " WHERE id IN (SELECT value FROM json_each($3))"
);

const CLAIMED: &str = concat!(
    "SELECT j.id, j.batch, j.attempt, j.attempts, j.payload, coalesce(j.envelope, b.envelope) AS envelope,
        b.deadline - ",
    now!(),
    " AS remaining,
        CASE WHEN j.batch IS NOT NULL AND b.id IS NULL THEN 'the batch is gone' ELSE b.cancelled END AS cancelled
    FROM taskward_jobs j LEFT JOIN taskward_batches b ON b.id = j.batch
    WHERE j.id IN (SELECT value FROM json_each($1)) ORDER BY j.priority DESC, j.run_at, j.id"
);

pub(super) async fn claim(db: &Sqlite, claim: &Claim) -> Result<Vec<Claimed>, JobsError> {
    let doing = "claim jobs";
    let waiting = || sqlx::query_scalar::<_, i64>(WAITING).bind(&claim.queue).bind(&claim.function);
    // An idle worker only reads, so that it does not keep others from writing.
    if waiting().bind(1).fetch_optional(&db.pool).await.doing(doing)?.is_none() {
        return Ok(Vec::new());
    }
    let mut transaction = db.pool.begin_with("BEGIN IMMEDIATE").await.doing(doing)?;
    let ids = waiting().bind(claim.limit).fetch_all(&mut *transaction).await.doing(doing)?;
    let claimed = take(&mut transaction, claim, &ids).await.doing(doing)?;
    transaction.commit().await.doing(doing)?;
    Ok(claimed)
}

async fn take(connection: &mut SqliteConnection, claim: &Claim, ids: &[i64]) -> Result<Vec<Claimed>, sqlx::Error> {
    let begin = list(ids.iter().take(usize::try_from(claim.begin).unwrap_or(usize::MAX)));
    let ids = list(ids);
    let query = sqlx::query(CLAIM).bind(&claim.worker).bind(claim.lease_ms).bind(&ids).bind(begin);
    query.execute(&mut *connection).await?;
    sqlx::query_as(CLAIMED).bind(ids).fetch_all(connection).await
}

pub(super) async fn settle(db: &Sqlite, worker: &str, finished: &[Finished]) -> Result<(), JobsError> {
    let doing = "record results";
    let mut transaction = db.pool.begin_with("BEGIN IMMEDIATE").await.doing(doing)?;
    let (mut batches, mut queues) = (BTreeSet::new(), BTreeSet::new());
    for Finished { id, attempt, end } in finished {
        let end = write(&mut transaction, worker, *id, *attempt, end).await.doing(doing)?;
        batches.extend(end.0);
        queues.extend(end.1);
    }
    transaction.commit().await.doing(doing)?;
    for event in batches.into_iter().map(Event::Results).chain(queues.into_iter().map(Event::Queue)) {
        db.hub.tell(event);
    }
    Ok(())
}

const LETTER: &str = concat!(
    "INSERT INTO taskward_dead (queue, function, priority, attempt, attempts, deliveries, payload, envelope, error, died_at)
    SELECT j.queue, j.function, j.priority, j.attempt, j.attempts, j.deliveries, j.payload,
        coalesce(j.envelope, b.envelope), $2, ",
    now!(),
    " FROM taskward_jobs j LEFT JOIN taskward_batches b ON b.id = j.batch WHERE j.id = $1"
);

const RETRY: &str = concat!(
    "UPDATE taskward_jobs SET worker = NULL, lease_until = NULL, error = $2, run_at = $3 + ",
    now!(),
    " WHERE id = $1"
);

/// Writes one end. Returns the batch and the queue that it changes.
async fn write(
    connection: &mut SqliteConnection,
    worker: &str,
    id: i64,
    attempt: i32,
    end: &End,
) -> Result<(Option<BatchId>, Option<String>), sqlx::Error> {
    let query = sqlx::query("SELECT batch, queue, worker, attempt FROM taskward_jobs WHERE id = $1");
    let Some(job) = query.bind(id).fetch_optional(&mut *connection).await? else { return Ok((None, None)) };
    let batch: Option<BatchId> = job.try_get("batch")?;
    let is_holder =
        job.try_get::<Option<&str>, _>("worker")? == Some(worker) && job.try_get::<i32, _>("attempt")? == attempt;
    // The first result of an item counts. All other ends are those of the holder of the lease.
    if !is_holder && !matches!(end, End::Result(..)) {
        return Ok((None, None));
    }
    match end {
        End::Result(outcome, value) => {
            store(connection, id, *outcome, value).await?;
            remove(connection, id).await?;
        }
        End::Dead(error, outcome, value) => {
            letter(connection, id, error).await?;
            store(connection, id, *outcome, value).await?;
            remove(connection, id).await?;
        }
        End::Retry(delay, error) => {
            sqlx::query(RETRY).bind(id).bind(error).bind(delay).execute(connection).await?;
        }
        End::Release => {
            let query =
                "UPDATE taskward_jobs SET worker = NULL, lease_until = NULL, attempt = attempt - 1 WHERE id = $1";
            sqlx::query(query).bind(id).execute(connection).await?;
            return Ok((None, Some(job.try_get("queue")?)));
        }
        End::Cancelled => remove(connection, id).await?,
    }
    Ok((batch, None))
}

/// Stores the result of a job's item, unless the item has one or its batch is gone.
pub(super) async fn store(
    connection: &mut SqliteConnection,
    id: i64,
    outcome: Outcome,
    value: &str,
) -> Result<(), sqlx::Error> {
    let query = sqlx::query(
        "INSERT INTO taskward_results (batch, position, outcome, value)
        SELECT j.batch, j.position, $2, $3 FROM taskward_jobs j
        JOIN taskward_batches b ON b.id = j.batch AND b.cancelled IS NULL WHERE j.id = $1
        ON CONFLICT (batch, position) DO NOTHING",
    );
    query.bind(id).bind(outcome as i32).bind(value).execute(connection).await.map(drop)
}

pub(super) async fn letter(connection: &mut SqliteConnection, id: i64, error: &str) -> Result<(), sqlx::Error> {
    sqlx::query(LETTER).bind(id).bind(error).execute(connection).await.map(drop)
}

pub(super) async fn remove(connection: &mut SqliteConnection, id: i64) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM taskward_jobs WHERE id = $1").bind(id).execute(connection).await.map(drop)
}

const EXTEND: &str = concat!(
    "UPDATE taskward_jobs SET lease_until = $2 + ",
    now!(),
    " WHERE id IN (SELECT value FROM json_each($3)) AND worker = $1 RETURNING id"
);

pub(super) async fn extend(db: &Sqlite, worker: &str, lease_ms: i64, ids: &[i64]) -> Result<Vec<i64>, JobsError> {
    let query = sqlx::query_scalar(EXTEND).bind(worker).bind(lease_ms).bind(list(ids));
    query.fetch_all(&db.pool).await.doing("prolong the leases of jobs")
}

pub(super) async fn release(db: &Sqlite, worker: &str) -> Result<(), JobsError> {
    let doing = "give back jobs";
    let query = sqlx::query_scalar(
        "UPDATE taskward_jobs SET worker = NULL, lease_until = NULL, attempt = attempt - 1 WHERE worker = $1
        RETURNING queue",
    );
    let queues: Vec<String> = query.bind(worker).fetch_all(&db.pool).await.doing(doing)?;
    let query = sqlx::query("DELETE FROM taskward_servers WHERE worker = $1");
    query.bind(worker).execute(&db.pool).await.doing(doing)?;
    for queue in queues.into_iter().collect::<BTreeSet<_>>() {
        db.hub.tell(Event::Queue(queue));
    }
    Ok(())
}

const ANNOUNCE: &str = concat!(
    "INSERT INTO taskward_servers (worker, queue, function, seen_at) VALUES ($1, $2, $3, ",
    now!(),
    ") ON CONFLICT (worker) DO UPDATE SET seen_at = excluded.seen_at"
);

pub(super) async fn announce(db: &Sqlite, worker: &str, queue: &str, function: &str) -> Result<(), JobsError> {
    let query = sqlx::query(ANNOUNCE).bind(worker).bind(queue).bind(function);
    query.execute(&db.pool).await.doing("register a server").map(drop)
}
