//! The panics of a test: where they happened, in which task, and whether anybody has received them.
//!
//! The panic hook sees every panic, also in tasks that the test does not know. A panic that the
//! task's own code catches is ignored. One that ends its task fails the test unless it is received:
//! as a `JoinError` that the test awaits, or as the panic of a group that is joined.

use std::any::Any;
use std::fmt;
use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, Mutex as StdMutex, PoisonError, Weak};
use std::thread;

use tokio::task::{Id, try_id};

use super::session::{self, Session};
use super::stack::Stack;
use super::task::Task;
use crate::registry::TaskInfo;
use crate::sync::{Mutex, MutexGuard, lock};

/// The message and the place of a panic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Panic {
    pub(crate) message: String,
    /// `file:line:column`. Unknown if the test has replaced the panic hook.
    pub(crate) at: Option<String>,
}

/// A panic that ended a task, and that nobody has received.
#[derive(Clone, Debug)]
pub struct TaskPanic {
    panic: Panic,
    /// `None` if the test does not know the task.
    task: Option<TaskInfo>,
}

/// The panics of a session, in the order of time.
#[derive(Default)]
pub(crate) struct Panics(Mutex<Vec<Entry>>);

struct Entry {
    panic: Panic,
    /// The task that was being polled: `None` on a thread that polls none.
    id: Option<Id>,
    task: Option<Arc<Task>>,
    fate: Fate,
}

#[derive(Clone, Copy, PartialEq)]
enum Fate {
    /// It may yet be caught by the task's own code.
    Thrown,
    /// It has ended its task.
    EndedTask,
    /// A group keeps the payload at this address for whoever joins it.
    Held(usize),
    Received,
}

impl Panics {
    /// A known task's poll has unwound.
    pub(super) fn ended_task(&self, task: &Arc<Task>, payload: &(dyn Any + Send)) {
        let mut entries = self.entries();
        let mine = |entry: &&mut Entry| entry.task.as_ref().is_some_and(|known| Arc::ptr_eq(known, task));
        match entries.iter_mut().rev().find(mine) {
            Some(entry) if entry.fate == Fate::Thrown => entry.fate = Fate::EndedTask,
            // A group has heard of it on its way.
            Some(Entry { fate: Fate::Held(_), .. }) => {}
            // It was resumed, or the hook is not ours any more.
            _ => entries.push(Entry {
                panic: Panic::of(payload),
                id: try_id(),
                task: Some(task.clone()),
                fate: Fate::EndedTask,
            }),
        }
    }

    /// The current task's last panic is kept in `payload`.
    pub(crate) fn held(&self, payload: &(dyn Any + Send)) {
        let id = try_id();
        if let Some(entry) = self.entries().iter_mut().rev().find(|entry| entry.id == id) {
            entry.fate = Fate::Held(address(payload));
        }
    }

    /// Somebody has received this payload from whoever held it.
    pub(crate) fn received_payload(&self, payload: &(dyn Any + Send)) {
        let held = Fate::Held(address(payload));
        self.receive(|entry| entry.fate == held);
    }

    /// Somebody has received the `JoinError` of this task.
    pub(crate) fn received(&self, id: Id) {
        self.receive(|entry| entry.id == Some(id));
    }

    /// Somebody has received `JoinError`s of unknown tasks.
    pub(crate) fn received_all(&self) {
        self.receive(|entry| entry.fate == Fate::EndedTask);
    }

    fn receive(&self, is_it: impl Fn(&Entry) -> bool) {
        for entry in self.entries().iter_mut().filter(|entry| is_it(entry)) {
            entry.fate = Fate::Received;
        }
    }

    /// The panics that ended tasks other than the body, and were not received.
    pub(crate) fn unreceived(&self) -> Vec<TaskPanic> {
        let entries = self.entries();
        let lost = entries.iter().filter(|entry| {
            matches!(entry.fate, Fate::EndedTask | Fate::Held(_))
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

    /// The panic that has ended the body.
    pub(crate) fn of_body(&self) -> Option<Panic> {
        let entries = self.entries();
        let ended = |entry: &&Entry| entry.task.as_ref().is_some_and(|task| task.is_body());
        entries.iter().rev().find(ended).map(|entry| entry.panic.clone())
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        lock(&self.0)
    }
}

/// A payload is not moved while it unwinds, so its address tells which one it is.
fn address(payload: &(dyn Any + Send)) -> usize {
    std::ptr::from_ref(payload).addr()
}

/// Lives as long as the hook.
static HOOK: StdMutex<Weak<()>> = StdMutex::new(Weak::new());

/// Puts the hook in front of the one that is set, unless it is there already.
pub(crate) fn install() {
    let mut hook = HOOK.lock().unwrap_or_else(PoisonError::into_inner);
    if hook.strong_count() > 0 || thread::panicking() {
        return;
    }
    let alive = Arc::new(());
    *hook = Arc::downgrade(&alive);
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        // The hook owns it.
        let _: &Arc<()> = &alive;
        if !note(info) {
            print(info);
        }
    }));
}

/// Whether nobody has replaced the hook since.
pub(crate) fn is_installed() -> bool {
    HOOK.lock().unwrap_or_else(PoisonError::into_inner).strong_count() > 0
}

/// Whether it is not to be printed: there may be thousands of runs.
fn note(info: &PanicHookInfo<'_>) -> bool {
    let (id, polled) = (try_id(), session::polled());
    let (session, task) = match polled {
        // Another runtime's task, in a nested `block_on`, is not this one.
        Some((session, task, of)) => (session, Some(task).filter(|_| of == id)),
        None => match Session::current() {
            Some(session) => (session, None),
            None => return false,
        },
    };
    if task.is_some() || id.is_some() {
        let panic = Panic { message: message(info.payload()), at: info.location().map(ToString::to_string) };
        // A known task says itself how its poll ended.
        let is_lost = task.is_none() && Stack::capture().ends_task();
        let fate = if is_lost { Fate::EndedTask } else { Fate::Thrown };
        session.panics().entries().push(Entry { panic, id, task, fate });
    }
    session.is_quiet()
}

impl Panic {
    /// Tokio's words, where a runtime has no driver for sockets and the like.
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

    /// Returns the place of the panic as `file:line:column`, unless the test has replaced the panic
    /// hook.
    #[must_use]
    pub fn at(&self) -> Option<&str> {
        self.panic.at.as_deref()
    }

    pub(crate) fn panic(&self) -> &Panic {
        &self.panic
    }
}

/// The words by which `#[should_panic(expected = …)]` can name it.
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
    text.unwrap_or("a payload that is no text").to_owned()
}
