//! One flight: the run that its callers share, and who of them drives it.
//!
//! # Invariants
//!
//! 1. After its first poll, which is its first caller's, the run is polled by one caller at a time, with a waker of the flight's own. Whoever polls has taken the body out (`Polling`) and
//!    puts it back (`Parked`), or lands the flight (`Over`). So the body is dropped by one of the callers, outside of the lock.
//! 2. A body that was woken is polled by the next caller who is polled, whoever it is. The one who drove it last is woken, and some more,
//!    in case that the other is kept without being polled; if a caller goes while the body waits for one, others are woken.
//! 3. `callers` counts those who have joined and not left. Who leaves last finds nobody polling: it has `Over` set, and drops the body.
//!    Nobody joins a flight that is over.
//! 4. What a flight has landed with is written once, before `Over`; from then on nobody needs the lock.
//! 5. No user code (wakers, clones of the result, drops) runs under the lock, but for `clone` of a waker.

use std::any::Any;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context as Task, Poll, Wake, Waker};

use tokio::time::Instant;

use super::aloft::Aloft;
use super::desk::{Desk, Phase, Roused};
use super::kit::Token;
use crate::context::call::frame::Frame;
use crate::context::call::scope::CONTEXT;
use crate::context::protect::held;
use crate::context::tree::node::Node;
use crate::context::{Context, OwnContext};
use crate::error::Limit;
use crate::sync::{Mutex, lock};

/// A run that has to wait, with its own context.
pub(crate) struct Body<T> {
    pub(crate) future: Pin<Box<dyn Future<Output = T> + Send>>,
    pub(crate) ctx: OwnContext,
}

pub(crate) type Panic = Box<dyn Any + Send>;

pub(crate) struct Flight<T> {
    pub(super) run: Token,
    /// The scope of the run's context, if its deadline moves on with those who join.
    timed: Option<Arc<Node>>,
    desk: Mutex<Desk<T>>,
    landing: OnceLock<Landing<T>>,
}

/// How a flight ended, for those who share it.
pub(crate) enum Landing<T> {
    Value(T),
    /// Its message.
    Panic(String),
}

/// What a caller has to do next.
pub(crate) enum Turn<T> {
    /// To poll the body.
    Drive(Body<T>),
    /// To wait until it is woken.
    Wait,
    /// To take what the flight has landed with.
    Landed,
}

/// Polls a run for the caller of this function, as a call with the run's context.
#[inline]
pub(super) fn poll<F: Future + ?Sized>(
    run: Token,
    ctx: &Context,
    future: Pin<&mut F>,
    waker: &Waker,
) -> Poll<F::Output> {
    let _aloft = Aloft::enter(run);
    let frame = Frame::enter(waker);
    let polled = CONTEXT.set(ctx, || future.poll(&mut Task::from_waker(waker)));
    if polled.is_pending() {
        // What must not be dropped in there holds up who drives.
        held::suspend_unheld(frame);
    }
    polled
}

impl<T> Flight<T> {
    /// A flight whose first caller drives it.
    pub(super) fn new(run: Token, timed: Option<Arc<Node>>, callers: usize) -> Self {
        Self { run, timed, desk: Mutex::new(Desk::new(callers)), landing: OnceLock::new() }
    }

    /// Another caller. Returns false if the flight is over, or as good as over.
    pub(crate) fn join(&self, deadline: Option<(Instant, Limit)>) -> bool {
        let mut desk = lock(&self.desk);
        let joins =
            !matches!(desk.phase, Phase::Over) && self.timed.as_ref().is_none_or(|scope| scope.extend(deadline));
        desk.callers += usize::from(joins);
        joins
    }

    pub(crate) fn landing(&self) -> Option<&Landing<T>> {
        self.landing.get()
    }

    pub(crate) fn take_landing(&mut self) -> Option<Landing<T>> {
        self.landing.take()
    }

    /// The turn of the caller who waits at `place`.
    pub(crate) fn turn(&self, place: &mut Option<usize>, waker: &Waker) -> Turn<T> {
        if self.landing.get().is_some() {
            return Turn::Landed;
        }
        let waker = waker.clone();
        let mut desk = lock(&self.desk);
        match &desk.phase {
            Phase::Over => Turn::Landed,
            Phase::Parked { woken: true, .. } => match mem::replace(&mut desk.phase, Phase::Polling { woken: false }) {
                Phase::Parked { body, .. } => Turn::Drive(body),
                _ => Turn::Wait,
            },
            Phase::Parked { .. } | Phase::Polling { .. } => {
                let old = desk.wait(place, waker);
                drop(desk);
                drop(old);
                Turn::Wait
            }
        }
    }

    /// The body is pending: puts it back.
    pub(crate) fn park(&self, body: Body<T>, place: &mut Option<usize>, waker: &Waker) {
        let waker = waker.clone();
        let mut desk = lock(&self.desk);
        let old = desk.wait(place, waker);
        desk.driver = *place;
        let woken = matches!(desk.phase, Phase::Polling { woken: true });
        desk.phase = Phase::Parked { body, woken };
        let roused = if woken { desk.rouse() } else { Roused::default() };
        drop(desk);
        drop(old);
        roused.wake();
    }

    /// The run is over, and the flight is no longer in the table. Returns the driver's own result.
    ///
    /// # Errors
    ///
    /// If the result cannot be cloned, for a panic.
    pub(crate) fn land(&self, value: T, clone: impl FnOnce(&T) -> Result<T, Panic>) -> Result<T, Panic> {
        {
            let mut desk = lock(&self.desk);
            if desk.callers == 1 {
                desk.phase = Phase::Over;
                return Ok(value);
            }
        }
        let copy = clone(&value)?;
        self.publish(Landing::Value(copy));
        Ok(value)
    }

    /// Tells all callers.
    pub(crate) fn publish(&self, landing: Landing<T>) {
        let landed = self.landing.set(landing);
        let waiting = {
            let mut desk = lock(&self.desk);
            desk.phase = Phase::Over;
            mem::take(&mut desk.waiting)
        };
        drop(landed);
        for (_, waker) in waiting {
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    /// A caller goes before the flight has landed. Returns the body if it was the last one.
    pub(crate) fn leave(&self, place: Option<usize>) -> Option<Body<T>> {
        if self.landing.get().is_some() {
            return None;
        }
        let mut desk = lock(&self.desk);
        if matches!(desk.phase, Phase::Over) {
            return None;
        }
        let waker = desk.forget(place);
        desk.callers -= 1;
        let (mut body, mut roused) = (None, Roused::default());
        if desk.callers == 0 {
            if let Phase::Parked { body: parked, .. } = mem::replace(&mut desk.phase, Phase::Over) {
                body = Some(parked);
            }
        } else if matches!(desk.phase, Phase::Parked { woken: true, .. }) {
            roused = desk.rouse();
        }
        drop(desk);
        drop(waker);
        roused.wake();
        body
    }
}

impl<T: Send + Sync + 'static> Wake for Flight<T> {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let roused = match &mut *lock(&self.desk) {
            Desk { phase: Phase::Polling { woken }, .. } => {
                *woken = true;
                Roused::default()
            }
            desk @ Desk { phase: Phase::Parked { woken: false, .. }, .. } => {
                desk.mark_woken();
                desk.rouse()
            }
            _ => Roused::default(),
        };
        roused.wake();
    }
}
