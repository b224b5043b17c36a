//! What happened in a run, noted while it happens.

use std::panic::Location;
use std::sync::Arc;

use crate::testing::place::Stacks;
use crate::testing::task::{Task, Turn};

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

impl StepKind {
    pub(crate) const fn is_delay(self) -> bool {
        matches!(self, Self::DelayedBefore | Self::DelayedIn)
    }
}

/// Of a run without an end, not each poll is looked at. Of the first, because tasks may wait ever
/// since; of the last, because they are told.
const FIRST: u32 = 3_000;
const LAST: u32 = 300;

/// The steps, and whose they are.
#[derive(Default)]
pub(super) struct Journal {
    pub(super) steps: Vec<Step>,
    /// All that ever ran.
    pub(super) tasks: Vec<Arc<Task>>,
}

impl Detail {
    pub(super) fn journal(self) -> Option<Journal> {
        matches!(self, Self::Steps(_)).then(Journal::default)
    }

    /// Whether this poll, after so many others, is to find out where the task comes to wait.
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
        // They take memory, and only the last lines are told, and the delays.
        if let Some(old) = self.steps.len().checked_sub(LAST as usize)
            && let Some(step) = self.steps.get_mut(old).filter(|step| !step.kind.is_delay())
        {
            step.stacks = None;
        }
    }
}
