//! One schedule: which tasks are delayed, and where.
//!
//! Each task's decision points are numbered: the begin of a poll is one, and so is each of its operations. A delay names a task and a point, so that it
//! is still the same place if another delay is left out.

use std::panic::Location;
use std::sync::Arc;
use std::task::Waker;

use fastrand::Rng;
use tokio::runtime::Handle;

use super::delay::Delay;
use crate::sync::{Mutex, lock};
use crate::testing::budget::Spent;
use crate::testing::place::Stacks;
use crate::testing::session::Session;
use crate::testing::task::{Director, Task, Turn};

/// Where delays come from.
pub(crate) enum Source {
    Given(Vec<Delay>),
    /// At each point with this probability.
    Random(Rng, f64),
}

/// What a run is to note.
#[derive(Clone, Copy)]
pub(crate) enum Detail {
    /// The points.
    Points,
    /// Which task ran when, too, and where it came to wait. This many polls are expected.
    Steps(u32),
}

/// Something that a task did, or did not do.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) task: u32,
    pub(crate) kind: StepKind,
    /// The `.await` in the test's own code that the task was at.
    pub(crate) at: Option<&'static Location<'static>>,
    /// Where it came to wait, of the later steps.
    pub(crate) stacks: Option<Stacks>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepKind {
    Ran,
    Ended,
    /// Its turn had come.
    DelayedBefore,
    /// At this operation of the poll.
    DelayedIn,
    Panicked,
}

pub(crate) struct Plan {
    state: Mutex<State>,
    max_polls: u32,
    detail: Detail,
}

/// Of a run without an end, not each poll is looked at. Of the first, because tasks may wait ever since; of the last, because they are told.
const FIRST: u32 = 3_000;
const LAST: u32 = 300;

struct State {
    source: Source,
    /// The next point of each task.
    next: Vec<u32>,
    polls: u32,
    /// What was delayed, in the order of time.
    taken: Vec<Delay>,
    /// The points after the last delay, in the order of time.
    points: Vec<Delay>,
    /// Whom the last delay has put to the back, until somebody's turn comes.
    put_back: Option<u32>,
    /// The last delay changed nothing: there was nobody else to run.
    is_void: bool,
    panicked: Vec<u32>,
    steps: Option<Vec<Step>>,
    tasks: Vec<Arc<Task>>,
    /// What is being polled.
    polling: Option<Arc<Task>>,
    is_over: bool,
    waker: Option<Waker>,
}

/// What a run has come to.
pub(crate) struct Record {
    pub(crate) taken: Vec<Delay>,
    pub(crate) points: Vec<Delay>,
    pub(crate) is_void: bool,
    pub(crate) panicked: Vec<u32>,
    pub(crate) polls: u32,
    pub(crate) steps: Vec<Step>,
    /// All that ever ran, if steps were noted.
    pub(crate) tasks: Vec<Arc<Task>>,
}

impl Plan {
    pub(crate) fn new(source: Source, detail: Detail, max_polls: u32) -> Arc<Self> {
        let steps = matches!(detail, Detail::Steps(_)).then(Vec::new);
        let state = State {
            source,
            next: Vec::new(),
            polls: 0,
            taken: Vec::new(),
            points: Vec::new(),
            put_back: None,
            is_void: false,
            panicked: Vec::new(),
            steps,
            tasks: Vec::new(),
            polling: None,
            is_over: false,
            waker: None,
        };
        Arc::new(Self { state: Mutex::new(state), max_polls, detail })
    }

    pub(crate) fn polls(&self) -> u32 {
        lock(&self.state).polls
    }

    /// How often something was polled, and what is being polled.
    pub(super) fn polling(&self) -> (u32, Option<String>) {
        let state = lock(&self.state);
        let task = state.polling.as_ref().map(|task| match task.awaits() {
            Some(at) => format!("{task}, after {at},"),
            None => task.to_string(),
        });
        (state.polls, task)
    }

    /// Whether the run has been polled too often. Wakes when it has.
    pub(crate) fn is_over(&self, waker: &Waker) -> bool {
        let mut state = lock(&self.state);
        if !state.is_over && !state.waker.as_ref().is_some_and(|old| old.will_wake(waker)) {
            state.waker = Some(waker.clone());
        }
        state.is_over
    }

    pub(crate) fn record(&self) -> Record {
        let mut state = lock(&self.state);
        Record {
            taken: std::mem::take(&mut state.taken),
            points: std::mem::take(&mut state.points),
            is_void: state.is_void,
            panicked: std::mem::take(&mut state.panicked),
            polls: state.polls,
            steps: state.steps.take().unwrap_or_default(),
            tasks: std::mem::take(&mut state.tasks),
        }
    }
}

impl Director for Plan {
    fn turn(&self, session: &Session, task: &Arc<Task>) -> Turn {
        let mut state = lock(&self.state);
        state.polls += 1;
        if state.polls > self.max_polls {
            state.is_over = true;
            let waker = state.waker.take();
            drop(state);
            waker.into_iter().for_each(Waker::wake);
            return Turn::Over;
        }
        let point = state.meets(session, task);
        let distance = state.distance(point);
        if distance != Some(0) {
            state.polling = Some(task.clone());
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
        state.polling = None;
        let first = state.next[task.number as usize];
        let operations = u32::from(spent.operations);
        let delay = |point| Delay { task: task.number, point };
        state.points.extend((first..first + 1 + operations).map(delay));
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
        state.polling = None;
        state.panicked.push(task.number);
        state.note(task, StepKind::Panicked);
    }

    fn looks(&self, turn: Turn) -> bool {
        let Detail::Steps(expected) = self.detail else { return false };
        let polls = self.polls();
        matches!(turn, Turn::Limited(_)) || polls < FIRST || polls + LAST > expected
    }
}

impl State {
    /// The task's turn has come. Returns the point at which it is.
    fn meets(&mut self, session: &Session, task: &Arc<Task>) -> Delay {
        if let Some(put_back) = self.put_back.take() {
            self.is_void = put_back == task.number && knows_all_tasks(session);
        }
        let at = task.number as usize;
        if self.next.len() <= at {
            self.next.resize(at + 1, 0);
        }
        if self.steps.is_some() && !self.tasks.iter().any(|known| known.number == task.number) {
            self.tasks.push(task.clone());
        }
        Delay { task: task.number, point: self.next[at] }
    }

    /// How many points from here the task is to be delayed, if in this poll at all.
    fn distance(&mut self, here: Delay) -> Option<u8> {
        match &mut self.source {
            Source::Given(delays) => {
                let ahead = delays.iter().filter(|delay| delay.task == here.task && delay.point >= here.point);
                ahead.map(|delay| delay.point - here.point).min().and_then(|distance| u8::try_from(distance).ok())
            }
            Source::Random(rng, probability) => (0..128).find(|_| rng.f64() < *probability),
        }
        .filter(|distance| *distance <= 128)
    }

    fn delay(&mut self, delay: Delay) {
        self.taken.push(delay);
        self.points.clear();
        self.put_back = Some(delay.task);
        self.next[delay.task as usize] = delay.point + 1;
    }

    fn note(&mut self, task: &Task, kind: StepKind) {
        if let Some(steps) = &mut self.steps {
            steps.push(Step { task: task.number, kind, at: task.awaits(), stacks: task.seen.stacks() });
            // They take memory, and only the last lines are told, and the delays.
            let is_delay = |step: &&mut Step| matches!(step.kind, StepKind::DelayedBefore | StepKind::DelayedIn);
            if let Some(old) = steps.len().checked_sub(LAST as usize)
                && let Some(step) = steps.get_mut(old).filter(|step| !is_delay(step))
            {
                step.stacks = None;
            }
        }
    }
}

/// Whether there is no task but those that have turns: others could have run in the meantime.
fn knows_all_tasks(session: &Session) -> bool {
    let alive = Handle::try_current().map(|handle| handle.metrics().num_alive_tasks());
    alive.is_ok_and(|alive| alive <= session.count_alive())
}
