//! The events of a run, recorded as they happen.

use std::panic::Location;
use std::sync::Arc;

use crate::testing::task::{Task, Turn};
use crate::waits::place::Stacks;

/// The events to record.
#[derive(Clone, Copy)]
pub(crate) enum Detail {
    /// The points.
    Points,
    /// The points, and which task ran when and where it began to wait. Contains the expected
    /// number of polls.
    Steps(u32),
}

/// An action of a task, or a delay.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) task: u32,
    pub(crate) kind: StepKind,
    /// The `.await` in the test's own code at which the task was.
    pub(crate) at: Option<&'static Location<'static>>,
    /// The places at which the task began to wait; only for the later steps.
    pub(crate) stacks: Option<Stacks>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepKind {
    Ran,
    Ended,
    /// Delayed before its poll.
    DelayedBefore,
    /// Delayed at this operation of the poll.
    DelayedIn,
    Panicked,
}

impl StepKind {
    pub(crate) const fn is_delay(self) -> bool {
        matches!(self, Self::DelayedBefore | Self::DelayedIn)
    }
}

/// The number of steps at the start and at the end of an endless run that record stacks: tasks may
/// have waited since the start, and the end is reported.
const FIRST: u32 = 3_000;
const LAST: u32 = 300;

/// The steps and their tasks.
#[derive(Default)]
pub(super) struct Journal {
    pub(super) steps: Vec<Step>,
    /// All tasks that ever ran.
    pub(super) tasks: Vec<Arc<Task>>,
}

impl Detail {
    pub(super) fn journal(self) -> Option<Journal> {
        matches!(self, Self::Steps(_)).then(Journal::default)
    }

    /// Returns whether the poll with this number records where the task begins to wait.
    pub(super) fn looks(self, turn: Turn, polls: u32) -> bool {
        let Self::Steps(expected) = self else { return false };
        matches!(turn, Turn::Limited(_)) || polls < FIRST || polls + LAST > expected
    }
}

impl Journal {
    pub(super) fn meets(&mut self, task: &Arc<Task>) {
        if !self.tasks.iter().any(|known| known.number == task.number) {
            self.tasks.push(task.clone());
        }
    }

    pub(super) fn note(&mut self, task: &Task, kind: StepKind) {
        self.steps.push(Step { task: task.number, kind, at: task.awaits(), stacks: task.seen.stacks() });
        // Stacks need memory, and only the last lines and the delays are reported.
        if let Some(old) = self.steps.len().checked_sub(LAST as usize)
            && let Some(step) = self.steps.get_mut(old).filter(|step| !step.kind.is_delay())
        {
            step.stacks = None;
        }
    }
}
