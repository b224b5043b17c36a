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

#[cfg(all(test, not(taskward_loom)))]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::task::{Poll, Waker};

use crate::size_gauge::SizeGauge;
use crate::sync::{AtomicU8, Condvar, Mutex, lock, wait};

pub(crate) struct ItemQueue<T> {
    state: Mutex<State<T>>,
    /// For blocking workers.
    changed: Condvar,
    workers: usize,
    /// Read for each item: an atomic load, cheaper than checking the context, which reads the
    /// clock.
    signal: AtomicU8,
    /// Counts the items that no worker has claimed.
    depth: SizeGauge,
}

struct State<T> {
    items: VecDeque<T>,
    /// The index of the first queued item.
    first: usize,
    /// Items that were claimed and returned, with the index of the first.
    returned: VecDeque<(usize, VecDeque<T>)>,
    /// The number of workers that hold items.
    holders: usize,
    /// No more items will come.
    closed: bool,
    /// The wakers of waiting workers, by number.
    idle: BTreeMap<usize, Waker>,
    idle_threads: usize,
}

/// An instruction for workers, read before each item.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    GoOn,
    /// Another worker is idle.
    Share,
    Stop,
}

const GO_ON: u8 = 0;
const SHARE: u8 = 1;
const STOP: u8 = 2;

/// Records whether a worker holds items; see the invariants.
#[derive(Default)]
pub(crate) struct Holds(bool);

impl<T> ItemQueue<T> {
    /// Creates a queue that takes items during the run.
    pub(crate) fn open(workers: usize) -> Self {
        Self::new(VecDeque::new(), workers, false)
    }

    /// Creates a queue with all the items of a run.
    pub(crate) fn preloaded(items: Vec<T>, workers: usize) -> Self {
        Self::new(items.into(), workers, true)
    }

    fn new(items: VecDeque<T>, workers: usize, closed: bool) -> Self {
        let state = State {
            items,
            first: 0,
            returned: VecDeque::new(),
            holders: 0,
            closed,
            idle: BTreeMap::new(),
            idle_threads: 0,
        };
        let depth = SizeGauge::default();
        Self { state: Mutex::new(state), changed: Condvar::new(), workers, signal: AtomicU8::new(GO_ON), depth }
    }

    /// Measures the number of items that no worker has claimed.
    pub(crate) fn measured(mut self, depth: SizeGauge) -> Self {
        let items = lock(&self.state).items.len();
        depth.add(items);
        self.depth = depth;
        self
    }

    #[inline]
    pub(crate) fn signal(&self) -> Signal {
        match self.signal.load(Acquire) {
            GO_ON => Signal::GoOn,
            SHARE => Signal::Share,
            _ => Signal::Stop,
        }
    }

    /// Adds an item. Returns whether a worker was waiting for it.
    pub(crate) fn push(&self, item: T) -> bool {
        let (worker, thread) = {
            let mut state = lock(&self.state);
            state.items.push_back(item);
            // A notified thread counts as idle until it is awake.
            let thread = state.idle_threads >= state.items.len();
            (state.idle.pop_first(), thread)
        };
        self.depth.add(1);
        if thread {
            self.changed.notify_one();
        }
        let was_awaited = thread || worker.is_some();
        if let Some((_, worker)) = worker {
            worker.wake();
        }
        was_awaited
    }

    /// Returns whether items wait for a worker.
    pub(crate) fn has_items(&self) -> bool {
        let state = lock(&self.state);
        !state.items.is_empty() || !state.returned.is_empty()
    }

    /// Marks the end of the items. Queued items are still processed.
    pub(crate) fn close(&self) {
        lock(&self.state).closed = true;
        self.wake_all();
    }

    /// Stops the queue: no further item is started. Returns the items, to be dropped by the
    /// caller.
    #[must_use]
    pub(crate) fn stop(&self) -> impl Sized + use<T> {
        let mut state = lock(&self.state);
        state.closed = true;
        self.signal.store(STOP, Release);
        let items = (mem::take(&mut state.items), mem::take(&mut state.returned));
        drop(state);
        self.depth.subtract(items.0.len() + items.1.iter().map(|(_, items)| items.len()).sum::<usize>());
        self.wake_all();
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
        let held = chunk.len();
        let mut state = lock(&self.state);
        let before = state.idle.remove(&worker);
        let claimed = self.claim(&mut state, size, chunk, holds);
        if claimed.is_pending() {
            state.idle.insert(worker, waker.clone());
            self.ask_to_share(&state);
        }
        drop(state);
        drop(before);
        self.depth.subtract(chunk.len() - held);
        self.ended(claimed)
    }

    /// Like `poll_claim`, on a blocking thread. Waits only if `waits` is true; otherwise returns
    /// `None` when no item is available now.
    pub(crate) fn claim_blocking(
        &self,
        size: usize,
        (chunk, holds): (&mut VecDeque<T>, &mut Holds),
        waits: bool,
    ) -> Option<usize> {
        let held = chunk.len();
        let mut state = lock(&self.state);
        let claimed = loop {
            match self.claim(&mut state, size, chunk, holds) {
                Poll::Pending if waits || state.holders > 0 => {
                    self.ask_to_share(&state);
                    state.idle_threads += 1;
                    state = wait(&self.changed, state);
                    state.idle_threads -= 1;
                }
                Poll::Pending => break None,
                Poll::Ready(first) => break first,
            }
        };
        drop(state);
        self.depth.subtract(chunk.len() - held);
        match self.ended(Poll::Ready(claimed)) {
            Poll::Ready(first) => first,
            Poll::Pending => None,
        }
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
        let first = if let Some((first, items)) = state.returned.front_mut() {
            let at = *first;
            chunk.extend(items.drain(..share(items.len())));
            *first += chunk.len();
            if items.is_empty() {
                state.returned.pop_front();
            }
            at
        } else if state.items.is_empty() {
            // After a stop nothing waits for held items.
            let is_over = state.closed && (state.holders == 0 || self.signal() == Signal::Stop);
            return if is_over { Poll::Ready(None) } else { Poll::Pending };
        } else {
            let at = state.first;
            let share = share(state.items.len());
            chunk.extend(state.items.drain(..share));
            state.first += chunk.len();
            at
        };
        holds.0 = chunk.len() > 1;
        state.holders += usize::from(holds.0);
        Poll::Ready(Some(first))
    }

    /// Wakes the workers that wait for held items if this was the end of the run.
    fn ended(&self, claimed: Poll<Option<usize>>) -> Poll<Option<usize>> {
        if claimed == Poll::Ready(None) {
            self.wake_all();
        }
        claimed
    }

    fn ask_to_share(&self, state: &State<T>) {
        if state.holders > 0 && self.signal.load(Acquire) == GO_ON {
            self.signal.store(SHARE, Release);
        }
    }

    /// Returns the unstarted items of a chunk, the first of which has the index `first`.
    #[cold]
    pub(crate) fn give_back(&self, first: usize, items: VecDeque<T>, holds: &mut Holds) {
        let mut state = lock(&self.state);
        state.holders -= usize::from(mem::take(&mut holds.0));
        if self.signal.load(Acquire) == STOP {
            drop(state);
            drop(items);
            return;
        }
        let mut idle = Vec::new();
        if state.closed && state.holders == 0 && items.is_empty() {
            idle.extend(mem::take(&mut state.idle).into_values());
        }
        let returned = items.len();
        idle.extend((0..items.len()).map_while(|_| state.idle.pop_first()).map(|(_, worker)| worker));
        if !items.is_empty() {
            state.returned.push_back((first, items));
        }
        self.signal.store(GO_ON, Release);
        if !state.idle.is_empty() {
            self.ask_to_share(&state);
        }
        drop(state);
        self.depth.add(returned);
        self.changed.notify_all();
        for worker in idle {
            worker.wake();
        }
    }
}
