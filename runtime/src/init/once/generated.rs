//! Entry points for the expansion of `#[once]`.

#![allow(missing_docs, clippy::missing_errors_doc)]

use std::convert::Infallible;
use std::future::Future;

use super::call::OnceCall;
use super::cell::Once;
use super::initialize::{self, Initialize};
use super::state::{Keep, Made};
use crate::context::Context;
use crate::init::lock::Place;

/// The declared result of a `#[once]` function. Generated code requires the bound once, so that an
/// unsuitable type is a single error.
#[diagnostic::on_unimplemented(
    message = "`#[once]` stores the value, so callers get a reference to it, and `{Self}` has none",
    label = "expected `&'static T` or `Result<&'static T, E>`",
    note = "write `Result<&'static T, E>`, for which the body returns a `Result<T, E>`; or `&'static T`, if initialization cannot fail",
    note = "with `#[once(self.field)]` it lives as long as the object: `Result<&T, E>` or `&T`"
)]
pub trait OnceOutput<'k> {
    /// The type of the cell.
    type Cell;
    /// The output of the body.
    type Made;
}

#[diagnostic::do_not_recommend]
impl<T> OnceOutput<'_> for &T {
    type Cell = Once<T>;
    type Made = T;
}

#[diagnostic::do_not_recommend]
impl<T, E> OnceOutput<'_> for Result<&T, E> {
    type Cell = Once<T, E>;
    type Made = Result<T, E>;
}

/// A stored value, borrowed by a caller that gets an `R`.
pub trait Lend<'k, R> {
    type Made;
    type Copy;

    fn lend(made: Self::Made, copy: Self::Copy) -> R;
}

impl<'k, T: 'k> Lend<'k, &'k T> for Once<T> {
    type Made = Made<'k, T, Infallible>;
    type Copy = fn(&Infallible) -> Infallible;

    #[inline]
    fn lend(made: Self::Made, _: Self::Copy) -> &'k T {
        match made {
            Ok(Ok(value)) => value,
            Ok(Err(never)) => match *never {},
            Err(never) => match never {},
        }
    }
}

impl<'k, T: 'k, E: 'k> Lend<'k, Result<&'k T, E>> for Once<T, E> {
    type Made = Made<'k, T, E>;
    type Copy = fn(&E) -> E;

    #[inline]
    fn lend(made: Self::Made, copy: Self::Copy) -> Result<&'k T, E> {
        match made {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(copy(error)),
            Err(error) => Err(error),
        }
    }
}

/// An error that is stored and returned to every caller.
#[diagnostic::on_unimplemented(
    message = "`#[once]` keeps the error and gives it to every caller, and `{Self}` is not `Clone`",
    label = "`{Self}` is not `Clone`",
    note = "share it: `Result<&'static T, Arc<{Self}>>`, where the body returns a `Result<T, Arc<{Self}>>`; or derive `Clone` for it"
)]
pub trait OnceError {
    #[doc(hidden)]
    #[must_use]
    fn copy(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: Clone> OnceError for E {
    #[cold]
    fn copy(&self) -> Self {
        self.clone()
    }
}

/// Returns the stored value, if there is one.
#[inline]
#[must_use]
pub fn once_ready<T, E>(once: &Once<T, E>) -> Option<&Result<T, E>> {
    once.state().kept.get()
}

/// `#[once]` alone on an `async fn`.
#[inline]
pub fn once_call<'k, T: 'k, E: 'k, F, C, S, L, R>(cell: C, start: S, lend: L) -> OnceCall<'k, T, E, F, C, S, L>
where
    C: Fn() -> &'k Once<T, E>,
    S: Fn() -> (Place, Option<Context>, F),
    L: Fn(Made<'k, T, E>) -> R,
{
    OnceCall::new(cell, start, lend)
}

/// `#[once]` on an `async fn` with other attributes.
#[cold]
pub fn once<T, E, F: Future<Output: Keep<T, E>>>(
    once: &Once<T, E>,
    place: Place,
    ctx: Option<Context>,
    body: F,
) -> Initialize<'_, T, E, F> {
    Initialize::new(once.state(), place, ctx, body)
}

/// `#[once]` on a plain `fn`.
#[cold]
pub fn once_blocking<'k, T, E, M: Keep<T, E>>(
    once: &'k Once<T, E>,
    place: Place,
    ctx: Option<&Context>,
    body: impl FnOnce() -> M,
) -> Made<'k, T, E> {
    initialize::blocking(once.state(), place, ctx, body)
}

/// Returns the function that copies an error for another caller. Separate, so that an error that
/// cannot be copied is a single error.
#[inline]
#[must_use]
pub fn once_copy<T, E: OnceError>(_: &Once<T, E>) -> fn(&E) -> E {
    E::copy
}

/// Returns the caller's result.
#[inline]
pub fn once_lend<'k, C: Lend<'k, R>, R>(_: &'k C, made: C::Made, copy: C::Copy) -> R {
    C::lend(made, copy)
}
