//! The items of a run that have not been started, and the workers that wait for one.
//!
//! # Invariants
//!
//! 1. Workers claim chunks. A worker that has claimed more than one item *holds* them. It returns
//!    the items that it has not started when a call has to wait, when another worker is idle, or
//!    when it comes back for more.
//! 2. A worker that finds nothing waits while more items may come or another worker holds some. So
//!    a run never ends with items that an idle worker could have taken.
//! 3. The wakers belong to tasks or to this crate. No item is dropped under the lock.
//! 4. If workers are started on demand, each item in the queue has a waiting worker that was
//!    woken, a busy one, or one that the caller of `push` starts.

mod available;
mod signal;
mod state;
#[cfg(all(test, not(taskward_loom)))]
mod tests;

use std::collections::VecDeque;
use std::mem;
use std::task::{Poll, Waker};
use std::time::Duration;

use self::signal::AtomicSignal;
pub(crate) use self::signal::Signal;
pub(crate) use self::state::Holds;
use self::state::State;
use crate::size_gauge::SizeGauge;
use crate::sync::{Condvar, Mutex, lock, wait, wait_for};

/// The time for which an idle thread waits before it leaves, because starting another is slower.
const LINGER: Duration = Duration::from_micros(100);

pub(crate) struct ItemQueue<T> {
    state: Mutex<State<T>>,
    /// For blocking workers.
    changed: Condvar,
    workers: usize,
    /// Workers are started by `push`. Blocking workers leave when nothing is available.
    on_demand: bool,
    signal: AtomicSignal,
    /// Counts the items that no worker has claimed.
    depth: SizeGauge,
}

impl<T> ItemQueue<T> {
    /// Creates a queue that takes items during the run.
    pub(crate) fn open(workers: usize, on_demand: bool) -> Self {
        Self::new(Vec::new(), workers, on_demand, false)
    }

    /// Creates a queue with all the items of a run.
    pub(crate) fn preloaded(items: Vec<T>, workers: usize) -> Self {
        Self::new(items, workers, false, true)
    }

    fn new(items: Vec<T>, workers: usize, on_demand: bool, closed: bool) -> Self {
        Self {
            state: Mutex::new(State::new(items, if on_demand { workers } else { 0 }, closed)),
            changed: Condvar::new(),
            workers,
            on_demand,
            signal: AtomicSignal::new(),
            depth: SizeGauge::default(),
        }
    }

    /// Measures the number of items that no worker has claimed.
    pub(crate) fn measured(mut self, depth: SizeGauge) -> Self {
        depth.add(lock(&self.state).items.len());
        self.depth = depth;
        self
    }

    #[inline]
    pub(crate) fn signal(&self) -> Signal {
        self.signal.get()
    }

    /// Adds an item. Returns whether the caller must start a worker for it.
    pub(crate) fn push(&self, item: T) -> bool {
        let mut state = lock(&self.state);
        state.items.push(item);
        // A notified thread counts as idle until it is awake.
        let thread = state.idle_threads >= state.items.len();
        let worker = state.idle.pop_first();
        let starts = !thread && worker.is_none() && state.to_start > 0;
        state.to_start -= usize::from(starts);
        drop(state);
        self.depth.add(1);
        if thread {
            self.changed.notify_one();
        }
        if let Some((_, worker)) = worker {
            worker.wake();
        }
        starts
    }

    /// Marks the end of the items. Queued items are still processed.
    pub(crate) fn close(&self) {
        lock(&self.state).closed = true;
        self.wake_all();
    }

    /// Makes workers stop before their next item. The items stay in the queue.
    pub(crate) fn stop_claims(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        // Under the lock, because `give_back` reads and then writes the signal.
        self.signal.set(Signal::Stop);
        drop(state);
        self.wake_all();
    }

    /// Stops the queue: no further item is started. Returns the items, to be dropped by the
    /// caller.
    #[must_use]
    pub(crate) fn stop(&self) -> impl Sized + use<T> {
        self.stop_claims();
        let items = lock(&self.state).items.take();
        self.depth.subtract(items.len());
        items
    }

    fn wake_all(&self) {
        let idle = mem::take(&mut lock(&self.state).idle);
        self.changed.notify_all();
        for worker in idle.into_values() {
            worker.wake();
        }
    }

    /// Moves up to `size` items into `chunk`, and returns the index of the first, or `None` when
    /// no more will come.
    pub(crate) fn poll_claim(
        &self,
        worker: usize,
        size: usize,
        (chunk, holds): (&mut VecDeque<T>, &mut Holds),
        waker: &Waker,
    ) -> Poll<Option<usize>> {
        let mut state = lock(&self.state);
        let before = state.idle.remove(&worker);
        let claimed = self.claim(&mut state, size, chunk, holds);
        if claimed.is_pending() {
            state.idle.insert(worker, waker.clone());
            self.ask_to_share(&state);
        }
        drop(state);
        drop(before);
        self.depth.subtract(chunk.len());
        if claimed == Poll::Ready(None) {
            self.wake_all();
        }
        claimed
    }

    /// Like `poll_claim`, on a blocking thread. Also returns `None` if the thread must leave until
    /// `push` starts another.
    pub(crate) fn claim_blocking(&self, size: usize, (chunk, holds): (&mut VecDeque<T>, &mut Holds)) -> Option<usize> {
        let mut state = lock(&self.state);
        let mut lingers = self.on_demand;
        let claimed = loop {
            if let Poll::Ready(claimed) = self.claim(&mut state, size, chunk, holds) {
                break claimed;
            }
            let may_leave = self.on_demand && state.holders == 0;
            if may_leave && !mem::take(&mut lingers) {
                state.to_start += 1;
                return None;
            }
            self.ask_to_share(&state);
            state.idle_threads += 1;
            state = if may_leave { wait_for(&self.changed, state, LINGER) } else { wait(&self.changed, state) };
            state.idle_threads -= 1;
        };
        drop(state);
        self.depth.subtract(chunk.len());
        if claimed.is_none() {
            self.wake_all();
        }
        claimed
    }

    fn claim(
        &self,
        state: &mut State<T>,
        size: usize,
        chunk: &mut VecDeque<T>,
        holds: &mut Holds,
    ) -> Poll<Option<usize>> {
        state.holders -= usize::from(mem::take(&mut holds.0));
        // Items are shared evenly at the end, so that no worker with a large chunk is waited for.
        let share = |items: usize| size.min(items / self.workers.saturating_mul(2)).max(1);
        let Some(first) = state.items.claim(share, chunk) else {
            // After a stop nothing waits for held items.
            let is_over = state.closed && (state.holders == 0 || self.signal() == Signal::Stop);
            return if is_over { Poll::Ready(None) } else { Poll::Pending };
        };
        holds.0 = chunk.len() > 1;
        state.holders += usize::from(holds.0);
        Poll::Ready(Some(first))
    }

    fn ask_to_share(&self, state: &State<T>) {
        if state.holders > 0 && self.signal() == Signal::GoOn {
            self.signal.set(Signal::Share);
        }
    }

    /// Returns the unstarted items of a chunk, the first of which has the index `first`.
    #[cold]
    pub(crate) fn give_back(&self, first: usize, items: VecDeque<T>, holds: &mut Holds) {
        let mut state = lock(&self.state);
        state.holders -= usize::from(mem::take(&mut holds.0));
        if self.signal() == Signal::Stop {
            drop(state);
            drop(items);
            return;
        }
        let returned = items.len();
        let is_end = state.closed && state.holders == 0 && returned == 0;
        let woken = if is_end { usize::MAX } else { returned };
        let idle: Vec<_> = (0..woken).map_while(|_| state.idle.pop_first()).collect();
        state.items.give_back(first, items);
        self.signal.set(Signal::GoOn);
        if !state.idle.is_empty() {
            self.ask_to_share(&state);
        }
        drop(state);
        self.depth.add(returned);
        self.changed.notify_all();
        for (_, worker) in idle {
            worker.wake();
        }
    }
}
