//! The thread on which a body runs, and the detection of a poll that blocks forever.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::channel;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crate::sync::{Mutex, lock};
use crate::testing::race::plan::Plan;
use crate::testing::watchdog::Watch;

/// The interval at which the watchdog checks the runs.
const LOOK: Duration = Duration::from_millis(250);
/// The maximum real time of a poll.
const BLOCKED: Duration = Duration::from_secs(10);
/// The time that a run may go on after the time limit.
const LATE: Duration = Duration::from_secs(5);

/// The current run.
#[derive(Default)]
pub(crate) struct CurrentRun(Mutex<(usize, Weak<Plan>)>);

impl CurrentRun {
    pub(crate) fn begin(&self, plan: &Arc<Plan>) {
        let mut now = lock(&self.0);
        *now = (now.0 + 1, Arc::downgrade(plan));
    }

    /// Ends the run after its current poll.
    fn expire(&self) {
        let plan = lock(&self.0).1.upgrade();
        if let Some(plan) = plan {
            plan.expire();
        }
    }

    /// Returns the number of the run, its number of polls, and the task being polled.
    fn look(&self) -> (usize, u32, Option<String>) {
        let (run, plan) = lock(&self.0).clone();
        let (polls, task) = plan.upgrade().map_or((0, None), |plan| plan.polling());
        (run, polls, task)
    }
}

/// A run that does not return.
pub(crate) struct Stuck {
    pub(crate) run: usize,
    pub(crate) elapsed: Duration,
    /// The task whose poll has not returned, and its duration. `None` if no task is being polled.
    poll: Option<(String, Duration)>,
}

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.poll {
            Some((task, since)) => {
                let since = since.as_secs();
                write!(f, "a poll has not returned for {since} s: {task} blocks its thread, which is left behind")
            }
            None => f.write_str(
                "the run does not end, and nothing is polled in it: it waits for a blocking task that is not over, or stops a thread; \
                 its thread is left behind",
            ),
        }
    }
}

/// The progress of the runs, as the watchdog sees it.
struct Progress {
    timeout: Duration,
    began: Instant,
    last: (usize, u32, Option<String>),
    since: Instant,
    run_began: Instant,
    /// The longest duration of a run that ended by itself.
    longest: Duration,
    is_expired: bool,
}

impl Progress {
    fn new(timeout: Duration) -> Self {
        let (now, longest) = (Instant::now(), Duration::ZERO);
        Self { timeout, began: now, last: (0, 0, None), since: now, run_began: now, longest, is_expired: false }
    }

    /// Ends a run that goes on after the time limit. Returns a run that does not return.
    fn check(&mut self, current: &CurrentRun) -> Option<Stuck> {
        let now = current.look();
        if now.0 != self.last.0 {
            if !self.is_expired {
                self.longest = self.longest.max(self.run_began.elapsed());
            }
            (self.run_began, self.is_expired) = (Instant::now(), false);
        }
        if now != self.last {
            (self.last, self.since) = (now, Instant::now());
        }
        let is_late = self.began.elapsed() >= self.timeout.saturating_add(LATE);
        if is_late && !self.is_expired && self.run_began.elapsed() >= LATE + self.longest * 4 {
            // Its polls return, but the run does not end.
            self.is_expired = true;
            current.expire();
        }
        let ((run, _, task), quiet) = (&self.last, self.since.elapsed());
        let poll = match task {
            Some(task) if quiet >= BLOCKED.min(self.timeout) => Some((task.clone(), quiet)),
            None if quiet >= LATE && is_late => None,
            _ => return None,
        };
        Some(Stuck { run: *run, elapsed: self.began.elapsed(), poll })
    }
}

/// Runs `explore` on its own thread, which is abandoned if it gets stuck.
#[track_caller]
pub(crate) fn on_a_thread<R: Send + 'static>(
    name: String,
    timeout: Duration,
    explore: impl FnOnce(&CurrentRun) -> R + Send + 'static,
) -> Result<R, Stuck> {
    let current = Arc::new(CurrentRun::default());
    let (sender, receiver) = channel();
    let thread = thread::Builder::new().name(name).spawn({
        let (current, sender) = (current.clone(), sender.clone());
        move || drop(sender.send(Ok(catch_unwind(AssertUnwindSafe(|| explore(&current))))))
    });
    if let Err(error) = thread {
        panic!("cannot start a thread for the test: {error}");
    }
    let progress = Mutex::new(Progress::new(timeout));
    let _watch = Watch::start(Instant::now() + LOOK, move |watched| {
        watched.again_after(LOOK);
        if let Some(stuck) = lock(&progress).check(&current) {
            drop(sender.send(Err(stuck)));
        }
    });
    let Ok(ended) = receiver.recv() else { unreachable!("the watchdog can send") };
    ended.map(|explored| explored.unwrap_or_else(|payload| resume_unwind(payload)))
}
