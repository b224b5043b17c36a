//! The storage of the value.
//!
//! Reading the value touches nothing else. A change locks the generation, which counts the calls
//! of [`invalidate`](super::Lazy::invalidate): the value of an initializer that began in an
//! earlier generation is not stored, so that no call after an `invalidate` returns an older value.

use std::sync::Arc;

use self::current::Current;
use super::guard::LazyGuard;
use crate::sync::{Mutex, lock};

pub(crate) struct Slot<T> {
    current: Current<T>,
    generation: Mutex<u64>,
}

/// The generation in which an initializer began.
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
    pub(crate) fn lend(&self) -> Option<LazyGuard<T>> {
        self.current.lend()
    }

    /// Must be called with the lock held, before the last check for a value: the initializer must
    /// not replace a value set after it began.
    pub(crate) fn begin(&self) -> Began {
        Began(*lock(&self.generation))
    }

    /// Stores the value of an initializer, unless the slot was invalidated or replaced since it
    /// began. Returns whether it did.
    pub(crate) fn keep(&self, began: Began, value: &Arc<T>) -> bool {
        let generation = lock(&self.generation);
        let is_fresh = *generation == began.0;
        if is_fresh {
            self.current.swap(Some(value.clone()));
        }
        is_fresh
    }

    /// Returns the previous value, to be dropped after unlocking.
    pub(crate) fn replace(&self, value: Option<Arc<T>>) -> Option<Arc<T>> {
        let mut generation = lock(&self.generation);
        *generation += 1;
        self.current.swap(value)
    }

    /// Removes this value. Returns whether it was present.
    pub(crate) fn remove(&self, value: &Arc<T>) -> bool {
        let generation = lock(&self.generation);
        let is_it = self.current.get().is_some_and(|current| Arc::ptr_eq(&current, value));
        // The generation stays: a running initializer creates a newer value.
        let removed = if is_it { self.current.swap(None) } else { None };
        drop(generation);
        removed.is_some()
    }
}

#[cfg(not(taskward_loom))]
mod current {
    use std::sync::Arc;

    use arc_swap::ArcSwapOption;

    use crate::init::lazy::guard::LazyGuard;

    /// Reading writes only to thread-local memory.
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
        pub(super) fn lend(&self) -> Option<LazyGuard<T>> {
            LazyGuard::new(self.0.load())
        }

        pub(super) fn swap(&self, value: Option<Arc<T>>) -> Option<Arc<T>> {
            self.0.swap(value)
        }
    }
}

/// The replacement under loom.
#[cfg(taskward_loom)]
mod current {
    use std::sync::Arc;

    use crate::init::lazy::guard::LazyGuard;
    use crate::sync::{Mutex, lock};

    pub(super) struct Current<T>(Mutex<Option<Arc<T>>>);

    impl<T> Current<T> {
        pub(super) fn new() -> Self {
            Self(Mutex::new(None))
        }

        pub(super) fn get(&self) -> Option<Arc<T>> {
            lock(&self.0).clone()
        }

        pub(super) fn lend(&self) -> Option<LazyGuard<T>> {
            self.get().map(LazyGuard::from)
        }

        pub(super) fn swap(&self, value: Option<Arc<T>>) -> Option<Arc<T>> {
            std::mem::replace(&mut lock(&self.0), value)
        }
    }
}
