//! A run: its context, its callers, its future and its result.
//!
//! # Invariants
//!
//! 1. The first caller polls the run first. If the run has to wait, its future is stored here
//!    (`Parked`). A [task](super::runner) takes it out to poll it (`Polling`) and puts it back. So
//!    the future is polled and dropped outside of the lock.
//! 2. `callers` counts the callers that have joined and not left. The last one to leave ends the
//!    run's context and drops the future; if a shield in it is active, the task completes it
//!    instead. A run without callers cannot be joined.
//! 3. The result is published once; then the run is `Over`.
//! 4. No user code (wakers, clones of the result, drops) runs under the lock.

use std::any::Any;
use std::future::Future;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::task::{Context as Task, Poll, Waker};

use slab::Slab;
use tokio::time::Instant;

use super::published::Published;
use crate::context::call::frame::Frame;
use crate::context::call::scope::{poll_with, with_context};
use crate::context::each::{each, resume};
use crate::context::protect::held::{self, HeldShields};
use crate::context::tree::moving::Replaced;
use crate::context::{Context, OwnContext};
use crate::error::ContextError;
use crate::limit::Limit;
use crate::payload::Payload;
use crate::sync::{Mutex, lock};
use crate::waker_slot::WakerSlot;

pub(super) struct Flight<T> {
    ctx: OwnContext,
    /// The deadline of the context moves as callers join.
    is_timed: AtomicBool,
    /// The deadline of a caller has a cause.
    has_cause: AtomicBool,
    /// The thread that is polling the run, or 0.
    polled_on: AtomicUsize,
    /// The run may still be in the table.
    is_listed: AtomicBool,
    state: Mutex<State<T>>,
    /// The result, if there was more than one caller.
    published: OnceLock<Published<T>>,
    /// The task that polls the run.
    pub(super) runner: WakerSlot,
}

struct State<T> {
    phase: Phase<T>,
    callers: usize,
    waiting: Slab<Option<Waker>>,
    /// The result, if there was one caller.
    sole: Option<Published<T>>,
}

pub(super) enum Phase<T> {
    Parked(Body<T>),
    /// A thread has the future, and wakes the task afterwards.
    Polling,
    Over,
}

/// The future of a run that has to wait.
pub(super) struct Body<T> {
    pub(super) future: Pin<Box<dyn Future<Output = T> + Send>>,
    /// The shields and graces in the future.
    pub(super) held: HeldShields,
}

impl<T> Flight<T> {
    /// Creates a run that `caller` polls for the first time.
    pub(super) fn new(caller: &Context) -> Self {
        let limit = caller.fixed_limit();
        Self {
            ctx: caller.of_flight(),
            is_timed: AtomicBool::new(limit.is_some()),
            has_cause: AtomicBool::new(has_cause(limit)),
            polled_on: AtomicUsize::new(0),
            is_listed: AtomicBool::new(true),
            state: Mutex::new(State { phase: Phase::Polling, callers: 1, waiting: Slab::new(), sole: None }),
            published: OnceLock::new(),
            runner: WakerSlot::new(),
        }
    }

    /// Reuses a run that no other caller has joined: gives it the deadline of `caller`.
    #[inline]
    pub(super) fn begin(&self, caller: &Context) {
        let limit = caller.fixed_limit();
        if limit.is_some() || self.is_timed.load(Relaxed) {
            self.is_timed.store(limit.is_some(), Relaxed);
            self.ctx.renew_flight(limit);
            self.note_cause(limit);
        }
    }

    fn note_cause(&self, limit: Option<(Instant, &Limit)>) {
        if has_cause(limit) {
            self.has_cause.store(true, Relaxed);
        }
    }

    /// Returns whether the run may keep a cause, which is the user's, for as long as it lives.
    #[inline]
    pub(super) fn has_cause(&self) -> bool {
        self.has_cause.load(Relaxed)
    }

    pub(super) fn set_values_of(&mut self, caller: &Context) {
        self.ctx.set_values_of(caller);
    }

    #[inline]
    pub(super) fn ctx(&self) -> &OwnContext {
        &self.ctx
    }

    /// Adds a caller. Returns `None` if the run is over, or about to be.
    pub(super) fn join(&self, caller: &Context) -> Option<Replaced> {
        let mut state = lock(&self.state);
        if state.callers == 0 || matches!(state.phase, Phase::Over) {
            return None;
        }
        let mut replaced = Replaced::default();
        if self.is_timed.load(Relaxed) {
            let limit = caller.fixed_limit();
            replaced = self.ctx.extend_flight(limit)?;
            self.note_cause(limit);
        }
        state.callers += 1;
        Some(replaced)
    }

    /// Returns whether the caller with the context `caller` is part of the run: called by its
    /// body, or by a task with its context.
    pub(super) fn contains(&self, caller: &Context) -> bool {
        self.polled_on.load(Relaxed) == this_thread() || self.ctx.is_root_of(caller)
    }

    /// Polls the future of the run. Records the shields in it.
    #[inline]
    pub(super) fn poll<F: Future + ?Sized>(
        &self,
        frame: Frame,
        future: Pin<&mut F>,
        held: &mut HeldShields,
        task: &mut Task<'_>,
    ) -> Poll<F::Output> {
        let _polling = Polling::new(&self.polled_on);
        let polled = poll_with(&self.ctx, future, task);
        if polled.is_pending() {
            held::suspend_apart(frame, held);
        }
        polled
    }

    /// Ends the context of a run that was ready at once. Returns whether nothing observes the
    /// context: then it has not ended, and serves another run.
    #[inline]
    pub(super) fn end_unless_unobserved(&self) -> bool {
        let is_unobserved = self.ctx.is_unobserved();
        if !is_unobserved {
            self.ctx.abandon();
        }
        is_unobserved
    }

    /// Returns whether this is the first request to remove the run from the table.
    pub(super) fn unlist(&self) -> bool {
        self.is_listed.load(Relaxed) && self.is_listed.swap(false, Relaxed)
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(lock(&self.state).phase, Phase::Over)
    }

    /// Takes the future, if it is parked, in order to poll it. Returns the phase, and whether every
    /// caller has left.
    pub(super) fn next(&self) -> (Phase<T>, bool) {
        let mut state = lock(&self.state);
        let next = if let Phase::Over = state.phase { Phase::Over } else { Phase::Polling };
        (mem::replace(&mut state.phase, next), state.callers == 0)
    }

    /// Puts the future back. Returns whether every caller has left.
    pub(super) fn park(&self, body: Body<T>) -> bool {
        let mut state = lock(&self.state);
        state.phase = Phase::Parked(body);
        state.callers == 0
    }

    /// Waits for the result at `place`. Returns true if it is ready.
    pub(super) fn poll_over(&self, place: &mut Option<usize>, waker: &Waker) -> bool {
        if self.published.get().is_some() {
            return true;
        }
        let waker = waker.clone();
        let mut state = lock(&self.state);
        if matches!(state.phase, Phase::Over) {
            return true;
        }
        let mut before = None;
        if let Some(known) = place.and_then(|place| state.waiting.get_mut(place)) {
            before = known.replace(waker);
        } else {
            *place = Some(state.waiting.insert(Some(waker)));
        }
        drop(state);
        drop(before);
        false
    }

    /// Publishes the result to all callers and wakes them.
    pub(super) fn publish(self: Arc<Self>, result: Published<T>) {
        let mut state = lock(&self.state);
        state.phase = Phase::Over;
        let waiting = mem::take(&mut state.waiting);
        let unwanted = match state.callers {
            0 => Some(result),
            1 => state.sole.replace(result),
            _ => self.published.set(result).err(),
        };
        drop(state);
        // Released first, so that a sole caller gets the result without a clone.
        drop(self);
        drop(unwanted);
        let wakers = waiting.into_iter().filter_map(|(_, waker)| waker).collect();
        resume(each(wakers, Waker::wake));
    }

    /// Publishes a panic.
    pub(super) fn fail(self: Arc<Self>, body: Option<Body<T>>, payload: Box<dyn Any + Send>) {
        let dropped = catch_unwind(AssertUnwindSafe(|| self.drop_body(body)));
        // One panic is enough to report.
        drop(dropped.map_err(Payload::new));
        self.publish(Published::panicked(payload));
    }

    /// Takes the result, which must be ready.
    pub(super) fn take(this: &mut Arc<Self>, clone: fn(&T) -> T) -> T {
        // The last caller needs no clone. The others only read the count: a write would make them
        // contend.
        let is_last = Arc::strong_count(this) == 1;
        let own = if is_last { Arc::get_mut(this).and_then(|flight| flight.published.take()) } else { None };
        if let Some(result) = own {
            return result.into_value();
        }
        if let Some(result) = this.published.get() {
            return result.clone_value(clone);
        }
        let sole = lock(&this.state).sole.take();
        match sole {
            Some(result) => result.into_value(),
            None => unreachable!("a run with callers was abandoned"),
        }
    }

    /// Removes a caller without the result. Returns whether none is left, so that the caller must
    /// [`abandon`](Self::abandon) the run.
    pub(super) fn leave(&self, place: Option<usize>) -> bool {
        let mut state = lock(&self.state);
        let waker = place.and_then(|place| state.waiting.try_remove(place));
        state.callers -= 1;
        let is_last = state.callers == 0;
        drop(state);
        drop(waker);
        is_last
    }

    /// Ends a run without callers: drops its future now, or leaves it to its task if a shield is
    /// active.
    pub(super) fn abandon(&self, why: Option<&ContextError>) {
        let ended = catch_unwind(AssertUnwindSafe(|| match why {
            Some(why) => self.ctx.end(why),
            None => self.ctx.abandon(),
        }));
        if let (Phase::Parked(mut body), _) = self.next() {
            if body.held.hold(Waker::noop()) {
                self.park(body);
            } else {
                self.stop(body);
            }
            self.runner.wake();
        }
        resume(ended.err());
    }

    /// Drops the future of a run that ends without a result and without callers.
    pub(super) fn stop(&self, body: Body<T>) {
        let dropped = catch_unwind(AssertUnwindSafe(|| self.drop_body(Some(body))));
        lock(&self.state).phase = Phase::Over;
        resume(dropped.err());
    }

    /// Ends the context of the run, and drops its future within it.
    pub(super) fn drop_body(&self, body: Option<Body<T>>) {
        self.ctx.abandon();
        with_context(&self.ctx, || drop(body));
    }
}

fn has_cause(limit: Option<(Instant, &Limit)>) -> bool {
    limit.is_some_and(|(_, limit)| limit.cause.is_some())
}

/// Marks a run as being polled on this thread until dropped.
struct Polling<'f>(&'f AtomicUsize);

impl<'f> Polling<'f> {
    #[inline]
    fn new(polled_on: &'f AtomicUsize) -> Self {
        polled_on.store(this_thread(), Relaxed);
        Self(polled_on)
    }
}

impl Drop for Polling<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.store(0, Relaxed);
    }
}

/// Identifies this thread by the address of a thread-local, which is cheaper than its id.
#[inline]
fn this_thread() -> usize {
    thread_local! {
        static THREAD: u8 = const { 0 };
    }
    THREAD.with(|place| ptr::from_ref(place).addr())
}
