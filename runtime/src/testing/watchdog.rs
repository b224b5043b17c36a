//! The watchdog: one thread of the process that acts when the real time of a test is up, even if
//! the test blocks its thread.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// A watched test.
pub(super) struct Watched {
    until: Mutex<Instant>,
    /// Called when the time is up. Sets the next time.
    check: Box<dyn Fn(&Self) + Send + Sync>,
}

static TESTS: Mutex<Vec<Arc<Watched>>> = Mutex::new(Vec::new());
static CHANGED: Condvar = Condvar::new();
static STARTED: Mutex<bool> = Mutex::new(false);

/// Watches a test until dropped.
#[must_use]
pub(super) struct Watch(pub(super) Arc<Watched>);

impl Watch {
    pub(super) fn start(until: Instant, check: impl Fn(&Watched) + Send + Sync + 'static) -> Self {
        let watched = Arc::new(Watched { until: Mutex::new(until), check: Box::new(check) });
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
        Self(watched)
    }
}

impl Watched {
    /// Sets the time of the next check.
    pub(super) fn again_after(&self, time: Duration) {
        *lock(&self.until) = Instant::now() + time;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        lock(&TESTS).retain(|test| !Arc::ptr_eq(test, &self.0));
    }
}

/// Always that of the standard library, because the replacements for models and sanitizers have no
/// timeouts.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn watch() {
    let mut tests = lock(&TESTS);
    loop {
        let now = Instant::now();
        let late = tests.iter().find(|test| *lock(&test.until) <= now).cloned();
        if let Some(late) = late {
            drop(tests);
            (late.check)(&late);
            drop(late);
            tests = lock(&TESTS);
            continue;
        }
        let next = tests.iter().map(|test| *lock(&test.until)).min();
        let pause = next.map_or(Duration::from_secs(3600), |next| next.saturating_duration_since(now));
        tests = CHANGED.wait_timeout(tests, pause).unwrap_or_else(PoisonError::into_inner).0;
    }
}
