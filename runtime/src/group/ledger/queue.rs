//! The tasks that wait for room, first in, first out.

use std::collections::VecDeque;
use std::mem;
use std::task::Waker;

use super::memory::shrink;
use super::running::Running;
use crate::group::job::{BoxedBody, Job};
use crate::size_gauge::Counted;
use crate::task_output::PoolOutput;

pub(crate) struct Queued<R: PoolOutput> {
    pub(crate) index: usize,
    pub(crate) running: Running,
    pub(crate) job: Job<BoxedBody<R>>,
    /// The waker of the caller that awaits the admission.
    pub(crate) waker: Option<Waker>,
    pub(crate) waiting: Counted,
}

pub(crate) struct Queue<R: PoolOutput> {
    tasks: VecDeque<Queued<R>>,
    /// The first index that was refused because the group ended.
    refused_from: Option<usize>,
}

/// The state of a task that was queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Started,
    Waiting,
    Refused,
}

impl<R: PoolOutput> Default for Queue<R> {
    fn default() -> Self {
        Self { tasks: VecDeque::new(), refused_from: None }
    }
}

impl<R: PoolOutput> Queue<R> {
    pub(crate) fn len(&self) -> usize {
        self.tasks.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Indices must be ascending.
    pub(crate) fn push(&mut self, task: Queued<R>) {
        self.tasks.push_back(task);
    }

    pub(crate) fn pop(&mut self) -> Option<Queued<R>> {
        let task = self.tasks.pop_front()?;
        shrink(&mut self.tasks);
        Some(task)
    }

    pub(crate) fn remove(&mut self, index: usize) -> Option<Queued<R>> {
        let at = self.position(index)?;
        let task = self.tasks.remove(at);
        shrink(&mut self.tasks);
        task
    }

    pub(crate) fn contains(&self, index: usize) -> bool {
        self.position(index).is_some()
    }

    pub(crate) fn place(&self, index: usize) -> Place {
        if self.position(index).is_some() {
            Place::Waiting
        } else if self.refused_from.is_some_and(|first| index >= first) {
            Place::Refused
        } else {
            Place::Started
        }
    }

    /// Returns the slot for the waker that is woken when the task starts.
    pub(crate) fn waker(&mut self, index: usize) -> Option<&mut Option<Waker>> {
        let at = self.position(index)?;
        Some(&mut self.tasks[at].waker)
    }

    /// Takes all tasks and records them as refused.
    pub(crate) fn refuse_all(&mut self) -> VecDeque<Queued<R>> {
        if let Some(first) = self.tasks.front() {
            self.refused_from.get_or_insert(first.index);
        }
        mem::take(&mut self.tasks)
    }

    fn position(&self, index: usize) -> Option<usize> {
        self.tasks.binary_search_by_key(&index, |task| task.index).ok()
    }
}
