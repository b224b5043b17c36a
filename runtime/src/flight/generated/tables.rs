//! The tables of runs.

use std::any::{Any, TypeId};
use std::sync::OnceLock;

use crate::flight::key::Keyed;
use crate::flight::single::SingleFlight;
use crate::sync::plain::{Mutex, lock};

/// A function's own table, in a static, whose types the attribute cannot name. A generic function
/// has one table for each instance.
pub struct Flights {
    first: OnceLock<Kind>,
    others: Mutex<Vec<Kind>>,
}

/// The table of one instance, leaked.
type Kind = (TypeId, &'static (dyn Any + Send + Sync));

impl Flights {
    #[must_use]
    #[allow(clippy::new_without_default, reason = "used only in statics")]
    pub const fn new() -> Self {
        Self { first: OnceLock::new(), others: Mutex::new(Vec::new()) }
    }

    #[inline]
    fn of<K: Send + 'static, T: Send + Sync + 'static>(&self, run: TypeId) -> &'static SingleFlight<K, T> {
        let make = || -> Kind { (run, Box::leak(Box::new(SingleFlight::<K, T>::new()))) };
        let first = self.first.get_or_init(make);
        let (_, table) = if first.0 == run { *first } else { self.other(run, make) };
        match table.downcast_ref() {
            Some(table) => table,
            None => unreachable!("runs of one type have keys and results of one type"),
        }
    }

    #[inline(never)]
    fn other(&self, run: TypeId, make: impl FnOnce() -> Kind) -> Kind {
        let mut others = lock(&self.others);
        let known = others.iter().find(|(other, _)| *other == run).copied();
        known.unwrap_or_else(|| {
            let new = make();
            others.push(new);
            new
        })
    }
}

/// Finds the table of runs.
pub trait Tables<K, T> {
    fn of_run(&self, run: TypeId) -> &SingleFlight<K, T>;
}

impl<K: Send + 'static, T: Send + Sync + 'static> Tables<K, T> for Flights {
    #[inline]
    fn of_run(&self, run: TypeId) -> &SingleFlight<K, T> {
        self.of(run)
    }
}

impl<K, T> Tables<K, T> for SingleFlight<K, T> {
    #[inline]
    fn of_run(&self, _: TypeId) -> &Self {
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
