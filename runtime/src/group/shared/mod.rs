//! What the owner of a group and its tasks share: who runs, who waits, what became of the rest.
//!
//! # Invariants
//!
//! 1. A Tokio task of the group has a [`Seat`] from before it is spawned until its [`Place`] is dropped, which is the last thing that
//!    it does; so has whoever drops what was queued. So "no seats" means that everything has stopped.
//! 2. While something is queued there is a seat: whoever leaves takes over from the queue first, and a closed group queues
//!    nothing that stays.
//! 3. Nothing is woken under the lock, and no drop or hook of the user's runs there.

use std::error::Error;
use std::future::Future;
use std::panic::Location;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock, Weak};
use std::task::Waker;

use tokio::runtime::Handle;

use super::handles::Handles;
use super::job::Job;
use super::outcomes::Outcomes;
use super::place::Place;
use super::runner::Runner;
use crate::context::{CancelHook, Canceller, Context};
use crate::error::ContextError;
use crate::pool::PoolOutput;
use crate::registry::{Owner, Registration, TaskInfo};
use crate::sync::{Mutex, lock};
use crate::test_hooks;

mod queue;
mod state;

pub(super) use self::queue::Entrance;
pub(super) use self::state::{Running, Seat, State};

pub(super) struct Shared<R: PoolOutput> {
    /// The tasks' contexts are its children.
    pub(super) ctx: Context,
    canceller: Canceller,
    home: OnceLock<Home>,
    handles: Handles,
    /// Whether the last task had to queue.
    is_full: AtomicBool,
    pub(super) state: Mutex<State<R>>,
}

/// What a group has from its first spawn on.
struct Home {
    /// The runtime on which the tasks run.
    handle: Handle,
    _registration: Registration,
    /// Closes the group when its context ends.
    _hook: CancelHook,
}

impl<R: PoolOutput> Shared<R> {
    pub(super) fn new(ctx: &Context) -> Self {
        let (ctx, canceller) = ctx.with_cancel();
        Self {
            ctx,
            canceller,
            home: OnceLock::new(),
            handles: Handles::default(),
            is_full: AtomicBool::new(false),
            state: Mutex::new(State::new()),
        }
    }

    pub(super) fn keep_going(&self) {
        lock(&self.state).keep_going = true;
    }

    /// From now on the first success counts.
    pub(super) fn race(&self) {
        let mut state = lock(&self.state);
        (state.keep_going, state.racing) = (true, true);
        if state.outcomes.any_succeeded() && !std::mem::replace(&mut state.ended, true) {
            drop(state);
            self.end("another task was first");
        }
    }

    pub(super) fn spawned(&self) -> usize {
        lock(&self.state).spawned
    }

    pub(super) fn len(&self) -> usize {
        let state = lock(&self.state);
        state.seats.len() + state.queue.len()
    }

    pub(super) fn tasks(&self) -> Vec<TaskInfo> {
        let state = lock(&self.state);
        state.seats.iter().filter_map(|(_, seat)| Some(seat.job.as_ref()?.info.clone())).collect()
    }

    /// Why tasks were interrupted. Only to be asked when some were.
    pub(super) fn why(&self) -> ContextError {
        self.ctx.check().err().unwrap_or_else(|| {
            let spawned = self.spawned();
            let why =
                if spawned == 0 { "no task was spawned in the group" } else { "the tasks' runtime was shut down" };
            ContextError::cancelled_with(why.into())
        })
    }

    /// Ends the group because of its owner.
    pub(super) fn cancel(&self) {
        self.canceller.cancel();
    }

    /// Ends the group because of its owner, or of one of its tasks, which the state says already then.
    #[cold]
    pub(super) fn end(&self, why: impl Into<Box<dyn Error + Send + Sync>>) {
        // A hook may panic, which is for the owner to hear.
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| self.canceller.cancel_with(why))) {
            let rest = lock(&self.state).outcomes.panicked(payload);
            drop(rest);
        }
    }

    /// Aborts the tasks that have let go of their context, and so cannot see that it has ended. To be called before any of them has been
    /// told: one that lets go of it then does so to clean up.
    pub(super) fn sweep(&self) {
        self.abort(|seat| seat.job.as_ref().is_some_and(|job| !job.can_see_its_context()));
    }

    pub(super) fn abort_all(&self) {
        self.abort(|_| true);
    }

    fn abort(&self, which: impl Fn(&Seat) -> bool) {
        self.handles.begin_to_abort();
        let mut ids = Vec::new();
        for (_, seat) in &mut lock(&self.state).seats {
            if which(seat) {
                seat.abort = true;
                ids.push(seat.id);
            }
        }
        self.handles.abort(ids);
    }

    /// The owner has gone.
    pub(super) fn abandon(self: &Arc<Self>) {
        self.close();
        self.abort_all();
        self.canceller.cancel();
    }

    /// Without a job: for one that comes later, or for none.
    fn take_seat(self: &Arc<Self>, state: &mut State<R>, job: Option<(usize, Running)>) -> Place<R> {
        let is_running = job.is_some();
        let (index, job) = job.map_or((usize::MAX, None), |(index, job)| (index, Some(job)));
        let key = state.seats.insert(Seat { id: index, job, abort: false });
        Place { shared: self.clone(), seat: Some(key), index, is_running }
    }

    /// Called by the owner, who waits: everything that came of the tasks, once all have stopped.
    pub(super) fn poll_stopped(&self, waker: &Waker) -> Option<Outcomes<R>> {
        let mut state = lock(&self.state);
        let old = if state.seats.is_empty() && state.queue.is_empty() {
            return Some(std::mem::replace(&mut state.outcomes, Outcomes::new()));
        } else if state.joiner.as_ref().is_some_and(|joiner| joiner.will_wake(waker)) {
            None
        } else {
            state.joiner.replace(waker.clone())
        };
        drop(state);
        drop(old);
        None
    }
}

impl<R: PoolOutput<Output: Send, Residual: Send> + Send + 'static> Shared<R> {
    /// # Panics
    ///
    /// Outside of a Tokio runtime, if this is the first spawn.
    #[track_caller]
    pub(super) fn settle_on_runtime(self: &Arc<Self>) {
        if self.home.get().is_none() {
            let Ok(handle) = Handle::try_current() else {
                panic!("a task of a `TaskGroup` was spawned outside of a Tokio runtime");
            };
            let weak = Arc::downgrade(self);
            let hook = self.ctx.on_cancel({
                let weak = weak.clone();
                move |_| {
                    if let Some(shared) = weak.upgrade() {
                        shared.close();
                    }
                }
            });
            if let Some(scope) = self.ctx.scope() {
                let weak = weak.clone();
                scope.call_first(move || weak.upgrade().iter().for_each(|shared| shared.sweep()));
            }
            let owner: Weak<dyn Owner> = weak;
            // Another thread may have been faster.
            drop(self.home.set(Home { handle, _registration: Registration::new(owner), _hook: hook }));
        }
    }

    /// Of the job in this seat.
    fn info(&self, key: usize) -> TaskInfo {
        let state = lock(&self.state);
        let running = state.seats.get(key).and_then(|seat| seat.job.as_ref());
        running.map_or_else(|| TaskInfo::new(None, Location::caller()), |running| running.info.clone())
    }

    /// Runs `job` in a seat that was taken for it, and then what is queued.
    pub(super) fn start<F>(&self, place: Place<R>, job: Job<F>)
    where
        F: Future<Output = R> + Send + 'static,
    {
        let Some(key) = place.seat else { return };
        let id = place.index;
        let task = test_hooks::tracked(Runner::new(job, place), || self.info(key));
        let handle = match self.home.get() {
            Some(home) => home.handle.spawn(task),
            None => tokio::spawn(task),
        };
        if let Some(handle) = self.handles.keep(id, handle) {
            // It may have left already, and somebody else have its seat.
            let is_chosen = lock(&self.state).seats.get(key).is_some_and(|seat| seat.id == id && seat.abort);
            if is_chosen {
                handle.abort();
            }
        }
    }
}

impl<R: PoolOutput<Output: Send, Residual: Send> + Send> Owner for Shared<R> {
    fn list(&self, tasks: &mut Vec<TaskInfo>) {
        tasks.extend(self.tasks());
    }
}
