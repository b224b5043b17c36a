//! A connected database, and the task that keeps it up.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::interval;

use crate::engine::Engine;
use crate::engine::types::BatchId;
use crate::error::JobsError;
use crate::hub::{Events, Hub};

/// A database of jobs. A cheap clone.
#[derive(Clone)]
pub(crate) struct Database {
    engine: Arc<dyn Engine>,
    hub: Arc<Hub>,
    orders: UnboundedSender<Order>,
    /// Queues and functions that were reported as unknown to all servers.
    reported: Arc<Mutex<HashSet<(String, String)>>>,
}

/// Work that outlives the futures of callers and servers.
enum Order {
    /// Gives signs of life for a batch.
    Keep(BatchId, i64),
    Forget(BatchId),
    Cancel(BatchId, String),
    Release(String),
}

impl Database {
    // taskward: allow(missing_context)
    pub(crate) async fn connect(url: &str) -> Result<Self, JobsError> {
        let hub = Arc::new(Hub::new());
        Ok(Self::start(open(url, &hub).await?, hub))
    }

    // taskward: allow(detached_task)
    pub(crate) fn start(engine: Arc<dyn Engine>, hub: Arc<Hub>) -> Self {
        let (orders, received) = mpsc::unbounded_channel();
        // Its owner is the last clone of `Jobs`: without senders it ends.
        tokio::spawn(drive(engine.clone(), hub.clone(), received));
        Self { engine, hub, orders, reported: Arc::default() }
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

    /// Gives signs of life for a batch, until it is forgotten or cancelled.
    pub(crate) fn keep(&self, batch: BatchId, alive_ms: i64) {
        self.order(Order::Keep(batch, alive_ms));
    }

    pub(crate) fn forget(&self, batch: BatchId) {
        self.order(Order::Forget(batch));
    }

    /// Cancels a batch soon: for callers that are being dropped.
    pub(crate) fn cancel_soon(&self, batch: BatchId, reason: &str) {
        self.order(Order::Cancel(batch, reason.to_owned()));
    }

    /// Gives back a worker's jobs soon: for servers that are being dropped.
    pub(crate) fn release_soon(&self, worker: &str) {
        self.order(Order::Release(worker.to_owned()));
    }

    /// Returns `true` the first time.
    pub(crate) fn is_unreported(&self, queue: &str, function: &str) -> bool {
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        reported.insert((queue.to_owned(), function.to_owned()))
    }

    fn order(&self, order: Order) {
        // The task is gone only if its runtime is.
        let _ = self.orders.send(order);
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

/// Removes the password from a URL.
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

/// The interval of signs of life.
const SIGN: Duration = Duration::from_secs(20);

async fn drive(engine: Arc<dyn Engine>, hub: Arc<Hub>, mut orders: UnboundedReceiver<Order>) {
    let mut listening = engine.listen(&hub);
    let mut kept = HashMap::new();
    let mut signs = interval(SIGN);
    loop {
        let order = tokio::select! {
            order = orders.recv() => order,
            () = &mut listening => continue,
            _ = signs.tick(), if !kept.is_empty() => {
                keep(&*engine, &kept).await;
                continue;
            }
        };
        let done = match order {
            None => return,
            Some(Order::Keep(batch, alive_ms)) => {
                kept.insert(batch, alive_ms);
                continue;
            }
            Some(Order::Forget(batch)) => {
                kept.remove(&batch);
                continue;
            }
            Some(Order::Cancel(batch, reason)) => {
                kept.remove(&batch);
                engine.cancel(batch, &reason).await
            }
            Some(Order::Release(worker)) => engine.release(&worker).await,
        };
        if let Err(error) = done {
            // The lease of a worker and the life of a batch end by themselves.
            tracing::warn!(%error, "the job queue is not cleaned up at once");
        }
    }
}

async fn keep(engine: &dyn Engine, kept: &HashMap<BatchId, i64>) {
    for (batch, alive_ms) in kept {
        // A caller sees by itself that its batch is gone.
        if let Err(error) = engine.keep(*batch, *alive_ms).await {
            tracing::warn!(%error, batch, "no sign of life was given for a batch");
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
