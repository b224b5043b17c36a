//! Where a task waits: the file, line and column of the `.await` in the user's own code.
//!
//! What waits keeps a clone of the waker that it is polled with. So a task is polled once more with a waker that looks at the stack whenever it is
//! cloned. The stack is a chain of polls, and each of them is at its `.await`. That costs a fraction of a millisecond for each task, so it is
//! done only when there is something to report.

use std::backtrace::Backtrace;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use cooked_waker::{IntoWaker, Wake, WakeRef};

use super::frames::{Frame, Whose, frames};

/// The place of an `.await`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    function: String,
    /// `None` where the program was built without debug information.
    at: Option<String>,
}

impl Place {
    /// `file:line:column`, if the program was built with debug information.
    #[must_use]
    pub fn at(&self) -> Option<&str> {
        self.at.as_deref()
    }

    /// The path of the function that contains it.
    #[must_use]
    pub fn function(&self) -> &str {
        &self.function
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Some(at) => f.write_str(at),
            None => write!(f, "some place in `{}`", self.function),
        }
    }
}

/// The stacks at which something came to wait.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stacks(Vec<Arc<Backtrace>>);

impl Stacks {
    /// Reads the debug information: for the first time in a process that takes 5 to 100 ms, later a fraction of one.
    pub(crate) fn places(&self) -> Vec<Place> {
        let mut waits: Vec<Wait> = self.0.iter().filter_map(|stack| Wait::read(stack)).collect();
        // A call that waits also waits for the end of its context. That is only worth saying if it is all.
        if waits.iter().any(|wait| !wait.for_context) {
            waits.retain(|wait| !wait.for_context);
        }
        let mut places: Vec<Place> = Vec::new();
        for wait in waits {
            if !places.contains(&wait.place) {
                places.push(wait.place);
            }
        }
        places
    }
}

struct Wait {
    place: Place,
    for_context: bool,
}

impl Wait {
    fn read(stack: &Backtrace) -> Option<Self> {
        let mut for_context = false;
        for frame in frames(stack) {
            match frame.whose() {
                Whose::Users => {
                    let Frame { function, at } = frame;
                    return Some(Self { place: Place { function, at }, for_context });
                }
                Whose::Contexts => for_context = true,
                Whose::Others => {}
            }
        }
        None
    }
}

/// Polls `future`, and finds out where it comes to wait.
pub(crate) fn poll_and_look<F>(future: Pin<&mut F>, task: &Context<'_>) -> (Poll<F::Output>, Stacks)
where
    F: Future + ?Sized,
{
    let seen = Arc::default();
    let looking = Box::new(Looking { real: task.waker().clone(), seen: Some(Arc::clone(&seen)) }).into_waker();
    let poll = future.poll(&mut Context::from_waker(&looking));
    drop(looking);
    let stacks = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
    (poll, Stacks(stacks))
}

/// The waker of a task, whose clones note where they were made.
struct Looking {
    real: Waker,
    /// `None` in a clone, which may be cloned again when it is no longer a question who waits.
    seen: Option<Arc<Mutex<Vec<Arc<Backtrace>>>>>,
}

impl Clone for Looking {
    fn clone(&self) -> Self {
        if let Some(seen) = &self.seen {
            let stack = Arc::new(Backtrace::force_capture());
            seen.lock().unwrap_or_else(PoisonError::into_inner).push(stack);
        }
        Self { real: self.real.clone(), seen: None }
    }
}

impl WakeRef for Looking {
    fn wake_by_ref(&self) {
        self.real.wake_by_ref();
    }
}

impl Wake for Looking {
    fn wake(self) {
        self.real.wake();
    }
}
