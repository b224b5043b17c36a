//! Takes over the jobs and batches of dead processes.

use sqlx::Row;

use super::connection::Sqlite;
use super::jobs::{letter, remove, store};
use super::sql::now;
use crate::engine::types::{Abandoned, BatchId, Outcome};
use crate::engine::{LOST, ROWS};
use crate::error::{Doing, JobsError};
use crate::hub::Event;

const JOBS: &str = concat!(
    "SELECT j.id, j.batch, j.queue, j.attempt >= j.deliveries AND j.ahead <> 1 AS dead,
        b.cancelled IS NOT NULL OR (j.batch IS NOT NULL AND b.id IS NULL) OR coalesce(b.deadline <= ",
    now!(),
    ", 0) AS unwanted
    FROM taskward_jobs j LEFT JOIN taskward_batches b ON b.id = j.batch
    WHERE j.worker IS NOT NULL AND j.lease_until < ",
    now!(),
    " ORDER BY j.lease_until LIMIT $1"
);

const BATCHES: &str = concat!("SELECT id FROM taskward_batches WHERE alive_until < ", now!(), " AND cancelled IS NULL");

/// The rows of a cancelled batch stay for a while, for workers that still run its jobs.
const OLD: &str =
    concat!("SELECT id FROM taskward_batches WHERE cancelled IS NOT NULL AND alive_until < -600000 + ", now!());

const SERVERS: &str = concat!("DELETE FROM taskward_servers WHERE seen_at < -3600000 + ", now!());

const GIVE: &str = "UPDATE taskward_jobs SET worker = NULL, lease_until = NULL,
    attempt = CASE WHEN ahead = 1 THEN attempt - 1 ELSE attempt END, ahead = CASE WHEN ahead = 1 THEN 2 ELSE ahead END
    WHERE id = $1";

pub(super) async fn sweep(db: &Sqlite) -> Result<Abandoned, JobsError> {
    let mut abandoned = Abandoned::default();
    jobs(db, &mut abandoned).await.doing("take over abandoned jobs")?;
    let doing = "remove abandoned batches";
    let gone: Vec<BatchId> = sqlx::query_scalar(BATCHES).fetch_all(&db.pool).await.doing(doing)?;
    for batch in gone {
        super::batches::cancel(db, batch, "the caller is gone").await?;
        abandoned.batches += 1;
    }
    let old: Vec<BatchId> = sqlx::query_scalar(OLD).fetch_all(&db.pool).await.doing(doing)?;
    for batch in old {
        super::batches::finish(db, batch, None).await?;
    }
    sqlx::query(SERVERS).execute(&db.pool).await.doing("forget dead servers")?;
    Ok(abandoned)
}

async fn jobs(db: &Sqlite, abandoned: &mut Abandoned) -> Result<(), sqlx::Error> {
    let over = || sqlx::query(JOBS).bind(i64::try_from(ROWS).unwrap_or(i64::MAX));
    // Mostly there is nothing to do, and no need to keep others from writing.
    if over().fetch_optional(&db.pool).await?.is_none() {
        return Ok(());
    }
    let mut transaction = db.pool.begin_with("BEGIN IMMEDIATE").await?;
    let mut events = Vec::new();
    for row in over().fetch_all(&mut *transaction).await? {
        let (id, batch): (i64, Option<BatchId>) = (row.try_get("id")?, row.try_get("batch")?);
        let (is_dead, is_unwanted): (bool, bool) = (row.try_get("dead")?, row.try_get("unwanted")?);
        if !is_dead && !is_unwanted {
            sqlx::query(GIVE).bind(id).execute(&mut *transaction).await?;
            events.push(Event::Queue(row.try_get("queue")?));
            abandoned.released += 1;
            continue;
        }
        if !is_unwanted {
            letter(&mut transaction, id, LOST).await?;
            store(&mut transaction, id, Outcome::Lost, LOST).await?;
            abandoned.dead += 1;
        }
        remove(&mut transaction, id).await?;
        events.extend(batch.map(Event::Results));
    }
    transaction.commit().await?;
    for event in events {
        db.hub.tell(event);
    }
    Ok(())
}
