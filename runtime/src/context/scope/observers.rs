//! Who is told when a scope ends, and how it is linked into its parent so that it hears of it.

use std::sync::atomic::Ordering::{AcqRel, Acquire};
use std::sync::{Arc, Weak};
use std::task::Waker;

use slab::Slab;

use super::{ATTACHED, DISARMED, ENDED, OBSERVED, Scope, TIMED};
use crate::error::ContextError;
use crate::sync::lock;

/// Above this many slots an emptied slab gives its memory back.
const KEEP: usize = 64;

/// Who is told when a scope ends.
pub(crate) enum Observer {
    Waiter(Waker),
    Child(Weak<Scope>),
    Hook(Hook),
}

pub(crate) type Hook = Box<dyn FnOnce(ContextError) + Send>;

impl Scope {
    /// Registers an observer, linking this scope to its ancestors and starting the timer of its deadline.
    ///
    /// Returns the key to [`forget`](Self::forget) it by, or gives it back if the scope has ended.
    #[inline]
    pub(crate) fn observe(self: &Arc<Self>, observer: Observer) -> Result<usize, Observer> {
        if self.state.load(Acquire) & (ATTACHED | TIMED) == ATTACHED {
            return self.register(observer);
        }
        self.attach();
        let key = self.register(observer)?;
        self.arm();
        Ok(key)
    }

    #[inline]
    fn register(&self, observer: Observer) -> Result<usize, Observer> {
        let mut core = lock(&self.core);
        let mut state = self.state.load(Acquire);
        if state & OBSERVED == 0 {
            state = self.state.fetch_or(OBSERVED, AcqRel);
        }
        if state & ENDED != 0 {
            return Err(observer);
        }
        Ok(core.get_or_insert_default().observers.insert(observer))
    }

    /// Replaces a waiter's waker. Returns false if the scope has ended.
    pub(crate) fn update(self: &Arc<Self>, key: usize, waker: &Waker) -> bool {
        if self.state.load(Acquire) & DISARMED != 0 {
            self.state.fetch_and(!DISARMED, AcqRel);
            self.arm();
        }
        match lock(&self.core).as_ref().and_then(|core| core.observers.get(key)) {
            Some(Observer::Waiter(old)) if old.will_wake(waker) => return true,
            Some(_) => {}
            None => return false,
        }
        let waker = waker.clone();
        let old = match lock(&self.core).as_mut().and_then(|core| core.observers.get_mut(key)) {
            Some(observer) => std::mem::replace(observer, Observer::Waiter(waker)),
            None => return false,
        };
        drop(old);
        true
    }

    /// Takes an observer back. Returns `None` if the scope has ended and told it, or is telling it now.
    #[inline]
    pub(crate) fn forget(&self, key: usize) -> Option<Observer> {
        let mut core = lock(&self.core);
        let core = core.as_mut()?;
        let observer = core.observers.try_remove(key);
        if core.observers.is_empty() && core.observers.capacity() > KEEP {
            core.observers = Slab::new();
        }
        observer
    }

    /// Takes a waiter back. One of a scope that has ended is left to whoever tells it.
    #[inline]
    pub(crate) fn leave(&self, key: usize) {
        if self.state.load(Acquire) & ENDED == 0 {
            drop(self.forget(key));
        }
    }

    /// Links this scope and its ancestors, outermost first.
    #[inline(never)]
    pub(super) fn attach(self: &Arc<Self>) {
        let settled = |scope: &Scope| scope.state.load(Acquire) & (ATTACHED | ENDED) != 0;
        if settled(self) {
            return;
        }
        let mut chain = vec![self];
        while let Some(parent) = &chain[chain.len() - 1].parent {
            if settled(parent) {
                break;
            }
            chain.push(parent);
        }
        for scope in chain.into_iter().rev() {
            scope.attach_to_parent();
        }
    }

    fn attach_to_parent(self: &Arc<Self>) {
        let Some(parent) = &self.parent else { return };
        {
            let mut core = lock(&self.core);
            if core.as_ref().is_some_and(|core| core.link.is_some()) {
                return;
            }
            // Fails only if the parent has ended.
            if let Ok(link) = parent.register(Observer::Child(Arc::downgrade(self))) {
                core.get_or_insert_default().link = Some(link);
                self.state.fetch_or(ATTACHED, AcqRel);
                drop(core);
                parent.arm_token();
                return;
            }
        }
        self.end(&parent.why());
    }

    #[cfg(test)]
    pub(crate) fn observers(&self) -> usize {
        lock(&self.core).as_ref().map_or(0, |core| core.observers.len())
    }
}
