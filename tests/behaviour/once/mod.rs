//! `Once` and `#[once]`.

mod cell;
mod functions;
mod handover;
mod own_context;
mod recursion;
mod stacked;
mod threads;

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use tokio::time::sleep;

/// Counts runs, and panics if two overlap.
#[derive(Debug, Default)]
struct Runs {
    begun: AtomicUsize,
    running: AtomicUsize,
}

struct Running<'r>(&'r Runs);

impl Runs {
    const fn new() -> Self {
        Self { begun: AtomicUsize::new(0), running: AtomicUsize::new(0) }
    }

    fn begin(&self) -> Running<'_> {
        self.begun.fetch_add(1, SeqCst);
        assert_eq!(self.running.fetch_add(1, SeqCst), 0, "one at a time");
        Running(self)
    }

    fn count(&self) -> usize {
        self.begun.load(SeqCst)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, SeqCst);
    }
}

/// Work that takes a second.
async fn work() {
    sleep(Duration::from_secs(1)).await;
}
