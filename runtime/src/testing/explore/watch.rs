//! The thread on which a body runs, and the watchdog that detects a poll that blocks forever.

use std::fmt;
use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crate::sync::{Mutex, lock};
use crate::testing::race::plan::Plan;

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
        let current = current.clone();
        move || drop(sender.send(explore(&current)))
    });
    let thread = match thread {
        Ok(thread) => thread,
        Err(error) => panic!("cannot start a thread for the test: {error}"),
    };
    let began = Instant::now();
    let (mut last, mut since) = (current.look(), Instant::now());
    // The start of the run, and the longest duration of a run that ended by itself.
    let (mut run_began, mut longest, mut is_expired) = (began, Duration::ZERO, false);
    loop {
        match receiver.recv_timeout(Duration::from_millis(250)) {
            Ok(report) => return Ok(report),
            Err(RecvTimeoutError::Disconnected) => match thread.join() {
                Ok(()) => unreachable!("the thread reports before it ends"),
                Err(payload) => resume_unwind(payload),
            },
            Err(RecvTimeoutError::Timeout) => {}
        }
        let now = current.look();
        if now.0 != last.0 {
            if !is_expired {
                longest = longest.max(run_began.elapsed());
            }
            (run_began, is_expired) = (Instant::now(), false);
        }
        if now != last {
            (last, since) = (now, Instant::now());
        }
        let is_late = began.elapsed() >= timeout.saturating_add(LATE);
        if is_late && !is_expired && run_began.elapsed() >= LATE + longest * 4 {
            // Its polls return, but the run does not end.
            is_expired = true;
            current.expire();
        }
        let (run, _, task) = &last;
        let poll = match task {
            Some(task) if since.elapsed() >= BLOCKED.min(timeout) => Some((task.clone(), since.elapsed())),
            None if since.elapsed() >= LATE && is_late => None,
            _ => continue,
        };
        return Err(Stuck { run: *run, elapsed: began.elapsed(), poll });
    }
}
