//! The results of a group's tasks that have not been taken yet.

use std::any::Any;
use std::collections::VecDeque;

use super::memory::shrink;
use super::owners::{Owners, by_index};
use crate::error::ContextError;
use crate::group::report::Exception;
use crate::payload::Payload;
use crate::task_output::PoolOutput;
use crate::test_hooks;

/// Results in the order in which the tasks finished. Zero-sized outputs are only counted, so that
/// a group that serves forever needs no memory for finished tasks.
pub(crate) struct Outcomes<R: PoolOutput> {
    outputs: VecDeque<R::Output>,
    owners: Owners,
    /// The number of outputs taken by [`next`](Self::next).
    taken: usize,
    exceptions: VecDeque<Finished<R::Residual>>,
    /// The number of interrupted tasks whose results are zero-sized.
    interrupted: usize,
    /// A spawn was refused.
    refused: bool,
    panic: Option<Payload>,
}

/// A task that finished without an output.
struct Finished<E> {
    /// The number of outputs before it.
    after: usize,
    index: usize,
    how: Exception<E>,
}

/// The result of [`TaskGroup::join`](crate::TaskGroup::join).
pub(crate) enum Verdict<T, E> {
    Complete(Vec<T>),
    Failed(E),
    /// `None` if the group ended.
    Interrupted(Option<ContextError>),
}

/// The result of [`TaskGroup::join_next`](crate::TaskGroup::join_next).
pub(crate) enum Next<T, E> {
    Output(T),
    Exception(Exception<E>),
}

impl<R: PoolOutput> Outcomes<R> {
    const OUTPUTS_ARE_COUNTED: bool = size_of::<R::Output>() == 0;
    const RESULTS_ARE_COUNTED: bool = size_of::<R>() == 0;

    pub(crate) fn new() -> Self {
        Self {
            outputs: VecDeque::new(),
            owners: Owners::default(),
            taken: 0,
            exceptions: VecDeque::new(),
            interrupted: 0,
            refused: false,
            panic: None,
        }
    }

    pub(crate) fn succeeded(&mut self, index: usize, output: R::Output) {
        if !Self::OUTPUTS_ARE_COUNTED {
            self.owners.push(self.outputs.len(), index);
        }
        self.outputs.push_back(output);
    }

    /// Records a task without an output. Returns a value to be dropped after unlocking.
    #[must_use]
    pub(crate) fn excepted(&mut self, index: usize, how: Exception<R::Residual>) -> Option<Exception<R::Residual>> {
        if Self::RESULTS_ARE_COUNTED {
            self.interrupted += 1;
            return Some(how);
        }
        self.exceptions.push_back(Finished { after: self.taken + self.outputs.len(), index, how });
        None
    }

    pub(crate) fn interrupted(&mut self, index: usize) {
        drop(self.excepted(index, Exception::Interrupted));
    }

    pub(crate) fn refused(&mut self) {
        self.refused = true;
    }

    /// Keeps the first payload. Returns a value to be dropped after unlocking.
    #[must_use]
    pub(crate) fn panicked(&mut self, payload: Box<dyn Any + Send>) -> Option<Payload> {
        if self.panic.is_some() {
            return Some(Payload::new(payload));
        }
        test_hooks::panic_held(&*payload);
        self.panic = Some(Payload::new(payload));
        None
    }

    pub(crate) fn take_panic(&mut self) -> Option<Box<dyn Any + Send>> {
        self.panic.take().map(Payload::into_inner)
    }

    pub(crate) fn any_succeeded(&self) -> bool {
        !self.outputs.is_empty()
    }

    /// Takes the result of the task that finished first.
    pub(crate) fn next(&mut self) -> Option<Next<R::Output, R::Residual>> {
        if self.exceptions.front().is_some_and(|first| first.after <= self.taken) {
            let first = self.exceptions.pop_front()?;
            shrink(&mut self.exceptions);
            return Some(Next::Exception(first.how));
        }
        if let Some(output) = self.outputs.pop_front() {
            self.taken += 1;
            self.owners.pop();
            shrink(&mut self.outputs);
            return Some(Next::Output(output));
        }
        self.interrupted = self.interrupted.checked_sub(1)?;
        Some(Next::Exception(Exception::Interrupted))
    }

    /// Returns all outputs in order of spawning, or the failure that takes precedence: a task's
    /// own error, then an isolated panic or an abort, then an echo.
    pub(crate) fn all(self) -> Verdict<R::Output, R::Residual> {
        let (mut echo, mut alone) = (None, None);
        let is_interrupted = self.refused || self.interrupted > 0 || !self.exceptions.is_empty();
        for Finished { how, .. } in self.exceptions {
            match how {
                Exception::Failed(residual) => return Verdict::Failed(residual),
                Exception::Echoed(residual) => _ = echo.get_or_insert(residual),
                Exception::Alone(why) => _ = alone.get_or_insert(why),
                Exception::Interrupted => {}
            }
        }
        match (alone, echo) {
            (Some(why), _) => return Verdict::Interrupted(Some(why)),
            (None, Some(residual)) => return Verdict::Failed(residual),
            (None, None) if is_interrupted => return Verdict::Interrupted(None),
            (None, None) => {}
        }
        match self.owners {
            Owners::Consecutive(_) => Verdict::Complete(self.outputs.into()),
            Owners::Any(owners) => Verdict::Complete(by_index(owners.into_iter().zip(self.outputs))),
        }
    }

    /// Returns each result, in order of spawning.
    pub(crate) fn each(self, why: impl Fn() -> ContextError) -> Vec<R> {
        let from = |how: Exception<R::Residual>| result::<R>(how, &why);
        if !Self::OUTPUTS_ARE_COUNTED {
            let owners = self.owners.all(self.outputs.len());
            let outputs = owners.into_iter().zip(self.outputs.into_iter().map(|output| R::from_branch(Ok(output))));
            let exceptions = self.exceptions.into_iter().map(|finished| (finished.index, from(finished.how)));
            return by_index(outputs.chain(exceptions));
        }
        // A task that is not an exception has succeeded, and all zero-sized outputs are equal.
        let mut exceptions: Vec<_> = self.exceptions.into();
        exceptions.sort_unstable_by_key(|finished| finished.index);
        let (mut outputs, mut results) = (self.outputs.into_iter(), Vec::new());
        for Finished { index, how, .. } in exceptions {
            let before = index.saturating_sub(results.len());
            results.extend(outputs.by_ref().take(before).map(|output| R::from_branch(Ok(output))));
            results.push(from(how));
        }
        results.extend(outputs.map(|output| R::from_branch(Ok(output))));
        results.extend((0..self.interrupted).map(|_| from(Exception::Interrupted)));
        results
    }

    /// Returns the first success, or else the first failure.
    pub(crate) fn first(self, why: impl Fn() -> ContextError) -> R {
        if let Some(output) = self.outputs.into_iter().next() {
            return R::from_branch(Ok(output));
        }
        let rank = |how: &Exception<R::Residual>| match how {
            Exception::Failed(_) => 0,
            Exception::Alone(_) => 1,
            Exception::Echoed(_) => 2,
            Exception::Interrupted => 3,
        };
        let best = self.exceptions.into_iter().min_by_key(|finished| rank(&finished.how));
        result(best.map_or(Exception::Interrupted, |finished| finished.how), &why)
    }
}

/// Returns the result of a task without an output.
pub(crate) fn result<R: PoolOutput>(how: Exception<R::Residual>, why: &impl Fn() -> ContextError) -> R {
    match how {
        Exception::Failed(residual) | Exception::Echoed(residual) => R::from_branch(Err(residual)),
        Exception::Alone(why) => R::interrupted(why),
        Exception::Interrupted => R::interrupted(why()),
    }
}
