//! Tasks that the code under test spawns by itself. With `--cfg tokio_unstable`, Tokio calls hooks
//! before and after each poll, within its budget.
//!
//! Such a task is delayed at its first operation; a tracked task is delayed before its poll.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use tokio::runtime::{Builder, RngSeed, TaskMeta};
use tokio::task::Id;

use super::budget::{Spent, WHOLE, burn};
use super::session::Session;
use super::task::{Role, Task, Turn};
use crate::registry::TaskInfo;
use crate::sync::{Mutex, lock};

thread_local! {
    /// The number of futures on this thread that are tracked and have not been spawned yet.
    static KNOWN: Cell<usize> = const { Cell::new(0) };
}

/// Records a tracked future: the next spawned task runs it.
pub(super) fn is_known() {
    KNOWN.set(KNOWN.get() + 1);
}

struct Hooks {
    session: Arc<Session>,
    tasks: Mutex<HashMap<Id, UntrackedTask>>,
}

/// An untracked task, known only to Tokio.
struct UntrackedTask {
    task: Arc<Task>,
    /// The key in the session.
    key: usize,
    /// Set during a poll.
    turn: Option<Turn>,
}

/// Installs hooks that report Tokio's tasks to `session`, and fixes the order in which `select!`
/// polls its branches.
pub(super) fn install(builder: &mut Builder, session: &Arc<Session>) {
    // An earlier test on this thread may have left some, because a tracked future need not be
    // spawned.
    KNOWN.set(0);
    let hooks = Arc::new(Hooks { session: session.clone(), tasks: Mutex::default() });
    let [spawned, before, after, ended] = [(); 4].map(|()| hooks.clone());
    builder
        .rng_seed(RngSeed::from_bytes(b"taskward"))
        .on_task_spawn(move |meta| spawned.spawned(meta))
        .on_before_task_poll(move |meta| before.before(meta.id()))
        .on_after_task_poll(move |meta| after.after(meta.id()))
        .on_task_terminate(move |meta| ended.ended(meta.id()));
}

impl Hooks {
    fn spawned(&self, meta: &TaskMeta<'_>) {
        if let Some(known) = KNOWN.get().checked_sub(1) {
            KNOWN.set(known);
            return;
        }
        let (key, task) = self.session.add(TaskInfo::new(None, meta.spawned_at()), Role::Future);
        lock(&self.tasks).insert(meta.id(), UntrackedTask { task, key, turn: None });
    }

    fn before(&self, id: Id) {
        let Some(task) = lock(&self.tasks).get(&id).map(|bare| bare.task.clone()) else { return };
        let Some(director) = self.session.director() else { return };
        let turn = director.turn(&self.session, &task);
        match turn {
            Turn::Counted => {}
            Turn::Limited(operations) => drop(burn(WHOLE.saturating_sub(operations))),
            Turn::Delayed | Turn::Over => drop(burn(WHOLE)),
        }
        if let Some(bare) = lock(&self.tasks).get_mut(&id) {
            bare.turn = Some(turn);
        }
    }

    fn after(&self, id: Id) {
        let polled = lock(&self.tasks).get_mut(&id).and_then(|bare| Some((bare.task.clone(), bare.turn.take()?)));
        if let Some((task, turn)) = polled {
            self.polled(&task, turn, false);
        }
    }

    /// Called inside the task's last poll, unless it was aborted.
    fn ended(&self, id: Id) {
        let Some(bare) = lock(&self.tasks).remove(&id) else { return };
        if let Some(turn) = bare.turn {
            self.polled(&bare.task, turn, true);
        }
        self.session.remove(bare.key);
    }

    fn polled(&self, task: &Task, turn: Turn, ended: bool) {
        let given = match turn {
            Turn::Counted => WHOLE,
            Turn::Limited(operations) => operations,
            Turn::Delayed | Turn::Over => return,
        };
        let left = burn(WHOLE);
        let refused = !ended && turn != Turn::Counted && left == 0;
        if let Some(director) = self.session.director() {
            director.polled(task, Spent { operations: given.saturating_sub(left), refused, ended });
        }
    }
}
