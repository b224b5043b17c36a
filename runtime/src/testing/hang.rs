//! The time limit of a test, enforced even if its thread is blocked, and independent of its clock.
//!
//! On timeout the watchdog wakes the test, which reports where its tasks wait, and fails. A test
//! that does not answer blocks its thread and cannot be stopped, so it is reported by the
//! watchdog, and the process ends.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use super::watchdog::{Watch, Watched, lock};

/// The time for a test to answer on a busy machine.
const PATIENCE: Duration = Duration::from_secs(5);
/// The time for a test to report, which reads debug information, one test after the other.
const REPORT: Duration = Duration::from_secs(60);

/// Limits the time of a test until dropped.
pub(super) struct TimeLimit {
    state: Arc<State>,
    watch: Watch,
}

#[derive(Default)]
struct State {
    is_over: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl TimeLimit {
    /// `report` describes a test that does not answer. Returns `None` if the time is too long to
    /// be represented.
    pub(super) fn start(time: Duration, report: impl Fn() -> String + Send + Sync + 'static) -> Option<Self> {
        let until = Instant::now().checked_add(time)?;
        let state = Arc::<State>::default();
        let watch = Watch::start(until, {
            let state = state.clone();
            move |watched| state.end(watched, &report)
        });
        Some(Self { state, watch })
    }

    /// Runs `future`. Returns `None` if the time is over first.
    pub(super) async fn run<F: Future>(limit: Option<&Self>, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        poll_fn(|task| match limit {
            Some(limit) if limit.is_over(task.waker()) => Poll::Ready(None),
            _ => future.as_mut().poll(task).map(Some),
        })
        .await
    }

    /// Returns whether the time is over. Otherwise `waker` is woken when it is.
    fn is_over(&self, waker: &Waker) -> bool {
        let State { is_over, waker: known } = &*self.state;
        if !is_over.load(SeqCst) {
            let mut known = lock(known);
            if !known.as_ref().is_some_and(|known| known.will_wake(waker)) {
                *known = Some(waker.clone());
            }
        }
        // Read again: after the time is over no waker is woken any more.
        let is_over = is_over.load(SeqCst);
        if is_over {
            self.watch.0.again_after(REPORT);
        }
        is_over
    }
}

impl State {
    fn end(&self, watched: &Watched, report: impl Fn() -> String) {
        if self.is_over.load(SeqCst) {
            abandon(&report());
        }
        // Set first, because an answer extends it.
        watched.again_after(PATIENCE);
        self.is_over.store(true, SeqCst);
        if let Some(waker) = lock(&self.waker).take() {
            waker.wake();
        }
    }
}

/// Ends the process and all its tests, so the text must explain the reason.
fn abandon(report: &str) -> ! {
    super::report::say(&format!("{report}a blocked thread cannot be stopped, so the test process ends here\n"));
    std::process::exit(101)
}
