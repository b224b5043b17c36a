//! The connection to a database in SQLite.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::schema;
use crate::error::{Doing, JobsError};
use crate::hub::Hub;

pub(crate) struct Sqlite {
    pub(super) pool: SqlitePool,
    /// There are no announcements between processes; inside one there are.
    pub(super) hub: Arc<Hub>,
}

/// The time that a statement waits for other processes.
const BUSY: Duration = Duration::from_secs(30);

impl Sqlite {
    #[cfg(test)]
    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    pub(crate) async fn connect(url: &str, hub: Arc<Hub>) -> Result<Self, JobsError> {
        let options = SqliteConnectOptions::from_str(url)
            .doing("read the URL of the job queue")?
            .create_if_missing(true)
            .busy_timeout(BUSY)
            .journal_mode(SqliteJournalMode::Wal)
            // A result that was reported is still there after a power failure.
            .synchronous(SqliteSynchronous::Full);
        // SQLite writes one transaction at a time anyway; a database in memory lives as long as
        // its only connection.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(BUSY)
            .connect_with(options)
            .await
            .doing("open the job queue")?;
        schema::prepare(&pool).await?;
        Ok(Self { pool, hub })
    }
}
