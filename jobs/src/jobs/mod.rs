//! [`Jobs`]: a connection to a job queue.

mod inspect;
mod placement;
#[cfg(all(test, feature = "sqlite"))]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use taskward::Context;

use crate::database::Database;
use crate::error::JobsError;
use crate::job::Job;
use crate::portable::{Carrier, Portable, TraceContext};
use crate::serve;
use crate::urls::Urls;

/// A job queue in one or more databases.
///
/// As a value of a context it makes `#[worker_pool(jobs = …)]` send its items there; a process
/// that calls [`serve`](Self::serve) works on them. A cheap clone.
///
/// ```
/// use taskward::{Context, ContextError, worker_pool};
/// use taskward_jobs::Jobs;
///
/// #[worker_pool(jobs = "lengths")]
/// async fn length(ctx: &Context, word: String) -> Result<usize, ContextError> {
///     ctx.checkpoint().await?;
///     Ok(word.len())
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let jobs = Jobs::connect("sqlite::memory:").await?;
/// let (server, stop) = Context::background().with_cancel();
/// let caller = Context::background().with_value(jobs.clone());
/// let call = async {
///     let lengths = length_all(&caller, ["one".to_owned(), "three".to_owned()]).await;
///     stop.cancel();
///     lengths
/// };
/// let (served, lengths) = tokio::join!(jobs.serve(&server, [length_job()]), call);
/// served?;
/// assert_eq!(lengths?, [3, 5]);
/// # Ok(())
/// # }
/// ```
///
/// A task of the runtime that connects forwards the database's announcements. It ends with the
/// last clone.
#[derive(Clone)]
pub struct Jobs {
    databases: Arc<[Database]>,
    carriers: Arc<[Carrier]>,
    grace: Duration,
}

/// The grace of running jobs when their server stops.
const GRACE: Duration = Duration::from_secs(5);

impl Jobs {
    /// Connects to the databases, and makes their tables where there are none.
    ///
    /// | URL | |
    /// |---|---|
    /// | `postgres://user:password@host/database` | any number of machines |
    /// | … with `?pooler=transaction` | behind a pooler that shares connections by transaction |
    /// | … with `?connections=2` | at most two connections beside the one that listens, instead of 8 |
    /// | `sqlite://path` | one machine; the file is made if it is missing |
    /// | `sqlite::memory:` | one process |
    ///
    /// Several URLs, as an array or a `Vec`, share the queues among them: each queue is in one of
    /// the databases. Every process has to give the same ones, in the same order.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() {
    /// use taskward_jobs::Jobs;
    ///
    /// assert!(Jobs::connect("sqlite::memory:").await.is_ok());
    /// assert!(Jobs::connect(["sqlite::memory:", "sqlite::memory:"]).await.is_ok());
    /// let error = Jobs::connect("redis://localhost").await.unwrap_err();
    /// assert!(error.to_string().starts_with("`redis://localhost` names no job queue"), "{error}");
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If a URL is of an unknown kind, a database cannot be reached or written to, or its tables
    /// belong to a newer version.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime, and without any URL.
    ///
    /// # Cancellation safety
    ///
    /// Nothing is left behind but tables.
    pub async fn connect(urls: impl Urls) -> Result<Self, JobsError> {
        let urls = urls.into_urls();
        assert!(!urls.is_empty(), "a job queue needs a database, and no URL was given");
        let mut databases = Vec::with_capacity(urls.len());
        for url in &urls {
            databases.push(Database::connect(url).await?);
        }
        let carriers = Arc::new([Carrier::of::<TraceContext>()]);
        Ok(Self { databases: databases.into(), carriers, grace: GRACE })
    }

    /// Makes values of the type `T` travel with a batch: from the caller's context into that of
    /// each job.
    ///
    /// Callers and servers both need it: a server ignores values that it does not know.
    ///
    /// ```
    /// use serde::{Deserialize, Serialize};
    /// use taskward_jobs::{Jobs, Portable};
    ///
    /// #[derive(Serialize, Deserialize)]
    /// struct Tenant(u64);
    ///
    /// impl Portable for Tenant {
    ///     const NAME: &'static str = "tenant";
    /// }
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), taskward_jobs::JobsError> {
    /// let jobs = Jobs::connect("sqlite::memory:").await?.carry::<Tenant>();
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn carry<T: Portable>(mut self) -> Self {
        let others = self.carriers.iter().filter(|carrier| carrier.name() != T::NAME).copied();
        self.carriers = others.chain([Carrier::of::<T>()]).collect();
        self
    }

    /// Sets the time that running jobs have when their server stops, instead of five seconds. Jobs
    /// that need longer are given back, and begin anew elsewhere.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), taskward_jobs::JobsError> {
    /// use std::time::Duration;
    /// use taskward_jobs::Jobs;
    ///
    /// let jobs = Jobs::connect("sqlite::memory:").await?.grace(Duration::from_secs(20));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Works on jobs until `ctx` ends.
    ///
    /// `jobs` are the functions that this process knows: for `resize` with
    /// `#[worker_pool(jobs = …)]`, `resize_job(…)` with its shared parameters. Jobs of other
    /// functions are left for other servers.
    ///
    /// When `ctx` ends, no more jobs are taken. Running jobs have the [grace](Self::grace) to
    /// finish; then they are interrupted and given back, which does not count as an attempt. A
    /// database that cannot be reached is tried again.
    ///
    /// Jobs of a function that no live server knows are reported once by a server of their queue,
    /// as a warning of `tracing`.
    ///
    /// Each job has a context below `ctx`, with its values, and with the deadline, the
    /// cancellation and the [`Portable`] values of the caller. [`Context::attempt`] tells its
    /// attempt.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskward::{Context, ContextError, worker_pool};
    /// use taskward_jobs::Jobs;
    ///
    /// #[worker_pool(jobs = "words")]
    /// async fn upper(_ctx: &Context, word: String) -> Result<String, ContextError> {
    ///     Ok(word.to_uppercase())
    /// }
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), taskward_jobs::JobsError> {
    /// let jobs = Jobs::connect("sqlite::memory:").await?;
    /// // In a program, the context of `#[taskward::main]`, which SIGTERM ends.
    /// let ctx = Context::background().with_timeout(Duration::from_millis(50));
    /// jobs.serve(&ctx, [upper_job().workers(8)]).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// None at present: an error in one job is that job's failure.
    ///
    /// # Panics
    ///
    /// Never; a job that panics is a failed attempt.
    ///
    /// # Cancellation safety
    ///
    /// Dropping the future interrupts the running jobs and gives them back.
    pub async fn serve(&self, ctx: &Context, jobs: impl IntoIterator<Item = Job>) -> Result<(), JobsError> {
        let jobs: Vec<_> = jobs.into_iter().collect();
        let servers = jobs.into_iter().map(|job| {
            let database = self.database(job.queue());
            serve::serve(database, self.carriers.clone(), self.grace, ctx, job)
        });
        futures_util::future::join_all(servers).await;
        // A server without functions waits as well.
        ctx.cancelled().await;
        Ok(())
    }

    /// Returns the database of a queue: the same one in every process.
    pub(crate) fn database(&self, queue: &str) -> Database {
        self.databases[self.position(queue)].clone()
    }

    fn position(&self, queue: &str) -> usize {
        placement::position(queue, self.databases.len())
    }

    pub(crate) fn carriers(&self) -> &[Carrier] {
        &self.carriers
    }
}

impl fmt::Debug for Jobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.carriers.iter().map(Carrier::name).collect();
        f.debug_struct("Jobs")
            .field("databases", &self.databases.len())
            .field("carries", &names)
            .finish_non_exhaustive()
    }
}
