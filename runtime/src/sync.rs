//! The primitives that the context tree and the pool stand on, so that loom can replace them, and
//! the race command (`tests/races/run`).
//!
//! A sanitizer sees what is compiled with it, which the standard library is not: it would miss that
//! a contended lock, or a static that another thread has filled, orders what is behind it, and call
//! that a race. `parking_lot` and `once_cell` are compiled with it.

#[cfg(not(taskward_tsan))]
use std::sync::PoisonError;

#[cfg(taskward_loom)]
pub(crate) use loom::sync::{
    Condvar, Mutex, MutexGuard,
    atomic::{AtomicU8, AtomicU32},
};
#[cfg(taskward_tsan)]
pub(crate) use parking_lot::{Condvar, Mutex, MutexGuard};
#[cfg(not(taskward_loom))]
pub(crate) use std::sync::atomic::{AtomicU8, AtomicU32};
#[cfg(not(any(taskward_loom, taskward_tsan)))]
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};

/// For what no loom model looks at, and for statics, which cannot hold loom's.
pub(crate) mod plain {
    pub(crate) use once_cell::sync::Lazy;
    #[cfg(taskward_tsan)]
    pub(crate) use parking_lot::{Mutex, MutexGuard};
    #[cfg(not(taskward_tsan))]
    pub(crate) use std::sync::{Mutex, MutexGuard};

    /// Locks, poisoned or not.
    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        super::whole(mutex.lock())
    }

    /// What is in it, of which nobody else knows.
    pub(crate) fn get_mut<T>(mutex: &mut Mutex<T>) -> &mut T {
        super::whole(mutex.get_mut())
    }
}

/// Locks, poisoned or not: every critical section here leaves its data whole at each step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    whole(mutex.lock())
}

/// Waits until it is notified, or wakes up for no reason.
pub(crate) fn wait<'a, T>(condvar: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    #[cfg(not(taskward_tsan))]
    return whole(condvar.wait(guard));
    #[cfg(taskward_tsan)]
    {
        let mut guard = guard;
        condvar.wait(&mut guard);
        guard
    }
}

#[cfg(not(taskward_tsan))]
fn whole<T>(locked: Result<T, PoisonError<T>>) -> T {
    locked.unwrap_or_else(PoisonError::into_inner)
}

/// `parking_lot` knows no poison.
#[cfg(taskward_tsan)]
fn whole<T>(locked: T) -> T {
    locked
}
