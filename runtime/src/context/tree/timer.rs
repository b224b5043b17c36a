//! Fires the deadlines of a schedule. The only code that uses Tokio's timers.
//!
//! Tokio calls a timer's waker inside its timer driver. The waker only spawns a task, which
//! notifies the observers: no user's waker, hook or destructor runs inside the driver.

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
        // A call that is polled before the task runs also reads the clock.
        table::shard(self.shard).note_fired();
        let notifier = Notifier { shard: self.shard, runtime: runtime::number(self.runtime.id()), has_run: false };
        self.runtime.spawn(async move { notifier.run() });
    }
}

/// Sets a timer for `at` on the current runtime, for its schedule in this shard. Returns the
/// number of the current runtime as an error if it is not `runtime`.
///
/// # Panics
///
/// Outside of a runtime, or in one without timers, as Tokio's timers do.
#[cold]
pub(super) fn set(shard: usize, runtime: u64, at: Instant) -> Result<(), u64> {
    let handle = Handle::current();
    let current = runtime::number(handle.id());
    if current != runtime {
        return Err(current);
    }
    let waker = table::shard(shard).waker(runtime);
    let waker = waker.unwrap_or_else(|| Waker::from(Arc::new(Alarm { shard, runtime: handle })));
    // Tokio's budget belongs to the task being polled; it must not delay a timer.
    let mut timer: Timer = Box::pin(unconstrained(sleep_until(at)));
    let is_over = timer.as_mut().poll(&mut Task::from_waker(&waker)).is_ready();
    let own_waker = waker.clone();
    table::shard(shard).set_timer(runtime, at, timer, waker, is_clock_changed());
    if is_over {
        own_waker.wake();
    }
    Ok(())
}

/// Returns whether Tokio's clock was paused or moved.
fn is_clock_changed() -> bool {
    let before = std::time::Instant::now();
    let tokio = Instant::now().into_std();
    !(before..=std::time::Instant::now()).contains(&tokio)
}

struct Notifier {
    shard: usize,
    runtime: u64,
    has_run: bool,
}

impl Notifier {
    fn run(mut self) {
        self.has_run = true;
        let mut panic = None;
        loop {
            let now = Instant::now();
            let (due, next) = table::shard(self.shard).take_due(self.runtime, now);
            // Set before anything is notified: notifying may take long.
            let is_all = next.is_none_or(|at| at > now);
            if let Some(at) = next.filter(|_| is_all) {
                // Runs in a task of this runtime.
                let _ = set(self.shard, self.runtime, at);
            }
            panic = panic.or(each(due, notify));
            if is_all {
                break;
            }
        }
        resume(panic);
    }
}

fn notify(observer: Observer) {
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

impl Drop for Notifier {
    /// Dropped without having run: the runtime is shutting down.
    fn drop(&mut self) {
        if !self.has_run && !thread::panicking() {
            table::shard(self.shard).forget_runtime(self.runtime);
        }
    }
}
