//! Dead letters, and the numbers of queues.

use std::collections::BTreeSet;

use super::connection::Sqlite;
use super::sql::{list, now};
use crate::engine::types::{Dead, QueueStatus};
use crate::error::{Doing, JobsError};
use crate::hub::Event;

const LIST: &str = concat!(
    "SELECT id, queue, function, payload, error, attempt, ",
    now!(),
    " - died_at AS age FROM taskward_dead WHERE $1 IS NULL OR queue = $1 ORDER BY id"
);

pub(super) async fn dead(db: &Sqlite, queue: Option<&str>) -> Result<Vec<Dead>, JobsError> {
    sqlx::query_as(LIST).bind(queue).fetch_all(&db.pool).await.doing("list dead letters")
}

/// The jobs have an envelope of their own and no batch: their callers have returned.
const REQUEUE: &str = concat!(
    "INSERT INTO taskward_jobs
        (batch, position, queue, function, priority, run_at, attempts, deliveries, payload, envelope)
    SELECT NULL, 0, queue, function, priority, ",
    now!(),
    ", attempts, deliveries, payload, envelope FROM taskward_dead WHERE id IN (SELECT value FROM json_each($1))
    RETURNING queue"
);

pub(super) async fn requeue(db: &Sqlite, ids: &[i64]) -> Result<u64, JobsError> {
    let doing = "requeue dead letters";
    let ids = list(ids);
    let mut transaction = db.pool.begin_with("BEGIN IMMEDIATE").await.doing(doing)?;
    let queues: Vec<String> = sqlx::query_scalar(REQUEUE).bind(&ids).fetch_all(&mut *transaction).await.doing(doing)?;
    let query = sqlx::query("DELETE FROM taskward_dead WHERE id IN (SELECT value FROM json_each($1))").bind(&ids);
    query.execute(&mut *transaction).await.doing(doing)?;
    transaction.commit().await.doing(doing)?;
    let count = queues.len();
    for queue in queues.into_iter().collect::<BTreeSet<_>>() {
        db.hub.tell(Event::Queue(queue));
    }
    Ok(u64::try_from(count).unwrap_or(u64::MAX))
}

const STATUS: &str = concat!(
    "WITH now AS (SELECT ",
    now!(),
    " AS at), jobs AS (
        SELECT queue, function, count(*) FILTER (WHERE worker IS NULL AND run_at <= at) AS waiting,
            count(*) FILTER (WHERE worker IS NULL AND run_at > at) AS delayed,
            count(*) FILTER (WHERE worker IS NOT NULL) AS running,
            max(max(at - run_at) FILTER (WHERE worker IS NULL), 0) AS oldest
        FROM taskward_jobs, now WHERE $1 IS NULL OR queue = $1 GROUP BY queue, function
    ), dead AS (
        SELECT queue, function, count(*) AS dead FROM taskward_dead WHERE $1 IS NULL OR queue = $1
        GROUP BY queue, function
    ), servers AS (
        SELECT queue, function, count(*) AS servers FROM taskward_servers, now
        WHERE seen_at > at - 90000 AND ($1 IS NULL OR queue = $1) GROUP BY queue, function
    )
    SELECT queue, function, coalesce(waiting, 0) AS waiting, coalesce(delayed, 0) AS delayed,
        coalesce(running, 0) AS running, coalesce(dead, 0) AS dead, coalesce(servers, 0) AS servers,
        coalesce(oldest, 0) AS oldest
    FROM jobs FULL JOIN dead USING (queue, function) FULL JOIN servers USING (queue, function)
    ORDER BY queue, function"
);

/// `None`: of all queues.
pub(super) async fn status(db: &Sqlite, queue: Option<&str>) -> Result<Vec<QueueStatus>, JobsError> {
    sqlx::query_as(STATUS).bind(queue).fetch_all(&db.pool).await.doing("read the state of the queues")
}

/// Servers give a sign of life every ten seconds.
const REPORTER: &str =
    concat!("SELECT min(worker) FROM taskward_servers WHERE queue = $1 AND seen_at > -30000 + ", now!());

pub(super) async fn report(db: &Sqlite, worker: &str, queue: &str) -> Result<Option<Vec<QueueStatus>>, JobsError> {
    let reporter: Option<String> =
        sqlx::query_scalar(REPORTER).bind(queue).fetch_one(&db.pool).await.doing("look for the servers of a queue")?;
    if reporter.as_deref() == Some(worker) { status(db, Some(queue)).await.map(Some) } else { Ok(None) }
}
