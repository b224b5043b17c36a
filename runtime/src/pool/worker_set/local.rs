//! Workers that share the task of the caller. Only futures that were woken are polled.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, Wake, Waker};

use super::set::{OnDemand, WorkerSet};
use crate::context::call::race::{Around, Race};
use crate::context::{Context, OwnContext};
use crate::pool::output::{Policy, Streamed};
use crate::pool::run_state::RunState;
use crate::pool::setup::Setup;
use crate::pool::worker::Worker;
use crate::sync::{Mutex, lock};
use crate::waker_slot::WakerSlot;

pub struct Local<W> {
    ctx: Context,
    /// `None` for a worker that has stopped.
    workers: Vec<Option<Member<W>>>,
    alive: usize,
    ready: Arc<ReadyWorkers>,
}

struct Member<W> {
    worker: Pin<Box<Race<OwnContext, W, Around>>>,
    waker: Waker,
}

impl<W: Future<Output = ()>> Local<W> {
    pub(crate) fn add<T, R, P: Policy<R>>(
        &mut self,
        run: Arc<RunState<T, R, P>>,
        start: impl FnOnce(Worker<T, R, P>) -> W,
    ) {
        let ctx = self.ctx.own_child();
        let worker = start(Worker::new(run, Context::clone(&ctx)));
        let worker = Box::pin(Race::new(ctx, worker, Around));
        let waker = Waker::from(Arc::new(LocalWaker { ready: self.ready.clone(), number: self.ready.join() }));
        self.workers.push(Some(Member { worker, waker }));
        self.alive += 1;
    }
}

impl<W: Future<Output = ()>> WorkerSet for Local<W> {
    fn new(_: Setup, ctx: &Context) -> Self {
        Self { ctx: ctx.clone(), workers: Vec::new(), alive: 0, ready: Arc::new(ReadyWorkers::new()) }
    }

    fn ctx(&self) -> &Context {
        &self.ctx
    }

    fn drive(&mut self, task: &mut Task<'_>) {
        // A worker that wakes itself has its next turn after the task's other work.
        for _ in 0..self.ready.begin(task.waker()) {
            let Some(number) = self.ready.next() else { break };
            let Some(Member { worker, waker }) = &mut self.workers[number] else { continue };
            if worker.as_mut().poll(&mut Task::from_waker(waker)).is_ready() {
                self.workers[number] = None;
                self.alive -= 1;
            }
        }
    }

    fn poll_stopped(&mut self, task: &mut Task<'_>) -> Poll<()> {
        self.drive(task);
        if self.alive == 0 { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl<T, R, W: Future<Output = ()>, F: FnMut(Worker<T, R, Streamed>) -> W> OnDemand<T, R, F> for Local<W> {
    fn start_worker(&mut self, run: Arc<RunState<T, R, Streamed>>, start: &mut F) {
        self.add(run, start);
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
