//! The thread on which a body runs, and who looks after it: a poll that blocks is never over.

use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use super::plan::Plan;
use super::report::Report;
use super::settings::TestName;
use crate::sync::{Mutex, lock};

/// How long one poll may take, in real time.
const BLOCKED: Duration = Duration::from_secs(10);
/// How long a run may go on after the time is up.
const LATE: Duration = Duration::from_secs(5);

/// Which run is going on.
#[derive(Default)]
pub(super) struct Pulse(Mutex<(usize, Weak<Plan>)>);

impl Pulse {
    pub(super) fn begin(&self, plan: &Arc<Plan>) {
        let mut now = lock(&self.0);
        *now = (now.0 + 1, Arc::downgrade(plan));
    }

    /// The number of the run, how often something was polled in it, and what is being polled.
    fn look(&self) -> (usize, u32, Option<String>) {
        let (run, plan) = lock(&self.0).clone();
        let (polls, task) = plan.upgrade().map_or((0, None), |plan| plan.polling());
        (run, polls, task)
    }
}

/// Runs `explore` on a thread of its own, which is left behind if it gets stuck.
#[track_caller]
pub(super) fn on_a_thread(
    name: TestName,
    timeout: Duration,
    explore: impl FnOnce(&Pulse) -> Report + Send + 'static,
) -> Report {
    let pulse = Arc::new(Pulse::default());
    let (tell, hear) = channel();
    let thread = thread::Builder::new().name(name.to_string()).spawn({
        let pulse = pulse.clone();
        move || drop(tell.send(explore(&pulse)))
    });
    let thread = match thread {
        Ok(thread) => thread,
        Err(error) => panic!("cannot start a thread for the test: {error}"),
    };
    let began = Instant::now();
    let (mut last, mut since) = (pulse.look(), Instant::now());
    loop {
        match hear.recv_timeout(Duration::from_millis(250)) {
            Ok(report) => return report,
            Err(RecvTimeoutError::Disconnected) => match thread.join() {
                Ok(()) => unreachable!("the thread reports before it ends"),
                Err(payload) => resume_unwind(payload),
            },
            Err(RecvTimeoutError::Timeout) => {}
        }
        let now = pulse.look();
        if now != last {
            (last, since) = (now, Instant::now());
        }
        let (run, _, task) = &last;
        match task {
            Some(task) if since.elapsed() >= BLOCKED.min(timeout) => {
                return Report::blocked(name, *run, began.elapsed(), task, since.elapsed());
            }
            None if since.elapsed() >= LATE && began.elapsed() >= timeout.saturating_add(LATE) => {
                return Report::stuck(name, *run, began.elapsed());
            }
            _ => {}
        }
    }
}
