//! Tells from the type of a call's output how the call says that it has failed.
#![allow(missing_docs)]

use std::future::Future;
use std::marker::PhantomData;

/// How a call says that it has failed, by the type of its output:
/// `(&EndProbe::of(&call)).has_failed()`. Method lookup takes the first trait below that fits.
pub struct EndProbe<R>(PhantomData<fn(R)>);

impl<R> EndProbe<R> {
    /// The way from the future to the type of its output.
    #[must_use]
    pub fn of<F: Future<Output = R>>(_: &F) -> Self {
        Self(PhantomData)
    }
}

/// An `Err`, whatever its type is.
pub trait ViaResultEnd<R> {
    /// Returns a function that tells failures.
    fn has_failed(&self) -> fn(&R) -> bool;
}

impl<T, E> ViaResultEnd<Result<T, E>> for EndProbe<Result<T, E>> {
    fn has_failed(&self) -> fn(&Result<T, E>) -> bool {
        Result::is_err
    }
}

/// `None`.
pub trait ViaOptionEnd<R> {
    /// Returns a function that tells failures.
    fn has_failed(&self) -> fn(&R) -> bool;
}

impl<T> ViaOptionEnd<Option<T>> for EndProbe<Option<T>> {
    fn has_failed(&self) -> fn(&Option<T>) -> bool {
        Option::is_none
    }
}

/// The rest of what functions return.
pub trait ViaAnyEnd<R> {
    /// Returns a function that tells failures.
    fn has_failed(&self) -> fn(&R) -> bool;
}

impl<R> ViaAnyEnd<R> for &EndProbe<R> {
    fn has_failed(&self) -> fn(&R) -> bool {
        |_| false
    }
}
