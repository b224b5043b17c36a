//! The results of `#[lazy]` functions.

#![allow(missing_docs, clippy::missing_errors_doc, reason = "only generated code names it")]

use std::sync::Arc;

use super::failures::SharedFailure;
use super::guard::LazyGuard;
use super::state::State;

/// A value that the callers of a `#[lazy]` function share.
#[diagnostic::on_unimplemented(
    message = "the callers of a `#[lazy]` function share its value, and `{Self}` is not shared",
    label = "write `Arc<{Self}>`",
    note = "the body returns the value itself, without the `Arc`"
)]
pub trait LazyHandle: Sized {
    type Value;

    fn ready(state: &State<Self::Value>) -> Option<Self>;
    fn of(value: Arc<Self::Value>) -> Self;
}

impl<T> LazyHandle for Arc<T> {
    type Value = T;

    #[inline]
    fn ready(state: &State<T>) -> Option<Self> {
        state.slot.get()
    }

    fn of(value: Arc<T>) -> Self {
        value
    }
}

impl<T> LazyHandle for LazyGuard<T> {
    type Value = T;

    #[inline]
    fn ready(state: &State<T>) -> Option<Self> {
        state.slot.lend()
    }

    fn of(value: Arc<T>) -> Self {
        Self::from(value)
    }
}

/// The declared result of a `#[lazy]` function.
#[diagnostic::on_unimplemented(
    message = "the callers of a `#[lazy]` function share its value, and `{Self}` is not shared",
    label = "expected `Result<Arc<T>, E>`",
    note = "write `Result<Arc<T>, E>`, for which the body returns a `Result<T, E>`; or `Arc<T>`, if initialization cannot fail"
)]
pub trait LazyOutput: Sized {
    type Value;
    /// The output of the body.
    type Made;

    fn ready(state: &State<Self::Value>) -> Option<Self>;
    fn of(value: Arc<Self::Value>) -> Self;
    /// Returns the value, or the result that represents a failure.
    fn take(made: Self::Made) -> Result<Self::Value, Self>;
}

impl<H: LazyHandle, E> LazyOutput for Result<H, E> {
    type Value = H::Value;
    type Made = Result<H::Value, E>;

    #[inline]
    fn ready(state: &State<H::Value>) -> Option<Self> {
        H::ready(state).map(Ok)
    }

    fn of(value: Arc<H::Value>) -> Self {
        Ok(H::of(value))
    }

    fn take(made: Result<H::Value, E>) -> Result<H::Value, Self> {
        made.map_err(Err)
    }
}

impl<T> LazyOutput for Arc<T> {
    type Value = T;
    type Made = T;

    #[inline]
    fn ready(state: &State<T>) -> Option<Self> {
        state.slot.get()
    }

    fn of(value: Arc<T>) -> Self {
        value
    }

    fn take(made: T) -> Result<T, Self> {
        Ok(made)
    }
}

impl<T> LazyOutput for LazyGuard<T> {
    type Value = T;
    type Made = T;

    #[inline]
    fn ready(state: &State<T>) -> Option<Self> {
        state.slot.lend()
    }

    fn of(value: Arc<T>) -> Self {
        Self::from(value)
    }

    fn take(made: T) -> Result<T, Self> {
        Ok(made)
    }
}

/// A result whose error is returned to every caller that waited for the attempt.
#[diagnostic::on_unimplemented(
    message = "`on_error = share` gives the error to every caller that waited, and `{Self}` has none that can be shared",
    label = "expected `Result<Arc<T>, E>` with `E: Clone + Send + Sync + 'static`",
    note = "share an error that is not `Clone`: `Result<Arc<T>, Arc<E>>`, where the body returns a `Result<T, Arc<E>>`"
)]
pub trait ShareFailure: LazyOutput {
    fn share(&self) -> Option<SharedFailure>;
    fn of_failure(failure: &SharedFailure) -> Option<Self>;
}

#[diagnostic::do_not_recommend]
impl<H: LazyHandle, E: Clone + Send + Sync + 'static> ShareFailure for Result<H, E> {
    fn share(&self) -> Option<SharedFailure> {
        let error = self.as_ref().err()?;
        Some(Arc::new(error.clone()))
    }

    fn of_failure(failure: &SharedFailure) -> Option<Self> {
        let error = failure.downcast_ref::<E>()?;
        Some(Err(error.clone()))
    }
}
