//! Workers that share the task of the caller. Only futures that were woken are polled.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, Wake, Waker};

use super::future::WorkerFuture;
use super::set::{AddWorker, Panic, WorkerSet};
use crate::located::Located;
use crate::pool::output::Policy;
use crate::pool::worker::Worker;
use crate::sync::{Mutex, lock};
use crate::waker_slot::WakerSlot;

/// All workers are added before the run begins.
pub struct Local<W> {
    /// `None` for a worker that has stopped.
    workers: Vec<Option<Member<W>>>,
    alive: usize,
    ready: Arc<ReadyWorkers>,
}

struct Member<W> {
    worker: Pin<Box<WorkerFuture<W>>>,
    waker: Waker,
}

impl<W: Future<Output = ()>> Local<W> {
    pub(crate) fn new() -> Self {
        Self { workers: Vec::new(), alive: 0, ready: Arc::new(ReadyWorkers::new()) }
    }

    pub(crate) fn add<T, R, P: Policy<R>>(
        &mut self,
        worker: Worker<T, R, P>,
        start: impl FnOnce(Worker<T, R, P>) -> W,
    ) {
        let number = self.ready.join();
        let worker = Box::pin(WorkerFuture::new(worker, Located::default(), start));
        let waker = Waker::from(Arc::new(LocalWaker { ready: self.ready.clone(), number }));
        self.workers.push(Some(Member { worker, waker }));
        self.alive += 1;
    }
}

// For any `D`: if workers borrow, the compiler cannot always prove their lifetimes equal.
impl<D, W: Future<Output = ()>> AddWorker<D> for Local<W> {
    fn add_worker(&mut self, _: D) {}
}

impl<W: Future<Output = ()>> WorkerSet for Local<W> {
    fn poll_stopped(&mut self, task: &mut Task<'_>) -> Poll<Option<Result<(), Panic>>> {
        if self.alive == 0 {
            return Poll::Ready(None);
        }
        // A worker that wakes itself has its next turn after the task's other work.
        for _ in 0..self.ready.begin(task.waker()) {
            let Some(number) = self.ready.next() else { break };
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

/// Workers in the caller's task that are started on demand.
pub struct LazyLocal<W, F> {
    local: Local<W>,
    start: F,
}

impl<W: Future<Output = ()>, F> LazyLocal<W, F> {
    pub(crate) fn new(start: F) -> Self {
        Self { local: Local::new(), start }
    }
}

impl<T, R, P, W, F> AddWorker<Worker<T, R, P>> for LazyLocal<W, F>
where
    P: Policy<R>,
    W: Future<Output = ()>,
    F: FnMut(Worker<T, R, P>) -> W,
{
    fn add_worker(&mut self, worker: Worker<T, R, P>) {
        self.local.add(worker, &mut self.start);
    }
}

impl<W: Future<Output = ()>, F> WorkerSet for LazyLocal<W, F> {
    fn poll_stopped(&mut self, task: &mut Task<'_>) -> Poll<Option<Result<(), Panic>>> {
        self.local.poll_stopped(task)
    }

    fn dismiss(&mut self) {
        self.local.dismiss();
    }
}

/// The workers to poll next.
pub(crate) struct ReadyWorkers {
    queue: Mutex<Queue>,
    owner: WakerSlot,
}

struct Queue {
    ready: VecDeque<usize>,
    /// Records for each worker whether it is in `ready`.
    is_ready: Vec<bool>,
}

impl ReadyWorkers {
    pub(crate) fn new() -> Self {
        Self { queue: Mutex::new(Queue { ready: VecDeque::new(), is_ready: Vec::new() }), owner: WakerSlot::new() }
    }

    /// Adds a ready worker. Returns its number.
    pub(crate) fn join(&self) -> usize {
        let mut queue = lock(&self.queue);
        let number = queue.is_ready.len();
        queue.is_ready.push(true);
        queue.ready.push_back(number);
        number
    }

    /// Returns the number of ready workers. A worker that becomes ready from now on wakes `waker`.
    pub(crate) fn begin(&self, waker: &Waker) -> usize {
        self.owner.register(waker);
        lock(&self.queue).ready.len()
    }

    /// Takes the next ready worker, which may become ready again from now on.
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

/// The waker of one worker.
struct LocalWaker {
    ready: Arc<ReadyWorkers>,
    number: usize,
}

impl Wake for LocalWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ready.wake(self.number);
    }
}
