//! The results of the calls of a pool and of the tasks of a group.

use std::convert::Infallible;

use crate::outcome::{InterruptedError, Outcome};

/// A result type for the calls of a pool and the tasks of a [`TaskGroup`](crate::TaskGroup):
/// `Result<T, E>` where `E: From<ContextError>`, `Option<T>` or `()`.
///
/// ```
/// use taskward::{Context, ContextError, WorkerPool};
///
/// # #[tokio::main]
/// # async fn main() {
/// let pool = WorkerPool::new(2);
/// let halves = pool.run(&Context::background(), [2, 4], async |_, n: u32| n.checked_div(2)).await;
/// assert_eq!(halves, Some(vec![1, 2])); // `Option<u32>` becomes `Option<Vec<u32>>`
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "a result of type `{Self}` cannot say whether the task failed, or was interrupted",
    label = "not a `Result`, an `Option` or `()`",
    note = "return `Result<T, E>` with `E: From<taskward::ContextError>`, `Option<T>` or `()`"
)]
pub trait PoolOutput: Outcome {
    /// The output of a successful call: `T`.
    type Output;
    /// The output of a failed call: `E`.
    type Residual;
    /// The combined result of a pool or of [`join`](crate::TaskGroup::join): `Result<Vec<T>, E>`,
    /// `Option<Vec<T>>` or `()`.
    type All: Outcome;

    /// Splits a result into output and residual.
    ///
    /// # Errors
    ///
    /// Returns the residual of a failed call.
    fn branch(self) -> Result<Self::Output, Self::Residual>;

    /// Reverses [`branch`](Self::branch).
    fn from_branch(branch: Result<Self::Output, Self::Residual>) -> Self;

    /// Combines the outputs of all calls.
    fn all(outputs: Result<Vec<Self::Output>, Self::Residual>) -> Self::All;
}

/// An alias of [`PoolOutput`]. As a bound in several places it makes an unsuitable type a single
/// error, because the missing bound is the same in all of them.
pub trait TaskOutput: PoolOutput {}

impl<R: PoolOutput> TaskOutput for R {}

impl<T, E: InterruptedError> PoolOutput for Result<T, E> {
    type Output = T;
    type Residual = E;
    type All = Result<Vec<T>, E>;

    #[inline]
    fn branch(self) -> Self {
        self
    }

    fn from_branch(branch: Self) -> Self {
        branch
    }

    fn all(outputs: Result<Vec<T>, E>) -> Self::All {
        outputs
    }
}

impl<T> PoolOutput for Option<T> {
    type Output = T;
    type Residual = ();
    type All = Option<Vec<T>>;

    #[inline]
    fn branch(self) -> Result<T, ()> {
        self.ok_or(())
    }

    fn from_branch(branch: Result<T, ()>) -> Self {
        branch.ok()
    }

    fn all(outputs: Result<Vec<T>, ()>) -> Self::All {
        outputs.ok()
    }
}

impl PoolOutput for () {
    type Output = ();
    type Residual = Infallible;
    type All = ();

    #[inline]
    fn branch(self) -> Result<(), Infallible> {
        Ok(())
    }

    fn from_branch(_: Result<(), Infallible>) -> Self {}

    fn all(_: Result<Vec<()>, Infallible>) -> Self::All {}
}
