//! Workers that share the task of the caller: futures, of which only those are polled that were woken.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, Wake, Waker};

use super::super::output::Policy;
use super::super::waker_slot::WakerSlot;
use super::super::worker::Worker;
use super::{AddWorker, Panic, WorkerFuture, WorkerSet};
use crate::sync::{Mutex, lock};

/// All of them were added before the run began.
pub struct Local<W> {
    /// `None`: has stopped.
    workers: Vec<Option<Member<W>>>,
    alive: usize,
    turns: Arc<Turns>,
}

struct Member<W> {
    worker: Pin<Box<WorkerFuture<W>>>,
    waker: Waker,
}

impl<W: Future<Output = ()>> Local<W> {
    pub(crate) fn new() -> Self {
        Self { workers: Vec::new(), alive: 0, turns: Arc::new(Turns::new()) }
    }

    pub(crate) fn add<T, R, P: Policy<R>>(
        &mut self,
        worker: Worker<T, R, P>,
        start: impl FnOnce(Worker<T, R, P>) -> W,
    ) {
        let number = self.turns.join();
        let worker = Box::pin(WorkerFuture::new(worker, start));
        let waker = Waker::from(Arc::new(Turn { turns: self.turns.clone(), number }));
        self.workers.push(Some(Member { worker, waker }));
        self.alive += 1;
    }
}

// For any `D`: where workers borrow, the compiler cannot see everywhere that their lifetimes are the same.
impl<D, W: Future<Output = ()>> AddWorker<D> for Local<W> {
    fn add_worker(&mut self, _: D) {}
}

impl<W: Future<Output = ()>> WorkerSet for Local<W> {
    fn poll_stopped(&mut self, task: &mut Task<'_>) -> Poll<Option<Result<(), Panic>>> {
        if self.alive == 0 {
            return Poll::Ready(None);
        }
        // One that wakes itself has its next turn after the others of this task's.
        for _ in 0..self.turns.begin(task.waker()) {
            let Some(number) = self.turns.next() else { break };
            let Some(member) = self.workers.get_mut(number) else { continue };
            let Some(Member { worker, waker }) = member else { continue };
            if worker.as_mut().poll(&mut Task::from_waker(waker)).is_ready() {
                *member = None;
                self.alive -= 1;
                return Poll::Ready(Some(Ok(())));
            }
        }
        Poll::Pending
    }

    fn dismiss(&mut self) {
        self.alive = 0;
        self.workers.clear();
    }
}

/// Whose turn it is.
pub(crate) struct Turns {
    queue: Mutex<Queue>,
    owner: WakerSlot,
}

struct Queue {
    ready: VecDeque<usize>,
    /// Who is in `ready`.
    is_ready: Vec<bool>,
}

impl Turns {
    pub(crate) fn new() -> Self {
        Self { queue: Mutex::new(Queue { ready: VecDeque::new(), is_ready: Vec::new() }), owner: WakerSlot::new() }
    }

    /// One more, whose turn it is; returns its number.
    pub(crate) fn join(&self) -> usize {
        let mut queue = lock(&self.queue);
        let number = queue.is_ready.len();
        queue.is_ready.push(true);
        queue.ready.push_back(number);
        number
    }

    /// How many are ready. Who becomes ready from now on wakes `waker`.
    pub(crate) fn begin(&self, waker: &Waker) -> usize {
        self.owner.register(waker);
        lock(&self.queue).ready.len()
    }

    /// Whose turn it is, which has to be taken: it may become ready again from now on.
    pub(crate) fn next(&self) -> Option<usize> {
        let mut queue = lock(&self.queue);
        let number = queue.ready.pop_front()?;
        queue.is_ready[number] = false;
        Some(number)
    }

    pub(crate) fn wake(&self, number: usize) {
        let mut queue = lock(&self.queue);
        if !std::mem::replace(&mut queue.is_ready[number], true) {
            queue.ready.push_back(number);
            drop(queue);
            self.owner.wake();
        }
    }
}

/// One worker's waker.
struct Turn {
    turns: Arc<Turns>,
    number: usize,
}

impl Wake for Turn {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.turns.wake(self.number);
    }
}
