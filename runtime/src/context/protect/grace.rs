//! A body that may run on for a limited time after its context has ended.

use std::borrow::Borrow;
use std::future::Future;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::runtime::Handle;
use tokio::task::coop::{Unconstrained, unconstrained};
use tokio::time::{Instant, Sleep, sleep_until};

use super::held::Hold;
use crate::context::call::budget;
use crate::context::call::frame::Frame;
use crate::context::call::race::{State, StateProj, Within, polled_again};
use crate::context::call::scope::poll_with;
use crate::context::call::waiter::{ByContext, ByOwner, Watch, WokenBy};
use crate::context::handle::Context;
use crate::outcome::Outcome;

/// The state of a body's grace.
struct GracePeriod {
    grace: Duration,
    /// Set once the body has been polled. Keeps the calls around from dropping the body during its
    /// grace.
    hold: Option<Arc<Hold>>,
    clock: Option<Clock>,
}

/// The clock of a grace, started at the end of the context.
struct Clock {
    /// `None` if the end is too far away to be represented.
    until: Option<Instant>,
    /// `None` if the runtime has no timers: then the clock is read only when the body wakes up.
    timer: Option<Pin<Box<Unconstrained<Sleep>>>>,
}

impl Clock {
    fn start(grace: Duration) -> Self {
        let until = Instant::now().checked_add(grace);
        Self { until, timer: until.and_then(timer) }
    }

    fn has_run_out(&self) -> bool {
        self.until.is_some_and(|at| Instant::now() >= at)
    }
}

/// Tokio panics if a runtime has no timers, which must not end the clean-up.
fn timer(at: Instant) -> Option<Pin<Box<Unconstrained<Sleep>>>> {
    Handle::try_current().ok()?;
    catch_unwind(|| Box::pin(unconstrained(sleep_until(at)))).ok()
}

impl GracePeriod {
    /// Returns whether the body may still be polled although the context has ended.
    #[cold]
    fn may_poll(&mut self) -> bool {
        // A body that never started has no grace.
        self.hold.is_some() && !self.clock.get_or_insert_with(|| Clock::start(self.grace)).has_run_out()
    }

    /// Handles a pending body. `waits` says that the body waits for the end of its context.
    /// Returns false if the grace is over.
    fn suspend(&mut self, ctx: &Context, waits: bool, task: &mut Task<'_>) -> bool {
        if self.grace.is_zero() {
            return waits;
        }
        self.hold.get_or_insert_with(|| Hold::after(ctx.clone())).announce();
        if waits && !ctx.has_ended() {
            return true;
        }
        let clock = self.clock.get_or_insert_with(|| Clock::start(self.grace));
        match &mut clock.timer {
            Some(timer) => timer.as_mut().poll(task).is_pending(),
            None => !clock.has_run_out(),
        }
    }
}

pin_project! {
    /// Races a body against a context, and gives the body time to clean up.
    ///
    /// A separate type, so that calls without a grace do not pay for it.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Graceful<C: Borrow<Context>, F: Future, W: WokenBy = ByContext> {
        watch: Watch<C, W>,
        period: GracePeriod,
        #[pin]
        state: State<F, Within<F::Output>>,
    }

    impl<C: Borrow<Context>, F: Future, W: WokenBy> PinnedDrop for Graceful<C, F, W> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.state.abandon(this.watch.ctx());
        }
    }
}

impl<C: Borrow<Context>, F: Future<Output: Outcome>> Graceful<C, F> {
    pub(crate) fn new(ctx: C, body: F, grace: Duration) -> Self {
        Self::watched(ctx, body, grace)
    }
}

impl<C: Borrow<Context>, F: Future<Output: Outcome>> Graceful<C, F, ByOwner> {
    /// Creates a call whose task the caller wakes at the end of `ctx`.
    pub(crate) fn woken_by_owner(ctx: C, body: F, grace: Duration) -> Self {
        Self::watched(ctx, body, grace)
    }
}

impl<C: Borrow<Context>, F: Future<Output: Outcome>, W: WokenBy> Graceful<C, F, W> {
    fn watched(ctx: C, body: F, grace: Duration) -> Self {
        Self {
            watch: Watch::new(ctx),
            period: GracePeriod { grace, hold: None, clock: None },
            state: State::Running { body, verdict: Within::new() },
        }
    }

    pub(crate) fn ctx(&self) -> &Context {
        self.watch.ctx()
    }
}

impl<C: Borrow<Context>, F: Future, W: WokenBy> Future for Graceful<C, F, W> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        if this.watch.may_poll(task) || this.period.may_poll() {
            let StateProj::Running { body, .. } = this.state.as_mut().project() else { polled_again() };
            let frame = Frame::enter(task.waker());
            let polled = poll_with(this.watch.ctx(), body, task);
            if polled.is_ready() {
                drop(frame);
                this.state.set(State::Over);
                this.watch.leave();
                this.period.hold = None;
                return polled;
            }
            let waits = this.watch.suspend(frame, task);
            if this.period.suspend(this.watch.ctx(), waits, task) || this.watch.holds(task) {
                return Poll::Pending;
            }
        }
        ready!(budget::poll_spend(task));
        let verdict = this.state.interrupt(this.watch.ctx());
        this.period.hold = None;
        Poll::Ready(verdict.interrupted(this.watch.why()))
    }
}
