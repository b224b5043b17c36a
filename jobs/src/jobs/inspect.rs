//! Dead letters and the state of queues.

use std::borrow::Borrow;

use super::Jobs;
use crate::error::JobsError;
use crate::letters::{DeadJob, JobId, QueueState};

impl Jobs {
    /// Lists the dead letters of a queue, the oldest first: items whose last attempt failed.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), taskward_jobs::JobsError> {
    /// # let jobs = taskward_jobs::Jobs::connect("sqlite::memory:").await?;
    /// for job in jobs.dead("thumbs").await? {
    ///     println!("{} of {} failed {} times: {}", job.item, job.function, job.attempts, job.error);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    ///
    /// # Cancellation safety
    ///
    /// Only reads.
    pub async fn dead(&self, queue: impl AsRef<str> + Send) -> Result<Vec<DeadJob>, JobsError> {
        let queue = queue.as_ref();
        let at = self.position(queue);
        let letters = self.databases[at].engine().dead(Some(queue)).await?;
        Ok(letters.into_iter().map(|letter| DeadJob::new(letter, at)).collect())
    }

    /// Makes dead letters jobs again, with all their attempts, and returns their number.
    ///
    /// Their results are dropped: the callers have returned.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), taskward_jobs::JobsError> {
    /// # let jobs = taskward_jobs::Jobs::connect("sqlite::memory:").await?;
    /// let dead = jobs.dead("thumbs").await?;
    /// let requeued = jobs.requeue(dead.iter().map(|job| job.id)).await?;
    /// assert_eq!(requeued, dead.len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the database cannot be written to; with several databases, some of the letters may have
    /// been requeued.
    ///
    /// # Cancellation safety
    ///
    /// All letters of one database are requeued, or none.
    pub async fn requeue<I>(&self, ids: I) -> Result<usize, JobsError>
    where
        I: IntoIterator<Item: Borrow<JobId>>,
    {
        let mut of_database = vec![Vec::new(); self.databases.len()];
        for id in ids {
            let id: &JobId = id.borrow();
            if let Some(ids) = of_database.get_mut(id.database()) {
                ids.push(id.number());
            }
        }
        let mut count = 0;
        for (database, ids) in self.databases.iter().zip(of_database).filter(|(_, ids)| !ids.is_empty()) {
            count += database.engine().requeue(&ids).await?;
        }
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Returns the state of each queue that has jobs, dead letters or servers.
    ///
    /// Counts all jobs: for a look now and then, not for a loop. The feature `metrics` has the
    /// same numbers as gauges.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), taskward_jobs::JobsError> {
    /// # let jobs = taskward_jobs::Jobs::connect("sqlite::memory:").await?;
    /// for state in jobs.status().await? {
    ///     if state.waiting > 0 && state.servers == 0 {
    ///         println!("no server knows `{}`", state.function);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If a database cannot be read.
    ///
    /// # Cancellation safety
    ///
    /// Only reads.
    pub async fn status(&self) -> Result<Vec<QueueState>, JobsError> {
        let mut states = Vec::new();
        for database in &*self.databases {
            states.extend(database.engine().status().await?.into_iter().map(QueueState::new));
        }
        Ok(states)
    }
}
