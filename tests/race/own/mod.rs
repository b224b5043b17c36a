//! taskward's own types under many schedules.

mod channels;
mod contexts;
mod flights;
mod groups;
mod guards;
mod lazy;
mod once;
mod pools;
mod retry;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tokio::task::yield_now;

/// Counts live values, and all values so far.
#[derive(Clone, Default)]
struct Census(Arc<(AtomicUsize, AtomicUsize)>);

struct Alive(Census);

impl Census {
    fn enter(&self) -> Alive {
        self.0.0.fetch_add(1, SeqCst);
        self.0.1.fetch_add(1, SeqCst);
        Alive(self.clone())
    }

    fn alive(&self) -> usize {
        self.0.0.load(SeqCst)
    }

    fn ever(&self) -> usize {
        self.0.1.load(SeqCst)
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.0.0.fetch_sub(1, SeqCst);
    }
}

/// Yields `turns` times.
async fn turns(turns: usize) {
    for _ in 0..turns {
        yield_now().await;
    }
}
