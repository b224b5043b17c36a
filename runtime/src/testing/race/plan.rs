//! A schedule: the delayed tasks and their points.
//!
//! Each task's decision points are numbered: the start of a poll is one, and so is each of its
//! operations. A delay names a task and a point, so that it stays at the same place if another
//! delay is removed.

use std::sync::Arc;
use std::task::Waker;

use fastrand::Rng;
use tokio::runtime::Handle;

use super::delay::Delay;
use super::journal::{Detail, Journal, Step, StepKind};
use super::pct::Pct;
use super::polls::{Over, Polls};
use crate::sync::{Mutex, lock};
use crate::testing::budget::Spent;
use crate::testing::session::Session;
use crate::testing::task::{Director, Task, Turn};

/// The source of delays.
pub(crate) enum Source {
    Given(Vec<Delay>),
    /// At each point with this probability.
    Random(Rng, f64),
    /// By priorities.
    Pct(Pct),
}

pub(crate) struct Plan {
    state: Mutex<State>,
    detail: Detail,
}

struct State {
    source: Source,
    /// The next point of each task.
    next: Vec<u32>,
    record: Record,
    /// The task that the last delay has put to the back, until a task has a turn.
    put_back: Option<u32>,
    journal: Option<Journal>,
    polls: Polls,
}

/// The record of a run.
#[derive(Default)]
pub(crate) struct Record {
    /// The delays taken, in order of time.
    pub(crate) taken: Vec<Delay>,
    /// The points after the last delay, in order of time.
    pub(crate) points: Vec<Delay>,
    /// The last delay had no effect: no other task could run.
    pub(crate) is_void: bool,
    /// The largest known number of concurrent untracked tasks.
    pub(crate) unseen: usize,
    pub(crate) polls: u32,
    /// The number of tasks that had a turn, and of turns by priority.
    pub(crate) size: (u64, u64),
    pub(crate) steps: Vec<Step>,
    /// All tasks that ever ran, if steps were recorded.
    pub(crate) tasks: Vec<Arc<Task>>,
}

impl Plan {
    pub(crate) fn new(source: Source, detail: Detail, max_polls: u32) -> Arc<Self> {
        let state = State {
            source,
            next: Vec::new(),
            record: Record::default(),
            put_back: None,
            journal: detail.journal(),
            polls: Polls::new(max_polls),
        };
        Arc::new(Self { state: Mutex::new(state), detail })
    }

    pub(crate) fn polls(&self) -> u32 {
        lock(&self.state).polls.count
    }

    /// Returns the number of polls, and the task being polled.
    pub(crate) fn polling(&self) -> (u32, Option<String>) {
        let Polls { count, polling, .. } = &lock(&self.state).polls;
        let task = polling.as_ref().map(|task| match task.awaits() {
            Some(at) => format!("{task}, after {at},"),
            None => task.to_string(),
        });
        (*count, task)
    }

    /// Returns whether and why the run must stop. Otherwise wakes `waker` when it must.
    pub(crate) fn is_over(&self, waker: &Waker) -> Option<Over> {
        lock(&self.state).polls.is_over(waker)
    }

    /// Makes the current poll the last one: the time is up.
    pub(crate) fn expire(&self) {
        let waker = lock(&self.state).polls.end(Over::Time);
        waker.into_iter().for_each(Waker::wake);
    }

    pub(crate) fn record(&self) -> Record {
        let mut state = lock(&self.state);
        let Journal { steps, tasks } = state.journal.take().unwrap_or_default();
        let size = (state.next.len() as u64, if let Source::Pct(pct) = &state.source { pct.steps } else { 0 });
        Record { polls: state.polls.count, size, steps, tasks, ..std::mem::take(&mut state.record) }
    }
}

impl Director for Plan {
    fn turn(&self, session: &Session, task: &Arc<Task>) -> Turn {
        let mut state = lock(&self.state);
        if let Err(waker) = state.polls.begin() {
            drop(state);
            waker.into_iter().for_each(Waker::wake);
            return Turn::Over;
        }
        let point = state.meets(session, task);
        let distance = state.distance(point);
        if distance != Some(0) {
            state.polls.polling = Some(task.clone());
        }
        match distance {
            Some(0) => {
                state.delay(point);
                state.note(task, StepKind::DelayedBefore);
                Turn::Delayed
            }
            Some(distance) => Turn::Limited(distance - 1),
            None => Turn::Counted,
        }
    }

    fn polled(&self, task: &Task, spent: Spent) {
        let mut state = lock(&self.state);
        state.polls.polling = None;
        let first = state.next[task.number as usize];
        let operations = u32::from(spent.operations);
        let delay = |point| Delay { task: task.number, point };
        state.record.points.extend((first..first + 1 + operations).map(delay));
        state.next[task.number as usize] = first + 1 + operations;
        if spent.refused {
            state.delay(delay(first + 1 + operations));
            state.note(task, StepKind::DelayedIn);
        } else {
            state.note(task, if spent.ended { StepKind::Ended } else { StepKind::Ran });
        }
    }

    fn panicked(&self, task: &Task) {
        let mut state = lock(&self.state);
        state.polls.polling = None;
        state.note(task, StepKind::Panicked);
    }

    fn looks(&self, turn: Turn) -> bool {
        self.detail.looks(turn, self.polls())
    }
}

impl State {
    /// Starts the task's turn. Returns the current point.
    fn meets(&mut self, session: &Session, task: &Arc<Task>) -> Delay {
        if let Some(put_back) = self.put_back.take() {
            let unseen = unseen_tasks(session);
            self.record.unseen = self.record.unseen.max(unseen);
            self.record.is_void = put_back == task.number && unseen == 0;
        }
        let at = task.number as usize;
        if self.next.len() <= at {
            self.next.resize(at + 1, 0);
        }
        if let Some(journal) = &mut self.journal {
            journal.meets(task);
        }
        Delay { task: task.number, point: self.next[at] }
    }

    /// Returns the number of points from here to the next delay of the task, if it is in this
    /// poll.
    fn distance(&mut self, here: Delay) -> Option<u8> {
        match &mut self.source {
            Source::Given(delays) => {
                let ahead = delays.iter().filter(|delay| delay.task == here.task && delay.point >= here.point);
                ahead.map(|delay| delay.point - here.point).min().and_then(|distance| u8::try_from(distance).ok())
            }
            Source::Random(rng, probability) => (0..128).find(|_| rng.f64() < *probability),
            Source::Pct(pct) => Some(pct.turn(here.task).map_or(0, |operations| operations + 1)),
        }
        .filter(|distance| *distance <= 128)
    }

    fn delay(&mut self, delay: Delay) {
        self.record.taken.push(delay);
        self.record.points.clear();
        self.put_back = Some(delay.task);
        self.next[delay.task as usize] = delay.point + 1;
    }

    fn note(&mut self, task: &Task, kind: StepKind) {
        if let Some(journal) = &mut self.journal {
            journal.note(task, kind);
        }
    }
}

/// Returns the number of tasks without turns, which may run whenever others do.
fn unseen_tasks(session: &Session) -> usize {
    let alive = Handle::try_current().map_or(0, |handle| handle.metrics().num_alive_tasks());
    alive.saturating_sub(session.count_alive())
}
