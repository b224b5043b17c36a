//! Fires the deadlines of a schedule: the one place that uses Tokio's timers.
//!
//! Tokio calls the waker of a timer inside its timer driver. There it only spawns a task, which
//! tells those whose deadline has passed: no waker, hook or destructor of a user's runs inside the
//! driver.

use std::future::Future;
use std::sync::Arc;
use std::task::{Context as Task, Wake, Waker};
use std::thread;

use tokio::runtime::Handle;
use tokio::task::coop::unconstrained;
use tokio::time::{Instant, sleep_until};

use super::observer::Observer;
use super::schedule::Timer;
use super::{runtime, table};
use crate::context::each::{each, resume};

/// Wakes a schedule.
struct Alarm {
    shard: usize,
    runtime: Handle,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // A call that is polled before the task runs looks at the clock, too.
        table::shard(self.shard).note_fired();
        let teller = Teller { shard: self.shard, runtime: runtime::number(self.runtime.id()), has_run: false };
        self.runtime.spawn(async move { teller.run() });
    }
}

/// Sets a timer for `at` on the current runtime, for its schedule in this shard. Returns the number
/// of the current runtime instead, if it is not `runtime`.
///
/// # Panics
///
/// Outside of a runtime, and in one whose timers are not enabled, as Tokio's timers do.
#[cold]
pub(super) fn set(shard: usize, runtime: u64, at: Instant) -> Result<(), u64> {
    let handle = Handle::current();
    let current = runtime::number(handle.id());
    if current != runtime {
        return Err(current);
    }
    let waker = table::shard(shard).waker(runtime);
    let waker = waker.unwrap_or_else(|| Waker::from(Arc::new(Alarm { shard, runtime: handle })));
    // Tokio's budget is for the task that happens to be polled; a timer must not be put off by it.
    let mut timer: Timer = Box::pin(unconstrained(sleep_until(at)));
    let is_over = timer.as_mut().poll(&mut Task::from_waker(&waker)).is_ready();
    let own_waker = waker.clone();
    table::shard(shard).set_timer(runtime, at, timer, waker, is_clock_changed());
    if is_over {
        own_waker.wake();
    }
    Ok(())
}

/// Whether Tokio's clock was paused, or moved.
fn is_clock_changed() -> bool {
    let before = std::time::Instant::now();
    let tokio = Instant::now().into_std();
    !(before..=std::time::Instant::now()).contains(&tokio)
}

struct Teller {
    shard: usize,
    runtime: u64,
    has_run: bool,
}

impl Teller {
    fn run(mut self) {
        self.has_run = true;
        let mut panic = None;
        loop {
            let now = Instant::now();
            let (due, next) = table::shard(self.shard).take_due(self.runtime, now);
            // Set before anybody is told, who may take long.
            let is_all = next.is_none_or(|at| at > now);
            if let Some(at) = next.filter(|_| is_all) {
                // It runs in a task of this runtime.
                let _ = set(self.shard, self.runtime, at);
            }
            panic = panic.or(each(due, tell));
            if is_all {
                break;
            }
        }
        resume(panic);
    }
}

fn tell(observer: Observer) {
    match observer {
        Observer::Waiter(waker) => waker.wake(),
        Observer::Deadline(node) => {
            if let Some(node) = node.upgrade() {
                node.expire();
            }
        }
        Observer::Child(_) | Observer::Linger(_) | Observer::Hook(_) => {}
    }
}

impl Drop for Teller {
    /// Dropped without having run: the runtime is shutting down.
    fn drop(&mut self) {
        if !self.has_run && !thread::panicking() {
            table::shard(self.shard).forget_runtime(self.runtime);
        }
    }
}
