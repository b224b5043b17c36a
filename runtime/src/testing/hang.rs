//! The end of a test's time, which comes also if its thread is blocked, and whatever its clock
//! says.
//!
//! One thread watches all the tests of a process. When the time of one is over it wakes that, which
//! then says itself where everything waits, and fails. One that does not answer blocks its thread.
//! Nothing can stop that, and whoever waits for the test would wait for ever: so it is reported
//! from here, and the process ends.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread;
use std::time::{Duration, Instant};

/// How long a test has to answer: a busy machine may not let it run.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long it may then take to say what there is to say. That reads debug information, one test
/// after the other.
const REPORT: Duration = Duration::from_secs(60);

/// A test that runs.
pub(crate) struct Watched {
    until: Mutex<Instant>,
    is_over: AtomicBool,
    waker: Mutex<Option<Waker>>,
    /// What is said of it if it does not answer.
    report: Box<dyn Fn() -> String + Send + Sync>,
}

static TESTS: Mutex<Vec<Arc<Watched>>> = Mutex::new(Vec::new());
static CHANGED: Condvar = Condvar::new();
static STARTED: Mutex<bool> = Mutex::new(false);

/// Watched until it is dropped.
pub(crate) struct Watch(Arc<Watched>);

impl Watch {
    /// `None` if the time is too long for a clock.
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

    /// Whether its time is over; if not, `waker` is woken when it is.
    pub(crate) fn is_over(&self, waker: &Waker) -> bool {
        if !self.0.is_over.load(SeqCst) {
            let mut known = lock(&self.0.waker);
            if !known.as_ref().is_some_and(|known| known.will_wake(waker)) {
                *known = Some(waker.clone());
            }
        }
        // It may be since the last look, and then nobody is woken.
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

/// Always of the standard library: what models and sanitizers put in its place has no time.
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
        // First, because an answer makes it later.
        *lock(&self.until) = now + PATIENCE;
        self.is_over.store(true, SeqCst);
        if let Some(waker) = lock(&self.waker).take() {
            waker.wake();
        }
    }
}

/// The other tests of the process go with it, which is why the text says what has happened.
fn abandon(report: &str) -> ! {
    super::report::say(&format!("{report}nothing can stop a blocked thread, so the process of the tests ends here\n"));
    std::process::exit(101)
}
