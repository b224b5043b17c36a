//! Telling a whole subtree that it has ended.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::task::Waker;
use std::thread;

use super::{Hook, Observer, Scope};
use crate::error::ContextError;
use crate::sync::lock;

/// The work of ending a subtree: a list instead of recursion, and all of it outside the locks.
#[derive(Default)]
pub(super) struct Ending {
    pub(super) scopes: Vec<Arc<Scope>>,
    pub(super) wakers: Vec<Waker>,
    hooks: Vec<Hook>,
}

impl Ending {
    /// Tells everybody at and below `scope`, whose `ENDED` the caller has just set.
    pub(super) fn run(mut self, scope: &Scope, why: &ContextError) {
        self.drain(scope);
        while let Some(scope) = self.scopes.pop() {
            if scope.mark(why) {
                self.drain(&scope);
            }
        }
        self.wake();
        Self::call(self.hooks, why);
    }

    fn drain(&mut self, scope: &Scope) {
        let (observers, alarm) = match &mut *lock(&scope.core) {
            Some(core) => (std::mem::take(&mut core.observers), core.alarm.take()),
            None => return,
        };
        drop(alarm);
        self.wakers.reserve(observers.len());
        for (_, observer) in observers {
            match observer {
                Observer::Waiter(waker) => self.wakers.push(waker),
                Observer::Child(child) => self.scopes.extend(child.upgrade()),
                Observer::Hook(hook) => self.hooks.push(hook),
            }
        }
    }

    pub(super) fn wake(&mut self) {
        for waker in self.wakers.drain(..) {
            waker.wake();
        }
    }

    /// Every hook runs, whatever the others do; the first panic goes on to the canceller.
    fn call(hooks: Vec<Hook>, why: &ContextError) {
        let mut panic = None;
        for hook in hooks {
            let why = why.clone();
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| hook(why))) {
                panic.get_or_insert(payload);
            }
        }
        if let Some(payload) = panic
            && !thread::panicking()
        {
            resume_unwind(payload);
        }
    }
}
