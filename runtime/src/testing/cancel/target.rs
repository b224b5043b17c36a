//! The point at which a run cancels, and its observations.
//!
//! A run has one thread, so a thread-local stores them.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::way::Cancellation;
use crate::testing::budget;
use crate::testing::session;
use crate::waits::place::{Place, poll_and_look};

/// A suspension, counted from 1, and the way in which it is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CancelPoint {
    pub(crate) suspension: u32,
    pub(crate) way: Cancellation,
}

/// The target of a run, and its progress.
#[derive(Default)]
pub(crate) struct CancelTarget {
    point: Option<CancelPoint>,
    /// Suspends at every operation instead of only where the future has to wait.
    forces: bool,
    /// Records the place of the suspension.
    looks: bool,
    is_inside: Cell<bool>,
    suspensions: Cell<u32>,
    calls: Cell<u32>,
    first_call: Cell<Option<&'static Location<'static>>>,
    is_hit: Cell<bool>,
    call: Cell<Option<&'static Location<'static>>>,
    awaits: Cell<Option<&'static Location<'static>>>,
    places: RefCell<Vec<Place>>,
}

thread_local! {
    static TARGET: RefCell<Option<Rc<CancelTarget>>> = const { RefCell::new(None) };
}

/// Sets the target of the run until dropped.
#[must_use]
pub(crate) struct TargetGuard(());

impl CancelTarget {
    pub(crate) fn new(point: Option<CancelPoint>, forces: bool, looks: bool) -> Rc<Self> {
        Rc::new(Self { point, forces, looks, ..Self::default() })
    }

    pub(crate) fn set(self: &Rc<Self>) -> TargetGuard {
        TARGET.set(Some(self.clone()));
        TargetGuard(())
    }

    pub(super) fn current() -> Option<Rc<Self>> {
        TARGET.try_with(|target| target.borrow().clone()).ok().flatten()
    }

    /// Returns the number of suspensions of the cancellable futures.
    pub(crate) fn suspensions(&self) -> u32 {
        self.suspensions.get()
    }

    /// Returns the number of `cancellable` calls that were polled.
    pub(crate) fn calls(&self) -> u32 {
        self.calls.get()
    }

    /// Returns whether the future was cancelled at the target.
    pub(crate) fn is_hit(&self) -> bool {
        self.is_hit.get()
    }

    /// Returns the `.await`s in user code at which it was cancelled.
    pub(crate) fn place(&self) -> Option<String> {
        let places = self.places.borrow();
        if !places.is_empty() {
            return Some(places.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and "));
        }
        self.awaits.get().or(self.call.get()).map(ToString::to_string)
    }

    /// Returns the first of the `cancellable` calls.
    pub(crate) fn first_call(&self) -> Option<&'static Location<'static>> {
        self.first_call.get()
    }

    /// Records the first poll of a `cancellable` call.
    pub(super) fn begins(&self, call: &'static Location<'static>) {
        self.calls.set(self.calls.get() + 1);
        self.first_call.set(self.first_call.get().or(Some(call)));
    }

    /// Returns `None` inside another `cancellable` call, which is cancelled as a whole.
    pub(super) fn enter(self: &Rc<Self>) -> Option<Inside> {
        (!self.is_inside.replace(true)).then(|| Inside(self.clone()))
    }

    /// Polls up to the next operation and suspends at the one after. `stalled` is the number of
    /// consecutive polls without progress.
    pub(super) fn poll<F: Future>(
        &self,
        future: Pin<&mut F>,
        cx: &mut Context<'_>,
        stalled: &mut u32,
    ) -> Poll<F::Output> {
        if !self.forces {
            return self.poll_and_look(future, cx);
        }
        // The first poll stops before its first operation, and each later one after one operation.
        // Some operations consist of two and proceed only with budget for both, so a stalled poll
        // gets more.
        let allowance = match (self.suspensions.get(), *stalled) {
            (0, 0) => 0,
            (_, 0..4) => 1,
            (_, stalled) => 1_u8.checked_shl(stalled - 3).unwrap_or(128).min(128),
        };
        let (poll, spent) = budget::limited(allowance, cx, |cx| self.poll_and_look(future, cx));
        *stalled = if spent.operations == 0 { stalled.saturating_add(1) } else { 0 };
        poll
    }

    fn poll_and_look<F: Future>(&self, future: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<F::Output> {
        if !self.looks || self.point.is_none_or(|point| point.suspension != self.suspensions.get() + 1) {
            return future.poll(cx);
        }
        let (poll, stacks) = poll_and_look(future, cx);
        if poll.is_pending() {
            self.awaits.set(session::awaits());
            *self.places.borrow_mut() = stacks.places();
        }
        poll
    }

    /// Handles a pending future. Returns how it is to be cancelled, if this is the target.
    pub(super) fn suspended(&self, call: &'static Location<'static>) -> Option<Cancellation> {
        let suspension = self.suspensions.get() + 1;
        self.suspensions.set(suspension);
        let point = self.point.filter(|point| point.suspension == suspension)?;
        self.call.set(Some(call));
        Some(point.way)
    }

    pub(super) fn hit(&self) {
        self.is_hit.set(true);
    }
}

impl Drop for TargetGuard {
    fn drop(&mut self) {
        drop(TARGET.try_with(RefCell::take));
    }
}

/// Marks a cancellable future as being polled.
pub(super) struct Inside(Rc<CancelTarget>);

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.is_inside.set(false);
    }
}
