//! Where the value is, and which dials are too old to put theirs there.
//!
//! A look at the value touches nothing but the value. All that changes it takes the lock of the generation, which counts how often the value was
//! taken away whatever it was: a dial that began in an earlier generation is not kept, so that nobody who comes after an
//! [`invalidate`](super::Lazy::invalidate) meets a value that was dialled before it.

use std::sync::Arc;

use self::current::Current;
use super::Lent;
use crate::sync::{Mutex, lock};

pub(crate) struct Slot<T> {
    current: Current<T>,
    generation: Mutex<u64>,
}

/// When a dial began.
#[derive(Clone, Copy)]
pub(crate) struct Began(u64);

impl<T> Slot<T> {
    #[cfg(not(taskward_loom))]
    pub(crate) const fn new() -> Self {
        Self { current: Current::new(), generation: Mutex::new(0) }
    }

    #[cfg(taskward_loom)]
    pub(crate) fn new() -> Self {
        Self { current: Current::new(), generation: Mutex::new(0) }
    }

    #[inline]
    pub(crate) fn get(&self) -> Option<Arc<T>> {
        self.current.get()
    }

    #[inline]
    pub(crate) fn lend(&self) -> Option<Lent<T>> {
        self.current.lend()
    }

    /// To be called by whoever has the turn, before the last look: a value that somebody puts there later is not to be replaced by that of the dial.
    pub(crate) fn begin(&self) -> Began {
        Began(*lock(&self.generation))
    }

    /// Whether it is the value now: not if somebody has invalidated or replaced it since the dial began.
    pub(crate) fn keep(&self, began: Began, value: &Arc<T>) -> bool {
        let generation = lock(&self.generation);
        let is_fresh = *generation == began.0;
        if is_fresh {
            self.current.swap(Some(value.clone()));
        }
        is_fresh
    }

    /// What was there is the caller's to drop: no lock is held then.
    pub(crate) fn replace(&self, value: Option<Arc<T>>) -> Option<Arc<T>> {
        let mut generation = lock(&self.generation);
        *generation += 1;
        self.current.swap(value)
    }

    /// Whether it was still this one.
    pub(crate) fn remove(&self, value: &Arc<T>) -> bool {
        let generation = lock(&self.generation);
        let is_it = self.current.get().is_some_and(|current| Arc::ptr_eq(&current, value));
        // A dial on its way is not its business: the generation stays.
        let removed = if is_it { self.current.swap(None) } else { None };
        drop(generation);
        removed.is_some()
    }
}

#[cfg(not(taskward_loom))]
mod current {
    use std::sync::Arc;

    use arc_swap::ArcSwapOption;

    use crate::lazy::Lent;

    /// To look at it is to write to a place of the thread's own, and to no other.
    pub(super) struct Current<T>(ArcSwapOption<T>);

    impl<T> Current<T> {
        pub(super) const fn new() -> Self {
            Self(ArcSwapOption::const_empty())
        }

        #[inline]
        pub(super) fn get(&self) -> Option<Arc<T>> {
            self.0.load_full()
        }

        #[inline]
        pub(super) fn lend(&self) -> Option<Lent<T>> {
            Lent::new(self.0.load())
        }

        pub(super) fn swap(&self, value: Option<Arc<T>>) -> Option<Arc<T>> {
            self.0.swap(value)
        }
    }
}

/// What loom can explore.
#[cfg(taskward_loom)]
mod current {
    use std::sync::Arc;

    use crate::lazy::Lent;
    use crate::sync::{Mutex, lock};

    pub(super) struct Current<T>(Mutex<Option<Arc<T>>>);

    impl<T> Current<T> {
        pub(super) fn new() -> Self {
            Self(Mutex::new(None))
        }

        pub(super) fn get(&self) -> Option<Arc<T>> {
            lock(&self.0).clone()
        }

        pub(super) fn lend(&self) -> Option<Lent<T>> {
            self.get().map(Lent::from)
        }

        pub(super) fn swap(&self, value: Option<Arc<T>>) -> Option<Arc<T>> {
            std::mem::replace(&mut lock(&self.0), value)
        }
    }
}
