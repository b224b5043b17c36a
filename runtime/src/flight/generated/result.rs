//! The result of a run, which every caller gets.

use std::marker::PhantomData;

/// A value that every caller gets.
#[diagnostic::on_unimplemented(
    message = "the result of a single flight goes to every caller, and a `{Self}` cannot be cloned",
    label = "not `Clone`",
    note = "derive `Clone` for it, or return it in an `Arc`: `Arc<{Self}>`"
)]
pub trait SharedValue {
    fn shared(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> SharedValue for T {
    fn shared(&self) -> Self {
        self.clone()
    }
}

/// An error that every caller gets.
#[diagnostic::on_unimplemented(
    message = "the error of a single flight goes to every caller, and a `{Self}` cannot be cloned",
    label = "not `Clone`",
    note = "derive `Clone` for it, or wrap it in your own error type: `#[derive(Clone)] struct Failed(Arc<{Self}>);`, with `From<{Self}>`, and under a context with `From<taskward::ContextError>`"
)]
pub trait SharedError {
    fn shared(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: Clone> SharedError for E {
    fn shared(&self) -> Self {
        self.clone()
    }
}

/// A value that callers on other threads get.
#[diagnostic::on_unimplemented(
    message = "the result of a single flight goes to callers on every thread, and a `{Self}` cannot leave its own",
    label = "not `Send` and `Sync`",
    note = "every caller gets a value that is `Send`, `Sync` and owned (`'static`): use `Arc` instead of `Rc`, and `Mutex` instead of `RefCell`"
)]
pub trait Crosses {}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> Crosses for T {}

/// The type of a result: `ResultOf::<R>::NEW.cloner()` returns the function that clones the result
/// for another caller.
pub struct ResultOf<R>(PhantomData<fn(R)>);

impl<R> ResultOf<R> {
    pub const NEW: Self = Self(PhantomData);
}

// Inherent methods come before those of a trait.
impl<T, E> ResultOf<Result<T, E>> {
    pub fn cloner(self) -> fn(&Result<T, E>) -> Result<T, E>
    where
        T: SharedValue + Crosses,
        E: SharedError + Crosses,
    {
        |result| match result {
            Ok(value) => Ok(value.shared()),
            Err(error) => Err(error.shared()),
        }
    }
}

pub trait ViaValue {
    type Value;
    fn cloner(self) -> fn(&Self::Value) -> Self::Value
    where
        Self::Value: SharedValue + Crosses;
}

impl<R> ViaValue for ResultOf<R> {
    type Value = R;

    fn cloner(self) -> fn(&R) -> R
    where
        R: SharedValue + Crosses,
    {
        R::shared
    }
}
