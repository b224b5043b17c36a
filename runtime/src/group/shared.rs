//! What the owner of a group and its tasks share: who runs, who waits, what became of the rest.
//!
//! # Invariants
//!
//! 1. A Tokio task of the group has a [`Seat`] from before it is spawned until its [`Place`] is dropped, which is the last thing that
//!    it does; so has whoever drops what was queued. So "no seats" means that everything has stopped.
//! 2. While something is queued there is a seat: whoever leaves takes over from the queue first, and a closed group queues
//!    nothing that stays.
//! 3. Nothing is woken under the lock, and no drop or hook of the user's runs there.

use std::collections::VecDeque;
use std::error::Error;
use std::future::Future;
use std::panic::Location;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, OnceLock, Weak};
use std::task::Waker;

use slab::Slab;
use tokio::runtime::Handle;

use super::handles::Handles;
use super::job::{BoxFuture, Job};
use super::outcomes::Outcomes;
use super::place::Place;
use super::runner::Runner;
use crate::context::{CancelHook, Canceller, Context};
use crate::error::ContextError;
use crate::pool::PoolOutput;
use crate::roster::{Listing, Owner, TaskInfo};
use crate::seam;
use crate::sync::{Mutex, lock};

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
    _listing: Listing,
    /// Closes the group when its context ends.
    _hook: CancelHook,
}

pub(super) struct State<R: PoolOutput> {
    pub(super) limit: usize,
    /// How many tasks there have been; the index of the next one.
    pub(super) spawned: usize,
    pub(super) seats: Slab<Seat>,
    pub(super) queue: VecDeque<Queued<R>>,
    /// The first of those that were in the queue when the group was closed.
    pub(super) refused_from: Option<usize>,
    pub(super) keep_going: bool,
    pub(super) racing: bool,
    /// One of the tasks has ended the group.
    pub(super) ended: bool,
    pub(super) outcomes: Outcomes<R>,
    pub(super) joiner: Option<Waker>,
}

/// A Tokio task of the group.
pub(super) struct Seat {
    /// Tells it from others that have had the same key.
    pub(super) id: usize,
    pub(super) job: Option<Running>,
    /// It is to be aborted, perhaps before there is a handle to do that with.
    pub(super) abort: bool,
}

pub(super) struct Running {
    pub(super) info: TaskInfo,
    /// A second handle on the task's context; whoever has a third is the task.
    pub(super) ctx: Context,
}

pub(super) struct Queued<R> {
    pub(super) index: usize,
    pub(super) running: Running,
    pub(super) job: Job<BoxFuture<R>>,
    pub(super) waker: Option<Waker>,
}

/// How a spawn went.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entrance {
    Started,
    /// The task with this index waits.
    Queued(usize),
    Refused,
}

impl Running {
    pub(super) fn new<F>(info: TaskInfo, job: &Job<F>) -> Self {
        Self { info, ctx: Context::clone(&job.ctx) }
    }

    /// Whether the task could see the end of its context, through a handle, something that was derived from one, or a hook; or has seen it.
    fn can_see_its_context(&self) -> bool {
        self.ctx.scope().is_some_and(|scope| Arc::strong_count(scope) > 2 || scope.may_be_known())
    }
}

impl<R: PoolOutput> Shared<R> {
    pub(super) fn new(ctx: &Context) -> Self {
        let (ctx, canceller) = ctx.with_cancel();
        let state = State {
            limit: usize::MAX,
            spawned: 0,
            seats: Slab::new(),
            queue: VecDeque::new(),
            refused_from: None,
            keep_going: false,
            racing: false,
            ended: false,
            outcomes: Outcomes::new(),
            joiner: None,
        };
        Self {
            ctx,
            canceller,
            home: OnceLock::new(),
            handles: Handles::default(),
            is_full: AtomicBool::new(false),
            state: Mutex::new(state),
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

    /// Where the queued task with this index is now; it is to wake `waker` when that changes.
    pub(super) fn look_into_queue(&self, index: usize, waker: &Waker) -> Entrance {
        let mut state = lock(&self.state);
        if let Ok(at) = state.queue.binary_search_by_key(&index, |queued| queued.index) {
            let old = state.queue[at].waker.replace(waker.clone());
            drop(state);
            drop(old);
            return Entrance::Queued(index);
        }
        if state.refused_from.is_some_and(|first| index >= first) { Entrance::Refused } else { Entrance::Started }
    }

    /// Nothing that is queued starts any more. Not for good: who spawns into a group that has ended is refused by the runner.
    pub(super) fn close(self: &Arc<Self>) {
        let mut state = lock(&self.state);
        let queue = std::mem::take(&mut state.queue);
        let Some(first) = queue.front() else { return };
        state.refused_from.get_or_insert(first.index);
        for queued in &queue {
            state.outcomes.interrupted(queued.index);
        }
        // Whoever joins waits until all of it has been dropped.
        let mut place = self.take_seat(&mut state, None);
        drop(state);
        for Queued { job, waker, .. } in queue {
            waker.into_iter().for_each(Waker::wake);
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(job))) {
                place.panicked(payload);
            }
        }
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
            drop(self.home.set(Home { handle, _listing: Listing::new(owner), _hook: hook }));
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
        let task = seam::tracked(Runner::new(job, place), || self.info(key));
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

    pub(super) fn set_limit(self: &Arc<Self>, limit: usize) {
        lock(&self.state).limit = limit;
        self.start_queued();
    }

    /// Starts what is queued, as far as there is room.
    pub(super) fn start_queued(self: &Arc<Self>) {
        loop {
            let mut state = lock(&self.state);
            if state.seats.len() >= state.limit {
                return;
            }
            let Some(Queued { index, running, job, waker }) = state.queue.pop_front() else { return };
            let place = self.take_seat(&mut state, Some((index, running)));
            drop(state);
            waker.into_iter().for_each(Waker::wake);
            self.start(place, job);
        }
    }

    pub(super) fn start_or_queue<F>(self: &Arc<Self>, info: TaskInfo, job: Job<F>) -> Entrance
    where
        F: Future<Output = R> + Send + 'static,
    {
        let running = Running::new(info, &job);
        // Where the last one had to queue, so will this one: boxed before anybody waits for the lock.
        if self.is_full.load(Relaxed) {
            self.admit(running, job.boxed(), |job| job)
        } else {
            self.admit(running, job, Job::boxed)
        }
    }

    fn admit<F>(self: &Arc<Self>, running: Running, job: Job<F>, boxed: fn(Job<F>) -> Job<BoxFuture<R>>) -> Entrance
    where
        F: Future<Output = R> + Send + 'static,
    {
        let has_ended = self.ctx.is_cancelled();
        let mut state = lock(&self.state);
        let index = state.next_index();
        if has_ended {
            state.outcomes.interrupted(index);
            return Entrance::Refused;
        }
        if state.has_room() {
            let place = self.take_seat(&mut state, Some((index, running)));
            drop(state);
            self.is_full.store(false, Relaxed);
            self.start(place, job);
            return Entrance::Started;
        }
        state.queue.push_back(Queued { index, running, job: boxed(job), waker: None });
        drop(state);
        self.is_full.store(true, Relaxed);
        if self.ctx.is_cancelled() {
            // In the meantime: the hook may have found the queue without it.
            self.close();
        }
        Entrance::Queued(index)
    }

    /// A seat for a task that is made next, if there is one.
    pub(super) fn reserve(self: &Arc<Self>) -> Option<Place<R>> {
        let mut state = lock(&self.state);
        state.has_room().then(|| self.take_seat(&mut state, None))
    }
}

impl<R: PoolOutput> State<R> {
    /// Whether a task may start now. Not before those that are queued, who get their turn when others leave, or the limit is raised.
    fn has_room(&self) -> bool {
        self.queue.is_empty() && self.seats.len() < self.limit
    }

    pub(super) fn next_index(&mut self) -> usize {
        self.spawned += 1;
        self.spawned - 1
    }
}

impl<R: PoolOutput<Output: Send, Residual: Send> + Send> Owner for Shared<R> {
    fn list(&self, tasks: &mut Vec<TaskInfo>) {
        tasks.extend(self.tasks());
    }
}
