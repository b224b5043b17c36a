//! Does something with each of many, whatever becomes of the others.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

/// A panic on its way to its owner.
pub(crate) type Panic = Box<dyn Any + Send>;

/// Runs `run` with each of `all`. Returns the first panic.
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

/// Lets a panic go on to the caller, unless the thread is panicking already.
pub(crate) fn resume(panic: Option<Panic>) {
    if let Some(payload) = panic
        && !thread::panicking()
    {
        resume_unwind(payload);
    }
}
