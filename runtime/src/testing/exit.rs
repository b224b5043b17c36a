//! Detects a test that ends its process: `std::process::exit(0)` makes it look as if all tests of
//! the process had passed.
//!
//! The C library runs the thread-local destructors of the thread that calls `exit`; a thread that
//! runs a test has one.

use std::cell::RefCell;
use std::io::{self, Write};
use std::process;

/// The tests running on this thread, innermost last, and the process in which they started.
struct Running(RefCell<Vec<(String, u32)>>);

thread_local! {
    static RUNNING: Running = const { Running(RefCell::new(Vec::new())) };
}

/// Records that this thread runs a test, until the guard is dropped.
#[must_use]
pub(super) fn runs(test: &str) -> Runs {
    begin(test);
    Runs
}

/// Records that this thread runs a test, until [`end`].
pub(super) fn begin(test: &str) {
    _ = RUNNING.try_with(|running| running.0.borrow_mut().push((test.to_owned(), process::id())));
}

pub(super) fn end() {
    _ = RUNNING.try_with(|running| running.0.borrow_mut().pop());
}

pub(super) struct Runs;

impl Drop for Runs {
    fn drop(&mut self) {
        end();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A process forked by the test may exit.
        let Some((test, _)) = self.0.get_mut().pop().filter(|(_, process)| *process == process::id()) else { return };
        let message = format!(
            "the test `{test}` calls `exit`: with code 0 it would pass, and so would the tests that have not run yet\n\
             help: return from the test, or panic\n"
        );
        drop(io::stderr().write_all(message.as_bytes()));
        // Aborts, because the exit code can no longer be changed.
        process::abort();
    }
}
