//! Finished runs that a thread keeps for its next runs. Most runs are ready at once, and neither
//! they nor their contexts were shared: allocating them would be most of their cost.

#[cfg(not(taskward_loom))]
use std::any::Any;
use std::cell::Cell;
#[cfg(not(taskward_loom))]
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{Ordering::Acquire, fence};

use super::shared::Flight;
use crate::context::Context;

/// A new run that is not polled yet. Kept as two references, because counting them would cost as
/// much as a lock.
pub(super) struct Pair<T> {
    /// The first caller's.
    pub(super) first: Arc<Flight<T>>,
    /// The table's.
    pub(super) listed: Arc<Flight<T>>,
}

/// The run that a thread keeps for a type of result.
pub(super) struct Spare<T>(Rc<Cell<Option<Pair<T>>>>);

#[cfg(not(taskward_loom))]
impl<T: Send + Sync + 'static> Spare<T> {
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
    fn add(spares: &mut Vec<Rc<dyn Any>>) -> Rc<Cell<Option<Pair<T>>>> {
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
impl<T> Spare<T> {
    pub(super) fn get() -> Self {
        Self(Rc::default())
    }
}

impl<T> Spare<T> {
    /// Returns the run that `caller` starts.
    #[inline]
    pub(super) fn take(&self, caller: &Context) -> Pair<T> {
        let spare = self.0.take().and_then(|spare| {
            spare.first.begin(caller);
            spare.with_values_of(caller)
        });
        spare.unwrap_or_else(|| {
            let first = Arc::new(Flight::new(caller));
            Pair { listed: first.clone(), first }
        })
    }

    /// Keeps a run that was ready at once, unless another caller has joined it: returns it then.
    /// `is_unobserved` tells whether nothing refers to its context.
    #[inline]
    pub(super) fn keep(&self, run: Pair<T>, is_unobserved: bool) -> Option<Pair<T>> {
        if Arc::strong_count(&run.first) > 2 {
            return Some(run);
        }
        // Orders the accesses of callers that have joined and left.
        fence(Acquire);
        if is_unobserved {
            self.0.set(run.with_values_of(&Context::background()));
        }
        None
    }
}

impl<T> Pair<T> {
    /// Gives the context of the run the values of `caller`. Returns `None` if the run is shared.
    #[inline]
    fn with_values_of(self, caller: &Context) -> Option<Self> {
        if !caller.has_values() && !self.first.ctx().has_values() {
            return Some(self);
        }
        let Self { mut first, listed } = self;
        drop(listed);
        Arc::get_mut(&mut first)?.set_values_of(caller);
        Some(Self { listed: first.clone(), first })
    }
}
