//! One connected database, and the task that serves it.

use std::sync::Arc;

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use crate::engine::Engine;
use crate::engine::types::BatchId;
use crate::error::JobsError;
use crate::hub::{Events, Hub};

/// A database of jobs. A cheap clone.
#[derive(Clone)]
pub(crate) struct Database {
    engine: Arc<dyn Engine>,
    hub: Arc<Hub>,
    cleanup: UnboundedSender<Cleanup>,
}

/// What a dropped future leaves to be done.
enum Cleanup {
    Cancel(BatchId, String),
    Release(String),
}

impl Database {
    pub(crate) async fn connect(url: &str) -> Result<Self, JobsError> {
        let hub = Arc::new(Hub::new());
        let engine = open(url, &hub).await?;
        let (cleanup, orders) = mpsc::unbounded_channel();
        // Its owner is the last clone of `Jobs`: without senders it ends.
        tokio::spawn(drive(engine.clone(), hub.clone(), orders));
        Ok(Self { engine, hub, cleanup })
    }

    pub(crate) fn engine(&self) -> &dyn Engine {
        &*self.engine
    }

    pub(crate) fn shared_engine(&self) -> Arc<dyn Engine> {
        self.engine.clone()
    }

    pub(crate) fn subscribe(&self) -> Events {
        self.hub.subscribe()
    }

    /// Cancels a batch soon: for callers that are being dropped.
    pub(crate) fn cancel_soon(&self, batch: BatchId, reason: &str) {
        // The task is gone only if its runtime is.
        let _ = self.cleanup.send(Cleanup::Cancel(batch, reason.to_owned()));
    }

    /// Gives back a worker's jobs soon: for servers that are being dropped.
    pub(crate) fn release_soon(&self, worker: &str) {
        let _ = self.cleanup.send(Cleanup::Release(worker.to_owned()));
    }
}

async fn open(url: &str, hub: &Arc<Hub>) -> Result<Arc<dyn Engine>, JobsError> {
    #[cfg(feature = "postgres")]
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Arc::new(crate::engine::postgres::Postgres::connect(url).await?));
    }
    #[cfg(feature = "sqlite")]
    if url.starts_with("sqlite:") {
        return Ok(Arc::new(crate::engine::sqlite::Sqlite::connect(url, hub.clone()).await?));
    }
    let _ = hub;
    Err(JobsError::Url { url: without_password(url) })
}

/// A URL as it may be shown.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let authority = rest.find('/').unwrap_or(rest.len());
    match rest[..authority].rfind('@') {
        Some(at) => {
            let user = rest[..at].split(':').next().unwrap_or_default();
            format!("{scheme}://{user}{}", &rest[at..])
        }
        None => url.to_owned(),
    }
}

async fn drive(engine: Arc<dyn Engine>, hub: Arc<Hub>, mut orders: UnboundedReceiver<Cleanup>) {
    let mut listening = engine.listen(&hub);
    loop {
        let order = tokio::select! {
            order = orders.recv() => order,
            () = &mut listening => continue,
        };
        let done = match order {
            None => return,
            Some(Cleanup::Cancel(batch, reason)) => engine.cancel(batch, &reason).await,
            Some(Cleanup::Release(worker)) => engine.release(&worker).await,
        };
        if let Err(error) = done {
            // The lease of a worker and the sign of life of a caller end by themselves.
            tracing::warn!(%error, "the job queue is not cleaned up at once");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_password() {
        assert_eq!(without_password("mysql://me:secret@host/db"), "mysql://me@host/db");
        assert_eq!(without_password("mysql://me:se@cret@host/db"), "mysql://me@host/db");
        assert_eq!(without_password("mysql://host/a@b"), "mysql://host/a@b");
        assert_eq!(without_password("nonsense"), "nonsense");
    }
}
