//! Databases for tests.

pub(crate) mod pooler;
pub(crate) mod postgres;

use std::future::Future;
use std::time::Duration;

use taskward::{Canceller, Context};
use taskward_jobs::{Job, Jobs};
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// An empty database.
pub(crate) struct Database {
    pub(crate) url: String,
    _folder: Option<TempDir>,
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { url: format!("sqlite://{}", folder.path().join("jobs.db").display()), _folder: Some(folder) }
    }

    /// On a server of the test's own.
    pub(crate) fn at(url: String) -> Self {
        Self { url, _folder: None }
    }

    /// `None`, and a line that says why, if there is no Postgres on this machine.
    pub(crate) fn postgres(name: &str) -> Option<Self> {
        Some(Self { url: postgres::create_database(name)?, _folder: None })
    }

    pub(crate) async fn connect(&self) -> Jobs {
        Jobs::connect(&self.url).await.unwrap()
    }

    /// A process that calls: a context with a connection of its own.
    pub(crate) async fn caller(&self) -> Context {
        Context::background().with_value(self.connect().await)
    }

    /// A process that works: a connection of its own.
    pub(crate) async fn serve(&self, jobs: impl IntoIterator<Item = Job>) -> Server {
        Server::start(self.connect().await, jobs)
    }
}

/// A server in a task. Stops when it is dropped.
pub(crate) struct Server {
    stop: Canceller,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) fn start(jobs: Jobs, functions: impl IntoIterator<Item = Job>) -> Self {
        let (ctx, stop) = Context::background().with_cancel();
        let functions: Vec<_> = functions.into_iter().collect();
        Self { stop, task: tokio::spawn(async move { jobs.serve(&ctx, functions).await.unwrap() }) }
    }

    /// Waits until it has stopped.
    pub(crate) async fn stop(self) {
        self.stop.cancel_with("the test stops the server");
        self.task.await.unwrap();
    }

    /// As if its future were dropped.
    pub(crate) async fn drop_it(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

/// Waits until something holds, which must be soon.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let until = tokio::time::Instant::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(tokio::time::Instant::now() < until, "{what}: not within 20 s");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Makes two tests of one: `name::sqlite` and `name::postgres`.
macro_rules! on_each_database {
    ($($(#[$attr:meta])* async fn $name:ident($database:ident: Database) $body:block)*) => {$(
        $(#[$attr])*
        mod $name {
            use super::*;

            async fn test($database: $crate::support::Database) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                test($crate::support::Database::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(database) = $crate::support::Database::postgres(stringify!($name)) {
                    test(database).await;
                }
            }
        }
    )*};
}

pub(crate) use on_each_database;
