//! A test's knowledge of its tasks, and the look-up of the current test.

use std::cell::RefCell;
use std::panic::Location;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock, RwLock};

use slab::Slab;
use tokio::runtime::{Handle, Id};
use tokio::task::{self, try_id};
use tokio::time::Instant;

use super::panics::Panics;
use super::seen::Events;
use super::task::{Director, Role, Task, Tracked};
use crate::context::{Context, OwnContext};
use crate::registry::TaskInfo;
use crate::sync::{Mutex, lock};

/// A test, or one run of its body.
pub(crate) struct Session {
    tasks: Mutex<Tasks>,
    pub(super) mode: Mode,
    panics: Panics,
    /// The context of the body, if it can end before the body does.
    context: OnceLock<OwnContext>,
}

/// The treatment of the session's tasks.
pub(super) enum Mode {
    /// The director decides how far each poll goes.
    Directed(Arc<dyn Director>),
    /// Their events are recorded.
    Observed(Arc<Events>),
}

#[derive(Default)]
struct Tasks {
    spawned: u32,
    alive: Slab<Arc<Task>>,
}

thread_local! {
    /// The task being polled.
    static CURRENT: RefCell<Option<Polled>> = const { RefCell::new(None) };
}

/// A tracked task and its Tokio id.
pub(super) type Polled = (Arc<Session>, Arc<Task>, Option<task::Id>);

/// The sessions of this process by runtime, for code outside of tracked tasks.
static SESSIONS: RwLock<Vec<(Id, Arc<Session>)>> = RwLock::new(Vec::new());
/// The number of sessions.
static COUNT: AtomicUsize = AtomicUsize::new(0);

impl Session {
    pub(super) fn new(mode: Mode) -> Arc<Self> {
        Arc::new(Self { tasks: Mutex::default(), mode, panics: Panics::default(), context: OnceLock::new() })
    }

    /// Returns the session of the caller.
    pub(crate) fn current() -> Option<Arc<Self>> {
        if COUNT.load(Relaxed) == 0 {
            return None;
        }
        if let Some((session, ..)) = polled() {
            return Some(session);
        }
        let id = Handle::try_current().ok()?.id();
        let sessions = SESSIONS.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        sessions.iter().find(|(runtime, _)| *runtime == id).map(|(_, session)| session.clone())
    }

    /// Assigns everything on this runtime to the session, until the result is dropped.
    pub(crate) fn on(self: &Arc<Self>, runtime: Id) -> OnRuntime {
        let mut sessions = SESSIONS.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        sessions.push((runtime, self.clone()));
        COUNT.fetch_add(1, Relaxed);
        OnRuntime(runtime)
    }

    /// Tracks `future` as one of the session's tasks.
    pub(crate) fn track<F>(self: &Arc<Self>, future: F, info: TaskInfo) -> Tracked<F> {
        Tracked::new(self.clone(), future, info)
    }

    /// Returns the live tasks, oldest first.
    pub(crate) fn alive(&self) -> Vec<Arc<Task>> {
        let mut alive: Vec<_> = lock(&self.tasks).alive.iter().map(|(_, task)| task.clone()).collect();
        alive.sort_unstable_by_key(|task| task.number);
        alive
    }

    pub(crate) fn count_alive(&self) -> usize {
        lock(&self.tasks).alive.len()
    }

    /// Returns the number of untracked tasks of the test's runtime.
    pub(super) fn count_others(&self, runtime: &Handle) -> usize {
        let is_known = |task: &&Arc<Task>| task.role != Role::Blocking && !task.is_body();
        runtime.metrics().num_alive_tasks().saturating_sub(self.alive().iter().filter(is_known).count())
    }

    pub(super) fn director(&self) -> Option<&dyn Director> {
        match &self.mode {
            Mode::Directed(director) => Some(&**director),
            Mode::Observed(_) => None,
        }
    }

    pub(crate) fn panics(&self) -> &Panics {
        &self.panics
    }

    /// Returns the context of the body, which ends no later than the session.
    pub(crate) fn context(&self) -> &Context {
        self.context.get_or_init(|| Context::background().own_child())
    }

    /// Ends the context of the body.
    pub(crate) fn end_context(&self, is_deadline: bool) {
        let ended = if is_deadline { Context::background().with_deadline(Instant::now()) } else { cancelled() };
        if let (Some(context), Err(why)) = (self.context.get(), ended.check()) {
            context.end(&why);
        }
    }

    /// Returns whether only the report prints panics.
    pub(super) fn is_quiet(&self) -> bool {
        self.director().is_some()
    }

    pub(super) fn add(&self, info: TaskInfo, role: Role) -> (usize, Arc<Task>) {
        let mut tasks = lock(&self.tasks);
        let task = Arc::new(Task::new(tasks.spawned, info, role));
        tasks.spawned += 1;
        (tasks.alive.insert(task.clone()), task)
    }

    pub(super) fn remove(&self, key: usize) {
        let task = lock(&self.tasks).alive.try_remove(key);
        drop(task);
    }
}

/// Returns a cancelled context.
fn cancelled() -> Context {
    let (ended, canceller) = Context::background().with_cancel();
    canceller.cancel_with("the test has cancelled its context");
    ended
}

/// Makes a session known for a runtime until dropped.
#[must_use]
pub(crate) struct OnRuntime(Id);

impl Drop for OnRuntime {
    fn drop(&mut self) {
        let mut sessions = SESSIONS.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let at = sessions.iter().position(|(runtime, _)| *runtime == self.0);
        let session = at.map(|at| sessions.swap_remove(at));
        drop(sessions);
        drop(session);
        COUNT.fetch_sub(1, Relaxed);
    }
}

/// Makes a task the current one until dropped.
#[must_use]
pub(super) struct Inside(Option<Polled>);

pub(super) fn inside(session: &Arc<Session>, task: &Arc<Task>) -> Inside {
    let now = Some((session.clone(), task.clone(), try_id()));
    Inside(CURRENT.try_with(|current| current.replace(now)).unwrap_or(None))
}

impl Drop for Inside {
    fn drop(&mut self) {
        let before = self.0.take();
        drop(CURRENT.try_with(|current| current.replace(before)));
    }
}

/// Returns the tracked task being polled on this thread.
pub(super) fn polled() -> Option<Polled> {
    CURRENT.try_with(|current| current.try_borrow().ok()?.clone()).ok().flatten()
}

/// Returns the last `.await` in the test's own code that the current task has reached.
pub(super) fn awaits() -> Option<&'static Location<'static>> {
    CURRENT.try_with(|current| current.borrow().as_ref()?.1.awaits()).ok().flatten()
}

/// Records that the current task reaches an `.await`. Returns whether a director may suspend it
/// there.
pub(super) fn reaches(place: &'static Location<'static>) -> bool {
    let has_director = |current: &RefCell<Option<Polled>>| {
        current.borrow().as_ref().is_some_and(|(session, task, _)| {
            task.comes_to(place);
            session.director().is_some()
        })
    };
    CURRENT.try_with(has_director).unwrap_or(false)
}
