//! Starts tasks or queues them.

use std::future::Future;
use std::panic::Location;
use std::sync::Arc;
use std::task::Waker;

use tokio::runtime::{Handle, RuntimeFlavor};

use super::job::{BoxedBody, Job};
use super::ledger::{Queued, Running};
use super::report::Report;
use super::runner::Runner;
use super::shared::{RuntimeBinding, Shared};
use super::slot::{Slot, close, end};
use crate::context::Context;
use crate::error::ContextError;
use crate::registry::{Owner, Registration, TaskInfo};
use crate::task_output::PoolOutput;
use crate::test_hooks;

/// The results of tasks that can run on other threads.
pub(super) trait Spawnable: PoolOutput<Output: Send, Residual: Send> + Send + 'static {}

impl<R: PoolOutput<Output: Send, Residual: Send> + Send + 'static> Spawnable for R {}

/// The outcome of a spawn, with the index of the task.
#[derive(Clone, Debug)]
pub(super) enum Admitted {
    Started(usize),
    Queued(usize),
    Refused(ContextError),
}

/// # Panics
///
/// Outside of a Tokio runtime, if this is the first spawn.
#[track_caller]
pub(super) fn spawn<R: Spawnable, F>(
    shared: &Arc<Shared<R>>,
    info: TaskInfo,
    task: impl FnOnce(Context) -> F,
) -> Admitted
where
    F: Future<Output = R> + Send + 'static,
{
    if let Err(why) = shared.ctx.check() {
        shared.ledger().outcomes.refused();
        return Admitted::Refused(why);
    }
    bind(shared);
    let ctx = shared.ctx.own_child();
    let running = Running::new(info, &ctx, shared.gauges.count_task());
    if let Some(grace) = shared.grace() {
        let job = Job::graceful(ctx, running.located(), grace, task);
        return admit(shared, running, job, |job| job);
    }
    let job = Job::new(ctx, running.located(), task);
    // If the last task had to queue, this one probably must, too: boxes it before taking the lock.
    if shared.is_full() {
        admit(shared, running, job.boxed(), |job| job)
    } else {
        admit(shared, running, job, Job::boxed)
    }
}

fn admit<R: Spawnable, B>(
    shared: &Arc<Shared<R>>,
    running: Running,
    job: Job<B>,
    boxed: fn(Job<B>) -> Job<BoxedBody<R>>,
) -> Admitted
where
    B: Future<Output = Report<R>> + Send + 'static,
{
    let mut ledger = shared.ledger_to_spawn();
    let index = ledger.next_index();
    if ledger.has_room() {
        let mut slot = Slot::take(shared, &mut ledger);
        slot.begin(&mut ledger, index, running);
        drop(ledger);
        shared.note_full(false);
        start(shared, slot, index, job);
        return Admitted::Started(index);
    }
    ledger.queue.push(Queued { index, running, job: boxed(job), waker: None, waiting: shared.gauges.waiting() });
    drop(ledger);
    shared.gauges.count_waiting();
    shared.note_full(true);
    if shared.ctx.has_ended() {
        // The group may have ended meanwhile, and its hook may have run before the task was
        // queued.
        close(shared);
    }
    Admitted::Queued(index)
}

/// Binds the group to the runtime of its first spawn.
#[track_caller]
pub(super) fn bind<R: Spawnable>(shared: &Arc<Shared<R>>) {
    if shared.runtime.get().is_none() {
        let Ok(handle) = Handle::try_current() else {
            panic!("a task of a `TaskGroup` was spawned outside of a Tokio runtime");
        };
        let weak = Arc::downgrade(shared);
        let hook = shared.ctx.on_cancel(move |_| weak.upgrade().iter().for_each(end));
        let owner: std::sync::Weak<dyn Owner> = Arc::<Shared<R>>::downgrade(shared);
        if handle.runtime_flavor() == RuntimeFlavor::CurrentThread {
            shared.ledger().is_each_recorded = true;
        }
        // Another thread may have been faster.
        drop(shared.runtime.set(RuntimeBinding { handle, _registration: Registration::new(owner), _hook: hook }));
    }
}

pub(super) fn start<R: Spawnable, B>(shared: &Shared<R>, slot: Slot<R>, index: usize, job: Job<B>)
where
    B: Future<Output = Report<R>> + Send + 'static,
{
    let info = || {
        let ledger = shared.ledger();
        let running = ledger.running.get(index);
        running.map_or_else(|| TaskInfo::new(None, Location::caller()), |running| running.info.clone())
    };
    let task = test_hooks::tracked(Runner::new(job, slot), info);
    match shared.runtime.get() {
        Some(runtime) => drop(runtime.handle.spawn(task)),
        None => drop(tokio::spawn(task)),
    }
}

/// Starts queued tasks while there is room.
pub(super) fn start_queued<R: Spawnable>(shared: &Arc<Shared<R>>) {
    loop {
        let mut ledger = shared.ledger();
        let next = if ledger.slots < ledger.limit { ledger.queue.pop() } else { None };
        let Some(Queued { index, running, job, waker, waiting }) = next else {
            let is_awaited = ledger.take_change(false);
            drop(ledger);
            return shared.notify(is_awaited);
        };
        let mut slot = Slot::take(shared, &mut ledger);
        slot.begin(&mut ledger, index, running);
        drop(ledger);
        drop(waiting);
        waker.into_iter().for_each(Waker::wake);
        start(shared, slot, index, job);
    }
}

/// A slot for a task spawned later. Dropping it passes the slot to the queue.
pub(super) struct Reserved<'g, R: Spawnable> {
    shared: &'g Arc<Shared<R>>,
    slot: Option<Slot<R>>,
}

impl<'g, R: Spawnable> Reserved<'g, R> {
    /// Returns `None` if there is no room.
    pub(super) fn take(shared: &'g Arc<Shared<R>>) -> Option<Self> {
        let mut ledger = shared.ledger();
        if !ledger.has_room() {
            ledger.awaited.room = true;
            return None;
        }
        ledger.reserved += 1;
        let slot = Slot::take(shared, &mut ledger);
        Some(Self { shared, slot: Some(slot) })
    }

    /// Starts `task` in this slot. Returns `task` if the group has ended.
    #[track_caller]
    pub(super) fn spawn<F, T>(mut self, info: TaskInfo, task: T) -> Result<usize, (T, ContextError)>
    where
        T: FnOnce(Context) -> F,
        F: Future<Output = R> + Send + 'static,
    {
        let shared = self.shared;
        if let Err(why) = shared.ctx.check() {
            return Err((task, why));
        }
        bind(shared);
        let ctx = shared.ctx.own_child();
        let running = Running::new(info, &ctx, shared.gauges.count_task());
        let located = running.located();
        Ok(match shared.grace() {
            Some(grace) => self.start(running, Job::graceful(ctx, located, grace, task)),
            None => self.start(running, Job::new(ctx, located, task)),
        })
    }

    fn start<B>(&mut self, running: Running, job: Job<B>) -> usize
    where
        B: Future<Output = Report<R>> + Send + 'static,
    {
        let Some(mut slot) = self.slot.take() else { unreachable!("a reserved slot is used once") };
        let mut ledger = self.shared.ledger();
        ledger.reserved -= 1;
        let index = ledger.next_index();
        slot.begin(&mut ledger, index, running);
        drop(ledger);
        start(self.shared, slot, index, job);
        index
    }
}

impl<R: Spawnable> Drop for Reserved<'_, R> {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            self.shared.ledger().reserved -= 1;
            slot.give_back();
            start_queued(self.shared);
        }
    }
}
