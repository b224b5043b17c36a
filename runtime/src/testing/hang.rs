//! The time limit of a test, enforced even if its thread is blocked, and independent of its clock.
//!
//! One thread watches all tests of the process. On timeout it wakes the test, which reports where
//! its tasks wait, and fails. A test that does not answer blocks its thread and cannot be stopped,
//! so it is reported from here, and the process ends.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread;
use std::time::{Duration, Instant};

/// The time for a test to answer on a busy machine.
const PATIENCE: Duration = Duration::from_secs(5);
/// The time for a test to report, which reads debug information, one test after the other.
const REPORT: Duration = Duration::from_secs(60);

/// A running test.
pub(crate) struct Watched {
    until: Mutex<Instant>,
    is_over: AtomicBool,
    waker: Mutex<Option<Waker>>,
    /// Returns the report for a test that does not answer.
    report: Box<dyn Fn() -> String + Send + Sync>,
}

static TESTS: Mutex<Vec<Arc<Watched>>> = Mutex::new(Vec::new());
static CHANGED: Condvar = Condvar::new();
static STARTED: Mutex<bool> = Mutex::new(false);

/// Watches a test until dropped.
pub(crate) struct Watch(Arc<Watched>);

impl Watch {
    /// Returns `None` if the time is too long to be represented.
    pub(crate) fn start(time: Duration, report: impl Fn() -> String + Send + Sync + 'static) -> Option<Self> {
        let until = Instant::now().checked_add(time)?;
        let watched = Arc::new(Watched {
            until: Mutex::new(until),
            is_over: AtomicBool::new(false),
            waker: Mutex::new(None),
            report: Box::new(report),
        });
        let is_next = {
            let mut tests = lock(&TESTS);
            let is_next = tests.iter().all(|test| until < *lock(&test.until));
            tests.push(Arc::clone(&watched));
            is_next
        };
        let mut started = lock(&STARTED);
        if !*started {
            *started = thread::Builder::new().name("taskward-watchdog".into()).spawn(watch).is_ok();
        } else if is_next {
            CHANGED.notify_one();
        }
        Some(Self(watched))
    }

    /// Returns whether the time is over. Otherwise `waker` is woken when it is.
    pub(crate) fn is_over(&self, waker: &Waker) -> bool {
        if !self.0.is_over.load(SeqCst) {
            let mut known = lock(&self.0.waker);
            if !known.as_ref().is_some_and(|known| known.will_wake(waker)) {
                *known = Some(waker.clone());
            }
        }
        // Read again: after the time is over no waker is woken any more.
        let is_over = self.0.is_over.load(SeqCst);
        if is_over {
            *lock(&self.0.until) = Instant::now() + REPORT;
        }
        is_over
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        lock(&TESTS).retain(|test| !Arc::ptr_eq(test, &self.0));
    }
}

/// Always that of the standard library, because the replacements for models and sanitizers have no
/// timeouts.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn watch() {
    let mut tests = lock(&TESTS);
    loop {
        let now = Instant::now();
        let late = tests.iter().find(|test| *lock(&test.until) <= now).cloned();
        if let Some(late) = late {
            drop(tests);
            late.end(now);
            tests = lock(&TESTS);
            continue;
        }
        let next = tests.iter().map(|test| *lock(&test.until)).min();
        let pause = next.map_or(Duration::from_secs(3600), |next| next.saturating_duration_since(now));
        tests = CHANGED.wait_timeout(tests, pause).unwrap_or_else(PoisonError::into_inner).0;
    }
}

impl Watched {
    fn end(&self, now: Instant) {
        if self.is_over.load(SeqCst) {
            abandon(&(self.report)());
        }
        // Set first, because an answer extends it.
        *lock(&self.until) = now + PATIENCE;
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
