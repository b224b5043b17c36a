//! A body that may run on for a while after its context has ended.

use std::borrow::Borrow;
use std::future::Future;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::runtime::Handle;
use tokio::task::coop::{Unconstrained, unconstrained};
use tokio::time::{Instant, Sleep, sleep_until};

use super::Context;
use super::announce::Active;
use super::current::{CONTEXT, InTask};
use super::frame::{Frame, Kind};
use super::race::{State, StateProj, Within, polled_again};
use super::waiter::{Waiter, Watch};
use crate::outcome::Outcome;

/// What comes after the end of the context.
struct Overtime {
    grace: Duration,
    /// There once the body has been polled: the calls around must not drop it while its grace lasts.
    active: Option<Arc<Active>>,
    clock: Option<Clock>,
}

/// Runs from the end of the context.
struct Clock {
    /// `None` if that is too far away to be represented.
    until: Option<Instant>,
    /// `None` where there are no timers: then only the wake-ups of the body look at the clock.
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

/// Tokio says that a runtime has no timers by a panic, which must not cut the clean-up.
fn timer(at: Instant) -> Option<Pin<Box<Unconstrained<Sleep>>>> {
    Handle::try_current().ok()?;
    catch_unwind(|| Box::pin(unconstrained(sleep_until(at)))).ok()
}

impl Overtime {
    /// Whether the body may still be polled, though the context has ended.
    #[cold]
    fn begin(&mut self) -> Option<InTask> {
        // Not if it has never begun.
        self.active.as_ref()?;
        let clock = self.clock.get_or_insert_with(|| Clock::start(self.grace));
        (!clock.has_run_out()).then(InTask::unregistered)
    }

    /// The body is pending, and `waits` for the end of its context, unless that has come. Returns false if its grace is over.
    fn suspend(&mut self, ctx: &Context, waits: bool, task: &mut Task<'_>) -> bool {
        if self.grace.is_zero() {
            return waits;
        }
        self.active.get_or_insert_with(|| Active::after(ctx.clone())).announce();
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
    /// The race of a body against a context that leaves it some time for its own clean-up.
    ///
    /// A type of its own, so that calls without a grace pay nothing for those with one.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Graceful<C: Borrow<Context>, F: Future> {
        watch: Watch<C>,
        overtime: Overtime,
        #[pin]
        state: State<F, Within<F::Output>>,
    }
}

impl<C: Borrow<Context>, F: Future<Output: Outcome>> Graceful<C, F> {
    pub(crate) fn new(ctx: C, body: F, grace: Duration) -> Self {
        Self {
            watch: Watch::new(ctx, Waiter::default()),
            overtime: Overtime { grace, active: None, clock: None },
            state: State::Running { body, verdict: Within::new() },
        }
    }
}

impl<C: Borrow<Context>, F: Future> Future for Graceful<C, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        if let Some(in_task) = this.watch.begin(task).or_else(|| this.overtime.begin()) {
            let StateProj::Running { body, .. } = this.state.as_mut().project() else { polled_again() };
            let frame = Frame::enter(Kind::CONTEXT);
            let polled = {
                fluid_let::fluid_set!(CONTEXT, this.watch.ctx());
                body.poll(task)
            };
            drop(in_task);
            if polled.is_ready() {
                drop(frame);
                this.watch.leave();
                this.overtime.active = None;
                return polled;
            }
            let waits = this.watch.suspend(frame, task);
            if this.overtime.suspend(this.watch.ctx(), waits, task) || this.watch.holds(task) {
                return Poll::Pending;
            }
        }
        let verdict = this.state.interrupt();
        this.overtime.active = None;
        Poll::Ready(verdict.interrupted(this.watch.why()))
    }
}
