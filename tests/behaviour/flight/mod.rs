//! Single flights: calls with an equal key share one run.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use taskward::SingleFlight;

mod causes;
mod contexts;
mod herd;
mod leaving;
mod macros;
mod panics;
mod sharing;
mod tasks;

type Flights<T = u32> = Arc<SingleFlight<u32, T>>;

fn flights<T>() -> Flights<T> {
    Arc::new(SingleFlight::new())
}

/// Counts runs.
#[derive(Clone, Debug, Default)]
struct Runs(Arc<AtomicUsize>);

impl Runs {
    fn begin(&self) -> u32 {
        u32::try_from(self.0.fetch_add(1, SeqCst)).unwrap() + 1
    }

    fn count(&self) -> usize {
        self.0.load(SeqCst)
    }
}
