//! The time after a test in which its tasks may end, and the report of those that have not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::task::yield_now;

use super::hang::TimeLimit;
use super::report::{Exceptions, Findings};
use super::session::Session;
use super::task::{Role, Task};
use crate::waits::asked::answers_until;

/// A limit in real time: Tokio's clock may stand still for good (if it is paused while a thread of
/// `spawn_blocking` runs).
const REAL: Duration = Duration::from_secs(1);

/// Costs two counter reads if nothing is alive.
pub(super) async fn settle(session: &Arc<Session>, window: Duration, exceptions: &Exceptions, report: &mut Findings) {
    if !is_alive(session) {
        return;
    }
    let limit = TimeLimit::start(window.saturating_add(REAL), {
        let (name, session, runtime) = (report.test, session.clone(), Handle::current());
        move || Findings::of_blocked(name, None, &session, &runtime).to_string()
    });
    TimeLimit::run(limit.as_ref(), wait(session, window)).await;
    if is_alive(session) {
        let tasks = session.alive();
        ask(&tasks);
        answers(&tasks).await;
        report.see_unless(exceptions, &session.alive(), session.count_others(&Handle::current()));
    }
}

/// Waits for tasks to end. Aborted tasks end with their next poll; cancelled ones may take a
/// little longer. Pauses count with their nominal length, because on a busy machine everything
/// takes longer.
async fn wait(session: &Session, window: Duration) {
    let (mut left, mut pause) = (window, Duration::from_millis(1));
    yield_now().await;
    while is_alive(session) && !left.is_zero() {
        pause = pause.min(left);
        tokio::time::sleep(pause).await;
        left -= pause;
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

fn is_alive(session: &Session) -> bool {
    Handle::current().metrics().num_alive_tasks() > 0 || session.count_alive() > 0
}

/// Asks each task where it waits.
pub(crate) fn ask(tasks: &[Arc<Task>]) {
    for task in tasks.iter().filter(|task| can_answer(task)) {
        task.seen.ask();
    }
}

/// Waits for the answers of all tasks that can answer: not those that block their thread.
pub(crate) async fn answers(tasks: &[Arc<Task>]) {
    let until = answers_until(tasks.len());
    for task in tasks.iter().filter(|task| can_answer(task)) {
        while !task.seen.has_answered() && Instant::now() < until {
            yield_now().await;
        }
    }
}

fn can_answer(task: &Task) -> bool {
    task.role != Role::Blocking && !task.seen.is_new()
}
