//! The primitives that the context tree and the pool stand on, so that loom can replace them.

#[cfg(taskward_loom)]
pub(crate) use loom::sync::{Condvar, Mutex, MutexGuard, atomic::AtomicU8};
#[cfg(not(taskward_loom))]
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, atomic::AtomicU8};

use std::sync::PoisonError;

/// Locks, poisoned or not: every critical section here leaves its data whole at each step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until it is notified, or wakes up for no reason.
pub(crate) fn wait<'a, T>(condvar: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    condvar.wait(guard).unwrap_or_else(PoisonError::into_inner)
}
