//! Calls a function with each of several values, even if calls panic.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

/// The payload of a panic.
pub(crate) type Panic = Box<dyn Any + Send>;

/// Calls `run` with each value. Returns the first panic.
pub(crate) fn each<T>(all: Vec<T>, mut run: impl FnMut(T)) -> Option<Panic> {
    let mut all = all.into_iter();
    let mut first = None;
    while all.len() > 0 {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| all.by_ref().for_each(&mut run))) {
            first.get_or_insert(payload);
        }
    }
    first
}

/// Resumes a panic, unless the thread is already panicking.
pub(crate) fn resume(panic: Option<Panic>) {
    if let Some(payload) = panic
        && !thread::panicking()
    {
        resume_unwind(payload);
    }
}
