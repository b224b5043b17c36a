//! Entry points for the expansion of `#[single_flight]`.

#![allow(missing_docs, clippy::must_use_candidate, clippy::return_self_not_must_use)]

use std::future::{Future, Pending, pending};
use std::marker::PhantomData;

use super::call::{Call, Origin};
pub use super::key::Keyed;
use crate::context::Context;
use crate::init::lock::Place;

mod key;
mod param;
mod result;
mod tables;

pub use self::key::*;
pub use self::param::*;
pub use self::result::*;
pub use self::tables::*;

/// Probes whether a key and a result can be used for a run:
/// `FlightProbe::of(&key, &clone).single_flight(…)`.
///
/// If they cannot, an error about the key or the result has been reported. Method lookup then
/// finds another method of that name, so that there is no second error.
pub struct FlightProbe<K, T>(PhantomData<fn(K, T)>);

impl<K, T> FlightProbe<K, T> {
    #[inline]
    pub const fn of(_: &Keyed<K>, _: &fn(&T) -> T) -> Self {
        Self(PhantomData)
    }
}

impl<K: Send + 'static, T: Send + Sync + 'static> FlightProbe<K, T> {
    #[inline]
    pub fn single_flight<'t, M, F>(
        self,
        tables: &'t impl Tables<K, T>,
        key: Keyed<K>,
        clone: fn(&T) -> T,
        run: M,
        place: &'static Place,
    ) -> Call<'t, K, T, M>
    where
        M: FnOnce(&Context) -> F,
        F: Future<Output = T> + Send + 'static,
    {
        Call::new(tables.of_run::<F>(), key, clone, run, Origin::Function(place))
    }
}

pub trait ViaNoFlight: Sized {
    type Key;
    type Value;
    fn single_flight<M, F>(
        self,
        _: &impl Sized,
        _: Keyed<Self::Key>,
        _: fn(&Self::Value) -> Self::Value,
        _: M,
        _: &'static Place,
    ) -> Pending<Self::Value>
    where
        M: FnOnce(&Context) -> F,
    {
        pending()
    }
}

impl<K, T> ViaNoFlight for FlightProbe<K, T> {
    type Key = K;
    type Value = T;
}
