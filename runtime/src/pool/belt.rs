//! Items that come while the run goes on, and their outputs, which go before it is over.
//!
//! The owner of the run puts items on and takes outputs off; workers do the opposite.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Poll, Waker};

use super::bell::Bell;
use crate::sync::{Condvar, Mutex, MutexGuard, lock, wait};

pub(crate) struct Belt<T, K> {
    state: Mutex<State<T, K>>,
    /// For workers that block.
    moved: Condvar,
    /// Wakes the owner.
    pub(crate) bell: Arc<Bell>,
    workers: usize,
    in_order: bool,
}

struct State<T, K> {
    items: VecDeque<T>,
    /// The index of the first of them.
    first: usize,
    /// No more will come.
    closed: bool,
    /// Workers that wait for an item, each once.
    idle: Vec<(usize, Waker)>,
    idle_threads: usize,
    /// In order: the outputs from `off` on, with gaps. Otherwise without gaps, as they came.
    outputs: VecDeque<Option<K>>,
    /// How many were taken off.
    off: usize,
}

impl<T, K> Belt<T, K> {
    pub(crate) fn new(workers: usize, in_order: bool) -> Self {
        let state = State {
            items: VecDeque::new(),
            first: 0,
            closed: false,
            idle: Vec::new(),
            idle_threads: 0,
            outputs: VecDeque::new(),
            off: 0,
        };
        Self { state: Mutex::new(state), moved: Condvar::new(), bell: Arc::new(Bell::new()), workers, in_order }
    }

    /// Puts an item on. Returns whether a worker was waiting for it.
    pub(crate) fn put_on(&self, item: T) -> bool {
        let (worker, thread) = {
            let mut state = lock(&self.state);
            state.items.push_back(item);
            // A thread that has been notified counts until it is awake.
            (state.idle.pop(), state.idle_threads >= state.items.len())
        };
        if thread {
            self.moved.notify_one();
        }
        let was_awaited = thread || worker.is_some();
        if let Some((_, worker)) = worker {
            worker.wake();
        }
        was_awaited
    }

    /// No more items will come. Those that are there are worked on.
    pub(crate) fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        let idle = std::mem::take(&mut state.idle);
        drop(state);
        self.moved.notify_all();
        for (_, worker) in idle {
            worker.wake();
        }
    }

    /// The same, and those that are there are taken away: only to be dropped, and not under the lock.
    #[must_use]
    pub(crate) fn clear(&self) -> impl Sized + use<T, K> {
        self.close();
        let items = std::mem::take(&mut lock(&self.state).items);
        self.bell.ring();
        items
    }

    /// Moves up to `size` items into `chunk`, and returns the index of the first; `None` when there will be no more.
    pub(crate) fn poll_claim(
        &self,
        worker: usize,
        size: usize,
        chunk: &mut VecDeque<T>,
        waker: &Waker,
    ) -> Poll<Option<usize>> {
        let mut state = lock(&self.state);
        let before = state.idle.iter().position(|(idle, _)| *idle == worker).map(|at| state.idle.swap_remove(at));
        let claimed = self.claim(&mut state, size, chunk);
        if claimed.is_pending() {
            state.idle.push((worker, waker.clone()));
        }
        drop(state);
        drop(before);
        claimed
    }

    /// The same on a blocking thread.
    pub(crate) fn claim_blocking(&self, size: usize, chunk: &mut VecDeque<T>) -> Option<usize> {
        let mut state = lock(&self.state);
        loop {
            if let Poll::Ready(first) = self.claim(&mut state, size, chunk) {
                return first;
            }
            state.idle_threads += 1;
            state = wait(&self.moved, state);
            state.idle_threads -= 1;
        }
    }

    fn claim(
        &self,
        state: &mut MutexGuard<'_, State<T, K>>,
        size: usize,
        chunk: &mut VecDeque<T>,
    ) -> Poll<Option<usize>> {
        // As with all items at hand: what is there is shared out.
        let fair = state.items.len() / (2 * self.workers);
        chunk.extend((0..size.min(fair).max(1)).map_while(|_| state.items.pop_front()));
        if chunk.is_empty() {
            return if state.closed { Poll::Ready(None) } else { Poll::Pending };
        }
        let first = state.first;
        state.first += chunk.len();
        Poll::Ready(Some(first))
    }

    /// Hands in the output of the item with this index.
    pub(crate) fn hand_in(&self, index: usize, output: K) {
        let mut state = lock(&self.state);
        if self.in_order {
            let at = index - state.off;
            if state.outputs.len() <= at {
                state.outputs.resize_with(at + 1, || None);
            }
            state.outputs[at] = Some(output);
        } else {
            state.outputs.push_back(Some(output));
        }
        drop(state);
        self.bell.ring();
    }

    /// The next output, if it is there.
    pub(crate) fn take_off(&self) -> Option<K> {
        let mut state = lock(&self.state);
        let output = state.outputs.front_mut()?.take()?;
        state.outputs.pop_front();
        state.off += 1;
        Some(output)
    }

    /// What is left of `items` items: the outputs that were not taken off, with gaps.
    pub(crate) fn leftovers(&self, items: usize) -> impl Iterator<Item = Option<K>> + use<T, K> {
        let mut state = lock(&self.state);
        let left = items - state.off;
        let mut outputs = std::mem::take(&mut state.outputs);
        outputs.resize_with(left, || None);
        outputs.into_iter()
    }
}

#[cfg(all(test, not(taskward_loom)))]
mod tests {
    use std::collections::VecDeque;
    use std::thread;

    use super::Belt;
    use crate::sync::lock;

    #[test]
    fn a_thread_that_waits_is_counted_for_one_item_and_not_for_all_that_come_before_it_wakes_up() {
        for _ in 0..100 {
            let belt = Belt::<u32, ()>::new(4, false);
            thread::scope(|scope| {
                scope.spawn(|| belt.claim_blocking(1, &mut VecDeque::new()));
                while lock(&belt.state).idle_threads == 0 {
                    thread::yield_now();
                }
                assert_ne!([belt.put_on(1), belt.put_on(2)], [true, true]);
            });
        }
    }
}
