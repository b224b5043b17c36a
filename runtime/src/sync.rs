//! The synchronization primitives of the context tree and the pool, replaceable by loom and by the
//! race command (`tests/races/run`).
//!
//! A sanitizer only sees code compiled with it, which the standard library is not: it would miss
//! the ordering by a contended lock or an initialized static, and report a race. `parking_lot` and
//! `once_cell` are compiled with it.

#[cfg(not(taskward_tsan))]
use std::sync::PoisonError;
use std::time::Duration;

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

/// For code outside the loom models, and for statics, which cannot contain loom's types.
pub(crate) mod plain {
    pub(crate) use once_cell::sync::Lazy;
    #[cfg(taskward_tsan)]
    pub(crate) use parking_lot::{Mutex, MutexGuard};
    #[cfg(not(taskward_tsan))]
    pub(crate) use std::sync::{Mutex, MutexGuard};

    /// Locks the mutex, ignoring poisoning.
    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        super::whole(mutex.lock())
    }

    /// Returns the content of an unshared mutex.
    pub(crate) fn get_mut<T>(mutex: &mut Mutex<T>) -> &mut T {
        super::whole(mutex.get_mut())
    }
}

/// Locks the mutex. Ignores poisoning, because every critical section leaves its data valid at
/// each step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    whole(mutex.lock())
}

/// Waits for a notification. May wake up spuriously.
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

/// Waits for a notification, for at most `time`. May wake up spuriously.
#[cfg(not(taskward_loom))]
pub(crate) fn wait_for<'a, T>(condvar: &Condvar, guard: MutexGuard<'a, T>, time: Duration) -> MutexGuard<'a, T> {
    #[cfg(not(taskward_tsan))]
    return whole(condvar.wait_timeout(guard, time)).0;
    #[cfg(taskward_tsan)]
    {
        let mut guard = guard;
        condvar.wait_for(&mut guard, time);
        guard
    }
}

/// In a model the time has always passed.
#[cfg(taskward_loom)]
pub(crate) fn wait_for<'a, T>(_: &Condvar, guard: MutexGuard<'a, T>, _: Duration) -> MutexGuard<'a, T> {
    guard
}

#[cfg(not(taskward_tsan))]
fn whole<T>(locked: Result<T, PoisonError<T>>) -> T {
    locked.unwrap_or_else(PoisonError::into_inner)
}

/// `parking_lot` has no poisoning.
#[cfg(taskward_tsan)]
fn whole<T>(locked: T) -> T {
    locked
}
