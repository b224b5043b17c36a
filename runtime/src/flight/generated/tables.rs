//! The tables of runs.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::OnceLock;

use crate::flight::key::Keyed;
use crate::flight::table::SingleFlight;
use crate::sync::plain::{Mutex, lock};

/// A function's own table, in a static, whose types the attribute cannot name. A generic function
/// has one table for each instance, which the type of its run identifies.
pub struct Flights {
    first: OnceLock<Instance>,
    others: Mutex<Vec<Instance>>,
}

/// The [`TableOf`] one instance, leaked.
type Instance = &'static (dyn Any + Send + Sync);

struct TableOf<K, T, F>(SingleFlight<K, T>, PhantomData<fn() -> F>);

impl<K: Send + 'static, T: Send + Sync + 'static, F: 'static> TableOf<K, T, F> {
    #[cold]
    fn leak() -> &'static Self {
        Box::leak(Box::new(Self(SingleFlight::new(), PhantomData)))
    }

    #[inline]
    fn find(instance: Instance) -> Option<&'static Self> {
        instance.downcast_ref()
    }
}

impl Flights {
    #[must_use]
    #[allow(clippy::new_without_default, reason = "used only in statics")]
    pub const fn new() -> Self {
        Self { first: OnceLock::new(), others: Mutex::new(Vec::new()) }
    }

    #[inline(never)]
    fn other<K: Send + 'static, T: Send + Sync + 'static, F: 'static>(&self) -> &'static TableOf<K, T, F> {
        let mut others = lock(&self.others);
        let known = others.iter().copied().find_map(TableOf::find);
        known.unwrap_or_else(|| {
            let new = TableOf::leak();
            others.push(new);
            new
        })
    }
}

/// Finds the table of runs of the type `F`.
pub trait Tables<K, T> {
    fn of_run<F: 'static>(&self) -> &SingleFlight<K, T>;
}

impl<K: Send + 'static, T: Send + Sync + 'static> Tables<K, T> for Flights {
    #[inline]
    fn of_run<F: 'static>(&self) -> &SingleFlight<K, T> {
        let first = *self.first.get_or_init(|| TableOf::<K, T, F>::leak());
        &TableOf::<K, T, F>::find(first).unwrap_or_else(|| self.other()).0
    }
}

impl<K, T> Tables<K, T> for SingleFlight<K, T> {
    #[inline]
    fn of_run<F: 'static>(&self) -> &Self {
        self
    }
}

/// Checks the type of an object's own table, so that a wrong type is a single error.
#[inline]
pub fn flights_of<K, T>(table: &SingleFlight<K, T>) -> &SingleFlight<K, T> {
    table
}

/// Checks the type of a key for its table, so that a wrong type is a single error.
#[inline]
pub fn key_for<K, T>(_: &SingleFlight<K, T>, key: Keyed<K>) -> Keyed<K> {
    key
}
