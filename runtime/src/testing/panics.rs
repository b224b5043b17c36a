//! The panics of a test: their places, their tasks, and whether they were received.
//!
//! The panic hook sees every panic, including those of untracked tasks. A panic caught by the
//! task's own code is ignored. A panic that ends its task fails the test unless it is received: as
//! a `JoinError` that the test awaits, or as the panic of a group that is joined.

use std::any::Any;
use std::fmt;
use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, Mutex as StdMutex, PoisonError, Weak};
use std::thread;

use tokio::task::{Id, try_id};

use super::session::{self, Session};
use super::task::Task;
use crate::registry::TaskInfo;
use crate::sync::{Mutex, MutexGuard, lock};
use crate::waits::owner::ends_task;
use crate::waits::stack::Stack;

/// The message and the place of a panic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Panic {
    pub(crate) message: String,
    /// `file:line:column`. Unknown if the test has replaced the panic hook.
    pub(crate) at: Option<String>,
}

/// A panic that ended a task and was not received.
///
/// ```
/// use taskward::testing::Test;
///
/// let (_, findings) = Test::new("quiet").findings(|_| async {});
/// for panic in findings.panics() {
///     println!("{:?}: {}", panic.at(), panic.message());
/// }
/// ```
#[derive(Clone, Debug)]
pub struct TaskPanic {
    panic: Panic,
    /// `None` for an untracked task.
    task: Option<TaskInfo>,
}

/// The panics of a session, in order of time.
#[derive(Default)]
pub(crate) struct Panics(Mutex<Vec<Entry>>);

struct Entry {
    panic: Panic,
    /// The task being polled; `None` on a thread that polls none.
    id: Option<Id>,
    task: Option<Arc<Task>>,
    state: PanicState,
}

#[derive(Clone, Copy, PartialEq)]
enum PanicState {
    /// The task's own code may still catch it.
    Thrown,
    /// Ended its task.
    EndedTask,
    /// Held by a group, as the payload at this address, for the caller that joins.
    Held(usize),
    Received,
}

impl Panics {
    /// Records that the poll of a tracked task has unwound.
    pub(super) fn ended_task(&self, task: &Arc<Task>, payload: &(dyn Any + Send)) {
        let mut entries = self.entries();
        let mine = |entry: &&mut Entry| entry.task.as_ref().is_some_and(|known| Arc::ptr_eq(known, task));
        match entries.iter_mut().rev().find(mine) {
            Some(entry) if entry.state == PanicState::Thrown => entry.state = PanicState::EndedTask,
            // A group has caught it.
            Some(Entry { state: PanicState::Held(_), .. }) => {}
            // It was resumed, or the hook was replaced.
            _ => entries.push(Entry {
                panic: Panic::of(payload),
                id: try_id(),
                task: Some(task.clone()),
                state: PanicState::EndedTask,
            }),
        }
    }

    /// Records that the current task's last panic is held in `payload`.
    pub(crate) fn held(&self, payload: &(dyn Any + Send)) {
        let id = try_id();
        if let Some(entry) = self.entries().iter_mut().rev().find(|entry| entry.id == id) {
            entry.state = PanicState::Held(address(payload));
        }
    }

    /// Records that this held payload was received.
    pub(crate) fn received_payload(&self, payload: &(dyn Any + Send)) {
        let held = PanicState::Held(address(payload));
        self.receive(|entry| entry.state == held);
    }

    /// Records that the `JoinError` of this task was received.
    pub(crate) fn received(&self, id: Id) {
        self.receive(|entry| entry.id == Some(id));
    }

    /// Records that `JoinError`s of unknown tasks were received.
    pub(crate) fn received_all(&self) {
        self.receive(|entry| entry.state == PanicState::EndedTask);
    }

    fn receive(&self, is_it: impl Fn(&Entry) -> bool) {
        for entry in self.entries().iter_mut().filter(|entry| is_it(entry)) {
            entry.state = PanicState::Received;
        }
    }

    /// Returns the panics that ended tasks other than the body and were not received.
    pub(crate) fn unreceived(&self) -> Vec<TaskPanic> {
        let entries = self.entries();
        let lost = entries.iter().filter(|entry| {
            matches!(entry.state, PanicState::EndedTask | PanicState::Held(_))
                && entry.task.as_ref().is_none_or(|task| !task.is_body())
        });
        lost.map(|entry| TaskPanic {
            panic: entry.panic.clone(),
            task: entry.task.as_ref().map(|task| task.info.clone()),
        })
        .collect()
    }

    pub(crate) fn all(&self) -> Vec<Panic> {
        self.entries().iter().map(|entry| entry.panic.clone()).collect()
    }

    /// Returns the panic that ended the body.
    pub(crate) fn of_body(&self) -> Option<Panic> {
        let entries = self.entries();
        let ended = |entry: &&Entry| entry.task.as_ref().is_some_and(|task| task.is_body());
        entries.iter().rev().find(ended).map(|entry| entry.panic.clone())
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        lock(&self.0)
    }
}

/// Returns the address of a payload, which identifies it: a payload does not move while it
/// unwinds.
fn address(payload: &(dyn Any + Send)) -> usize {
    std::ptr::from_ref(payload).addr()
}

/// Alive as long as the hook.
static HOOK: StdMutex<Weak<()>> = StdMutex::new(Weak::new());

/// Installs the hook in front of the current one, unless it is already installed.
pub(crate) fn install() {
    let mut hook = HOOK.lock().unwrap_or_else(PoisonError::into_inner);
    if hook.strong_count() > 0 || thread::panicking() {
        return;
    }
    let alive = Arc::new(());
    *hook = Arc::downgrade(&alive);
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        // Owned by the hook.
        let _: &Arc<()> = &alive;
        if !note(info) {
            print(info);
        }
    }));
}

/// Returns whether the hook has not been replaced.
pub(crate) fn is_installed() -> bool {
    HOOK.lock().unwrap_or_else(PoisonError::into_inner).strong_count() > 0
}

/// Records a panic. Returns whether to suppress its output: there may be thousands of runs.
fn note(info: &PanicHookInfo<'_>) -> bool {
    let (id, polled) = (try_id(), session::polled());
    let (session, task) = match polled {
        // A task of another runtime, in a nested `block_on`, does not count.
        Some((session, task, of)) => (session, Some(task).filter(|_| of == id)),
        None => match Session::current() {
            Some(session) => (session, None),
            None => return false,
        },
    };
    if task.is_some() || id.is_some() {
        let panic = Panic { message: message(info.payload()), at: info.location().map(ToString::to_string) };
        // A tracked task reports itself how its poll ended.
        let is_lost = task.is_none() && ends_task(&Stack::capture());
        let state = if is_lost { PanicState::EndedTask } else { PanicState::Thrown };
        session.panics().entries().push(Entry { panic, id, task, state });
    }
    session.is_quiet()
}

impl Panic {
    /// Returns whether the message is Tokio's for a runtime without an I/O driver.
    pub(crate) fn speaks_of_io(&self) -> bool {
        self.message.contains("enable_io") || self.message.contains("IO is disabled")
    }

    pub(crate) fn of(payload: &(dyn Any + Send)) -> Self {
        Self { message: message(payload), at: None }
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Some(at) => write!(f, "panicked at {at}: {}", self.message),
            None => write!(f, "panicked: {}", self.message),
        }
    }
}

impl TaskPanic {
    /// Returns the message of the panic.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.panic.message
    }

    /// Returns the place of the panic as `file:line:column`, unless the test has replaced the
    /// panic hook.
    #[must_use]
    pub fn at(&self) -> Option<&str> {
        self.panic.at.as_deref()
    }

    pub(crate) fn panic(&self) -> &Panic {
        &self.panic
    }
}

/// The text with which `#[should_panic(expected = …)]` can match it.
pub(crate) const UNRECEIVED: &str = "and nobody has received the panic";

impl fmt::Display for TaskPanic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.task {
            Some(task) => write!(f, "{task}")?,
            None => f.write_str("a task that the test does not know")?,
        }
        match &self.panic.at {
            Some(at) => write!(f, " panicked at {at}, {UNRECEIVED}: {}", self.panic.message),
            None => write!(f, " panicked, {UNRECEIVED}: {}", self.panic.message),
        }
    }
}

/// Returns the text of a panic's payload.
fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a payload that is not a string").to_owned()
}
