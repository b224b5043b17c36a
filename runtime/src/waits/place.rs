//! Finds where a task waits: the file, line and column of the `.await` in the user's code.
//!
//! A waiting operation keeps a clone of the waker that it is polled with. So the task is polled
//! once more with a waker that captures the stack whenever it is cloned. The stack is a chain of
//! polls, each at its `.await`. That costs a fraction of a millisecond per task, so it is done
//! only for reports.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use cooked_waker::{IntoWaker, Wake, WakeRef};

#[cfg(feature = "test-util")]
use super::owner::is_poll_of_task;
use super::owner::{Owner, owner};
use super::stack::{Frame, Stack};
use crate::sync::plain::{Lazy, Mutex, lock};

/// The place of an `.await`.
///
/// ```
/// use std::future::pending;
/// use taskward::TaskGroup;
/// use taskward::testing::Test;
///
/// let (_, findings) = Test::new("forgets a group").findings(|ctx| async move {
///     let group = TaskGroup::<()>::new(&ctx.detach());
///     _ = group.spawn(|_| pending());
///     std::mem::forget(group);
/// });
/// for place in findings.tasks()[0].places() {
///     println!("{} at {:?}", place.function(), place.at());
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    function: String,
    /// `None` for a program without debug information.
    at: Option<String>,
}

impl Place {
    /// Returns `file:line:column`, if the program has debug information.
    #[must_use]
    pub fn at(&self) -> Option<&str> {
        self.at.as_deref()
    }

    /// Returns the path of the function that contains the `.await`. Empty for a stripped program.
    #[must_use]
    pub fn function(&self) -> &str {
        &self.function
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Some(at) => f.write_str(at),
            None if self.function.is_empty() => f.write_str("an unknown place"),
            None => write!(f, "some place in `{}`", self.function),
        }
    }
}

/// Writes ` at …`, for several places ` at … and …`.
pub(crate) fn write_places(f: &mut fmt::Formatter<'_>, places: &[Place]) -> fmt::Result {
    for (index, place) in places.iter().enumerate() {
        write!(f, "{} {place}", if index == 0 { " at" } else { " and" })?;
    }
    Ok(())
}

/// The stacks at which the operations of a task began to wait.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stacks(Vec<Arc<Stack>>);

impl Stacks {
    /// Reads the debug information, which is slow the first time.
    pub(crate) fn places(&self) -> Vec<Place> {
        let mut waits: Vec<Wait> = self.0.iter().filter_map(|stack| Wait::read(stack)).collect();
        // A waiting call also waits for the end of its context, which is reported only if it is
        // the only wait.
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

#[cfg(feature = "test-util")]
impl Stacks {
    /// Returns whether a call of the task, from its `.await` outwards, is in a function or a file
    /// with `text` in its path.
    pub(crate) fn mention(&self, text: &str) -> bool {
        let mentions = |frame: &Frame| {
            frame.function.contains(text)
                || frame.file.as_ref().is_some_and(|file| file.to_string_lossy().contains(text))
        };
        self.0
            .iter()
            .any(|stack| stack.frames().take_while(|frame| !is_poll_of_task(frame)).any(|frame| mentions(&frame)))
    }
}

#[derive(Clone)]
struct Wait {
    place: Place,
    for_context: bool,
}

/// Caches waits, so that the debug information is read once for all tasks that wait at one place.
static READ: Lazy<Mutex<HashMap<Vec<usize>, Option<Wait>>>> = Lazy::new(Mutex::default);

impl Wait {
    fn read(stack: &Stack) -> Option<Self> {
        let known = lock(&READ).get(stack.addresses()).cloned();
        known.unwrap_or_else(|| {
            let wait = Self::read_anew(stack);
            lock(&READ).insert(stack.addresses().to_vec(), wait.clone());
            wait
        })
    }

    fn read_anew(stack: &Stack) -> Option<Self> {
        let (mut for_context, mut is_stripped) = (false, false);
        for frame in stack.frames() {
            is_stripped |= frame.function.is_empty() && frame.file.is_none();
            match owner(&frame) {
                Owner::User => {
                    let at = frame.at();
                    let Frame { function, .. } = frame;
                    return Some(Self { place: Place { function, at }, for_context });
                }
                Owner::Contexts => for_context = true,
                _ => {}
            }
        }
        is_stripped.then(|| Self { place: Place { function: String::new(), at: None }, for_context })
    }
}

/// Polls `future`, and captures the stacks at which it begins to wait.
pub(crate) fn poll_and_look<F>(future: Pin<&mut F>, task: &Context<'_>) -> (Poll<F::Output>, Stacks)
where
    F: Future + ?Sized,
{
    let seen = Arc::default();
    let waker = Box::new(CapturingWaker { real: task.waker().clone(), seen: Some(Arc::clone(&seen)) }).into_waker();
    let poll = future.poll(&mut Context::from_waker(&waker));
    drop(waker);
    let stacks = std::mem::take(&mut *lock(&seen));
    (poll, Stacks(stacks))
}

/// The waker of a task, whose clones record where they were made.
struct CapturingWaker {
    real: Waker,
    /// `None` in a clone, which may be cloned later.
    seen: Option<Arc<Mutex<Vec<Arc<Stack>>>>>,
}

impl Clone for CapturingWaker {
    fn clone(&self) -> Self {
        if let Some(seen) = &self.seen {
            let stack = Arc::new(Stack::capture());
            lock(seen).push(stack);
        }
        Self { real: self.real.clone(), seen: None }
    }
}

impl WakeRef for CapturingWaker {
    fn wake_by_ref(&self) {
        self.real.wake_by_ref();
    }
}

impl Wake for CapturingWaker {
    fn wake(self) {
        self.real.wake();
    }
}
