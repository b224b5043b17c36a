//! The result of a run, which every caller gets.

use std::marker::PhantomData;

/// Detects the kind of a result: `ResultOf::<R>::NEW.shape()`.
pub struct ResultOf<R>(PhantomData<fn(R)>);

impl<R> ResultOf<R> {
    pub const NEW: Self = Self(PhantomData);
}

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

/// A `Result`, with its two types.
pub struct Parts<T, E>(PhantomData<fn(T, E)>);

/// Any other value.
pub struct Whole<R>(PhantomData<fn(R)>);

// An inherent method comes before that of a trait.
impl<T, E> ResultOf<Result<T, E>> {
    pub const fn shape(&self) -> Parts<T, E> {
        Parts(PhantomData)
    }
}

pub trait ViaValue {
    type Value;
    fn shape(&self) -> Whole<Self::Value> {
        Whole(PhantomData)
    }
}

impl<R> ViaValue for ResultOf<R> {
    type Value = R;
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

/// A kind of result that several callers can get.
pub trait Shared {
    /// Not a type if the result cannot be shared, so that no second error is reported.
    type Output;
    fn shared(result: &Self::Output) -> Self::Output;
}

impl<T: SharedValue + Crosses, E: SharedError + Crosses> Shared for Parts<T, E> {
    type Output = Result<T, E>;

    fn shared(result: &Result<T, E>) -> Result<T, E> {
        match result {
            Ok(value) => Ok(value.shared()),
            Err(error) => Err(error.shared()),
        }
    }
}

impl<R: SharedValue + Crosses> Shared for Whole<R> {
    type Output = R;

    fn shared(result: &R) -> R {
        result.shared()
    }
}

/// Returns the function that clones a result for another caller.
pub fn cloner<S: Shared>(_: S) -> fn(&S::Output) -> S::Output {
    S::shared
}
