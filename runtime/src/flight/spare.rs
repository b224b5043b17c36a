//! Finished runs that a thread keeps for its next runs. Most runs are ready at once, and neither
//! they nor their contexts were shared: allocating them would be most of their cost.

#[cfg(not(taskward_loom))]
use std::any::Any;
use std::cell::Cell;
#[cfg(not(taskward_loom))]
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{Ordering::Acquire, fence};
use std::task::{Context as Task, Poll};

use pin_project_lite::pin_project;

use super::shared::Flight;
use crate::context::Context;

/// The most bytes of a room, and of a run, that a thread keeps.
const LARGE: usize = 1024;

/// A new run that is not polled yet. Kept as two references, because counting them would cost as
/// much as a lock.
pub(super) struct Pair<T> {
    /// The first caller's.
    pub(super) first: Arc<Flight<T>>,
    /// The table's.
    pub(super) listed: Arc<Flight<T>>,
}

pin_project! {
    /// The future of a run. Empty if spare.
    pub(super) struct Room<F> {
        #[pin]
        future: Option<F>,
    }
}

impl<F: Future> Future for Room<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<F::Output> {
        match self.project().future.as_pin_mut() {
            Some(future) => future.poll(task),
            None => unreachable!("a run is polled until it is ready"),
        }
    }
}

/// The run and the room that a thread keeps for runs of the type `F`.
pub(super) struct Spare<F: Future>(Rc<Kept<F>>);

struct Kept<F: Future> {
    run: Cell<Option<Pair<F::Output>>>,
    room: Cell<Option<Pin<Box<Room<F>>>>>,
}

impl<F: Future> Default for Kept<F> {
    fn default() -> Self {
        Self { run: Cell::default(), room: Cell::default() }
    }
}

#[cfg(not(taskward_loom))]
impl<F: Future + 'static> Spare<F> {
    /// Returns this thread's.
    #[inline]
    pub(super) fn get() -> Self {
        thread_local! {
            static SPARES: RefCell<Vec<Rc<dyn Any>>> = const { RefCell::new(Vec::new()) };
        }
        let find = |spares: &RefCell<Vec<Rc<dyn Any>>>| {
            let mut spares = spares.borrow_mut();
            let known = spares.iter().find_map(|spare| spare.clone().downcast().ok());
            known.unwrap_or_else(|| Self::add(&mut spares))
        };
        // There are none on a thread that is exiting.
        Self(SPARES.try_with(find).unwrap_or_default())
    }

    #[cold]
    fn add(spares: &mut Vec<Rc<dyn Any>>) -> Rc<Kept<F>> {
        const KEEP: usize = 4;
        if spares.len() == KEEP {
            spares.remove(0);
        }
        let new = Rc::default();
        spares.push(Rc::clone(&new) as Rc<dyn Any>);
        new
    }
}

/// Loom's locks do not outlive a model.
#[cfg(taskward_loom)]
impl<F: Future> Spare<F> {
    pub(super) fn get() -> Self {
        Self(Rc::default())
    }
}

impl<F: Future> Spare<F> {
    /// Returns the run that `caller` starts.
    #[inline]
    pub(super) fn run(&self, caller: &Context) -> Pair<F::Output> {
        let Some(spare) = self.0.run.take() else { return Pair::new(caller) };
        spare.first.begin(caller);
        if caller.has_values() { spare.with_values_of(caller) } else { spare }
    }

    /// Returns a room with the future.
    #[inline]
    pub(super) fn room(&self, future: F) -> Pin<Box<Room<F>>> {
        let Some(mut room) = self.0.room.take() else { return Box::pin(Room { future: Some(future) }) };
        room.as_mut().project().future.set(Some(future));
        room
    }

    /// Drops the future in a room, and keeps the room unless it is large.
    #[inline]
    pub(super) fn keep_room(&self, mut room: Pin<Box<Room<F>>>) {
        room.as_mut().project().future.set(None);
        if size_of::<Room<F>>() <= LARGE {
            self.0.room.set(Some(room));
        }
    }

    /// Keeps a run that was ready at once, unless it is large or has a cause. Returns it if another
    /// caller has joined it. `is_unobserved` tells whether nothing refers to its context.
    #[inline]
    pub(super) fn keep_run(&self, run: Pair<F::Output>, is_unobserved: bool) -> Option<Arc<Flight<F::Output>>> {
        if Arc::strong_count(&run.first) > 2 {
            return Some(run.first);
        }
        // Orders the accesses of callers that have joined and left.
        fence(Acquire);
        if is_unobserved && size_of::<Flight<F::Output>>() <= LARGE && !run.first.has_cause() {
            let has_values = run.first.ctx().has_values();
            self.0.run.set(Some(if has_values { run.with_values_of(&Context::background()) } else { run }));
        }
        None
    }
}

impl<T> Pair<T> {
    fn new(caller: &Context) -> Self {
        let first = Arc::new(Flight::new(caller));
        Self { listed: first.clone(), first }
    }

    /// Gives the context of an unshared run the values of `caller`.
    #[inline(never)]
    fn with_values_of(self, caller: &Context) -> Self {
        let Self { mut first, listed } = self;
        drop(listed);
        match Arc::get_mut(&mut first) {
            Some(flight) => flight.set_values_of(caller),
            None => unreachable!("the run is unshared"),
        }
        Self { listed: first.clone(), first }
    }
}
