//! What became of the tasks of a group.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::pool::PoolOutput;
use crate::test_hooks;

/// The results so far, in the order in which the tasks finished.
pub(super) struct Outcomes<R: PoolOutput> {
    outputs: Vec<R::Output>,
    /// Whose outputs they are. Not kept where outputs have no size: a group that serves for ever needs no memory for what it has done.
    owners: Vec<usize>,
    failures: Vec<(usize, R::Residual)>,
    /// Tasks that never started, or were dropped.
    interrupted: Vec<usize>,
    panic: Payload,
}

/// What [`TaskGroup::join`](super::TaskGroup::join) has to say.
pub(super) enum Verdict<T, E> {
    Complete(Vec<T>),
    Failed(E),
    Interrupted,
}

impl<R: PoolOutput> Outcomes<R> {
    const SIZELESS: bool = size_of::<R::Output>() == 0;

    pub(super) fn new() -> Self {
        let (outputs, owners, failures, interrupted) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { outputs, owners, failures, interrupted, panic: Payload(None) }
    }

    pub(super) fn succeeded(&mut self, index: usize, output: R::Output) {
        self.outputs.push(output);
        if !Self::SIZELESS {
            self.owners.push(index);
        }
    }

    pub(super) fn failed(&mut self, index: usize, residual: R::Residual) {
        self.failures.push((index, residual));
    }

    pub(super) fn interrupted(&mut self, index: usize) {
        self.interrupted.push(index);
    }

    /// Keeps the first. Gives back what is only to be dropped, outside of any lock.
    pub(super) fn panicked(&mut self, payload: Box<dyn Any + Send>) -> Payload {
        if self.panic.0.is_some() {
            return Payload(Some(payload));
        }
        test_hooks::panic_held(&*payload);
        Payload(self.panic.0.replace(payload))
    }

    pub(super) fn any_succeeded(&self) -> bool {
        !self.outputs.is_empty()
    }

    pub(super) fn take_panic(&mut self) -> Option<Box<dyn Any + Send>> {
        self.panic.0.take()
    }

    /// All outputs by owner, or what came in between.
    pub(super) fn all(self) -> Verdict<R::Output, R::Residual> {
        if let Some((_, first)) = self.failures.into_iter().next() {
            return Verdict::Failed(first);
        }
        if !self.interrupted.is_empty() {
            return Verdict::Interrupted;
        }
        if self.owners.is_sorted() {
            return Verdict::Complete(self.outputs);
        }
        let mut outputs: Vec<_> = self.owners.into_iter().zip(self.outputs).collect();
        outputs.sort_unstable_by_key(|(owner, _)| *owner);
        Verdict::Complete(outputs.into_iter().map(|(_, output)| output).collect())
    }

    /// The result of each of `spawned` tasks.
    pub(super) fn each(self, spawned: usize, interrupted: impl Fn() -> R) -> Vec<R> {
        let mut results: Vec<Option<R>> = Vec::new();
        results.resize_with(spawned, || None);
        for (index, residual) in self.failures {
            results[index] = Some(R::from_branch(Err(residual)));
        }
        for index in self.interrupted {
            results[index] = Some(interrupted());
        }
        if Self::SIZELESS {
            // Whoever neither failed nor was interrupted has succeeded, and all outputs are alike.
            let free = results.iter_mut().filter(|result| result.is_none());
            free.zip(self.outputs).for_each(|(result, output)| *result = Some(R::from_branch(Ok(output))));
        } else {
            for (index, output) in self.owners.into_iter().zip(self.outputs) {
                results[index] = Some(R::from_branch(Ok(output)));
            }
        }
        results.into_iter().map(|result| result.unwrap_or_else(&interrupted)).collect()
    }

    /// The first success, or else the first failure.
    pub(super) fn first(self) -> Option<R> {
        let failure = self.failures.into_iter().next().map(|(_, residual)| Err(residual));
        self.outputs.into_iter().next().map(Ok).or(failure).map(R::from_branch)
    }
}

/// What a panic carries. Dropping it may panic again, which nobody wants to hear.
pub(super) struct Payload(Option<Box<dyn Any + Send>>);

impl Payload {
    pub(super) fn new(payload: Box<dyn Any + Send>) -> Self {
        Self(Some(payload))
    }
}

impl Drop for Payload {
    fn drop(&mut self) {
        let Some(payload) = self.0.take() else { return };
        if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            std::mem::forget(again);
        }
    }
}
