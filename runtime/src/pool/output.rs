//! What the calls of a pool return, and what the pool makes of it.

use std::convert::Infallible;

use crate::error::ContextError;
use crate::outcome::{InterruptedError, Outcome};

/// A result type of the calls of a pool and of the tasks of a [`TaskGroup`](crate::TaskGroup):
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
    /// What a call yields when all is well: `T`.
    type Output;
    /// What it yields otherwise: `E`.
    type Residual;
    /// What the pool returns, and [`join`](crate::TaskGroup::join): `Result<Vec<T>, E>`,
    /// `Option<Vec<T>>` or `()`.
    type All: Outcome;

    /// Takes a result apart.
    ///
    /// # Errors
    ///
    /// What stands in the place of a value.
    fn branch(self) -> Result<Self::Output, Self::Residual>;

    /// The opposite of [`branch`](Self::branch).
    fn from_branch(branch: Result<Self::Output, Self::Residual>) -> Self;

    /// Puts the pool's result together.
    fn all(outputs: Result<Vec<Self::Output>, Self::Residual>) -> Self::All;
}

/// [`PoolOutput`] by another name. Where it is a bound in several places, a type that will not do
/// is one error and not one for each: what the compiler finds missing is the same in all of them.
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

/// What a pool does with the results of its calls.
pub trait Policy<R> {
    /// What is kept of each.
    type Kept;
    /// What ends the run.
    type Failure;

    /// Looks at one result. `fails` says which ones end a stream.
    fn keep(result: R, fails: Option<IsFailure<Self::Kept>>) -> Result<Self::Kept, Self::Failure>;
}

/// One result is made of all of them.
pub trait Gather<R>: Policy<R> {
    /// What the run returns.
    type All;

    /// The run's result. An output is missing (`None`) where `why` kept a call from finishing.
    fn all(run: Run<Self::Kept, Self::Failure>) -> Self::All;
}

/// How a run went.
pub enum Run<K, F> {
    /// Every item has its output.
    Complete(Vec<K>),
    /// The first failure stopped it.
    Failed(F),
    /// The context ended first.
    Interrupted(Vec<Option<K>>, ContextError),
}

/// The first failure stops the run: the default.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FailFast;

impl<R: PoolOutput> Policy<R> for FailFast {
    type Kept = R::Output;
    type Failure = R::Residual;

    #[inline]
    fn keep(result: R, _: Option<IsFailure<R::Output>>) -> Result<R::Output, R::Residual> {
        result.branch()
    }
}

impl<R: PoolOutput> Gather<R> for FailFast {
    type All = R::All;

    fn all(run: Run<R::Output, R::Residual>) -> R::All {
        match run {
            Run::Complete(outputs) => R::all(Ok(outputs)),
            Run::Failed(residual) => R::all(Err(residual)),
            Run::Interrupted(_, why) => R::All::interrupted(why),
        }
    }
}

/// Every item has its own result.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Collect;

impl<R: Outcome> Policy<R> for Collect {
    type Kept = R;
    type Failure = Infallible;

    #[inline]
    fn keep(result: R, _: Option<IsFailure<R>>) -> Result<R, Infallible> {
        Ok(result)
    }
}

impl<R: Outcome> Gather<R> for Collect {
    type All = Vec<R>;

    fn all(run: Run<R, Infallible>) -> Vec<R> {
        match run {
            Run::Complete(results) => results,
            Run::Failed(never) => match never {},
            Run::Interrupted(results, why) => {
                results.into_iter().map(|result| result.unwrap_or_else(|| R::interrupted(why.clone()))).collect()
            }
        }
    }
}

/// Every result is an item of a stream, which a failure may end.
pub struct Streamed;

impl<R> Policy<R> for Streamed {
    type Kept = R;
    type Failure = R;

    fn keep(result: R, fails: Option<IsFailure<R>>) -> Result<R, R> {
        if fails.is_some_and(|fails| fails(&result)) { Err(result) } else { Ok(result) }
    }
}

/// Says whether a result is a failure that ends a stream.
pub(crate) type IsFailure<R> = fn(&R) -> bool;

/// What ends a stream of results.
pub trait Ends<R> {
    /// `None`: no result does.
    const FAILS: Option<IsFailure<R>>;

    /// The last result of a stream that was interrupted.
    fn interrupted(why: ContextError) -> R;
}

impl<R: Outcome> Ends<R> for FailFast {
    const FAILS: Option<IsFailure<R>> = Some(R::is_failure);

    fn interrupted(why: ContextError) -> R {
        R::interrupted(why)
    }
}

impl<R: Outcome> Ends<R> for Collect {
    const FAILS: Option<IsFailure<R>> = None;

    fn interrupted(why: ContextError) -> R {
        R::interrupted(why)
    }
}
