//! What the expansion of `#[once]` calls.

#![allow(missing_docs, clippy::missing_errors_doc)]

use std::convert::Infallible;
use std::future::Future;

use super::Once;
use super::initialise::{self, Initialise, Made};
use crate::context::Context;
use crate::turn::Place;

/// The written result of a `#[once]` function.
#[diagnostic::on_unimplemented(
    message = "`#[once]` keeps the value and lends it to every caller, and `{Self}` is not lent",
    label = "expected `&'static T` or `Result<&'static T, E>`",
    note = "write `Result<&'static T, E>`, of which the body makes a `Result<T, E>`; or `&'static T`, if making it cannot fail",
    note = "with `#[once(self.field)]` it lives as long as the object: `Result<&T, E>` or `&T`"
)]
pub trait OnceOutput<'k>: Sized {
    /// Where it is kept.
    type Cell;
    type Value: 'k;
    type Error: 'k;
    /// What the body makes.
    type Made;

    fn of(kept: &'k Result<Self::Value, Self::Error>) -> Self;
    /// An error that is not kept.
    fn failed(error: Self::Error) -> Self;
}

/// What a body has made, as it is kept.
///
/// A trait without the lifetime of what is lent: a future that is bound by that is not `Send` for the compiler.
pub trait Keep<T, E> {
    fn keep(self) -> Result<T, E>;
}

impl<T> Keep<T, Infallible> for T {
    fn keep(self) -> Result<T, Infallible> {
        Ok(self)
    }
}

impl<T, E> Keep<T, E> for Result<T, E> {
    fn keep(self) -> Result<T, E> {
        self
    }
}

impl<'k, T> OnceOutput<'k> for &'k T {
    type Cell = Once<T>;
    type Value = T;
    type Error = Infallible;
    type Made = T;

    #[inline]
    fn of(kept: &'k Result<T, Infallible>) -> Self {
        match kept {
            Ok(value) => value,
            Err(never) => match *never {},
        }
    }

    fn failed(error: Infallible) -> Self {
        match error {}
    }
}

impl<'k, T, E: OnceError + 'k> OnceOutput<'k> for Result<&'k T, E> {
    type Cell = Once<T, E>;
    type Value = T;
    type Error = E;
    type Made = Result<T, E>;

    #[inline]
    fn of(kept: &'k Result<T, E>) -> Self {
        match kept {
            Ok(value) => Ok(value),
            Err(error) => Err(error.copy()),
        }
    }

    fn failed(error: E) -> Self {
        Err(error)
    }
}

/// An error that is kept, and goes to every caller.
#[diagnostic::on_unimplemented(
    message = "`#[once]` keeps the error and gives it to every caller, and `{Self}` is not `Clone`",
    label = "`{Self}` is not `Clone`",
    note = "share it: `Result<&'static T, Arc<{Self}>>`, where the body makes a `Result<T, Arc<{Self}>>`; or derive `Clone` for it"
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

/// What is kept, if it has been made.
#[inline]
pub fn once_ready<'k, R: OnceOutput<'k>>(once: &'k Once<R::Value, R::Error>) -> Option<R> {
    once.kept.get().map(R::of)
}

/// `#[once]` on an `async fn`.
#[cold]
pub fn once<T, E, F: Future<Output: Keep<T, E>>>(
    once: &Once<T, E>,
    place: Place,
    ctx: Option<Context>,
    body: F,
) -> Initialise<'_, T, E, F> {
    Initialise::new(once, place, ctx, body)
}

/// `#[once]` on a plain `fn`.
#[cold]
pub fn once_blocking<'k, T, E, M: Keep<T, E>>(
    once: &'k Once<T, E>,
    place: Place,
    ctx: Option<&Context>,
    body: impl FnOnce() -> M,
) -> Made<'k, T, E> {
    initialise::blocking(once, place, ctx, body)
}

/// What its caller gets.
#[cold]
pub fn once_made<'k, R: OnceOutput<'k>>(made: Made<'k, R::Value, R::Error>) -> R {
    match made {
        Ok(kept) => R::of(kept),
        Err(error) => R::failed(error),
    }
}
