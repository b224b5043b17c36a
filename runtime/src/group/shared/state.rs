//! What the group's lock guards.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Waker;

use slab::Slab;

use crate::context::Context;
use crate::group::job::{BoxFuture, Job};
use crate::group::outcomes::Outcomes;
use crate::pool::PoolOutput;
use crate::registry::TaskInfo;

pub(in crate::group) struct State<R: PoolOutput> {
    pub(in crate::group) limit: usize,
    /// How many tasks there have been; the index of the next one.
    pub(in crate::group) spawned: usize,
    pub(in crate::group) seats: Slab<Seat>,
    pub(in crate::group) queue: VecDeque<Queued<R>>,
    /// The first of those that were in the queue when the group was closed.
    pub(in crate::group) refused_from: Option<usize>,
    pub(in crate::group) keep_going: bool,
    pub(in crate::group) racing: bool,
    /// One of the tasks has ended the group.
    pub(in crate::group) ended: bool,
    pub(in crate::group) outcomes: Outcomes<R>,
    pub(in crate::group) joiner: Option<Waker>,
}

/// A Tokio task of the group.
pub(in crate::group) struct Seat {
    /// Tells it from others that have had the same key.
    pub(in crate::group) id: usize,
    pub(in crate::group) job: Option<Running>,
    /// It is to be aborted, perhaps before there is a handle to do that with.
    pub(in crate::group) abort: bool,
}

pub(in crate::group) struct Running {
    pub(in crate::group) info: TaskInfo,
    /// A second handle on the task's context; whoever has a third is the task.
    pub(in crate::group) ctx: Context,
}

pub(in crate::group) struct Queued<R> {
    pub(in crate::group) index: usize,
    pub(in crate::group) running: Running,
    pub(in crate::group) job: Job<BoxFuture<R>>,
    pub(in crate::group) waker: Option<Waker>,
}

impl Running {
    pub(in crate::group) fn new<F>(info: TaskInfo, job: &Job<F>) -> Self {
        Self { info, ctx: Context::clone(&job.ctx) }
    }

    /// Whether the task could see the end of its context, through a handle, something that was derived from one, or a hook; or has seen it.
    pub(super) fn can_see_its_context(&self) -> bool {
        self.ctx.scope().is_some_and(|scope| Arc::strong_count(scope) > 2 || scope.may_be_known())
    }
}

impl<R: PoolOutput> State<R> {
    pub(super) fn new() -> Self {
        Self {
            limit: usize::MAX,
            spawned: 0,
            seats: Slab::new(),
            queue: VecDeque::new(),
            refused_from: None,
            keep_going: false,
            racing: false,
            ended: false,
            outcomes: Outcomes::new(),
            joiner: None,
        }
    }

    /// Whether a task may start now. Not before those that are queued, who get their turn when others leave, or the limit is raised.
    pub(super) fn has_room(&self) -> bool {
        self.queue.is_empty() && self.seats.len() < self.limit
    }

    pub(in crate::group) fn next_index(&mut self) -> usize {
        self.spawned += 1;
        self.spawned - 1
    }
}
