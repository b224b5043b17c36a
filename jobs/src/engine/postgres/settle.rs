//! Records the ends of jobs.

use sqlx::{PgConnection, PgPool};

use super::sql::now;
use crate::engine::types::{End, Finished, Outcome};
use crate::error::{Doing, JobsError};

/// Not limited to the holder of the lease: the first result of an item counts.
///
/// Each announcement wakes every process that listens. So outputs are announced only near the end
/// of their batch; before, the caller polls, and errors are announced always. Servers that record
/// the last results at the same moment do not see each other's: beyond 64, the caller polls then,
/// too.
const RESULTS: &str = "WITH gone AS (
        DELETE FROM taskward_jobs j USING unnest($1::bigint[], $2::integer[], $3::text[]) AS f(id, outcome, value)
        WHERE j.id = f.id RETURNING j.batch, j.position, f.outcome, f.value
    ), stored AS (
        INSERT INTO taskward_results (batch, position, outcome, value)
        SELECT g.batch, g.position, g.outcome, g.value FROM gone g
        JOIN taskward_batches b ON b.id = g.batch AND b.cancelled IS NULL
        ON CONFLICT (batch, position) DO NOTHING
    ), changed AS (
        SELECT batch, bool_or(outcome <> 0) AS has_error, count(*) AS count FROM gone WHERE batch IS NOT NULL
        GROUP BY batch
    )
    SELECT pg_notify('taskward_jobs', 'r' || batch) FROM changed c
    WHERE has_error OR NOT EXISTS (SELECT FROM taskward_jobs j WHERE j.batch = c.batch OFFSET c.count + 64)";

const DEAD: &str = concat!(
    "WITH gone AS (
        DELETE FROM taskward_jobs j
        USING unnest($2::bigint[], $3::integer[], $4::text[], $5::integer[], $6::text[])
            AS f(id, attempt, error, outcome, value)
        WHERE j.id = f.id AND j.attempt = f.attempt AND j.worker = $1
        RETURNING j.*, f.error AS text, f.outcome, f.value
    ), stored AS (
        INSERT INTO taskward_results (batch, position, outcome, value)
        SELECT g.batch, g.position, g.outcome, g.value FROM gone g
        JOIN taskward_batches b ON b.id = g.batch AND b.cancelled IS NULL
        ON CONFLICT (batch, position) DO NOTHING
    ), letters AS (
        INSERT INTO taskward_dead
            (queue, function, priority, attempt, attempts, deliveries, payload, envelope, error, died_at)
        SELECT g.queue, g.function, g.priority, g.attempt, g.attempts, g.deliveries, g.payload,
            coalesce(g.envelope, b.envelope), g.text, ",
    now!(),
    " FROM gone g LEFT JOIN taskward_batches b ON b.id = g.batch
    )
    SELECT pg_notify('taskward_jobs', 'r' || batch) FROM (SELECT DISTINCT batch FROM gone WHERE batch IS NOT NULL) b"
);

const RETRY: &str = concat!(
    "UPDATE taskward_jobs j SET worker = NULL, lease_until = NULL, error = f.error, run_at = f.delay + ",
    now!(),
    " FROM unnest($2::bigint[], $3::integer[], $4::bigint[], $5::text[]) AS f(id, attempt, delay, error)
    WHERE j.id = f.id AND j.attempt = f.attempt AND j.worker = $1"
);

const GIVE_BACK: &str = "WITH given AS (
        UPDATE taskward_jobs j SET worker = NULL, lease_until = NULL, attempt = j.attempt - 1
        FROM unnest($2::bigint[], $3::integer[]) AS f(id, attempt)
        WHERE j.id = f.id AND j.attempt = f.attempt AND j.worker = $1 RETURNING j.queue
    )
    SELECT pg_notify('taskward_jobs', 'q' || queue) FROM (SELECT DISTINCT queue FROM given) q";

const CANCELLED: &str = "WITH gone AS (
        DELETE FROM taskward_jobs j USING unnest($2::bigint[]) AS f(id)
        WHERE j.id = f.id AND j.worker = $1 RETURNING j.batch
    )
    SELECT pg_notify('taskward_jobs', 'r' || batch) FROM (SELECT DISTINCT batch FROM gone WHERE batch IS NOT NULL) b";

pub(super) async fn settle(pool: &PgPool, worker: &str, finished: &[Finished]) -> Result<(), JobsError> {
    let ends = Ends::of(finished);
    let doing = "record results";
    // One statement is a transaction of its own.
    if ends.kinds() == 1 {
        let mut connection = pool.acquire().await.doing(doing)?;
        return ends.write(worker, &mut connection).await.doing(doing);
    }
    let mut transaction = pool.begin().await.doing(doing)?;
    ends.write(worker, &mut transaction).await.doing(doing)?;
    transaction.commit().await.doing(doing)
}

/// The columns of what is to be written.
#[derive(Default)]
struct Ends<'a> {
    results: Rows<'a>,
    dead: Rows<'a>,
    retries: Rows<'a>,
    released: Rows<'a>,
    cancelled: Rows<'a>,
}

/// The columns of one statement; each statement has those that it needs.
#[derive(Default)]
struct Rows<'a> {
    ids: Vec<i64>,
    attempts: Vec<i32>,
    delays: Vec<i64>,
    errors: Vec<&'a str>,
    outcomes: Vec<i32>,
    values: Vec<&'a str>,
}

impl<'a> Ends<'a> {
    fn of(finished: &'a [Finished]) -> Self {
        let mut ends = Self::default();
        for Finished { id, attempt, end } in finished {
            ends.add(*id, *attempt, end);
        }
        ends
    }

    fn add(&mut self, id: i64, attempt: i32, end: &'a End) {
        let rows = match end {
            End::Result(outcome, value) => self.results.with(*outcome, value),
            End::Dead(error, outcome, value) => {
                self.dead.errors.push(error);
                self.dead.with(*outcome, value)
            }
            End::Retry(delay, error) => {
                self.retries.delays.push(*delay);
                self.retries.errors.push(error);
                &mut self.retries
            }
            End::Release => &mut self.released,
            End::Cancelled => &mut self.cancelled,
        };
        rows.ids.push(id);
        rows.attempts.push(attempt);
    }

    /// The number of statements.
    fn kinds(&self) -> usize {
        let all = [&self.results, &self.dead, &self.retries, &self.released, &self.cancelled];
        all.iter().filter(|rows| !rows.ids.is_empty()).count()
    }

    async fn write(&self, worker: &str, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let Rows { ids, outcomes, values, .. } = &self.results;
        if !ids.is_empty() {
            sqlx::query(RESULTS).bind(ids).bind(outcomes).bind(values).execute(&mut *connection).await?;
        }
        let Rows { ids, attempts, errors, outcomes, values, .. } = &self.dead;
        if !ids.is_empty() {
            let query = sqlx::query(DEAD).bind(worker).bind(ids).bind(attempts).bind(errors);
            query.bind(outcomes).bind(values).execute(&mut *connection).await?;
        }
        let Rows { ids, attempts, delays, errors, .. } = &self.retries;
        if !ids.is_empty() {
            let query = sqlx::query(RETRY).bind(worker).bind(ids).bind(attempts);
            query.bind(delays).bind(errors).execute(&mut *connection).await?;
        }
        let Rows { ids, attempts, .. } = &self.released;
        if !ids.is_empty() {
            sqlx::query(GIVE_BACK).bind(worker).bind(ids).bind(attempts).execute(&mut *connection).await?;
        }
        let Rows { ids, .. } = &self.cancelled;
        if !ids.is_empty() {
            sqlx::query(CANCELLED).bind(worker).bind(ids).execute(connection).await?;
        }
        Ok(())
    }
}

impl<'a> Rows<'a> {
    fn with(&mut self, outcome: Outcome, value: &'a str) -> &mut Self {
        self.outcomes.push(outcome as i32);
        self.values.push(value);
        self
    }
}
